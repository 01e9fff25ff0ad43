"""The reference page for editors, generated from the definitions of sections and conditions."""

from collections.abc import Iterable, Sequence

from floorwalker.core.conditions.definitions import (
    DEFINITIONS,
    GROUPS,
    NUMBER_OPERATORS,
    OPERATORS,
    TEXT_OPERATORS,
    Definition,
    FieldDefinition,
    Kind,
)
from floorwalker.rulefile.tables.keys import Key, Section, Takes
from floorwalker.rulefile.tables.persona_keys import (
    BOUGHT_KEYS,
    CART_KEYS,
    HISTORY_KEYS,
    ORDER_KEYS,
    PLACE_KEYS,
    SAID_KEYS,
)
from floorwalker.rulefile.tables.sections import (
    CHOOSE_LATER,
    ENTRY_KEYS,
    POINTS_KEYS,
    SECTIONS,
)

_HEAD = """# Reference: every section, key and condition

This page is generated from the definitions that the loader itself reads. How the language works is told in
[rules.md](rules.md); here is every word of it. Check a folder with `floorwalker check rules`.

"""

_VALUES = (
    ("text", '`Vienna`, `"Sale: now"`', "quotes where it holds `: `, ` #`, or begins with one of `* & ! @ % { [ -`"),
    ("number", "`3`, `49.90`", "a point for decimals, no thousands commas, no currency"),
    ("share", "`60 %`", "from 0 % to 100 %"),
    ("duration", "`30 minutes`, `7 days`, `1 month`, `1 year`", "a month is 30 days, a year 365"),
    (
        "window",
        "`30 minutes`, `this visit`, `today`, `this week`, `this month`",
        "the part of the past that is counted",
    ),
    ("day, time", "`2027-04-30`, `2027-04-30 19:30`, `22:00`", "until a day includes it, until a time stops at it"),
    ("yes or no", "`yes`, `no`", "also true, false, on, off"),
    ("path", "`/lenses/*`, `/learn/**`", "`*` is one segment, `**` any number; `/learn/**` also matches `/learn`"),
    ("cap", "`3 per visit`, `1 per day`, `2 per week`, `5 ever`", "how often one visitor sees it"),
    ("version", "`17`, `17.4`", "`17` also means 17.4"),
    ("span of prices", "`up to 100`, `100 to 800`, `above 800`", "for `price_tiers`"),
)

_OPERATORS = (
    (NUMBER_OPERATORS, "for numbers, counts, shares, durations and versions; `between: [2, 5]` includes both ends"),
    (TEXT_OPERATORS[:3], "for a part of a text; a list means any of them"),
    (("matches",), "a regular expression, found anywhere in the text; linear time, so without look-around"),
    (("exists",), "`yes` where there is any value, `no` where there is none"),
)


def reference() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, _values(), _sections(), _entries(), _conditions()]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _values() -> str:
    rows = [f"| {name} | {written} | {note} |" for name, written, note in _VALUES]
    table = ["## Values", "", "| what | how it is written | note |", "|---|---|---|", *rows, ""]
    operators = [f"| {_code(words)} | {note} |" for words, note in _OPERATORS]
    return "\n".join([*table, "| operators | meaning |", "|---|---|", *operators])


def _sections() -> str:
    return "\n\n".join(["## Sections", *map(_section, SECTIONS.values())])


def _section(section: Section) -> str:
    lines = [f"### `{section.name}`", "", section.doc, "", _yaml(section.example)]
    lines += ["", *_table(section.keys)] if section.keys else []
    if section.name == "segments":
        lines += ["", "Each of `points`:", "", *_table(POINTS_KEYS)]
    for title, keys in _INNER.get(section.name, ()):
        lines += ["", title, "", *_table(keys)]
    if section.name == "goals":
        lines += ["", "Beside these stands exactly one condition."]
    return "\n".join(lines)


_INNER = {
    "personas": (
        ("`place`:", PLACE_KEYS),
        ("`page`:", SAID_KEYS),
        (
            "Each of `history`: at least one of `viewed`, `url`, `saw`, `clicked` and `did`; several happen together, "
            "in this order. A page viewed begins a visit where none is under way; an event alone does not.",
            HISTORY_KEYS,
        ),
        ("Each of `cart`:", CART_KEYS),
        ("Each of `orders`:", ORDER_KEYS),
        ("Each of `bought`:", BOUGHT_KEYS),
    ),
}


def _entries() -> str:
    intro = (
        "What stands under `show` of a slot, read from the top. `to` and `when` must both hold; with neither the "
        "entry is for everyone. Exactly one of `block`, `html`, `text`, `hide`, `default` and `show`."
    )
    return "\n".join(["## Entries", "", intro, "", *_table(ENTRY_KEYS)])


def _table(keys: Sequence[Key]) -> list[str]:
    rows = [f"| `{key.name}` | {_takes(key)} | {_cell(key.doc)} | `{_cell(key.example)}` |" for key in keys]
    return ["| key | takes | meaning | example |", "|---|---|---|---|", *rows]


def _takes(key: Key) -> str:
    needed = "; must be there" if key.required else ""
    if key.name == "choose":
        return f"{_code(key.values)}; later {_code(CHOOSE_LATER)}"
    if key.takes in (Takes.CHOICE, Takes.CHOICES):
        several = ", or a list" if key.takes is Takes.CHOICES else ""
        return f"{_code(key.values)}{several}{needed}"
    if key.takes in (Takes.NAME, Takes.NAMES):
        return f"the name of a {key.names}{', or a list' if key.takes is Takes.NAMES else ''}{needed}"
    return f"{_cell(key.takes.value)}{needed}"


