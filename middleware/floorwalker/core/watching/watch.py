"""A Watch: who is in the watched segments is judged at the end of every step, and told where it has changed."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from zlib import crc32

from msgspec import structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.model import Test
from floorwalker.core.effects import Effects
from floorwalker.core.evaluation.evaluate import Moment, moment_at
from floorwalker.core.evaluation.moment import zone_of
from floorwalker.core.evaluation.standing import lifecycle
from floorwalker.core.events import SEGMENT_ENTERED, SEGMENT_LEFT, Event
from floorwalker.core.memory.asked.history import present
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Ruleset, Segment
from floorwalker.core.signals import Signals
from floorwalker.core.watching.definition import (
    Leaf,
    asked_by,
    conditions_of,
    fingerprint,
    leaves,
    of_memory,
    watched_names,
)
from floorwalker.core.watching.due import next_due
from floorwalker.core.watching.lapses import lapses_of

_FEW = 12  # watched segments: as many as this are asked one by one in less time than their cues are looked up
_BITS = 0x7FFFFFFF  # of a fingerprint


class Watch:
    """The watched segments of one ruleset, ready to be judged; falsy where it watches none.

    A segment is judged by what is remembered alone. Whoever was never judged under its very definition is only noted,
    so that published rules tell nothing; but who is new was in no segment before.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        names = watched_names(ruleset)
        self._rules = of_memory(ruleset, names)
        self._calendar = Calendar(ruleset.site)
        self._zone = zone_of(ruleset.site.timezone) or UTC
        self._lapses = lapses_of(_asked(self._rules.segments.values()), self._zone)
        self._prints = {name: fingerprint(ruleset, name) for name in names}
        self._marks = {name: 2 * one for name, one in self._prints.items()}
        self._of_lifecycle = frozenset(name for name in names if _asks_lifecycle(self._rules, name))

    def __bool__(self) -> bool:
        return bool(self._prints)

    def marks(self, priors: Priors = NO_PRIORS) -> Mapping[str, int]:
        """What a profile holds of each segment once it was judged outside. A lifecycle that was learned anew makes
        another definition of whatever asks for it."""
        if not self._of_lifecycle:
            return self._marks
        turn = crc32(priors.lifecycle.version.encode()) & _BITS
        return {name: mark ^ 2 * turn if name in self._of_lifecycle else mark for name, mark in self._marks.items()}

    def version(self, priors: Priors = NO_PRIORS) -> str:
        """What tells these definitions from any others; empty where there are none."""
        return "-".join(f"{mark:x}" for mark in self.marks(priors).values())

    def knows(self, profile: Profile, priors: Priors = NO_PRIORS) -> bool:
        """Whether the profile was judged under these very definitions, and no others."""
        return [mark & ~1 for mark in profile.watched] == list(self.marks(priors).values())

    def judged(
        self, profile: Profile, at: float, *, is_new: bool = False, priors: Priors = NO_PRIORS
    ) -> tuple[Profile, Effects]:
        """The profile as it stands at that time, an event for each segment entered or left since it was last judged,
        and when time alone may change it next. is_new: there was no profile before this step."""
        moment = self._moment(profile, at, priors)
        if len(self._prints) > _FEW and moment.compiled.roll is not None:
            moment.compiled.roll.call(moment)
        before = {mark & ~1: mark & 1 for mark in profile.watched}
        when, watched, told = present(profile, at), list[int](), list[Event]()
        for name, mark in self.marks(priors).items():
            inside = moment.member(name) is True
            watched.append(mark + inside)
            was = before.get(mark, 0 if is_new else inside)
            if was != inside:
                told.append(Event(SEGMENT_ENTERED if inside else SEGMENT_LEFT, when, {"segment": name}))
        if profile.watched != tuple(watched):
            profile = structs.replace(profile, watched=tuple(watched))
        return profile, Effects(tuple(told), due=self._next_due(profile, at, priors))

    def _next_due(self, profile: Profile, at: float, priors: Priors) -> float:
        return next_due(
            self._lapses,
            profile,
            at,
            calendar=self._calendar,
            zone=self._zone,
            lifecycle=lambda then: lifecycle(profile, self._moment(profile, then, priors)),
        )

    def _moment(self, profile: Profile, at: float, priors: Priors) -> Moment:
        return moment_at(self._rules, profile, Signals(at=at), at, priors=priors)


def _asked(segments: Iterable[Segment]) -> list[Leaf]:
    return [leaf for one in segments for leaf in leaves(conditions_of(one))]


def _asks_lifecycle(ruleset: Ruleset, name: str) -> bool:
    asked = _asked(asked_by(ruleset.segments, name).values())
    return any(isinstance(leaf, Test) and leaf.name == "lifecycle" for leaf in asked)
