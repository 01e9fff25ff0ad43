"""Conditions on what one request tells: this page, arrival, device, place and time."""

from msgspec.structs import replace

from floorwalker.core.conditions.builders import asks, asks_by_name, asks_whether, choice, composed, name_of, text
from floorwalker.core.conditions.kinds import Definition, FieldDefinition, Form, Kind
from floorwalker.core.conditions.vocabulary import (
    CONNECTIONS,
    CONTINENTS,
    COUNTRIES,
    DAYPARTS,
    DEVICE_TYPES,
    MEDIA,
    WEEKDAYS,
    ZONES,
)

PAGE_FIELDS = (
    FieldDefinition("path", Kind.PATH, "the address without its query; `*` is one segment, `**` any number"),
    name_of("page type", "type", "the page type, from `pages`"),
    text("category", "the category"),
    text("product", "the product"),
    text("brand", "the brand"),
    text("tag", "any of the page's tags"),
    name_of("topic", "topic", "any of the page's topics"),
    FieldDefinition("price", Kind.MONEY, "the price, in the site's currency"),
    name_of("price tier", "price_tier", "the price tier, from `site`"),
)

THIS_PAGE = (
    asks(
        "page",
        "What the page at hand is about.",
        "page: {category: lenses, price: {more_than: 1000}}",
        *PAGE_FIELDS,
    ),
    asks_by_name("query", "The parameters of this page's address.", "query: {ref: newsletter}"),
    asks_by_name("header", "The headers of this request.", 'header: {x-shop-theme: "dark*"}'),
    asks_by_name("cookie", "The cookies of this request.", "cookie: {ab: {exists: yes}}"),
    asks_by_name("attribute", "What the app said of this request.", "attribute: {stock: {at_most: 3}}"),
)

ARRIVAL = (
    asks(
        "referrer",
        "Where this visit came from.",
        "referrer: {medium: search}",
        text("source", "the name: google, facebook, chatgpt, …"),
        choice("medium", "the kind of source", MEDIA),
        text("domain", "the host that linked here"),
        text("url", "the whole address that linked here"),
    ),
    asks(
        "searched",
        "Words that were searched for in this visit: on a search engine, in a campaign's term, on this site.",
        "searched: [cheap, second hand]",
        FieldDefinition("words", Kind.WORDS, "whole words; several words are a phrase"),
    ),
    asks(
        "campaign",
        "The campaign of this visit.",
        'campaign: "spring-*"',
        text("name", "utm_campaign"),
        text("source", "utm_source"),
        text("medium", "utm_medium"),
        text("term", "utm_term"),
        text("content", "utm_content"),
    ),
    asks(
        "ad",
        "The ad that was clicked to come here.",
        "ad: google",
        text("network", "the ad network, from the click id or the campaign"),
        text("banner", "the banner"),
        text("placement", "where the banner stood"),
    ),
    asks(
        "channel",
        "The channel of this visit, as web analytics groups them.",
        "channel: Paid Search",
        text("is", "the channel"),
    ),
    asks(
        "landing_page",
        "The first page of this visit.",
        "landing_page: /learn/**",
        FieldDefinition("is", Kind.PATH, "its path"),
    ),
    replace(
        composed(
            "first_touch",
            Form.TOUCH,
            "Conditions of this group, of the very first arrival.",
            'first_touch: {campaign: {name: "spring-*"}}',
        ),
        memory=True,
    ),
    replace(
        composed(
            "last_touch",
            Form.TOUCH,
            "Conditions of this group, of the latest arrival that was not direct.",
            "last_touch: {referrer: {medium: email}}",
        ),
        memory=True,
    ),
)

_VERSION = FieldDefinition("version", Kind.VERSION, "the version")

DEVICE = (
    asks(
        "device",
        "The device at hand.",
        "device: [mobile, tablet]",
        choice("type", "the kind of device", DEVICE_TYPES),
        text("brand", "the maker"),
        text("model", "the model"),
    ),
    asks("os", "The operating system.", "os: iOS", text("name", "the name"), _VERSION),
    asks(
        "browser",
        "The browser.",
        "browser: {name: Safari, version: {less_than: 16}}",
        text("name", "the name"),
        _VERSION,
    ),
    asks(
        "language",
        "The language that the browser asks for.",
        "language: de",
        FieldDefinition("is", Kind.LANGUAGE, "the first choice; `de` is also de-AT"),
        FieldDefinition("accepts", Kind.LANGUAGE, "any of the languages asked for"),
    ),
    asks(
        "connection",
        "How fast the connection is, where the browser tells; save-data where it asks for less.",
        "connection: [slow-2g, 2g, 3g, save-data]",
        choice("is", "the effective type", CONNECTIONS),
    ),
)

PLACE_AND_TIME = (
    asks(
        "continent",
        "The continent.",
        "continent: EU",
        choice("is", "its code or name", tuple(CONTINENTS), {name: code for code, name in CONTINENTS.items()}),
    ),
    asks("country", "The country.", "country: [DE, AT]", choice("is", "its ISO code, of two letters", COUNTRIES)),
    asks("region", "The state or region.", "region: DE-BY", text("is", "its ISO 3166-2 code or name")),
    asks("city", "The city.", "city: Vienna", text("is", "its name")),
    Definition(
        "near",
        Form.NEAR,
        "Within so many kilometres of a place.",
        "near: {place: shops, km: 25}",
        fields=(
            name_of("place", "place", "a name of `places`"),
            FieldDefinition("lat", Kind.COORDINATE, "latitude, where there is no `place`"),
            FieldDefinition("lon", Kind.COORDINATE, "longitude, where there is no `place`"),
            FieldDefinition("km", Kind.DISTANCE, "how near", required=True),
        ),
    ),
    asks(
        "ip",
        "The client's address, which is evaluated and never stored.",
        "ip: 192.0.2.0/24",
        FieldDefinition("is", Kind.NETWORKS, "an address or a network"),
    ),
    asks("timezone", "The visitor's time zone.", 'timezone: "Europe/*"', text("is", "its IANA name")),
    Definition(
        "time",
        Form.TIME,
        "The time of day, and on which days; a span past midnight belongs to the day on which it begins.",
        "time: {from: 18:00, until: 01:00, days: [friday, saturday]}",
        fields=(
            FieldDefinition("from", Kind.TIME, "from this time, included; else from midnight"),
            FieldDefinition("until", Kind.TIME, "until this time, left out; else until midnight"),
            FieldDefinition("days", Kind.WEEKDAYS, "on these days; else every day", values=WEEKDAYS),
            choice("zone", "whose clock: the visitor's (without it), or the site's", ZONES),
        ),
    ),
    Definition(
        "date",
        Form.DATE,
        "The date; `until` a day includes it, `until` a time stops at it.",
        "date: {from: 2026-12-01, until: 2026-12-24}",
        fields=(
            FieldDefinition("from", Kind.DATE, "from this day or moment, included"),
            FieldDefinition("until", Kind.DATE, "until this day or moment"),
            choice("zone", "whose calendar: the site's (without it), or the visitor's", ZONES),
        ),
    ),
    asks(
        "daypart", "The part of the visitor's day.", "daypart: evening", choice("is", "the part of the day", DAYPARTS)
    ),
    asks_whether(
        "usual_time",
        "They normally come at this hour: of the visits before this one at least half began within two hours of now on "
        "the clock face, in the visitor's time zone, else the site's. It takes three such visits; before that neither "
        "yes nor no holds. Of more than 40, the latest count.",
    ),
)
