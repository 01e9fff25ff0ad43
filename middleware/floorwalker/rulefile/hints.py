"""What to write instead of a word that is not known here: what other tools call it first, then the nearest word."""

from collections.abc import Callable, Iterable, Sequence

from floorwalker.core.conditions.kinds import NUMBER_OPERATORS, TEXT_OPERATORS
from floorwalker.core.conditions.vocabulary import COUNTRIES, DAYPARTS, WEEKDAYS
from floorwalker.rulefile.problems import did_you_mean
from floorwalker.rulefile.wordings.conditions import said_here
from floorwalker.rulefile.wordings.keys import beside_here, key_here, means_any_of, means_not, operator_here
from floorwalker.rulefile.wordings.numbers import as_operators
from floorwalker.rulefile.wordings.places import country_here, part_of_the_world
from floorwalker.rulefile.wordings.times import time_here
from floorwalker.rulefile.wordings.values import days_here, list_here, value_here, without_not

_INSIDE = (*NUMBER_OPERATORS, *TEXT_OPERATORS, "within", "ago")
_ELSEWHERE = "the reference page lists all; what the app reports is asked with did:, trait: or attribute:"
_ROBOTS = ("bot", "bots", "robot", "robots", "crawler", "spider", "googlebot")
_LONGEST = 80  # characters of a text in which other words are looked for


def meant_key(word: str, known: Iterable[str]) -> str | None:
    """The key that somebody meant who wrote a word of another tool."""
    return key_here(word, known) if len(word) <= _LONGEST else None


def is_condition(word: str, conditions: Iterable[str]) -> bool:
    """Whether a word is a condition, here or elsewhere."""
    return word in conditions or (len(word) <= _LONGEST and said_here(word) is not None)


def under_when(word: str) -> str:
    """A condition that stands beside `when`, or instead of it, where it belongs."""
    return f"when: {{{said_here(word) or f'{word}: …'}}}"


def key_hint(word: str, known: Iterable[str], *, instead: str = "") -> str:
    """A hint for a key that is not known here."""
    here = meant_key(word, known)
    return f"here that is called {here}" if here is not None else did_you_mean(word, known, instead=instead)


def condition_hint(word: str, known: Iterable[str]) -> str:
    """A hint for a condition that is not known here."""
    here = said_here(word) if len(word) <= _LONGEST else None
    if word in _INSIDE:
        return f"it belongs inside a condition, two spaces deeper: visits: {{{word}: …}}"
    if here is not None:
        return f"write {here}"
    return did_you_mean(word, known, instead=_ELSEWHERE)


def field_hint(owner: str, word: str, known: Sequence[str], *, instead: str) -> str:
    """A hint for what stands inside a condition: a field, an operator, `within` or `ago`."""
    if len(word) > _LONGEST:
        return instead
    beside = beside_here(word, known)
    if beside is not None:
        return f"here that is called {beside}, such as within: 7 days" if beside == "within" else "write ago"
    if means_not(word):
        return f"write not: before the condition: not: {{{owner}: …}}"
    operator = None if "contains" in known and means_any_of(word) else operator_here(word, known)
    if operator is not None:
        return f"here that is called {operator}"
    if means_any_of(word):
        return f"write the value alone, or a list: {owner}: [one, another]"
    return key_hint(word, known, instead=instead)


def operator_hint(owner: str, word: str, allowed: Sequence[str]) -> str:
    """A hint for an operator that is not known here, or not of this field."""
    return field_hint(owner, word, allowed, instead=did_you_mean(word, allowed))


def amount_hint(key: str, text: str, example: str) -> str:
    """A hint for a bare number, or for one with words around it."""
    operators = as_operators(text) if len(text) <= _LONGEST else None
    if operators is not None:
        return f"write {key}: {operators}"
    amount = text if text[:1].isdigit() else example
    others = [*NUMBER_OPERATORS[1:-1]]
    return f"write {key}: {{at_least: {amount}}}, or one of {', '.join(others)} or {NUMBER_OPERATORS[-1]}"


def choice_hint(text: str, values: Sequence[str]) -> str | None:
    """A hint for a word that is none of the values, where another tool's word, a sentence or a `not` explains it."""
    if len(text) > _LONGEST:
        return None
    if text.lower() in _ROBOTS and "mobile" in values:
        return "take it out: robots see the page as the app made it, so no rule is for them"
    here = value_here(text, values)
    if here is not None:
        return f"write {here}"
    several = list_here(text, _among(values))
    if several is None and tuple(values) == WEEKDAYS:
        several = days_here(text)
    if several is not None:
        return f"write a list: {several}"
    denied = without_not(text)
    return f"write {denied}, and not: around the condition" if denied is not None else None


def _among(values: Sequence[str]) -> Callable[[str], str | None]:
    known = {value.lower(): value for value in values}
    return lambda word: known.get(word.lower()) or value_here(word, values)


def country_hint(text: str) -> str:
    """A hint for what is no ISO code of a country."""
    if len(text) <= _LONGEST:
        code, elsewhere = country_here(text), part_of_the_world(text)
        several = list_here(text, _country)
        if elsewhere is not None or code is not None:
            return f"write {elsewhere or code}"
        if several is not None:
            return f"write a list: {several}"
        if (denied := without_not(text)) is not None:
            return f"write {_country(denied) or denied}, and not: around the condition"
    return "write its ISO code, of two letters"


def _country(text: str) -> str | None:
    return text.upper() if text.upper() in COUNTRIES else country_here(text)


def sentence_hint(text: str) -> str | None:
    """A hint for a condition that is written as a sentence."""
    words = text.lower().split()
    if words in (["and"], ["und"], ["&"], ["&&"]):
        return "take it out: a list of conditions means that all hold"
    if words in (["or"], ["oder"], ["||"]):
        return "take it out, and write any: before the list"
    if len(words) > 3 and {"and", "or"} & set(words):
        link = "any" if "or" in words else "all"
        return f"write each condition by itself: {link}: [{{device: mobile}}, {{country: DE}}]"
    return None


def span_hint(name: str, text: str) -> str | None:
    """A hint for `time: 19:00-21:00` and `date: 2026-12-24`."""
    said = text.strip()
    if len(said) > _LONGEST:
        return None
    if name == "date":
        return f"write date: {{from: {said}, until: {said}}}" if said[:4].isdigit() else None
    if (daypart := value_here(said, DAYPARTS) or said.lower()) in DAYPARTS:
        return f"write daypart: {daypart}"
    if (days := days_here(said)) is not None or said.lower() in WEEKDAYS:
        return f"write time: {{days: {days or said.lower()}}}"
    first, _, last = said.replace("–", "-").replace(" to ", "-").partition("-")
    start, end = time_here(first), time_here(last)
    return f"write time: {{from: {start}, until: {end}}}" if start and end else None
