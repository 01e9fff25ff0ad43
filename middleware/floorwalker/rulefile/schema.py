"""The JSON Schema of a rule file, generated from the definitions of conditions and sections.

For the YAML tools of editors: it completes and explains keys, and puts a typo at its key. What it lets through is still
judged by `check`, which knows all files.
"""

from collections.abc import Callable, Mapping, Sequence

from floorwalker.core.conditions.definitions import (
    DEFINITIONS,
    NUMBER_OPERATORS,
    OPERATORS,
    STEPS,
    Definition,
    FieldDefinition,
    Form,
    Kind,
)
from floorwalker.core.conditions.vocabulary import WEEKDAYS
from floorwalker.rulefile import schema_parts as part
from floorwalker.rulefile.schema_parts import Schema
from floorwalker.rulefile.tables.keys import Key, Section, Shape, Takes
from floorwalker.rulefile.tables.persona_keys import (
    BOUGHT_KEYS,
    CART_KEYS,
    HISTORY_KEYS,
    ORDER_KEYS,
    PLACE_KEYS,
    SAID_KEYS,
)
from floorwalker.rulefile.tables.sections import (
    BLOCK_KEYS,
    ENTRY_KEYS,
    OTHERWISE_KEYS,
    POINT_KEYS,
    POINTS_KEYS,
    SECTIONS,
)

Names = Mapping[str, Sequence[str]]
_SNIPPETS: Mapping[str, tuple[str, Schema]] = {
    "segments": ("new segment", {"${1:name}": {"about": "${2:who they are}", "when": {"${3:device}": "${4:mobile}"}}}),
    "blocks": ("new block", {"${1:name}": {"template": "${2:offers/coupon.html}"}}),
    "slots": (
        "new slot",
        {"${1:name}": {"at": '${2:"#hero"}', "show": [{"to": "${3:segment}", "block": "${4:block}"}]}},
    ),
    "personas": (
        "new persona",
        {"${1:name}": {"about": "${2:who it is}", "url": "${3:/}", "device": "${4:mobile}"}},
    ),
    "funnels": ("new funnel", {"${1:name}": [{"viewed": "${2:/cart}"}, {"did": "${3:Order Completed}"}]}),
}
_CLOSED = ("segment", "goal", "funnel", "place", "price tier", "persona")
_BOUNDS: dict[Kind, Callable[[], Schema]] = {
    Kind.COUNT: part.count,
    Kind.SHARE: part.share,
    Kind.DURATION: part.duration,
    Kind.VERSION: part.text,
}


def schema(names: Names | None = None) -> Schema:
    """JSON Schema (draft 7). names: the folder's own names by kind, as `names_of` gives them, for completion."""
    known = names or {}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "floorwalker rules",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            section.name: part.described(_section(section, known), section.doc.rstrip("."), section.example)
            for section in SECTIONS.values()
        },
        "definitions": {
            **{f"condition-{one.name}": _described(one, known) for one in DEFINITIONS.values()},
            "condition": part.only_one(_conditions()),
            "conditions": _list(part.ref("condition")),
            "when": part.when_type("array", part.ref("conditions"), part.ref("condition")),
            "entry": _keys(ENTRY_KEYS, known),
            "otherwise": part.when_type("object", _keys(OTHERWISE_KEYS, known), part.words(["default"])),
            "step": part.only_one(part.record({name: _condition(one, known) for name, one in STEPS.items()})),
            "steps": {**_list(part.ref("step")), "minItems": 2},
            "point": _keys(POINT_KEYS, known),
            "points": _keys(POINTS_KEYS, known),
            "block": _keys(BLOCK_KEYS, known),
            "where": _keys(PLACE_KEYS, known),
            "said": _keys(SAID_KEYS, known),
            "happening": _keys(HISTORY_KEYS, known),
            "in-cart": _keys(CART_KEYS, known),
            "past-order": _keys(ORDER_KEYS, known),
            "bought": _keys(BOUGHT_KEYS, known),
        },
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def _section(section: Section, names: Names) -> Schema:
    match section.shape:
        case Shape.RECORD:
            return _keys(section.keys, names)
        case Shape.LIST:
            return _list(_keys(section.keys, names))
        case Shape.NAMED if section.name == "blocks":
            return part.named(part.ref("block"), snippet=_SNIPPETS["blocks"])
        case Shape.NAMED if section.name == "topics":
            return part.named({**_keys(section.keys, names), "minProperties": 0})
        case Shape.NAMED:
            return part.named(_keys(section.keys, names), snippet=_SNIPPETS.get(section.name))
        case Shape.POINTS:
            return part.named(part.when_type("array", _list(part.ref("point")), part.ref("point")))
        case Shape.STEPS:
            return part.named(part.ref("steps"), snippet=_SNIPPETS.get(section.name))
        case Shape.CONDITION:
            goal = _conditions()
            goal["properties"] |= _keys(section.keys, names)["properties"]
            return part.named(goal)


