"""Tables: where the cues of all segments are looked up. What a request tells is asked of each table once."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from floorwalker.core.conditions.asking import Partial, Values, holds_for, number_of, texts_of
from floorwalker.core.conditions.matchers import AnyOf, Flag, PathIs, Range, Words, fold_text, words_of
from floorwalker.core.conditions.model import Field
from floorwalker.core.evaluation.known_words import Word, found_once
from floorwalker.core.evaluation.moment import Asked, Moment, Reading
from floorwalker.core.hashing import share
from floorwalker.core.memory.asked.history import Tally


class Found(set[int]):
    """The numbers of segments whose answer may be another than the usual one, and so are to be asked.

    held, unknown, denied: the names of those whose answer is told already: it holds, is not known, or does not hold
    though it is among the unknown. What is unknown and anything else, too, is what the other says.
    """

    held: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


Look = Callable[[Moment, Found], None]
"""Adds those of which a cue is seen at a Moment, and seldom some more."""

LookAt = Callable[[Moment, Values, Found], None]
"""The same by the values that were read, of which there is at least one."""


class Heads:
    """Segments by a text, or by how a text begins."""

    def __init__(self) -> None:
        self.exact: dict[str, list[int]] = {}
        self._heads: dict[int, dict[str, list[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self.exact or self._heads)

    @property
    def has_heads(self) -> bool:
        """Whether anything is asked of how a text begins."""
        return bool(self._heads)

    def add(self, pattern: str, number: int) -> None:
        """pattern: `*` is anything, after some text that is said."""
        head, star, _ = pattern.partition("*")
        table = self._heads.setdefault(len(head), {}) if star else self.exact
        table.setdefault(head, []).append(number)

    def see(self, texts: Iterable[str], found: Found) -> None:
        """Adds the segments of all these texts."""
        for text in texts:
            if text in self.exact:
                found.update(self.exact[text])
            for length, table in self._heads.items():
                if text[:length] in table:
                    found.update(table[text[:length]])


class Ranges:
    """Segments by the least and the most that they ask of a number."""

    def __init__(self) -> None:
        self._least: list[tuple[float, int]] = []
        self._most: list[tuple[float, int]] = []
        self._any: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._least or self._most or self._any)

    def __len__(self) -> int:
        return len(self._least) + len(self._most) + len(self._any)

    def add(self, asked: Range, number: int, *, nothing: float | None = None) -> None:
        """nothing: the number that is there of whoever has none; a range that holds it is asked of everybody."""
        if nothing is not None and asked.holds(nothing):
            self._any.append(number)
        elif asked.low is not None:
            self._least.append((asked.low, number))
        elif asked.high is not None:
            self._most.append((asked.high, number))
        else:
            self._any.append(number)

    def ready(self) -> Callable[[float, Found], None]:
        """Adds the segments whose bound a number is not beyond."""
        lows, least = _sorted(self._least)
        highs, most = _sorted(self._most)
        anything = tuple(self._any)

        def see(number: float, found: Found) -> None:
            if anything:
                found.update(anything)
            if lows:
                found.update(least[: bisect_right(lows, number)])
            if highs:
                found.update(most[bisect_left(highs, number) :])

        return see


class Steps:
    """Segments that ask for nothing but a number that is at least so large, by what they ask for: none is asked, since
    the number tells of each whether it holds."""

    def __init__(self) -> None:
        self._asked: list[tuple[float, str]] = []

    def __bool__(self) -> bool:
        return bool(self._asked)

    def add(self, least: float, name: str) -> None:
        """least: more than none, so that whoever has none is not in the segment."""
        self._asked.append((least, name))

    def ready(self) -> Callable[[Tally, Found], None]:
        """Tells the answer of each; what is more than a lower bound is not known."""
        ordered = sorted(self._asked)
        bounds, names = [bound for bound, _ in ordered], tuple([name for _, name in ordered])

        def tell(tally: Tally, found: Found) -> None:
            reached = bisect_right(bounds, tally.count)
            found.held += names[:reached]
            if not tally.complete:
                found.unknown += names[reached:]
            elif found.unknown:
                found.denied += names[reached:]

        return tell


class Told:
    """The segments that ask for one reading, by what of it they ask for. said: the one word that it is made of."""

    def __init__(self, number: int, read: Reading, said: Word | None) -> None:
        self._number, self._read, self._said = number, read, said
        self._every: set[int] = set()
        self._folded, self._paths, self._words = Heads(), Heads(), Heads()
        self._ranges = Ranges()
        self._flags: dict[bool, list[int]] = {}
        self._asked: dict[Asked, tuple[bool | None, list[int]]] = {}

    def add(self, field: Field, asked: Asked, number: int) -> None:
        """asked: the field's own question, where nothing tells its answer beforehand."""
        self._every.add(number)
        match field.matcher:
            case AnyOf() as matcher if not any(one.startswith("*") for one in matcher.patterns):
                for pattern in (*matcher.exact, *matcher.patterns):
                    self._folded.add(pattern, number)
            case PathIs() as matcher if all(map(_path_head, matcher.patterns)):
                for pattern in matcher.patterns:
                    self._paths.add(f"{_path_head(pattern)}*", number)
            case Words() as matcher if all(map(_first_word, matcher.phrases)):
                for phrase in matcher.phrases:
                    self._words.add(_first_word(phrase), number)
            case Range() as matcher:
                self._ranges.add(matcher, number)
            case Flag() as matcher:
                self._flags.setdefault(matcher.yes, []).append(number)
            case _:
                self._asked.setdefault(asked, (holds_for(field.matcher, ()), []))[1].append(number)

    def ready(self) -> Look:
        """Reads once, and looks wherever anything is asked for."""
        return self._look() if self._said is None else _look_at_word(self._said, self._look())

    def _look(self) -> Look:
        number, read, every, looks = self._number, self._read, tuple(self._every), self._looks()
        only = looks[0] if len(looks) == 1 else _look_at_all(looks)

        def look(moment: Moment, found: Found) -> None:
            values = moment.seen.get(number)
            if values is None:
                values = moment.seen[number] = read(moment)
            if isinstance(values, Partial):
                found.update(every)
            elif values:
                only(moment, values, found)

        return look

    def _looks(self) -> list[LookAt]:
        looks: list[LookAt] = []
        if self._folded:
            looks.append(_look_folded(self._folded))
        if self._paths:
            looks.append(_look_paths(self._paths))
        if self._words:
            looks.append(_look_words(self._words))
        if self._ranges:
            looks.append(_look_numbers(self._ranges))
        if self._flags:
            looks.append(_look_flags(self._flags))
        if self._asked:
            ask = look_asked([(asked, usual, of) for asked, (usual, of) in self._asked.items()])
            looks.append(lambda moment, _, found: ask(moment, found))
        return looks


