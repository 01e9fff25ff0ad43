"""One definition of every section and its keys: the loader, the JSON Schema and the reference page read it."""

from floorwalker.core.conditions.vocabulary import WEEKDAYS
from floorwalker.rulefile.tables.keys import Key, Section, Shape, Takes
from floorwalker.rulefile.tables.persona_keys import PERSONA_KEYS, TEST_KEYS

PLACES = ("inside", "replace", "before", "after", "first", "last", "hide")
CHOOSE = ("first", "best", "weighted")
CHOOSE_LATER = ("learn",)
"""Ways to choose that this release does not serve: they are named as coming later."""
STOPS = ("click", "goal", "dismiss")
DELIVER = ("page", "script")


_ABOUT = Key("about", Takes.TEXT, "what it is for, in your words", "about: Heads for the sale rack")
_DRAFT = Key("draft", Takes.YES_NO, "in previews only", "draft: yes")
_WHEN = Key("when", Takes.CONDITIONS, "a condition, or a list that must hold as a whole", "when: {device: mobile}")

LIMIT_KEYS = (
    Key("from", Takes.MOMENT, "shown from this day or time on, in the site's zone", "from: 2026-11-27"),
    Key("until", Takes.MOMENT, "until a day, which is included, or until a time", "until: 2027-04-30"),
    Key("at_most", Takes.CAPS, "how often one visitor sees it", "at_most: [1 per visit, 5 ever]"),
    Key("rest", Takes.DURATION, "how long it stays away once it was seen", "rest: 1 day"),
    Key(
        "stop_after",
        Takes.CHOICES,
        "what ends it for a visitor: their click on it, the slot's goal, or that they dismissed it",
        "stop_after: [click, goal]",
        STOPS,
    ),
    Key("once_per_page", Takes.LABEL, "of all that bear this name a page shows one", "once_per_page: offers"),
    _DRAFT,
)
_WITH = Key("with", Takes.VALUES, "values for the template; Jinja2 too", "with: {code: SPRING20}")
_HTML = Key("html", Takes.TEMPLATE_TEXT, "HTML that stands here; Jinja2", 'html: "<p>Welcome back</p>"')
_TEXT = Key("text", Takes.TEMPLATE_TEXT, "plain text that stands here; Jinja2", "text: With you in two days")

