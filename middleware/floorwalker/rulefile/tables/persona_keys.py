"""The keys of `personas` and `tests`: somebody made up, and what editors expect of them."""

from floorwalker.core.conditions.vocabulary import CONTINENTS, DEVICE_TYPES, LIFECYCLES
from floorwalker.rulefile.tables.keys import Key, Takes

ABOUT = Key("about", Takes.TEXT, "who it is, in your words", "about: Wants a tripod, and not to pay much")
REFERRER = Key(
    "referrer",
    Takes.URL,
    "the page that they came from",
    'referrer: "https://www.google.com/search?q=cheap+tripod"',
)
PLACE_KEYS = (
    Key("continent", Takes.CHOICE, "its code", "continent: EU", tuple(CONTINENTS)),
    Key("country", Takes.COUNTRY, "its code, of two letters", "country: DE"),
    Key("region", Takes.TEXT, "the state or region, as your place database writes it", "region: BY"),
    Key("city", Takes.TEXT, "the city, as your place database writes it", "city: Munich"),
    Key("lat", Takes.COORDINATE, "latitude", "lat: 48.14"),
    Key("lon", Takes.COORDINATE, "longitude", "lon: 11.58"),
)
SAID_KEYS = (
    Key("type", Takes.LABEL, "the page type", "type: product"),
    Key("category", Takes.TEXT, "the category", "category: lenses"),
    Key("product", Takes.TEXT, "the product", "product: 600mm-f4"),
    Key("brand", Takes.TEXT, "the brand", "brand: Arcadia"),
    Key("tags", Takes.TEXTS, "tags", "tags: [new, sale]"),
    Key("topics", Takes.NAMES, "topics", "topics: [wildlife]", (), "topic"),
    Key("price", Takes.NUMBER, "the price, in the site's currency", "price: 12999"),
    Key("price_tier", Takes.NAME, "the price tier", "price_tier: high", (), "price tier"),
    Key("search", Takes.TEXT, "the words, where the page is the result of the site's own search", "search: tripod bag"),
)
PAGE = Key("page", Takes.PAGE, "what the app would say of this page", "page: {category: lenses, price: 12999}")
HISTORY_KEYS = (
    Key("ago", Takes.DURATION, "how long before the persona's moment", "ago: 3 days", required=True),
    Key("viewed", Takes.ADDRESS, "a page that they looked at", "viewed: /lenses/prime/50mm"),
    Key("url", Takes.ADDRESS, "the same, of an arrival: an address with its query", 'url: "/?utm_campaign=spring-26"'),
    REFERRER,
    PAGE,
    Key("saw", Takes.BLOCK, "a block that they were shown", "saw: spring-20", (), "block"),
    Key("clicked", Takes.BLOCK, "a block that they clicked", "clicked: spring-20", (), "block"),
    Key("in", Takes.NAME, "the slot in which they saw or clicked it", "in: hero", (), "slot"),
    Key("did", Takes.TEXT, "what happened: an event's name", "did: Order Completed"),
    Key("with", Takes.SCALARS, "the event's properties", "with: {revenue: 129}"),
    Key("times", Takes.COUNT, "how often, at that time; once without it", "times: 3"),
)
_PRODUCT = (
    Key("product", Takes.TEXT, "the product", "product: 600mm-f4"),
    Key("category", Takes.TEXT, "the category", "category: lenses"),
    Key("price", Takes.NUMBER, "of one, in the site's currency", "price: 129"),
    Key("quantity", Takes.COUNT, "how many; one without it", "quantity: 2"),
)
CART_KEYS = (*_PRODUCT, Key("name", Takes.TEXT, "its name, as templates show it", "name: 600 mm f/4"))
BOUGHT_KEYS = (
    *_PRODUCT,
    Key("brand", Takes.TEXT, "the brand", "brand: Arcadia"),
    Key("price_tier", Takes.NAME, "the price tier", "price_tier: high", (), "price tier"),
    Key("tags", Takes.TEXTS, "tags", "tags: [new, sale]"),
    Key("topics", Takes.NAMES, "topics", "topics: [wildlife]", (), "topic"),
)
ORDER_KEYS = (
    Key("ago", Takes.DURATION, "how long before the persona's moment", "ago: 10 days", required=True),
    Key("amount", Takes.NUMBER, "what it came to", "amount: 129", required=True),
    Key("currency", Takes.CURRENCY, "in which currency; the site's without it", "currency: EUR"),
    Key("bought", Takes.BOUGHT, "what was in it", "bought: [{category: cameras, product: tramway}]"),
)
FACT_KEYS = (
    Key("cart", Takes.CART, "what lies in their cart", "cart: [{product: stork-1, category: tripods, price: 129}]"),
    Key("cart_idle", Takes.DURATION, "how long the cart has not changed", "cart_idle: 2 hours"),
    Key("orders", Takes.ORDERS, "their orders", "orders: [{ago: 10 days, amount: 129}]"),
    Key("interests", Takes.SHARES, "topic → share of their interest", "interests: {wildlife: 60 %}", (), "topic"),
    Key("dominant_interest", Takes.NAME, "what stands out", "dominant_interest: wildlife", (), "topic"),
    Key("next_interest", Takes.NAME, "what they will look at next", "next_interest: night", (), "topic"),
    Key("lifecycle", Takes.CHOICE, "where they stand as a customer", "lifecycle: loyal", LIFECYCLES),
    Key("micro_segment", Takes.TEXT, "the learned segment", "micro_segment: night-owls"),
    Key("propensity", Takes.SHARES, "model → probability", "propensity: {purchase: 60 %}"),
    Key("responds_to", Takes.SHARES, "channel → how often they respond to offers", "responds_to: {email: 20 %}"),
    Key("notes", Takes.TEXTS, "what agents wrote of them", "notes: [asked about a trade-in]"),
)
PERSONA_KEYS = (
    ABOUT,
    Key("url", Takes.ADDRESS, "the page that they look at now; / without it", "url: /lenses"),
    REFERRER,
    Key("device", Takes.CHOICE, "what they hold; a desktop without it", "device: mobile", DEVICE_TYPES),
    Key("user_agent", Takes.TEXT, "instead of `device`: the exact User-Agent", "user_agent: Mozilla/5.0 (X11; Linux)"),
    Key("language", Takes.LANGUAGES, "the languages of their browser, the first choice first", "language: [de-AT, en]"),
    Key("headers", Takes.VALUES, "further headers of the request", "headers: {Save-Data: on}"),
    Key("cookies", Takes.VALUES, "cookies of the request", "cookies: {club: gold}"),
    Key("address", Takes.IP, "the client's address", "address: 192.0.2.7"),
    Key("country", Takes.COUNTRY, "short for `place: {country: …}`", "country: DE"),
    Key("place", Takes.PLACE, "where they are, whatever the address", "place: {country: DE, city: Munich}"),
    Key("timezone", Takes.ZONE, "their time zone; the site's without it", "timezone: Europe/Oslo"),
    Key("at", Takes.MOMENT, "when, in the site's zone; a day alone is its noon", "at: 2026-11-28 19:30"),
    Key(
        "consent",
        Takes.CONSENT,
        "no: nothing may be remembered; undecided: they are asked and have not answered; or what they agreed to",
        "consent: no",
    ),
    Key("user", Takes.TEXT, "your id for them, where they have signed in", "user: user-17"),
    Key("traits", Takes.SCALARS, "what is known of them as a person", "traits: {newsletter: yes, city: Bonn}"),
    Key("attributes", Takes.SCALARS, "what the app says of this request, for `attribute`", "attributes: {stock: 3}"),
    PAGE,
    Key("history", Takes.HISTORY, "what happened before, in any order", "history: [{ago: 3 days, viewed: /lenses}]"),
    *FACT_KEYS,
)
TEST_KEYS = (
    Key("persona", Takes.NAME, "who", "persona: cheap-tripod", (), "persona", required=True),
    Key("about", Takes.TEXT, "what is expected, in your words", "about: The sale comes before everything else"),
    Key("url", Takes.ADDRESS, "on this page instead of the persona's own", "url: /cart"),
    Key(
        "at",
        Takes.MOMENT,
        "at this time instead of the persona's own; their history moves with it",
        "at: 2026-11-27 08:00",
    ),
    Key("in", Takes.NAMES, "segments that they are in", "in: [bargain-hunter]", (), "segment"),
    Key("not_in", Takes.NAMES, "segments that they are not in", "not_in: [night-owl]", (), "segment"),
    Key("segments", Takes.NAMES, "exactly these segments, and no other", "segments: [bargain-hunter]", (), "segment"),
    Key(
        "slots",
        Takes.EXPECTED,
        "slot → block, `default` or `hide`; a list means any of them",
        "slots: {hero: hero/clearance.html}",
    ),
)
