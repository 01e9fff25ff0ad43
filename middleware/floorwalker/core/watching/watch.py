"""A Watch: who is in the watched segments is judged at the end of every step, and told where it has changed."""

from datetime import UTC

from msgspec import structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.effects import Effects
from floorwalker.core.evaluation.evaluate import moment_at
from floorwalker.core.evaluation.moment import zone_of
from floorwalker.core.events import SEGMENT_ENTERED, SEGMENT_LEFT, Event
from floorwalker.core.memory.history import present
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.core.watching.definition import conditions_of, fingerprint, leaves, of_memory, watched_names
from floorwalker.core.watching.due import next_due
from floorwalker.core.watching.lapses import lapses_of


class Watch:
    """The watched segments of one ruleset, ready to be judged; falsy where it watches none.

    A segment is judged by what is remembered alone. Whoever was never judged under its very definition is only noted,
    so that published rules tell nothing; but who is new was in no segment before.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        names = watched_names(ruleset)
        self.marks = {name: 2 * fingerprint(ruleset, name) for name in names}
        self._rules = of_memory(ruleset, names)
        self._calendar = Calendar(ruleset.site)
        self._zone = zone_of(ruleset.site.timezone) or UTC
        asked = [leaf for one in self._rules.segments.values() for leaf in leaves(conditions_of(one))]
        self._lapses = lapses_of(asked, self._zone)

    def __bool__(self) -> bool:
        return bool(self.marks)

    @property
    def version(self) -> str:
        """What tells these definitions from any others; empty where there are none."""
        return "-".join(f"{mark:x}" for mark in self.marks.values())

    def knows(self, profile: Profile) -> bool:
        """Whether the profile was judged under these very definitions, and no others."""
        return [mark & ~1 for mark in profile.watched] == list(self.marks.values())

    def judged(
        self, profile: Profile, at: float, *, is_new: bool = False, priors: Priors = NO_PRIORS
    ) -> tuple[Profile, Effects]:
        """The profile as it stands at that time, an event for each segment entered or left since it was last judged,
        and when time alone may change it next. is_new: there was no profile before this step."""
        moment = moment_at(self._rules, profile, Signals(at=at), at, priors=priors)
        before = {mark & ~1: mark & 1 for mark in profile.watched}
        when, watched, told = present(profile, at), list[int](), list[Event]()
        for name, mark in self.marks.items():
            inside = moment.member(name) is True
            watched.append(mark + inside)
            was = before.get(mark, 0 if is_new else inside)
            if was != inside:
                told.append(Event(SEGMENT_ENTERED if inside else SEGMENT_LEFT, when, {"segment": name}))
        if profile.watched != tuple(watched):
            profile = structs.replace(profile, watched=tuple(watched))
        due = next_due(self._lapses, profile, at, calendar=self._calendar, zone=self._zone) if self else 0.0
        return profile, Effects(tuple(told), due=due)