SITE_KEYS = (
    Key("timezone", Takes.ZONE, "the site's time zone; UTC without it", "timezone: Europe/Berlin"),
    Key("currency", Takes.CURRENCY, "the currency of all prices; EUR without it", "currency: EUR"),
    Key("week_starts", Takes.CHOICE, "the day on which a week begins", "week_starts: monday", WEEKDAYS),
    Key(
        "price_tiers",
        Takes.TIERS,
        "names for spans of prices, cheapest first",
        "price_tiers: {low: up to 100, middle: up to 800, high: above 800}",
    ),
    Key("control", Takes.SHARE, "a share of visitors who never see anything of ours", "control: 5 %"),
    Key(
        "exclude",
        Takes.NAMES,
        "segments that see the site as it is, counted nowhere",
        "exclude: employees",
        (),
        "segment",
    ),
    Key(
        "guardrails",
        Takes.NAMES,
        "goals that every comparison is watched by, whatever its own is",
        "guardrails: [unsubscribe]",
        (),
        "goal",
    ),
    Key("personalize", Takes.YES_NO, "no turns everything off", "personalize: no"),
    Key(
        "previews_since",
        Takes.MOMENT,
        "takes back every link to a preview that was made before, and ends the previews that it opened",
        'previews_since: "2026-11-23 12:00"',
    ),
    Key("hosts", Takes.TEXTS, "the site's other hosts: arrivals from them are internal", "hosts: [shop.example]"),
    Key("partners", Takes.PARTNERS, "partners and their hosts", "partners: {birders: [birders.example]}"),
)
PAGE_KEYS = (
    Key("path", Takes.PAGE_PATHS, "the address", 'path: "/{category}/{product}"', required=True),
    Key("type", Takes.LABEL, "the page type", "type: product"),
    Key("category", Takes.TEXT, "the category", "category: lenses"),
    Key("product", Takes.TEXT, "the product", "product: 600mm-f4"),
    Key("brand", Takes.TEXT, "the brand", "brand: Arcadia"),
    Key("tags", Takes.TEXTS, "tags", "tags: [new, sale]"),
    Key("topics", Takes.TEXTS, "topics that it counts towards", "topics: [bargains]"),
    Key("price", Takes.NUMBER, "the price, in the site's currency", "price: 49.90"),
    Key("price_tier", Takes.NAME, "the price tier", "price_tier: low", (), "price tier"),
)
TOPIC_KEYS = (
    Key("pages", Takes.PATHS, "pages that count towards it", 'pages: ["/learn/birds/**"]'),
    Key("keywords", Takes.PHRASES, "words searched for that count towards it", "keywords: [bird, safari]"),
    _ABOUT,
)
SEGMENT_KEYS = (
    _ABOUT,
    _WHEN,
    Key("score", Takes.RANGE, "how many points make a member", "score: {at_least: 50}"),
    Key("points", Takes.POINTS, "a scoring plan", "points: [{points: 30, when: {visits: {at_least: 3}}}]"),
    Key(
        "watch",
        Takes.YES_NO,
        "whoever enters or leaves it, by what they do or by time alone, is told to your webhooks",
        "watch: yes",
    ),
    _DRAFT,
)
POINTS_KEYS = (
    Key("points", Takes.NUMBER, "how many points", "points: 30", required=True),
    Key("when", Takes.CONDITIONS, "for what", "when: {visits: {at_least: 3}}", required=True),
)
BLOCK_KEYS = (
    Key("template", Takes.TEMPLATE, "a template in the templates folder", "template: offers/coupon.html"),
    _HTML,
    _TEXT,
    _WITH,
    _ABOUT,
    *LIMIT_KEYS,
)
CONTENT_KEYS = (
    Key("block", Takes.BLOCK, "a name of blocks: or a template's path", "block: spring-20", (), "block"),
    _HTML,
    _TEXT,
    Key("hide", Takes.YES_NO, "leaves the slot empty", "hide: yes"),
    Key("default", Takes.YES_NO, "the page's own content", "default: yes"),
)
ENTRY_KEYS = (
    Key("to", Takes.NAMES, "for these segments, any of them", "to: [bargain-hunter]", (), "segment"),
    _WHEN,
    *CONTENT_KEYS,
    Key("show", Takes.ENTRIES, "entries inside this one", "show: [{block: a}, {block: b}]"),
    Key("choose", Takes.CHOICE, "how one of `show` is chosen; first without it", "choose: weighted", CHOOSE),
    Key(
        "name",
        Takes.LABEL,
        "its name in caps, counts and reports; beside `show`, what a weighted choice knows it by",
        "name: cart-reminder",
    ),
    _WITH,
    Key(
        "priority",
        Takes.NUMBER,
        "higher comes first where `choose: first`, and decides between equal scores where `choose: best`; 0 without it",
        "priority: 10",
    ),
    Key(
        "weight",
        Takes.NUMBER,
        "its part where `choose: weighted`; 0 is never shown, and 1 holds without it",
        "weight: 50",
    ),
    Key(
        "score",
        Takes.SCORE,
        "how it ranks where `choose: best`: a number, or a segment whose points the visitor has now; 0 without it",
        "score: enthusiast",
        (),
        "segment",
    ),
    *LIMIT_KEYS,
)
SLOT_KEYS = (
    Key("pages", Takes.PAGES, "where the slot is; everywhere without it", "pages: [home, category]"),
    Key("at", Takes.SELECTOR, "where in the page; without it, where the page marks it", 'at: "#hero"'),
    Key(
        "place",
        Takes.CHOICE,
        "where at the element to put it, or hide, which takes the element out where an entry fits; inside without it",
        "place: replace",
        PLACES,
    ),
    Key("goal", Takes.NAME, "what counts as success; every goal is counted without it", "goal: order", (), "goal"),
    Key(
        "guardrails",
        Takes.NAMES,
        "goals that are counted beside its own, to see that it does no harm there",
        "guardrails: [signup]",
        (),
        "goal",
    ),
    Key("control", Takes.SHARE, "a share of visitors who see the page's own", "control: 10 %"),
    Key(
        "choose",
        Takes.CHOICE,
        "how one of the entries is chosen: the first that fits, the one of the highest score, or by their weights, "
        "the same for a visitor each time; first without it",
        "choose: first",
        CHOOSE,
    ),
    Key("show", Takes.ENTRIES, "the entries, read from the top", "show: [{block: hero/new.html}]", required=True),
    Key("otherwise", Takes.CONTENT, "where no entry fits; default without it", "otherwise: default"),
    Key(
        "deliver",
        Takes.CHOICE,
        "page: also on pages that the app made public, which are then private; script: filled in the browser by "
        "client.js, so that the page may stay public",
        "deliver: page",
        DELIVER,
    ),
    _ABOUT,
)
OTHERWISE_KEYS = (*CONTENT_KEYS, Key("name", Takes.LABEL, "its name in reports", "name: fallback"), _WITH)
GOAL_KEYS = (
    Key("value", Takes.TEXT, "the event's property that says what it was worth", "value: revenue"),
    Key("within", Takes.DURATION, "how long after a block it still counts; 30 days without it", "within: 7 days"),
)
PROMOTION_KEYS = (
    Key("from", Takes.MOMENT, "it runs from this day or time on, in the site's zone", "from: 2026-11-27"),
    Key("until", Takes.MOMENT, "until a day, which is included, or until a time", "until: 2026-11-30"),
    Key(
        "control",
        Takes.SHARE,
        "a share of visitors who see nothing of it: where it would show something, the page's own",
        "control: 10 %",
    ),
    Key(
        "slots",
        Takes.PROMOTED,
        "what it brings to which slot; a slot that `slots` does not define is one that pages mark",
        "slots: {hero: {block: hero/clearance.html}}",
        required=True,
    ),
    _DRAFT,
    _ABOUT,
)
POINT_KEYS = (
    Key("lat", Takes.COORDINATE, "latitude", "lat: 52.52", required=True),
    Key("lon", Takes.COORDINATE, "longitude", "lon: 13.40", required=True),
)

