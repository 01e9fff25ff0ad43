"""The whole rule language as strategies, made from the definitions: whatever they allow may come up."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from floorwalker.core.conditions.definitions import DEFINITIONS, STEPS, WINDOWS, Definition, FieldDefinition, Form, Kind

Plain = dict[str, Any]
Strategy = st.SearchStrategy[Any]

POOLS = {
    "category": ("lenses", "Cameras", "caméras", "bags", "never-seen", "*s", "c*a*"),
    "product": ("p1", "P2", "p*"),
    "brand": ("Nikon", "arcadia"),
    "tag": ("new", "SALE", "n*"),
    "event": ("Product Added", "coupon applied", "products searched", "Page Viewed", "product*", "never happened"),
    "source": ("google", "bing", "newsletter"),
    "domain": ("*.example", "www.google.com"),
    "url": ("https://www.google.com/*",),
    "name": ("spring-*", "Spring-Sale", "iOS", "Safari"),
    "medium": ("email", "cpc"),
    "network": ("google", "*"),
    "channel": ("Paid Search", "direct", "organic*"),
    "contains": ("p1", "bags", "tall*"),
    "model": ("purchase", "signup"),
    "consent": ("marketing", "personal*"),
    "timezone": ("Europe/*", "America/New_York"),
    "city": ("Linkoping", "berlin"),
    "micro_segment": ("night-owls",),
    "agent_note": ("Asked about trade-in", "*trade*"),
    "topic": ("wildlife", "Travel", "w*"),
    "page type": ("product", "Category", "article", "home"),
    "price tier": ("low", "High"),
    "block": ("workshop", "spring", "w*"),
    "slot": ("hero", "ribbon"),
    "country": ("DE", "at", "NO"),
    "medium of referrer": ("search", "social", "email", "referral", "internal", "direct"),
}
PARTS = {
    "contains": ("a", "trade", "s"),
    "starts_with": ("c", "n", "P"),
    "ends_with": ("s", "n"),
    "matches": ("^c", "a|b", "s$"),
}
PATHS = ("/", "/lenses/**", "/lenses/*", "/*/p1", "/bags/p2/", "/cart", "/**/p*", "/learn/*", "/*/**")
WORDS = ("tripod", "second hand", "cheap*", "birds in flight")
KEYS = {"query": ("ref", "n"), "header": ("X-Shop", "x-age"), "cookie": ("ab",), "attribute": ("stock", "member"),
        "trait": ("newsletter", "age", "email"), "did": ("price", "size", "query")}  # fmt: skip
MAPPED = ("yes", "no", "20", "S", "x*", "*@shop.example", "19.5")
NUMBERS = {
    Kind.NUMBER: ("0", "0.5", "1", "2", "5"),
    Kind.MONEY: ("0", "10", "50", "99", "250.5"),
    Kind.COUNT: ("0", "1", "2", "3", "6"),
    Kind.SHARE: ("0 %", "20 %", "50 %", "75 %", "100 %"),
    Kind.DURATION: ("0 seconds", "20 seconds", "30 minutes", "1 hour", "1 day", "8 days", "1 month"),
    Kind.VERSION: ("15", "15.6", "16", "17.4"),
    Kind.MAPPING: ("1", "5", "19.5", "20"),
}
SPANS = ("1 minute", "30 minutes", "1 hour", "12 hours", "1 day", "7 days", "21 days", "1 month")
FUNNELS = {"purchase": [{"viewed": "/cart"}, {"viewed": {"type": "product"}}, {"did": "Product Added"}],
           "short": [{"viewed": {"category": "lenses"}}, {"viewed": {"category": ["lenses", "bags"]}}]}  # fmt: skip


def one_of(values: tuple[str, ...]) -> Strategy:
    return st.sampled_from(values)


def some_of(values: Strategy) -> Strategy:
    """A value, or a list of them."""
    return values | st.lists(values, min_size=1, max_size=3)


@cache
def amounts(kind: Kind) -> Strategy:
    """Number operators that leave something between them."""
    values = NUMBERS[kind]
    least = 1 if kind is not Kind.VERSION else 0
    single = [{word: value} for word in ("at_least", "at_most", "more_than", "exactly") for value in values]
    single += [{"less_than": value} for value in values[least:]]
    pairs = [(low, high) for at, low in enumerate(values) for high in values[at:]]
    double = [{"between": [low, high]} for low, high in pairs]
    double += [{"at_least": low, "at_most": high} for low, high in pairs]
    far = [(low, high) for at, low in enumerate(values) for high in values[at + 2 :]]
    double += [{"more_than": low, "less_than": high} for low, high in far]
    return st.sampled_from(single) | st.sampled_from(double)


@cache
def texts(kind: Kind) -> Strategy:
    """What text operators ask; sometimes two of one value."""
    exists = one_of(("yes", "no")).map(lambda word: {"exists": word})
    if kind not in (Kind.TEXT, Kind.PATH, Kind.MAPPING):
        return exists
    parts = [
        st.tuples(st.just(word), some_of(one_of(values))).map(lambda pair: dict([pair]))
        for word, values in PARTS.items()
    ]
    return (
        exists
        | st.one_of(parts)
        | st.builds(lambda one, other: {**one, **other}, st.one_of(parts), exists | st.one_of(parts))
    )


def value_of(condition: str, field: FieldDefinition) -> Strategy:
    """What may stand at one field."""
    if field.kind in (Kind.NUMBER, Kind.MONEY, Kind.COUNT, Kind.DURATION):
        return amounts(field.kind)
    plain = plain_value(condition, field)
    if field.kind in (Kind.FLAG, Kind.CURRENCY):
        return plain
    if field.kind in (Kind.SHARE, Kind.VERSION):
        return plain | amounts(field.kind)
    return some_of(plain) if field.kind is Kind.NETWORKS else some_of(plain) | texts(field.kind)


def plain_value(condition: str, field: FieldDefinition) -> Strategy:
    match field.kind:
        case Kind.PATH:
            return one_of(PATHS)
        case Kind.WORDS:
            return one_of(WORDS)
        case Kind.LANGUAGE:
            return one_of(("de", "de-AT", "en", "EN-us"))
        case Kind.NETWORKS:
            return one_of(("192.0.2.0/24", "192.0.2.7", "2001:db8::/32"))
        case Kind.FLAG:
            return one_of(("yes", "no"))
        case Kind.SHARE | Kind.VERSION:
            return one_of(NUMBERS[field.kind])
        case Kind.CURRENCY:
            return one_of(("EUR", "usd"))
        case Kind.CHOICE:
            pool = POOLS.get(f"{field.name} of {condition}") or POOLS.get(
                condition, field.values + tuple(field.synonyms)
            )
            return one_of(pool)
        case Kind.NAME:
            return one_of(POOLS[field.names])
        case Kind.TEXT:
            return one_of(POOLS.get(field.name) or POOLS.get(condition) or ("x",))
        case _:
            raise AssertionError(f"{condition}.{field.name}: nothing is made of {field.kind}")


def mapping(condition: str) -> Strategy:
    asked = some_of(one_of(MAPPED)) | amounts(Kind.MAPPING) | texts(Kind.MAPPING)
    return st.dictionaries(one_of(KEYS[condition]), asked, min_size=1, max_size=2)


def field_value(condition: str, field: FieldDefinition) -> Strategy:
    return (
        mapping("did" if field.name == "where" else condition)
        if field.kind is Kind.MAPPING
        else value_of(condition, field)
    )


def keys_of(definition: Definition) -> Strategy:
    """Fields, and what stands beside them; something at least."""
    keys = {field.name: field_value(definition.name, field) for field in definition.fields}
    required = {field.name: keys[field.name] for field in definition.fields if field.required}
    beside: dict[str, Strategy] = {}
    if definition.within:
        beside["within"] = one_of((*SPANS, *WINDOWS))
    if definition.ago:
        beside["ago"] = amounts(Kind.DURATION)
    if definition.share:
        beside["share"] = one_of(NUMBERS[Kind.SHARE]) | amounts(Kind.SHARE)
    if definition.sum:
        beside["sum"] = st.fixed_dictionaries({"price": amounts(Kind.NUMBER)})
    count = amounts(Kind.COUNT) if definition.counts else st.just({})
    optional = {name: one for name, one in {**keys, **beside}.items() if name not in required}
    few = st.lists(one_of(tuple(optional)), max_size=3, unique=True) if optional else st.just([])
    made = few.flatmap(lambda names: st.fixed_dictionaries(required | {name: optional[name] for name in names}))
    return st.builds(lambda one, much: {**one, **much}, made, st.just({}) | count).filter(bool)


def short_forms(definition: Definition) -> Strategy:
    """A value alone for the main field, or operators that are meant for it."""
    main = definition.field(definition.main)
    if (
        main is None
        or main.kind is Kind.MAPPING
        or definition.measure
        or any(one.required for one in definition.fields)
    ):
        return st.nothing()
    if main.kind in (Kind.NUMBER, Kind.MONEY, Kind.COUNT, Kind.DURATION):
        return amounts(main.kind)
    return plain_value(definition.name, main) if definition.counts else value_of(definition.name, main)


def measured(definition: Definition) -> Strategy:
    which, measure = definition.fields
    names = some_of(plain_value(definition.name, which))
    much = amounts(Kind.SHARE)
    beside = st.builds(lambda name, operators: {which.name: name, **operators}, names, much)
    inside = st.fixed_dictionaries({which.name: names, measure.name: one_of(NUMBERS[Kind.SHARE]) | much})
    return beside | inside if measure.required else beside | inside | names


def added_up(definition: Definition) -> Strategy:
    amount = amounts(Kind.MONEY)
    beside = {"currency": one_of(("EUR", "usd")), "within": one_of((*SPANS, *WINDOWS))}
    full = st.fixed_dictionaries({"amount": amount}, optional=beside)
    short = st.builds(lambda one, more: {**one, **more}, amount, st.fixed_dictionaries({}, optional=beside))
    return full | short


STEP = st.one_of([keys_of(one).map(lambda value, name=name: {name: value}) for name, one in STEPS.items()])  # type: ignore[misc]
WHAT = STEPS["did"]
HAPPENS = keys_of(WHAT).filter(lambda one: "event" in one) | keys_of(STEPS["viewed"]).map(lambda one: {"viewed": one})
WEEKS = st.sampled_from([{}, {"weeks": "1", "of": "2"}, {"weeks": "2"}, {"of": "6"}, {"weeks": "2", "of": "8"}])


def course(definition: Definition) -> Strategy:
    span, windows = one_of(SPANS), one_of((*SPANS, *WINDOWS))
    match definition.name:
        case "did_in_order":
            steps = st.lists(STEP, min_size=2, max_size=3)
            beside = {"gap": span, "within": windows, "ago": amounts(Kind.DURATION)}
            full = st.fixed_dictionaries({"steps": steps}, optional=beside)
            return steps | st.builds(lambda one, count: {**one, **count}, full, st.just({}) | amounts(Kind.COUNT))
        case "did_regularly":
            return one_of(POOLS["event"]) | st.builds(lambda what, often: {**what, **often}, HAPPENS, WEEKS)
        case "stopped":
            more = st.fixed_dictionaries({}, optional={"was": WEEKS.filter(bool), "for": span})
        case "restarted":
            more = st.fixed_dictionaries({}, optional={"after": span, "within": windows})
        case _:
            return st.sampled_from(sorted(FUNNELS)).flatmap(stages)
    return one_of(POOLS["event"]) | st.builds(lambda what, beside: {**what, **beside}, HAPPENS, more)


def stages(name: str) -> Strategy:
    step = st.integers(1, len(FUNNELS[name])).map(str)
    which = st.builds(lambda word, number: {"name": name, word: number}, one_of(("reached", "stuck_at")), step)
    ago = st.just({}) | amounts(Kind.DURATION).map(lambda one: {"ago": one})
    return st.builds(lambda one, more: {**one, **more}, which, ago)


TIMES = ("00:00", "02:00", "02:30", "03:00", "12:00", "18:00", "23:30", "24:00")
MOMENTS = (
    "2026-03-28",
    "2026-03-29",
    "2026-03-29 02:30",
    "2026-10-25",
    "2026-10-25 02:30",
    "2026-11-01 01:30",
    "2026-12-01",
)


def is_span(value: Plain) -> bool:
    return (
        bool(value)
        and set(value) != {"zone"}
        and value.get("from") != value.get("until")
        and value.get("from") != "24:00"
    )


TIME = st.fixed_dictionaries(
    {},
    optional={
        "from": one_of(TIMES),
        "until": one_of(TIMES[1:]),
        "days": some_of(one_of(("monday", "friday", "saturday", "sunday"))),
        "zone": one_of(("visitor", "site")),
    },
).filter(is_span)
DATE = st.fixed_dictionaries(
    {}, optional={"from": one_of(MOMENTS[:4]), "until": one_of(MOMENTS[4:]), "zone": one_of(("visitor", "site"))}
).filter(is_span)
NEAR = st.builds(lambda place, km: {**place, "km": km},
    st.sampled_from([{"place": "shops"}, {"lat": "52.52", "lon": "13.40"}, {"lat": "0", "lon": "-179.9"}]),
    one_of(("1", "30", "600")))  # fmt: skip
CHANCE = st.builds(lambda share, of: {"percent": share, "of": of}, one_of(NUMBERS[Kind.SHARE]), one_of(("x", "hero")))


def leaf(definition: Definition, segments: tuple[str, ...]) -> Strategy:
    """What may stand under the name of a condition that is not made of others."""
    match definition.form:
        case Form.TEST if definition.measure:
            return measured(definition)
        case Form.BEHAVIOUR if definition.measure:
            return added_up(definition)
        case Form.TEST | Form.BEHAVIOUR:
            return keys_of(definition) | short_forms(definition)
        case Form.MAPPING:
            return mapping(definition.name)
        case Form.COURSE:
            return course(definition)
        case Form.TIME:
            return TIME
        case Form.DATE:
            return DATE
        case Form.NEAR:
            return NEAR
        case Form.IN:
            return some_of(one_of(segments))
        case Form.CHANCE:
            return CHANCE
        case _:
            raise AssertionError(definition.form)


COMPOSED = (Form.ALL, Form.ANY, Form.NONE, Form.NOT)


def nested(inner: Strategy) -> Strategy:
    several = st.lists(inner, min_size=1, max_size=3)
    made = [several.map(lambda of, name=name: {name: of}) for name in ("all", "any", "none")]  # type: ignore[misc]
    return st.one_of(*made, inner.map(lambda one: {"not": one}))


def named(definition: Definition, segments: tuple[str, ...]) -> Strategy:
    if definition.form is Form.TOUCH:
        arrival = [one for one in DEFINITIONS.values() if one.group == "arrival" and one.form is not Form.TOUCH]
        inner = st.recursive(st.one_of([named(one, segments) for one in arrival]), nested, max_leaves=3)
        return (inner | st.lists(inner, min_size=1, max_size=2)).map(lambda of: {definition.name: of})
    return leaf(definition, segments).map(lambda value: {definition.name: value})


@cache
def leaves(segments: tuple[str, ...]) -> Strategy:
    """Any one condition of the language that is not made of others; those on the past, which are rich, more often."""
    kept = [one for one in DEFINITIONS.values() if one.form not in COMPOSED]
    rich = [one.name for one in kept if one.counts or one.form is Form.COURSE]
    names = [one.name for one in kept] + 3 * rich
    return st.sampled_from(names).flatmap(lambda name: _named(name, segments))


@cache
def _named(name: str, segments: tuple[str, ...]) -> Strategy:
    return named(DEFINITIONS[name], segments)


@cache
def conditions(segments: tuple[str, ...]) -> Strategy:
    """Any condition, nested."""
    return leaves(segments) | st.recursive(leaves(segments), nested, max_leaves=6)
