"""Pages that are alike but for what they tell each visitor: of two of them is learned where slots are in the next."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from floorwalker.html.outline import Gap, Step, gaps_between, parted, steps_of
from floorwalker.html.selectors import SelectorSlot

_MOST_GAPS: Final = 64
_MOST_MOULDS: Final = 24
_MOST_DRAFTS: Final = 16
_MOST_TITLES: Final = 256
_LARGEST_BYTES: Final = 131_072
_MOULDS_BYTES: Final = 2 * 1_048_576
_DRAFTS_BYTES: Final = 1_048_576
_FIRST_LESSONS: Final = 48
_PAGES_PER_LESSON: Final = 256  # a lesson takes 3 ms for 50 KB, so 12 µs of each page that is of no form
_TRIED_AT_ONCE: Final = 2
_HEAD_BYTES: Final = 8_192
_TITLE_BYTES: Final = 512


class Place(NamedTuple):
    """A slot's default: from where to where it lies in a page."""

    name: str
    start: int
    end: int


class Example(NamedTuple):
    """A page whose slots were found, and for which selectors it was searched."""

    page: bytes
    places: tuple[Place, ...]
    selected: tuple[SelectorSlot, ...]


class _Cut(NamedTuple):
    """A place by what lies around the gaps: in which part its beginning and end are, and how far from that part's."""

    name: str
    opens_in: int
    opens_at: int
    closes_in: int
    closes_at: int


class Mould:
    """What pages of one form have in common, and where slots lie in them. Made of an example and its gaps."""

    __slots__ = ("_cuts", "_last", "_parts", "example", "gaps", "is_sure")

    def __init__(self, example: Example, steps: Sequence[Step], gaps: frozenset[Gap]) -> None:
        self.example, self.gaps = example, gaps
        around, within = parted(steps, gaps)
        self._last = around[-1]
        self._parts = [(part, len(part), after[:1]) for part, after in pairwise(around)]
        starts, at = list[int](), 0
        for part, value in zip(around, [*within, b""], strict=True):
            starts.append(at)
            at += len(part) + len(value)
        cuts = [self._cut(place, starts) for place in example.places]
        self._cuts = [cut for cut in cuts if cut is not None]
        self.is_sure = len(self._cuts) == len(cuts)
        """Whether it is known of every slot on which side of a gap it begins and ends."""

    def places_in(self, page: bytes) -> list[Place] | None:
        """Where slots lie in a page of this form; None for others."""
        at, starts = 0, []
        for part, size, after in self._parts:
            if not page.startswith(part, at):
                return None
            starts.append(at)
            at = page.find(after, at + size)
            if at < 0:
                return None
        if len(page) != at + len(self._last) or not page.startswith(self._last, at):
            return None
        starts.append(at)
        return [Place(name, starts[a] + b, starts[c] + d) for name, a, b, c, d in self._cuts]

    def _cut(self, place: Place, starts: list[int]) -> _Cut | None:
        opening, closing = self._located(place.start, starts), self._located(place.end, starts)
        return None if opening is None or closing is None else _Cut(place.name, *opening, *closing)

    def _located(self, at: int, starts: list[int]) -> tuple[int, int] | None:
        """In which part a place is; None within a gap, and at an empty one: there it may be on either side."""
        number = bisect_right(starts, at) - 1
        size = len(self._last) if number == len(self._parts) else self._parts[number][1]
        is_at_empty_gap = number and at == starts[number] == starts[number - 1] + self._parts[number - 1][1]
        return None if is_at_empty_gap or at > starts[number] + size else (number, at - starts[number])


