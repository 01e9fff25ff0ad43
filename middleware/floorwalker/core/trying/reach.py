"""Reach: how many people a segment is, lately and altogether."""

from collections import Counter

from msgspec import Struct, field

from floorwalker.core.deciding.decide import PageDecisions
from floorwalker.core.memory.profile import Profile

DAY_S = 86400.0
WINDOWS = (7, 30)
"""Days back from the end; beside them all that is known counts, as window 0."""

UNKNOWN = "unknown"


class Reach(Struct):
    """One segment. people, unsure: window → how many are in it; how many more may be, for all that is known.

    channels: by which those in it came last; devices: with which, where that is known.
    """

    people: Counter[int] = field(default_factory=Counter)
    unsure: Counter[int] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    devices: Counter[str] = field(default_factory=Counter)


class Census(Struct):
    """Everybody, and who of them is in which segment. seen: window → how many people were seen in it."""

    seen: Counter[int] = field(default_factory=Counter)
    reaches: dict[str, Reach] = field(default_factory=dict)

    def count_person(self, ago_s: float) -> None:
        """Somebody who was last seen so long ago."""
        self.seen.update(_windows(ago_s))

    def count_member(self, segment: str, ago_s: float, *, channel: str, device: str | None = None) -> None:
        """Somebody who is in a segment, and was so long ago, at the latest."""
        reach = self.reaches.setdefault(segment, Reach())
        reach.people.update(_windows(ago_s))
        reach.channels[channel] += 1
        if device is not None:
            reach.devices[device] += 1

    def count_unsure(self, segment: str, ago_s: float) -> None:
        """Somebody of whom it is not known whether they are in a segment."""
        self.reaches.setdefault(segment, Reach()).unsure.update(_windows(ago_s))


def _windows(ago_s: float) -> list[int]:
    return [0, *(days for days in WINDOWS if ago_s <= days * DAY_S)]


def channel_of(profile: Profile) -> str:
    """The channel of the latest visit."""
    return profile.visit.touch.channel if profile.visit else UNKNOWN


class Presence(Struct, frozen=True):
    """When somebody was last in a segment, and how they had come."""

    at: float
    channel: str
    device: str


class Attendance:
    """Who was in which segment when, page view by page view, in any order; of everybody only the latest time."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.inside: dict[str, dict[str, Presence]] = {}

    def page(self, visitor: str, page: PageDecisions) -> None:
        """One page view."""
        moment = page.moment
        signals, profile = moment.signals, moment.profile
        self.seen[visitor] = max(signals.at, self.seen.get(visitor, signals.at))
        channel = UNKNOWN if profile is None else channel_of(profile)
        presence = Presence(signals.at, channel, signals.device.type or UNKNOWN)
        for segment in page.segments:
            people = self.inside.setdefault(segment, {})
            if visitor not in people or people[visitor].at <= presence.at:
                people[visitor] = presence

    def add(self, other: "Attendance") -> None:
        """Take in what was noted of other visitors."""
        self.seen.update(other.seen)
        for segment, people in other.inside.items():
            self.inside.setdefault(segment, {}).update(people)

    def census(self) -> Census:
        """Counted back from the latest page view of all."""
        census = Census()
        end = max(self.seen.values(), default=0.0)
        for at in self.seen.values():
            census.count_person(end - at)
        for segment, people in self.inside.items():
            for one in people.values():
                census.count_member(segment, end - one.at, channel=one.channel, device=one.device)
        return census
