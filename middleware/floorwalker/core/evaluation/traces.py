"""Traces: the segments that ask for what happened, by the names under which it is remembered or counted."""

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from floorwalker.core.conditions.matchers import AnyOf, PathIs
from floorwalker.core.conditions.model import Behaviour, Window
from floorwalker.core.evaluation.counting import ONCE, asks_only_count, tally_of
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.evaluation.tables import Look, Numbers, Ranges, look_counted
from floorwalker.core.evaluation.usual import Happened, dimension_of, first_segment

_NO_WINDOWS: Mapping[Window, set[int]] = {}
_FEW = 2  # segments that ask for one count: they are asked themselves, else the count first


class _Group(Struct):
    """All that ask for the same count, by how much they ask for. others: those that ask for more than a number."""

    happened: Happened
    ranges: Ranges = field(default_factory=Ranges)
    others: list[int] = field(default_factory=list)
    every: list[int] = field(default_factory=list)


class Traces:
    """tally: the number under which a Moment keeps a behaviour's count."""

    def __init__(self, tally: Callable[[Behaviour], int]) -> None:
        self._tally = tally
        self._groups: dict[int, _Group] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, happened: Happened, segment: int) -> None:
        """A segment that waits for this to have happened."""
        behaviour = happened.behaviour
        group = self._groups.setdefault(self._tally(behaviour), _Group(happened))
        group.every.append(segment)
        if asks_only_count(behaviour):
            group.ranges.add(behaviour.count or ONCE, segment, nothing=0)
        else:
            group.others.append(segment)

    def ready(self) -> Look:
        """Looks up every name once, however many segments ask for it."""
        names, counted, paths = dict[str, list[Look]](), dict[str, list[Look]](), dict[str, list[Look]]()
        dimensions: dict[str, dict[Window, set[int]]] = {}
        for number, group in self._groups.items():
            look, matcher = _look(number, group), group.happened.field.matcher
            dimension = dimension_of(group.happened)
            windows = dimensions.setdefault(dimension, {})
            windows.setdefault(group.happened.behaviour.window, set()).update(group.every)
            if isinstance(matcher, AnyOf):
                for name in matcher.exact:
                    names.setdefault(name, []).append(look)
                    counted.setdefault(dimension + name, []).append(look)
            elif isinstance(matcher, PathIs):
                for first in {first_segment(pattern) or "" for pattern in matcher.patterns}:
                    paths.setdefault(first, []).append(look)
        every = {segment for group in self._groups.values() for segment in group.every}

        def look_up(moment: Moment, found: Numbers) -> None:
            history = moment.history
            if history is None:
                found.update(every)
                return
            for name in names.keys() & history.names:
                for look in names[name]:
                    look(moment, found)
            for name in counted.keys() & history.counted:
                for look in counted[name]:
                    look(moment, found)
            if paths:
                for first in paths.keys() & history.first_segments:
                    for look in paths[first]:
                        look(moment, found)
            for dimension, until in history.lost.items():
                for window, segments in dimensions.get(dimension, _NO_WINDOWS).items():
                    if history.begins(window) <= until:
                        found.update(segments)

        return look_up


def _look(number: int, group: _Group) -> Look:
    """What one name leads to."""
    every = tuple(group.every)
    if group.others or len(every) <= _FEW:
        return lambda _, found: found.update(every)
    behaviour = group.happened.behaviour
    return look_counted(number, lambda moment: tally_of(behaviour, moment), group.ranges, every)
