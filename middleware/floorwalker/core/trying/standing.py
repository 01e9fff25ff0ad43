"""Standing: what can be said of a visitor who asks for nothing right now, by what is remembered alone.

What only a request tells (device, place, time of day, …) is unknown then, and unknown fits nothing; what a visit tells
(its arrival, its last page) is that of the latest visit.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.advance import Corridor
from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.core.conditions.model import UNASKED, All, AnyCondition, Condition, InSegment, Not, Test
from floorwalker.core.conditions.standing import OF_THE_VISIT, needs_request
from floorwalker.core.evaluation.evaluate import Moment, moment_at
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Entry, Points, Ruleset, Segment
from floorwalker.core.signals import Signals


class Need(Struct, frozen=True):
    """What a condition asks that no profile holds. request: unknown without one. visit: as at the latest visit."""

    request: tuple[str, ...] = ()
    visit: tuple[str, ...] = ()


def without_request(ruleset: Ruleset) -> Ruleset:
    """The same rules, in which whatever only a request can answer is unknown. Contents are the very same."""
    return replace(
        ruleset,
        segments={name: _segment(one) for name, one in ruleset.segments.items()},
        slots={name: replace(one, show=tuple(map(_entry, one.show))) for name, one in ruleset.slots.items()},
        goals={name: replace(one, when=_standing(one.when)) for name, one in ruleset.goals.items()},
    )


def standing_signals(corridor: Corridor, profile: Profile, at: float) -> Signals:
    """Signals of no request: a moment, and the page that the visitor saw last."""
    path = (profile.visit.last_page if profile.visit else "") or "/"
    return Signals(at=at, url=path, path=path, page=corridor.page(Hit(at=at, url=path, kind=HitKind.EVENTS)))


def standing_moment(corridor: Corridor, profile: Profile, at: float) -> Moment:
    """The Moment of somebody who asks for nothing; the corridor's rules are those of `without_request`."""
    return moment_at(corridor.ruleset, profile, standing_signals(corridor, profile, at), at, priors=corridor.priors)


def needs_of(ruleset: Ruleset, name: str) -> Need:
    """What a segment asks that no profile holds, and what the segments ask that it asks for."""
    seen: set[str] = set()
    waiting, tests = [name], list[Test]()
    while waiting:
        segment = ruleset.segments.get(one := waiting.pop())
        if segment is None or one in seen:
            continue
        seen.add(one)
        for leaf in _leaves([segment.when, *(points.when for points in segment.points)]):
            if isinstance(leaf, InSegment):
                waiting += leaf.names
            elif isinstance(leaf, Test) and leaf.touch == "visit":
                tests.append(leaf)
    return _need(tests)


def _need(tests: Iterable[Test]) -> Need:
    names = list(dict.fromkeys(test.name for test in tests))
    arrival = [name for name in names if name in DEFINITIONS and DEFINITIONS[name].group == "arrival"]
    visit = [name for name in names if name in arrival or name in OF_THE_VISIT]
    return Need(tuple(filter(needs_request, names)), tuple(visit))


def _segment(segment: Segment) -> Segment:
    when = None if segment.when is None else _standing(segment.when)
    return replace(segment, when=when, points=tuple(Points(one.points, _standing(one.when)) for one in segment.points))


def _entry(entry: Entry) -> Entry:
    when = None if entry.when is None else _standing(entry.when)
    return replace(entry, when=when, show=tuple(map(_entry, entry.show)))


def _standing(condition: Condition) -> Condition:
    match condition:
        case Test() if condition.touch == "visit" and needs_request(condition.name):
            return replace(condition, touch=UNASKED)
        case All() | AnyCondition() | Not():
            return replace(condition, of=tuple(map(_standing, condition.of)))
        case _:
            return condition


def _leaves(conditions: Iterable[Condition | None]) -> Iterator[Condition]:
    for one in conditions:
        if isinstance(one, All | AnyCondition | Not):
            yield from _leaves(one.of)
        elif one is not None:
            yield one