def _look_at_all(looks: Sequence[LookAt]) -> LookAt:
    def look(moment: Moment, values: Values, found: Found) -> None:
        for one in looks:
            one(moment, values, found)

    return look


def _look_at_word(said: Word, look: Look) -> Look:
    """The same, where the look depends on one word alone."""

    def find(moment: Moment) -> frozenset[int]:
        found = Found()
        look(moment, found)
        return frozenset(found)

    numbers_of = found_once(said, find)

    def look_once(moment: Moment, found: Found) -> None:
        if numbers := numbers_of(moment):
            found.update(numbers)

    return look_once


def look_asked(asked: Sequence[tuple[Asked, bool | None, Sequence[int]]]) -> Look:
    """Asks each question itself: what it is, its usual answer, and whose it is."""

    def look(moment: Moment, found: Found) -> None:
        for holds, usual, numbers in asked:
            if holds(moment) is not usual:
                found.update(numbers)

    return look


def look_counted(
    number: int, tally_of: Callable[[Moment], Tally], ranges: Ranges, steps: Steps, every: Sequence[int]
) -> Look:
    """Asks for a count, once for all that it is asked by. every: those whose range is asked."""
    see, tell, every = ranges.ready(), steps.ready() if steps else None, tuple(every)

    def look(moment: Moment, found: Found) -> None:
        tally = moment.tallies.get(number)
        if tally is None:
            tally = moment.tallies[number] = tally_of(moment)
        if tell is not None:
            tell(tally, found)
        if tally.complete:
            see(tally.count, found)
        else:
            found.update(every)

    return look


def look_lots(of: str, lots: Iterable[tuple[float, int]]) -> Look:
    """Draws once for all shares of the same lot."""
    shares, numbers = _sorted(lots)

    def look(moment: Moment, found: Found) -> None:
        profile = moment.profile
        found.update(numbers if profile is None else numbers[bisect_right(shares, share(profile.seed, of)) :])

    return look


def _look_folded(heads: Heads) -> LookAt:
    exact, see, has_heads = heads.exact, heads.see, heads.has_heads

    def look(_: Moment, values: Values, found: Found) -> None:
        if len(values) > 1 or has_heads:
            see([fold_text(text) for value in values for text in texts_of(value)], found)
            return
        for text in texts_of(values[0]):
            folded = fold_text(text)
            if folded in exact:
                found.update(exact[folded])

    return look


def _look_paths(heads: Heads) -> LookAt:
    see = heads.see

    def look(_: Moment, values: Values, found: Found) -> None:
        for value in values:
            see(texts_of(value), found)

    return look


def _look_words(heads: Heads) -> LookAt:
    def look(_: Moment, values: Values, found: Found) -> None:
        heads.see({word for value in values for text in texts_of(value) for word in words_of(text).split()}, found)

    return look


def _look_numbers(ranges: Ranges) -> LookAt:
    see = ranges.ready()

    def look(_: Moment, values: Values, found: Found) -> None:
        for value in values:
            number = number_of(value)
            if number is not None:
                see(number, found)

    return look


def _look_flags(flags: dict[bool, list[int]]) -> LookAt:
    def look(_: Moment, values: Values, found: Found) -> None:
        for value in values:
            if isinstance(value, bool):
                found.update(flags.get(value, ()))

    return look


def _sorted(bounds: Iterable[tuple[float, int]]) -> tuple[list[float], list[int]]:
    """Bounds in order, and whose they are."""
    ordered = sorted(bounds)
    return [bound for bound, _ in ordered], [number for _, number in ordered]


def _path_head(pattern: str) -> str:
    """With what any path begins that the pattern fits; empty where that may be anything."""
    head: list[str] = []
    for segment in [one for one in pattern.split("/") if one]:
        if "*" in segment:
            break
        head.append(f"/{segment}")
    return "".join(head)


def _first_word(phrase: str) -> str:
    """The first word of a phrase, with which it begins wherever it stands; empty where that may be any."""
    word = phrase.split(" ", 1)[0]
    return "" if word.startswith("*") else word
