"""What a condition asks about, apart from what it asks of it: two conditions on one question can be compared."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from floorwalker.core.conditions.definitions import DEFINITIONS, Kind
from floorwalker.core.conditions.matchers import Both, Dates, Flag, Matcher, Range, TimeOfDay
from floorwalker.core.conditions.model import Behaviour, Chance, Field, Test, Window
from floorwalker.core.reasoning.plain import plain

YES = Flag(True)
_ONCE = Range(low=1)

_SEVERAL = frozenset(
    {
        *(("page", name) for name in ("tag", "topic")),
        ("searched", "words"),
        *(("language", name) for name in ("is", "accepts")),
        *(("os", "name"), ("browser", "name"), ("interest", "share"), ("consent", "is")),
    }
)
"""Fields of which one visitor may have several values at once, all of which are known where any is."""

_SINGLE = frozenset(
    {
        *(("page", name) for name in ("path", "type", "category", "product", "brand", "price", "price_tier")),
        *((name, "is") for name in ("query", "header", "cookie", "attribute", "trait", "channel", "landing_page")),
        *(("referrer", name) for name in ("source", "medium", "domain", "url")),
        *(("campaign", name) for name in ("name", "source", "medium", "term", "content")),
        *(("ad", name) for name in ("network", "banner", "placement")),
        *(("device", name) for name in ("type", "brand", "model")),
        *(("os", "version"), ("browser", "version")),
        *((name, "is") for name in ("connection", "continent", "country", "region", "city", "near", "ip", "timezone")),
        *((name, "is") for name in ("time", "date", "daypart")),
        *((name, "is") for name in ("new_visitor", "pages_this_visit", "time_this_visit", "away", "frequency")),
        *((name, "is") for name in ("exit_page", "bounced", "identified", "usual_time")),
        *((name, "is") for name in ("average_order", "lifecycle", "preferred_price_tier", "micro_segment")),
        *(("cart", name) for name in ("items", "value", "idle", "checkout")),
        *(("dominant_interest", "topic"), ("next_interest", "topic"), ("first_visit", "ago")),
        *(("at", "is"), ("remembered", "is")),
    }
)
"""Fields of which there is one value, or none."""

_ALWAYS_KNOWN = frozenset(
    (
        *("page", "query", "header", "cookie", "attribute", "device", "os", "browser", "language", "connection"),
        *("continent", "country", "region", "city", "near", "ip", "timezone", "time", "date", "daypart", "at"),
    )
)
"""Conditions that need no memory, so that they are never unknown."""

_NEVER_ABSENT = frozenset(
    {
        *(("new_visitor", "is"), ("identified", "is"), ("first_visit", "ago"), ("frequency", "is")),
        ("cart", "items"),
        *(("at", "is"), ("remembered", "is"), ("time", "is"), ("date", "is")),
    }
)
"""Fields that have a value wherever they are known."""


class Question(Struct, frozen=True):
    """One thing that can be asked of a Moment; `about` is what makes it this one.

    single: it has one value or none. known: it is never unknown. present: where it is known it has a value. partly:
    an answer may come from a part of what is to be known, so that of each other question only what follows by itself
    is told. whole: its numbers are whole. least, most: between which its numbers lie.
    """

    about: tuple[Any, ...]
    single: bool = True
    known: bool = False
    present: bool = False
    partly: bool = False
    whole: bool = False
    least: float | None = None
    most: float | None = None

    @property
    def counts(self) -> bool:
        """Whether its answer may tell something of another question's."""
        return self.about[0] in ("count", "ago") or self.about[1] in ("new_visitor", "away", "exit_page", "bounced")


class Asked(Struct, frozen=True):
    """That a question's answer is so; `written` for messages."""

    question: Question
    matcher: Matcher | Both
    written: str = ""


class Counted(Struct, frozen=True):
    """What the count of a behaviour condition is about."""

    name: str
    what: tuple[Field, ...]
    window: Window


def of_test(test: Test) -> Iterator[Asked]:
    """What a test asks: all of it must hold."""
    for field in test.fields:
        yield Asked(_of_field(test, field), field.matcher, test.written)


def _of_field(test: Test, field: Field) -> Question:
    zone = field.matcher.zone if isinstance(field.matcher, TimeOfDay | Dates) else ""
    place = (test.name, field.name)
    kind = _kind(test.name, field.name)
    searched = test.name == "searched" and test.touch == "visit"
    return Question(
        ("test", test.name, test.touch, field.name, field.key, zone),
        single=place in _SINGLE,
        known=test.name in _ALWAYS_KNOWN and test.touch == "visit",
        present=place in _NEVER_ABSENT,
        partly=searched or (place not in _SINGLE and place not in _SEVERAL),
        whole=kind is Kind.COUNT,
        least=0.0 if kind in (Kind.COUNT, Kind.DURATION, Kind.SHARE) else None,
        most=1.0 if kind is Kind.SHARE else None,
    )


def _kind(name: str, field: str) -> Kind | None:
    definition = DEFINITIONS.get(name)
    found = None if definition is None else definition.field(field)
    return None if found is None else found.kind


def of_behaviour(behaviour: Behaviour) -> Iterator[Asked]:
    """What a behaviour condition asks: all of it must hold."""
    counted = Counted(behaviour.name, behaviour.what, behaviour.window)
    alone = behaviour.share is None and behaviour.total is None and behaviour.ago is None
    if alone or behaviour.count is not None:
        yield Asked(of_count(counted), behaviour.count or _ONCE, behaviour.written)
    if behaviour.share is not None:
        question = Question(("share", counted), partly=True, least=0.0, most=1.0)
        yield Asked(question, behaviour.share, behaviour.written)
    if behaviour.total is not None:
        question = Question(("sum", counted, behaviour.total.key), partly=True)
        yield Asked(question, behaviour.total.matcher, behaviour.written)
    if behaviour.ago is not None:
        yield Asked(Question(("ago", counted), partly=True, least=0.0), behaviour.ago, behaviour.written)


def of_count(counted: Counted) -> Question:
    """The count of a behaviour condition, which may be known as a lower bound only."""
    return Question(("count", counted), present=True, partly=True, whole=True, least=0.0)


def of_chance(chance: Chance) -> Asked:
    """The place of a visitor in the order that the name gives, from 0 to below 1."""
    question = Question(("chance", chance.of), present=True, least=0.0, most=1.0)
    return Asked(question, Range(high=chance.share, high_open=chance.share < 1), chance.written)


def of_whole(condition: Any) -> Asked:
    """A condition of which nothing is known but that it equals itself."""
    return Asked(Question(("whole", plain(condition)), partly=True), YES, getattr(condition, "written", ""))


def numbers_of(question: Question) -> Range:
    """Between which its numbers lie."""
    return Range(question.least, question.most)
