"""The value of one field of a condition → its matcher: plain values, lists of them, operators."""

from collections.abc import Callable

from floorwalker.core.conditions.definitions import (
    NUMBER_OPERATORS,
    OPERATORS,
    TEXT_OPERATORS,
    FieldDefinition,
    Kind,
)
from floorwalker.core.conditions.matchers import (
    AnyOf,
    Both,
    Exists,
    Flag,
    Matcher,
    Networks,
    PathIs,
    Range,
    Text,
    Version,
    Words,
    fold_text,
    words_of,
)
from floorwalker.core.conditions.vocabulary import COUNTRIES, WEEKDAYS
from floorwalker.rulefile.fields import attempt, choice, free_text, many_texts, one_text
from floorwalker.rulefile.hints import amount_hint, country_hint, field_hint, operator_hint
from floorwalker.rulefile.nodes import Mapping, Node, Position, Scalar, Sequence
from floorwalker.rulefile.problems import Findings, one_of
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.values import (
    Misread,
    count,
    currency,
    duration,
    language,
    network,
    number,
    path,
    pattern,
    share,
    version,
    yes_no,
)
from floorwalker.rulefile.wordings.numbers import two_ends

Bound = Callable[[str], float]

_BOUNDS: dict[Kind, tuple[Bound, str]] = {
    Kind.NUMBER: (number, "3"),
    Kind.MONEY: (number, "50"),
    Kind.COUNT: (count, "3"),
    Kind.SHARE: (share, "60 %"),
    Kind.DURATION: (duration, "30 days"),
    Kind.MAPPING: (number, "3"),
}


def read_matcher(field: FieldDefinition, node: Node, reading: Reading) -> Matcher | Both | None:
    """What one field asks, or None where the value was reported as wrong."""
    if isinstance(node, Mapping):
        return read_operators(field, node.pairs, node.at, reading, lost=node.lost)
    if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
        reading.findings.error(node.at, "type", f"{field.name} takes a list of values, not of conditions", "")
        return None
    scalars = many_texts(node, reading.findings)
    return _plain(field, scalars, reading) if scalars else None


def _plain(field: FieldDefinition, scalars: list[Scalar], reading: Reading) -> Matcher | None:
    findings = reading.findings
    match field.kind:
        case Kind.TEXT | Kind.MAPPING:
            return _any_of([free_text(scalar, findings) for scalar in scalars])
        case Kind.CHOICE:
            words = [attempt(scalar, lambda text: _word(field, text), "", findings) for scalar in scalars]
            return AnyOf(frozenset(map(fold_text, words))) if all(words) else None
        case Kind.NAME:
            return _any_of([_refer(field, scalar, reading) for scalar in scalars])
        case Kind.LANGUAGE:
            tags = [attempt(scalar, language, "", findings) for scalar in scalars]
            folded = [fold_text(tag) for tag in tags]
            return AnyOf(frozenset(folded), tuple(f"{tag}-*" for tag in folded)) if all(tags) else None
        case Kind.WORDS:
            phrases = [attempt(scalar, phrase, "", findings) for scalar in scalars if free_text(scalar, findings)]
            return Words(tuple(phrases)) if phrases and all(phrases) else None
        case Kind.PATH:
            paths = [attempt(scalar, path, "", findings) for scalar in scalars if free_text(scalar, findings)]
            return PathIs(tuple(paths)) if paths and all(paths) else None
        case Kind.NETWORKS:
            networks = [attempt(scalar, network, "", findings) for scalar in scalars]
            return Networks(tuple(networks)) if all(networks) else None
        case _:
            return _single(field, scalars, findings)


def _single(field: FieldDefinition, scalars: list[Scalar], findings: Findings) -> Matcher | None:
    """Kinds of which there is one value."""
    first = scalars[0]
    if len(scalars) > 1:
        findings.error(first.at, "type", f"{field.name} takes one value, not a list", "write one")
        return None
    match field.kind:
        case Kind.FLAG:
            flag = attempt(first, yes_no, None, findings)
            return None if flag is None else Flag(flag)
        case Kind.SHARE:
            low = attempt(first, share, None, findings)
            return None if low is None else Range(low=low)
        case Kind.CURRENCY:
            code = attempt(first, currency, "", findings)
            return AnyOf(frozenset({code.lower()})) if code else None
        case Kind.VERSION:
            parts = attempt(first, version, None, findings)
            return None if parts is None else Version(low=parts, high=parts)
        case _:
            _bare(field, first, findings)
            return None