def _keys(keys: Sequence[Key], names: Names) -> Schema:
    properties = {key.name: part.described(_takes(key, names), key.doc, key.example) for key in keys}
    return part.record(properties, required=[key.name for key in keys if key.required])


def _takes(key: Key, names: Names) -> Schema:
    match key.takes:
        case Takes.NAME | Takes.BLOCK:
            return _name(key.names, names)
        case Takes.NAMES:
            return part.one_or_many(_name(key.names, names))
        case Takes.EXPECTED:
            return _of_slots(part.one_or_many(_name("block", names)), names)
        case Takes.SCORE:
            return {**part.text(), "examples": ["10", *names.get(key.names, ())]}
        case Takes.CHOICE:
            return part.words(key.values)
        case Takes.CHOICES:
            return part.one_or_many(part.words(key.values))
        case _:
            return _SIMPLE[key.takes]()


def _of_slots(value: Schema, names: Names) -> Schema:
    """A value for each slot; the known ones are proposed, and promotions may mark further ones."""
    return {**part.named(value), "properties": dict.fromkeys(names.get("slot", ()), value)}


def _name(kind: str, names: Names) -> Schema:
    """A name: one of a closed set, or any text for which there are proposals."""
    known = list(names.get(kind, ()))
    if not known:
        return part.text()
    return part.words(known) if kind in _CLOSED else {**part.text(), "examples": known}


_SIMPLE: dict[Takes, Callable[[], Schema]] = {
    Takes.TEXT: part.text,
    Takes.TEMPLATE_TEXT: part.text,
    Takes.LABEL: part.label,
    Takes.TEXTS: lambda: part.one_or_many(part.text()),
    Takes.PHRASES: lambda: part.one_or_many(part.text()),
    Takes.SHARE: part.share,
    Takes.NUMBER: part.number,
    Takes.RANGE: lambda: part.record(_operators(Kind.NUMBER)),
    Takes.YES_NO: part.yes_no,
    Takes.MOMENT: part.moment,
    Takes.DURATION: part.duration,
    Takes.CAPS: lambda: part.one_or_many(part.cap()),
    Takes.PATHS: lambda: part.one_or_many(part.path()),
    Takes.PAGE_PATHS: lambda: part.one_or_many(part.path()),
    Takes.PAGES: lambda: part.one_or_many(part.text()),
    Takes.SELECTOR: part.text,
    Takes.TEMPLATE: part.text,
    Takes.VALUES: lambda: part.named(part.text()),
    Takes.TIERS: lambda: part.named({"type": "string", "pattern": r"^(up to|above) |\sto\s"}),
    Takes.PARTNERS: lambda: part.named(part.one_or_many(part.text())),
    Takes.ZONE: part.text,
    Takes.CURRENCY: lambda: {"type": "string", "pattern": "^[A-Za-z]{3}$"},
    Takes.CONDITIONS: lambda: part.ref("when"),
    Takes.POINTS: lambda: _list(part.ref("points")),
    Takes.ENTRIES: lambda: _list(part.ref("entry")),
    Takes.PROMOTED: lambda: part.named(part.when_type("array", _list(part.ref("entry")), part.ref("entry"))),
    Takes.CONTENT: lambda: part.ref("otherwise"),
    Takes.COORDINATE: part.number,
    Takes.ADDRESS: lambda: {"type": "string", "pattern": r"^(/|[a-z-]+://)"},
    Takes.URL: lambda: {"type": "string", "pattern": r"^[A-Za-z0-9-]+://"},
    Takes.IP: part.text,
    Takes.COUNTRY: part.country,
    Takes.LANGUAGES: lambda: part.one_or_many(part.text()),
    Takes.COUNT: part.count,
    Takes.SCALARS: lambda: part.named(part.text()),
    Takes.PLACE: lambda: part.ref("where"),
    Takes.PAGE: lambda: part.ref("said"),
    Takes.HISTORY: lambda: _list(part.ref("happening")),
    Takes.CART: lambda: _list(part.ref("in-cart")),
    Takes.ORDERS: lambda: _list(part.ref("past-order")),
    Takes.BOUGHT: lambda: _list(part.ref("bought")),
    Takes.SHARES: lambda: part.named(part.share()),
    Takes.CONSENT: lambda: part.one_or_many(part.text()),
}


def _conditions() -> Schema:
    """An object whose keys are conditions."""
    return part.record({one.name: part.ref(f"condition-{one.name}") for one in DEFINITIONS.values()})


def _described(definition: Definition, names: Names) -> Schema:
    return part.described(_condition(definition, names), definition.doc.rstrip("."), definition.example)


