"""Traces: the segments that ask for what happened, by the names under which it is remembered or counted."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from floorwalker.core.conditions.asking import page_values, texts_of
from floorwalker.core.conditions.matchers import AnyOf, PathIs, fold_text
from floorwalker.core.conditions.model import Behaviour, Field, Window
from floorwalker.core.evaluation.counting import ONCE, asks_only_count, tally_of
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.evaluation.tables import Found, Look, Ranges, Steps, look_counted
from floorwalker.core.evaluation.usual import Happened, dimension_of, first_segment
from floorwalker.core.events import Page
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.asked.paths import first_segment as first_of
from floorwalker.core.memory.kept.counts import DIMENSIONS, PATH

_FEW = 2  # segments that ask for one count: they are asked themselves, else the count first
_NOBODY_SAW = "\ud800"  # no UTF-8 can say it, so that nothing is remembered under it


class _Group(Struct):
    """All that ask for the same count, by how much they ask for. others: those that ask for more than a number; names:
    those of whom the count tells the answer."""

    happened: Happened
    ranges: Ranges = field(default_factory=Ranges)
    steps: Steps = field(default_factory=Steps)
    others: list[int] = field(default_factory=list)
    every: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


class _Lot(Struct):
    """All that ask for one dimension in one window. unseen: asks the same of something that never was."""

    unseen: Behaviour
    every: set[int] = field(default_factory=set)
    names: list[str] = field(default_factory=list)


class Traces:
    """tally: the number under which a Moment keeps a behaviour's count."""

    def __init__(self, tally: Callable[[Behaviour], int]) -> None:
        self._tally = tally
        self._groups: dict[int, _Group] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, happened: Happened, segment: int) -> None:
        """A segment that waits for this to have happened."""
        behaviour, group = happened.behaviour, self._group(happened)
        group.every.append(segment)
        if asks_only_count(behaviour):
            group.ranges.add(behaviour.count or ONCE, segment, nothing=0)
        else:
            group.others.append(segment)

    def add_step(self, happened: Happened, least: float, name: str) -> None:
        """A segment that asks for nothing but this to have happened so often at least."""
        group = self._group(happened)
        group.steps.add(least, name)
        group.names.append(name)

    def _group(self, happened: Happened) -> _Group:
        return self._groups.setdefault(self._tally(happened.behaviour), _Group(happened))

    def ready(self) -> Look:
        """Looks up every name once, however many segments ask for it."""
        names, counted, paths = self._tables()
        lots = self._lots()
        every = {segment for group in self._groups.values() for segment in group.every}
        told = tuple([name for group in self._groups.values() for name in group.names])

        def look_up(moment: Moment, found: Found) -> None:
            history, looks = moment.history, set[Look]()
            if history is None:
                found.update(every)
                found.unknown += told
                page = moment.signals.page
                looks.update(counted.of(_keys_of(page)), paths.of([first_of(page.path)]))
            else:
                looks.update(names.of(history.names), counted.of(history.counted))
                if paths:
                    looks.update(paths.of(history.first_segments))
                for dimension, until in history.lost.items():
                    for lot in lots.get(dimension, ()):
                        _look_at_lost(lot, until, history, moment, found)
            for look in looks:
                look(moment, found)

        return look_up

    def _tables(self) -> "tuple[_Table, _Table, _Table]":
        """Where to look: by name, by the key of a count, and by with what a path begins."""
        names, counted, paths = dict[str, list[Look]](), dict[str, list[Look]](), dict[str, list[Look]]()
        for number, group in self._groups.items():
            look, matcher, dimension = _look(number, group), group.happened.field.matcher, dimension_of(group.happened)
            if isinstance(matcher, AnyOf):
                for name in matcher.exact:
                    names.setdefault(name, []).append(look)
                    counted.setdefault(dimension + name, []).append(look)
            elif isinstance(matcher, PathIs):
                for first in {first_segment(pattern) or "" for pattern in matcher.patterns}:
                    paths.setdefault(first, []).append(look)
        return _Table(names), _Table(counted), _Table(paths)

    def _lots(self) -> Mapping[str, list[_Lot]]:
        lots: dict[str, dict[Window, _Lot]] = {}
        for group in self._groups.values():
            behaviour = group.happened.behaviour
            of_window = lots.setdefault(dimension_of(group.happened), {})
            lot = of_window.setdefault(behaviour.window, _Lot(_of_nothing(group.happened)))
            lot.every.update(group.every)
            lot.names += group.names
        return {dimension: list(of_window.values()) for dimension, of_window in lots.items()}


class _Table:
    """Looks by the names that lead to them."""

    def __init__(self, looks: Mapping[str, Sequence[Look]]) -> None:
        self._looks = looks
        self._names = frozenset(looks)

    def __bool__(self) -> bool:
        return bool(self._looks)

    def of(self, names: Iterable[str]) -> list[Look]:
        """All to which one of these names leads; some of them perhaps more than once."""
        return [look for name in self._names.intersection(names) for look in self._looks[name]]


def _look_at_lost(lot: _Lot, until: float, history: History, moment: Moment, found: Found) -> None:
    """Of what is not known any more until then."""
    if history.begins(lot.unseen.window) > until:
        return
    found.update(lot.every)
    if lot.names and not tally_of(lot.unseen, moment).complete:
        found.unknown += tuple(lot.names)


def _of_nothing(happened: Happened) -> Behaviour:
    """How often something happened that never did, which is answered as whatever never was is."""
    field = happened.field
    is_path = isinstance(field.matcher, PathIs)
    matcher = PathIs((f"/{_NOBODY_SAW}",)) if is_path else AnyOf(frozenset({_NOBODY_SAW}))
    return replace(happened.behaviour, what=(Field(field.name, matcher, field.key),))


def _keys_of(page: Page) -> set[str]:
    """Under which keys a view of this page would be counted."""
    return {
        dimension + fold_text(text)
        for name, dimension in DIMENSIONS.items()
        if dimension != PATH
        for value in page_values(page, name)
        for text in texts_of(value)
    }


def _look(number: int, group: _Group) -> Look:
    """What one name leads to."""
    every = tuple(group.every)
    if not group.steps and (group.others or len(every) <= _FEW):
        return lambda _, found: found.update(every)
    behaviour, others = group.happened.behaviour, tuple(group.others)
    look = look_counted(number, lambda moment: tally_of(behaviour, moment), group.ranges, group.steps, every)
    if not others:
        return look

    def look_beside(moment: Moment, found: Found) -> None:
        look(moment, found)
        found.update(others)

    return look_beside
