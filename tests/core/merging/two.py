"""Two histories of one person, and what somebody who forgets nothing would say of both."""

from collections.abc import Iterable, Sequence
from random import Random

from floorwalker.core.conditions.model import Window
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.merging.merge import merge
from tests.core.journeys import CALENDAR, PerfectMemory, walked

TERMS = Terms(CALENDAR)
PERSON = Profile(seed=1, user="ada")
ANONYMOUS = Profile(seed=2)


def merged(person: Profile, anonymous: Profile) -> Profile:
    return merge(person, anonymous, TERMS)[0]


def joined(person: Iterable[Event], anonymous: Iterable[Event]) -> Profile:
    """The profile of both histories, each folded event by event."""
    return merged(walked(person, PERSON), walked(anonymous, ANONYMOUS))


def dealt(random: Random, events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """The events of one journey at random to two devices; their clocks never step back."""
    hands: tuple[list[Event], list[Event]] = ([], [])
    for event in sorted(events, key=lambda one: one.at):
        random.choice(hands).append(event)
    return hands


class BothMemories(PerfectMemory):
    """Every event of two histories; visits are those of each device, and the one with the latest activity goes on."""

    def __init__(self, person: Iterable[Event], anonymous: Iterable[Event]) -> None:
        super().__init__(())
        one, other = PerfectMemory(person), PerfectMemory(anonymous)
        self.all = sorted([*one.all, *other.all], key=lambda remembered: remembered.at)
        self.now = max(one.now, other.now)
        latest = one if one.visits and (one.last_activity > other.last_activity or not other.visits) else other
        self.last_activity, self.visits = latest.last_activity, latest.visits
        self.began = sorted([*one.visits, *other.visits])

    def visits_since(self, window: Window, at: float) -> list[int]:
        start = self.start(window, at)
        return [began for began in self.began if began >= start]