def _condition(definition: Definition, names: Names) -> Schema:
    match definition.form:
        case Form.TEST | Form.BEHAVIOUR | Form.COURSE:
            return _asking(definition, names)
        case Form.MAPPING:
            return part.named(_field(FieldDefinition("is", Kind.MAPPING, ""), names))
        case Form.TOUCH:
            return part.ref("when")
        case Form.IN:
            return _short(definition, part.one_or_many(_name("segment", names)), names)
        case Form.ALL | Form.ANY | Form.NONE:
            return part.ref("conditions")
        case Form.NOT:
            return part.ref("condition")
        case _:
            return _fields(definition, names)


def _short(definition: Definition, value: Schema, names: Names) -> Schema:
    """Fields where an object stands, else the main field's value."""
    return part.when_type("object", _fields(definition, names), value)


def _asking(definition: Definition, names: Names) -> Schema:
    main, measure = _named(definition, definition.main), _named(definition, definition.measure)
    if main is None or main.kind in _BOUNDS or main.kind in (Kind.NUMBER, Kind.MONEY) or (measure and measure.required):
        return _fields(definition, names)
    return _short(definition, _plain(main, names), names)


def _fields(definition: Definition, names: Names) -> Schema:
    """Every key that may stand inside the condition."""
    aim = _named(definition, definition.measure or definition.main)
    properties: dict[str, Schema] = {}
    for field in definition.fields:
        takes = _plain if definition.measure and field.name == definition.main and field != aim else _field
        properties[field.name] = {"description": field.doc, **takes(field, names)}
    beside = {
        "within": part.window(),
        "ago": part.record(_operators(Kind.DURATION)),
        "share": part.when_type("object", part.record(_operators(Kind.SHARE)), part.share()),
        "sum": {**part.named(part.record(_operators(Kind.NUMBER))), "minProperties": 1, "maxProperties": 1},
    }
    properties |= {word: found for word, found in beside.items() if getattr(definition, word)}
    if definition.counts:
        properties |= _operators(Kind.COUNT)
    for operator, found in _operators(aim.kind).items() if aim is not None else ():
        properties.setdefault(operator, found)
    needed = [field.name for field in definition.fields if field.required and not (definition.measure and field == aim)]
    return part.record(properties, required=needed)


def _named(definition: Definition, name: str) -> FieldDefinition | None:
    return definition.field(name) if name else None


def _field(field: FieldDefinition, names: Names) -> Schema:
    """A field's value: plain, a list, or operators."""
    operators = part.record(_operators(field.kind))
    match field.kind:
        case Kind.NUMBER | Kind.MONEY | Kind.COUNT | Kind.DURATION:
            return operators
        case Kind.MAPPING if field.name != "is":
            return part.named(_field(FieldDefinition("is", Kind.MAPPING, ""), names))
        case kind if kind in OPERATORS:
            return part.when_type("object", operators, _plain(field, names))
        case _:
            return _plain(field, names)


def _plain(field: FieldDefinition, names: Names) -> Schema:
    match field.kind:
        case Kind.CHOICE if len(field.values) > 20:
            return part.one_or_many({"type": "string", "pattern": "^[A-Za-z]{2}$", "examples": list(field.values)})
        case Kind.CHOICE:
            return part.one_or_many(part.words([*field.values, *field.synonyms]))
        case Kind.NAME:
            return part.one_or_many(_name(field.names, names))
        case Kind.FLAG:
            return part.yes_no()
        case Kind.SHARE | Kind.PERCENT:
            return part.share()
        case Kind.TIME:
            return part.clock()
        case Kind.DATE:
            return part.moment()
        case Kind.WEEKDAYS:
            return part.one_or_many(part.words(WEEKDAYS))
        case Kind.COORDINATE:
            return part.number()
        case Kind.CURRENCY:
            return {"type": "string", "pattern": "^[A-Za-z]{3}$"}
        case Kind.PATH:
            return part.one_or_many(part.path())
        case Kind.WEEKS:
            return {**part.count(), "minimum": 1, "maximum": 52}
        case Kind.SPAN:
            return part.duration()
        case Kind.WINDOW:
            return part.window()
        case Kind.REGULARITY:
            return part.record({name: _plain(FieldDefinition(name, Kind.WEEKS, ""), names) for name in ("weeks", "of")})
        case Kind.VIEW:
            return _condition(STEPS["viewed"], names)
        case Kind.STEPS:
            return part.ref("steps")
        case Kind.STEP:
            return part.text()
        case Kind.VERSION | Kind.LABEL | Kind.DISTANCE:
            return part.text()
        case _:
            return part.one_or_many(part.text())


def _operators(kind: Kind) -> dict[str, Schema]:
    bound = _BOUNDS.get(kind, part.number)
    found: dict[str, Schema] = {}
    for operator in OPERATORS.get(kind, ()):
        if operator == "between":
            found[operator] = {"type": "array", "items": bound(), "minItems": 2, "maxItems": 2}
        elif operator in NUMBER_OPERATORS:
            found[operator] = bound()
        elif operator == "exists":
            found[operator] = part.yes_no()
        else:
            found[operator] = part.one_or_many(part.text())
    return found