def _bare(field: FieldDefinition, scalar: Scalar, findings: Findings) -> None:
    example = _BOUNDS[field.kind][1] if field.kind in _BOUNDS else "3"
    key = scalar.key or field.name
    message = f"{key} does not say whether {scalar.text[:40]} is the least, the most or exact"
    findings.error(scalar.at, "bare-number", message, amount_hint(key, scalar.text[:100], example))


def _any_of(values: list[str]) -> AnyOf:
    folded = [fold_text(value) for value in values]
    return AnyOf(
        frozenset(value for value in folded if "*" not in value), tuple(value for value in folded if "*" in value)
    )


def _word(field: FieldDefinition, text: str) -> str:
    """One word of the field's vocabulary, synonyms resolved."""
    word = text.lower()
    exact = {value.lower(): value for value in field.values}
    if word in field.synonyms:
        return field.synonyms[word]
    if word in exact:
        return exact[word]
    if len(field.values) > 20:
        hint = country_hint(text) if field.values is COUNTRIES else f"write {field.doc}"
        raise Misread(f"{text[:40]} is not known here", hint)
    return choice(text, field.values)


def _refer(field: FieldDefinition, scalar: Scalar, reading: Reading) -> str:
    reading.names.refer(field.names, scalar.text, scalar.at)
    return scalar.text


def phrase(text: str) -> str:
    """A phrase of whole words, folded; `*` ends a word openly."""
    folded = " ".join("".join(c if c.isalnum() or c == "*" else " " for c in fold_text(text)).split())
    if not words_of(folded):
        raise Misread(f"{text[:40]} holds no word", "write a word or a phrase")
    return folded


def read_operators(
    field: FieldDefinition,
    pairs: tuple[tuple[Scalar, Node], ...],
    at: Position,
    reading: Reading,
    *,
    lost: bool = False,
) -> Matcher | Both | None:
    """What `{at_least: 3, …}` or `{contains: x}` asks; number operators join in one range."""
    allowed = OPERATORS.get(field.kind, ())
    known = [(key, value) for key, value in pairs if _is_operator(field, key, allowed, reading.findings)]
    numbers = [(key, value) for key, value in known if key.text in NUMBER_OPERATORS]
    texts = [_text_operator(key, value, reading.findings) for key, value in known if key.text in TEXT_OPERATORS]
    found: list[Matcher | None] = list(texts)
    if numbers:
        found.append(
            _versions(numbers, reading.findings)
            if field.kind is Kind.VERSION
            else read_range(field.kind, numbers, reading.findings)
        )
    matchers = tuple(matcher for matcher in found if matcher is not None)
    if not pairs and not lost:
        reading.findings.error(at, "empty", f"{field.name} asks nothing", f"write {one_of(allowed or ('a value',))}")
    if len(matchers) < len(found) or not matchers or len(known) < len(pairs):
        return None
    return matchers[0] if len(matchers) == 1 else Both(matchers)


def _is_operator(field: FieldDefinition, key: Scalar, allowed: tuple[str, ...], findings: Findings) -> bool:
    if key.text in allowed:
        return True
    if not allowed:
        hint = field_hint(field.name, key.text, (), instead=f"write {field.doc}")
        findings.error(key.at, "unknown-operator", f"{field.name} takes a value only, not {key.text}", hint)
        return False
    message = f"{field.name} does not take {key.text}"
    findings.error(key.at, "unknown-operator", message, operator_hint(field.name, key.text, allowed))
    return False


def _text_operator(key: Scalar, node: Node, findings: Findings) -> Matcher | None:
    if key.text == "exists":
        scalar = one_text(node, findings, "exists: yes")
        flag = None if scalar is None else attempt(scalar, yes_no, None, findings)
        return None if flag is None else Exists(flag)
    scalars = many_texts(node, findings)
    if key.text == "matches":
        values = [_regular_expression(scalar, findings) for scalar in scalars]
    else:
        values = [fold_text(free_text(scalar, findings)) for scalar in scalars]
    return Text(key.text, tuple(values)) if values and all(values) else None


def _regular_expression(scalar: Scalar, findings: Findings) -> str:
    try:
        return pattern(free_text(scalar, findings))
    except Misread as wrong:
        findings.error(_inside(scalar, wrong.fragment, findings), "pattern", wrong.message, wrong.hint)
        return ""