class Moulds:
    """The forms of pages that were met, in about 5 MB at most, and how they are learned.

    Whatever is learned, places are told only of pages that are proven to be of a form. Learning is dear, so it is done
    of pages whose title was met before, and after the first ones only of each 256th.
    """

    def __init__(self) -> None:
        self._moulds: list[Mould] = []  # the latest used first
        self._drafts: list[Example] = []
        self._titles: dict[bytes, None] = {}
        self._lessons = _FIRST_LESSONS * _PAGES_PER_LESSON

    def places_in(self, page: bytes, selected: tuple[SelectorSlot, ...]) -> list[Place] | None:
        """Where the slots lie in a page of a known form; None for others."""
        for number, mould in enumerate(self._moulds):
            places = mould.places_in(page)
            if places is not None and mould.example.selected == selected:
                if number:
                    self._moulds.insert(0, self._moulds.pop(number))
                return places
        return None

    def is_worth_learning(self, page: bytes) -> bool:
        """Whether something may be learned of this page, which is of no known form."""
        self._lessons = min(self._lessons + 1, _FIRST_LESSONS * _PAGES_PER_LESSON)
        if self._lessons < _PAGES_PER_LESSON or len(page) > _LARGEST_BYTES:
            return False
        title = _title(page)
        if title in self._titles:
            return True
        if len(self._titles) == _MOST_TITLES:
            del self._titles[next(iter(self._titles))]
        self._titles[title] = None
        return False

    def learn(self, example: Example) -> None:
        """Takes a page that was read: a known form becomes wider by it, or a new one is found."""
        self._lessons -= _PAGES_PER_LESSON
        steps = steps_of(example.page)
        tried = 0
        candidates: list[Mould | Example] = [*self._moulds, *self._drafts]
        for known in candidates:
            older, gaps = (known.example, known.gaps) if isinstance(known, Mould) else (known, frozenset[Gap]())
            if older.selected != example.selected or not _may_be_alike(older.page, example.page):
                continue
            if older.page == example.page:
                return  # it teaches nothing
            mould = _mould_of(older, gaps, example, steps)
            if mould is not None:
                self._replace(known, mould)
                return
            tried += 1
            if tried == _TRIED_AT_ONCE:
                break
        self._drafts = [example, *self._drafts[: _MOST_DRAFTS - 1]]
        while sum(len(draft.page) for draft in self._drafts) > _DRAFTS_BYTES:
            self._drafts.pop()

    def _replace(self, known: Mould | Example, mould: Mould) -> None:
        self._moulds = [mould, *(other for other in self._moulds if other is not known)][:_MOST_MOULDS]
        self._drafts = [draft for draft in self._drafts if draft is not known]
        while sum(len(other.example.page) for other in self._moulds) > _MOULDS_BYTES:
            self._moulds.pop()


def _mould_of(older: Example, gaps: frozenset[Gap], newer: Example, steps: Sequence[Step]) -> Mould | None:
    """The form of both pages, if they have one."""
    older_steps = steps_of(older.page)
    between = gaps_between(older_steps, steps, _asked_by(newer.selected))
    if not between or len(between | gaps) > _MOST_GAPS:
        return None
    for (example, its_steps), other in (((newer, steps), older), ((older, older_steps), newer)):
        mould = Mould(example, its_steps, between | gaps)
        if mould.is_sure and mould.places_in(other.page) == list(other.places):
            return mould
    return None


def _may_be_alike(page: bytes, other: bytes) -> bool:
    return page.count(b"<") == other.count(b"<")


def _asked_by(selected: tuple[SelectorSlot, ...]) -> Callable[[bytes], bool]:
    """Whether some selector may ask for what an attribute says; of markers alone none does."""
    if not selected:
        return frozenset[bytes]().__contains__
    text = " ".join(slot.selector for slot in selected).lower().encode()
    if b"\\" in text:
        return bool
    return lambda name: bool(name) and (name.lower() in (b"id", b"class") or name.lower() in text)


def _title(page: bytes) -> bytes:
    start = page.find(b"<title", 0, _HEAD_BYTES)
    return b"" if start < 0 else page[start : page.find(b"</", start, start + _TITLE_BYTES)]
