"""What a request tells in one of a few words, such as its browser: what is found of a word is found once for all."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TypeVar

from floorwalker.core.conditions.model import UNASKED, Field, Test
from floorwalker.core.evaluation.moment import Moment

Found = TypeVar("Found")
Word = Callable[[Moment], str | None]

_MOST = 64  # words that are kept; a site meets fewer browsers and countries, and no stranger can fill more


def word(test: Test, field: Field) -> Word | None:
    """How the one word is read that this field's values are made of; None where they come from anything else."""
    return None if test.touch == UNASKED else _WORDS.get((test.name, field.name))


def found_once(word: Word, find: Callable[[Moment], Found]) -> Callable[[Moment], Found]:
    """The same as `find`, which must read nothing of a Moment but the word."""
    known: dict[str | None, Found] = {}

    def found(moment: Moment) -> Found:
        said = word(moment)
        if said in known:
            return known[said]
        answer = find(moment)
        if len(known) < _MOST:
            known[said] = answer
        return answer

    return found


def _of_place(name: str) -> Word:
    read: Callable[[object], str | None] = attrgetter(name)

    def said(moment: Moment) -> str | None:
        place = moment.signals.place
        return None if place is None else read(place)

    return said


_WORDS: Mapping[tuple[str, str], Word] = {
    ("device", "type"): attrgetter("signals.device.type"),
    ("os", "name"): attrgetter("signals.device.os"),
    ("browser", "name"): attrgetter("signals.device.browser"),
    ("connection", "is"): attrgetter("signals.connection"),
    ("continent", "is"): _of_place("continent"),
    ("country", "is"): _of_place("country"),
}