def _inside(scalar: Scalar, fragment: str, findings: Findings) -> Position:
    """Where a fragment of a text stands, if the text stands on one line as it is."""
    line = findings.line(scalar.at)[scalar.at.column - 1 :]
    begins = line.find(scalar.text) if fragment else -1
    if begins not in (0, 1):
        return scalar.at
    return Position(scalar.at.file, scalar.at.line, scalar.at.column + begins + scalar.text.find(fragment))


def read_range(kind: Kind, pairs: list[tuple[Scalar, Node]], findings: Findings) -> Range | None:
    """Number operators as one range; a contradiction or an empty range is reported."""
    bound, example = _BOUNDS[kind]
    ranges: list[Range] = []
    for key, node in pairs:
        span = _span(key, node, bound, example, findings)
        if span is None:
            return None
        ranges.append(span)
    low = [span for span in ranges if span.low is not None]
    high = [span for span in ranges if span.high is not None]
    if len(low) > 1 or len(high) > 1:
        findings.error(pairs[1][0].at, "range", "these operators set the same end twice", "keep one of them")
        return None
    joined = Range(
        low[0].low if low else None,
        high[0].high if high else None,
        bool(low) and low[0].low_open,
        bool(high) and high[0].high_open,
    )
    if _is_empty(joined):
        findings.error(pairs[0][0].at, "range", "no number lies between these ends", "exchange them")
        return None
    if kind is Kind.COUNT and _holds_no_count(joined):
        below = joined.low is None
        message = "no count is less than 0" if below else "no whole number lies between these ends"
        findings.error(pairs[0][0].at, "range", message, "write exactly: 0" if below else "move one of them")
        return None
    return joined


def _holds_no_count(span: Range) -> bool:
    """Of ends that are whole numbers from 0."""
    least = 0.0 if span.low is None else span.low + span.low_open
    return span.high is not None and least > span.high - span.high_open


def _is_empty(span: Range) -> bool:
    if span.low is None or span.high is None:
        return False
    return span.low > span.high or (span.low == span.high and (span.low_open or span.high_open))


def _span(key: Scalar, node: Node, bound: Bound, example: str, findings: Findings) -> Range | None:
    if key.text == "between":
        ends = between(node, bound, example, findings)
        return None if ends is None else Range(*ends)
    scalar = one_text(node, findings, f"{key.text}: {example}")
    value = None if scalar is None else attempt(scalar, bound, None, findings)
    if value is None:
        return None
    match key.text:
        case "at_least":
            return Range(low=value)
        case "more_than":
            return Range(low=value, low_open=True)
        case "at_most":
            return Range(high=value)
        case "less_than":
            return Range(high=value, high_open=True)
        case _:
            return Range(low=value, high=value)


def between(node: Node, bound: Bound, example: str, findings: Findings) -> tuple[float, float] | None:
    """Two ends, both included: `[2, 5]`."""
    if not isinstance(node, Sequence) or len(node.items) != 2:
        ends_meant = two_ends(node.text) if isinstance(node, Scalar) else None
        hint = f"write between: {ends_meant or f'[{example}, {example}]'}"
        if isinstance(node, Sequence) and len(node.items) > 2:
            hint += "; write numbers without thousands commas"
        findings.error(node.at, "type", "between takes two ends", hint)
        return None
    ends = [one_text(item, findings, example) for item in node.items]
    values = [None if end is None else attempt(end, bound, None, findings) for end in ends]
    low, high = values
    return None if low is None or high is None else (low, high)


def _versions(pairs: list[tuple[Scalar, Node]], findings: Findings) -> Version | None:
    low: tuple[int, ...] | None = None
    high: tuple[int, ...] | None = None
    low_open = high_open = False
    for key, node in pairs:
        scalars = many_texts(node, findings)
        parts = [attempt(scalar, version, None, findings) for scalar in scalars]
        if len(parts) != (2 if key.text == "between" else 1):
            findings.error(
                node.at, "type", f"{key.text} takes {'two versions' if key.text == 'between' else 'one'}", ""
            )
            return None
        first, last = parts[0], parts[-1]
        if first is None or last is None:
            return None
        if key.text in ("at_least", "more_than", "exactly", "between"):
            low, low_open = first, key.text == "more_than"
        if key.text in ("at_most", "less_than", "exactly", "between"):
            high, high_open = last, key.text == "less_than"
    return Version(low, high, low_open, high_open)


def read_weekdays(node: Node, findings: Findings) -> frozenset[int]:
    """Names of days, monday as 0."""
    days = [attempt(scalar, lambda text: choice(text, WEEKDAYS), "", findings) for scalar in many_texts(node, findings)]
    return frozenset(WEEKDAYS.index(day) for day in days if day)