def _conditions() -> str:
    intro = (
        "A condition is one key. Its *main field*, in italics, may be written short: `referrer: google` is "
        "`referrer: {source: google}`. What is marked *memory* needs leave to remember the visitor; without it the "
        "condition is unknown, and what asks for it does not fit."
    )
    groups = [_group(group, [one for one in DEFINITIONS.values() if one.group == group]) for group in GROUPS]
    return "\n\n".join(["## Conditions", intro, *groups])


def _group(group: str, definitions: Iterable[Definition]) -> str:
    return "\n\n".join([f"### {group[0].upper()}{group[1:]}", *map(_condition, definitions)])


def _condition(definition: Definition) -> str:
    head = f"#### `{definition.name}`" + (" (memory)" if definition.memory else "")
    lines = [head, "", definition.doc, "", _yaml(definition.example)]
    rows = [
        f"| {_field_name(definition, field)} | {_field_takes(field)} | {_cell(field.doc)} |"
        for field in definition.fields
    ]
    rows += [f"| `{word}` | {takes} | {doc} |" for word, takes, doc in _beside(definition)]
    if rows:
        lines += ["", "| field | takes | meaning |", "|---|---|---|", *rows]
    return "\n".join(lines)


def _field_name(definition: Definition, field: FieldDefinition) -> str:
    if field.name in ("is", "of") and len(definition.fields) == 1:
        return "*its value*"
    return f"*`{field.name}`*" if field.name == definition.main else f"`{field.name}`"


def _field_takes(field: FieldDefinition) -> str:
    needed = "; must be there" if field.required else ""
    return f"{_kind(field)}{needed}"


def _kind(field: FieldDefinition) -> str:
    match field.kind:
        case Kind.CHOICE if len(field.values) > 20:
            return f"one of {len(field.values)} codes, or a list"
        case Kind.CHOICE:
            return f"{_code(field.values)}, or a list"
        case Kind.NAME:
            return f"the name of a {field.names}, or a list; `*` for anything"
        case Kind.NUMBER | Kind.MONEY | Kind.COUNT | Kind.DURATION:
            return f"{_KINDS[field.kind]}: {_code(OPERATORS[field.kind][:2])}, …"
        case Kind.TEXT | Kind.PATH:
            return f"{_KINDS[field.kind]}, a list, or {_code(OPERATORS[field.kind][:1])}, …"
        case _:
            return _KINDS[field.kind]


_KINDS = {
    Kind.TEXT: "text; `*` for anything",
    Kind.LANGUAGE: "a language such as `de` or `de-AT`, or a list",
    Kind.WORDS: "words, or a list",
    Kind.PATH: "path",
    Kind.NUMBER: "number",
    Kind.MONEY: "amount",
    Kind.COUNT: "count",
    Kind.SHARE: "share: at least that, or operators",
    Kind.PERCENT: "share",
    Kind.DURATION: "duration",
    Kind.FLAG: "yes or no",
    Kind.VERSION: "version, or operators",
    Kind.MAPPING: "names, each with a text, a list or operators",
    Kind.NETWORKS: "addresses or networks such as `192.0.2.0/24`, or a list",
    Kind.DATE: "a day, or a day and a time",
    Kind.TIME: "a time such as `22:00`",
    Kind.WEEKDAYS: "days such as `friday`, or a list",
    Kind.COORDINATE: "degrees",
    Kind.DISTANCE: "kilometres",
    Kind.CURRENCY: "a currency code such as `USD`",
    Kind.LABEL: "a name of your own",
    Kind.WEEKS: "a whole number, from 1 to 52",
    Kind.SPAN: "duration",
    Kind.WINDOW: "window",
    Kind.REGULARITY: "`weeks` and `of`: whole numbers, from 1 to 52",
    Kind.VIEW: "path, a list, or fields of `viewed`",
    Kind.STEPS: "a list of `viewed` and `did`",
    Kind.STEP: "a path, an event or a number",
    Kind.CONDITION: "one condition",
    Kind.CONDITIONS: "a list of conditions",
}


def _beside(definition: Definition) -> list[tuple[str, str, str]]:
    """What stands beside the fields."""
    found: list[tuple[str, str, str]] = []
    if measure := definition.field(definition.measure) if definition.measure else None:
        takes = _KINDS[measure.kind].partition(":")[0]
        found.append(("at_least`, `at_most`, `…", takes, f"the same, without writing `{measure.name}`"))
    if definition.counts:
        found.append(("at_least`, `at_most`, `…", "count", "how often; without it, at least once"))
    if definition.within:
        found.append(("within", "window", "the part of the past that is counted; without it, all that is remembered"))
    if definition.ago:
        found.append(("ago", "duration: `at_least`, `at_most`", "how long ago the latest was"))
    if definition.share:
        found.append(("share", "share: at least that, or operators", "of all page views in the same window"))
    if definition.sum:
        found.append(("sum", "a property and operators", "the sum of that property, as `{revenue: {at_least: 500}}`"))
    return found


def _yaml(example: str) -> str:
    return f"```yaml\n{example}\n```"


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
