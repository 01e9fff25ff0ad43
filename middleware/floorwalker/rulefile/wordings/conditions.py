"""Names of conditions that other tools have, and what to write for them."""

from collections.abc import Mapping

_SAID = """
url, path, page_url, page_path, current_url, address, uri, permalink = page: {path: /sale/**}
landing, entry_page, first_page = landing_page: /sale/**
page_type, template, pagetype = page: {type: product}
category, product_category, collection = page: {category: lenses}, or viewed: {category: lenses} for the past
product, product_id, sku = page: {product: 600mm-f4}, or viewed: {product: 600mm-f4} for the past
brand, price, tag, topic, price_tier = page: {WORD: …}, or viewed: {WORD: …} for the past
query_string, query_param, query_parameter, param, params, parameter, url_parameter = query: {ref: newsletter}
http_header, request_header = header: {x-shop-theme: dark}
user_agent, useragent, ua = browser:, os: or device:
utm_source = campaign: {source: …}
utm_medium = campaign: {medium: …}
utm_campaign = campaign: {name: …}
utm_term = campaign: {term: …}
utm_content = campaign: {content: …}
utm = campaign: {name: …}
gclid, fbclid, msclkid, click_id, ad_network = ad: google
source, traffic_source, referring_site, referral, ref = referrer: {source: google}
medium, traffic_medium = referrer: {medium: search}
referring_domain, referrer_domain, referrer_url = referrer: {domain: …} or referrer: {url: …}
search, search_term, search_terms, search_query, keyword, keywords, query_term = searched: [cheap, second hand]
searched_for = searched: [cheap, second hand]
device_type, platform_type, form_factor, screen, screen_size, viewport = device: mobile
platform, operating_system, system = os: iOS
lang, locale, browser_language, languages = language: de
ip_address, client_ip, remote_addr = ip: 192.0.2.0/24
network, connection_type, bandwidth = connection: save-data
country_code, country_name, nation, geo, geo_country, geoip, location = country: DE
state, province, county = region: DE-BY
town, place, zip, postcode, postal_code = city: Vienna
distance, radius, geofence = near: {place: shops, km: 25}
time_zone, tz = timezone: "Europe/*"
hour, hours, time_of_day, clock = time: {from: 18:00, until: 22:00}
day, days, weekday, weekdays, day_of_week, weekend = time: {days: [saturday, sunday]}
date_range, dates, period, between_dates, month, season, year = date: {from: 2026-12-01, until: 2026-12-24}
schedule, start, end, from, until, after, before = date: {from: 2026-12-01, until: 2026-12-24}
new, is_new, first_time, first_time_visitor, newvisitor, new_user = new_visitor: yes
returning, is_returning, returning_visitor, repeat_visitor, repeat = new_visitor: no
sessions, session_count, visit_count, number_of_visits, visit, visit_number = visits: {at_least: 3}
page_views, pageviews, pages_viewed, page_count, views, session_pages, pages = pages_this_visit: {at_least: 5}
time_on_site, time_on_page, session_duration, duration, dwell_time = time_this_visit: {more_than: 5 minutes}
last_visit, last_seen, recency, days_since_last_visit, inactive, inactive_for, idle = away: {at_least: 30 days}
dormant = away: {at_least: 30 days}
first_seen, registered, member_since, signed_up = first_visit: {ago: {at_least: 1 year}}
bounce, bounce_rate = bounced: yes
visited, visited_page, seen_page, viewed_page, page_viewed, view, browsed, page_view, saw_page = viewed: /sale/**
viewed_product, product_viewed, viewed_category = viewed: {category: lenses}
event, events, action, triggered, performed, happened, custom_event, has_done = did: Coupon Applied
goal, conversion, converted, completed = did: Order Completed
sequence, then, followed_by, path_analysis = did_in_order: {steps: [{viewed: /cart}, {viewed: /checkout}]}
basket, shopping_cart, cart_value, cart_total, cart_items = cart: {value: {at_least: 50}}
abandoned_cart, cart_abandoned, abandoned = cart: {items: {at_least: 1}, idle: {at_least: 1 hour}}
abandoned_checkout, checkout_abandoned, checkout_idle = cart: {checkout: {at_least: 1 hour}}
checkout, checkout_step, funnel_step = funnel: {name: purchase, stuck_at: /checkout}
interested_in, interests, affinity, likes, favourite, favorite = interest: {topic: wildlife, at_least: 40 %}
purchased, purchase, has_purchased, buys, bought_product, ordered = bought: {category: cameras}
order_count, purchases, number_of_orders, total_orders, orders_count = orders: {at_least: 2}
revenue, total_spent, lifetime_value, ltv, clv, spend, total_revenue, amount_spent = spent: {at_least: 500}
aov, average_order_value = average_order: {at_least: 200}
stage, customer_stage, loyalty, churn, churned, rfm = lifecycle: loyal
logged_in, loggedin, is_logged_in, signed_in, login, authenticated, known, is_customer = identified: yes
user, customer, attribute_of_user, profile, user_property, property, properties, member = trait: {plan: gold}
email, mail, gender, age, birthday, name, company, plan, newsletter, subscribed, phone = trait: {WORD: …}
gdpr, cookie_consent, opt_in, consented = consent: personalization
note, notes, crm_note = agent_note: {contains: trade-in}
seen, shown, impression, impressions, displayed, seen_banner, viewed_banner = saw: {block: spring-20}
click, clicks, clicked_on, clicked_banner = clicked: spring-20
segment, segments, audience, audiences, in_segment, is_in, member_of, list, cohort, group = in: bargain-hunter
belongs_to = in: bargain-hunter
not_in, not_in_segment, outside, exclude, excluding, not_segment = not: {in: bargain-hunter}
random, percentage, percent, traffic, split, ab_test, experiment = chance: {percent: 50 %, of: new-hero}
variant, sample, probability, share = chance: {percent: 50 %, of: new-hero}
predicted, prediction, likelihood, likely_to_buy = propensity: {model: purchase, at_least: 60 %}
and, both, every, each, if_all, all_of, allof = all: [{device: mobile}, {country: DE}]
or, either, some, one_of, any_of, anyof, oneof, if_any, and/or, or_else = any: [{device: mobile}, {country: DE}]
nor, neither, none_of, noneof, not_any = none: [{device: mobile}, {country: DE}]
unless, except, without, is_not, isnt, doesnt, does_not, no, never, but_not, exclude_if, "!" = not: {device: mobile}
if, when, where, condition, conditions, rule, rules, match = the condition itself, such as device: mobile
filter, criteria = the condition itself, such as device: mobile
mobile, tablet, desktop, tv, console = device: WORD
smartphone, smart_phone, iphone, android_phone, handheld = device: mobile
android, ios, windows, macos, linux = os: WORD
chrome, safari, firefox, edge = browser: WORD
morning, midday, afternoon, evening, night = daypart: WORD
monday, tuesday, wednesday, thursday, friday, saturday, sunday = time: {days: WORD}
loyal, at_risk = lifecycle: WORD
"""


def _read(said: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in said.strip().split("\n"):
        words, _, here = line.partition(" = ")
        for word in words.split(", "):
            found[word] = here.replace("WORD", word.replace("_", "-") if word == "at_risk" else word)
    return found


_HERE: Mapping[str, str] = _read(_SAID)


def said_here(word: str) -> str | None:
    """What to write for a condition of that name; None where nobody knows what it means."""
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    return _HERE.get(plain)