SECTIONS = {
    section.name: section
    for section in (
        Section("site", Shape.RECORD, "Settings of the whole site.", "site: {timezone: Europe/Berlin}", SITE_KEYS),
        Section(
            "places",
            Shape.POINTS,
            "Places on the map, for `near`.",
            "places: {shops: [{lat: 52.52, lon: 13.40}]}",
            POINT_KEYS,
            "place",
        ),
        Section(
            "pages",
            Shape.LIST,
            "What an address means. The most specific path wins, wherever it is written; captures such as {category} "
            "become the field of that name.",
            "pages: [{path: /, type: home}]",
            PAGE_KEYS,
        ),
        Section(
            "topics",
            Shape.NAMED,
            "What counts towards which interest.",
            "topics: {wildlife: {keywords: [bird, safari]}}",
            TOPIC_KEYS,
            "topic",
        ),
        Section(
            "segments",
            Shape.NAMED,
            "Named classes of visitors: `when`, or `score` and `points`.",
            "segments: {tablet: {when: {device: tablet}}}",
            SEGMENT_KEYS,
            "segment",
        ),
        Section(
            "blocks",
            Shape.NAMED,
            "Named content: one of `template`, `html` and `text`.",
            "blocks: {spring-20: {template: offers/coupon.html}}",
            BLOCK_KEYS,
            "block",
        ),
        Section(
            "slots",
            Shape.NAMED,
            "Places in a page, and what each shows to whom.",
            "slots: {hero: {show: [{block: spring-20}]}}",
            SLOT_KEYS,
            "slot",
        ),
        Section(
            "goals",
            Shape.CONDITION,
            "What counts as success: a condition, what it is worth, and for how long a block may claim it.",
            "goals: {order: {did: Order Completed, value: revenue, within: 7 days}}",
            GOAL_KEYS,
            "goal",
        ),
        Section(
            "personas",
            Shape.NAMED,
            "Made-up people with whom rules are tried out: what their request tells, what happened before, when and "
            "where they are.",
            "personas: {cheap-tripod: {url: /, device: mobile, country: DE}}",
            PERSONA_KEYS,
            "persona",
        ),
        Section(
            "tests",
            Shape.LIST,
            "What you expect of a persona; `floorwalker test` tries it. Control groups are left aside.",
            "tests: [{persona: cheap-tripod, in: [bargain-hunter], slots: {hero: hero/clearance.html}}]",
            TEST_KEYS,
        ),
        Section(
            "funnels",
            Shape.STEPS,
            "Steps that lead to something, in their order: each is `viewed` or `did` and says what, without counts and "
            "windows. Others may happen between them. The condition `funnel` asks how far somebody came.",
            "funnels: {purchase: [{viewed: /cart}, {viewed: /checkout}, {did: Order Completed}]}",
            (),
            "funnel",
        ),
        Section(
            "promotions",
            Shape.NAMED,
            "One date, many slots: entries that come before the slots' own. Of several promotions the first in the "
            "files goes first.",
            "promotions: {black-friday: {from: 2026-11-27, until: 2026-11-30, slots: {hero: {block: spring-20}}}}",
            PROMOTION_KEYS,
            "promotion",
        ),
    )
}
