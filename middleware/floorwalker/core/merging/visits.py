"""The visits of two devices: all are counted, one is the latest, and how they came is told of both."""

from itertools import accumulate

from msgspec import Struct

from floorwalker.core.memory import visits
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.memory.visits import gaps_of, time_in, touches_of, was_bounced


class Before(Struct, frozen=True):
    """What is remembered of the visit before the latest one: the silence since, its last page, whether it was one page
    alone."""

    away: int | None = None
    exit_page: str = ""
    bounced: bool | None = None


def latest_of(person: Profile, anonymous: Profile) -> Profile:
    """Whose visit goes on: the one with the latest activity, at the same second the anonymous one, which is at hand."""
    if anonymous.visit is None or (person.visit is not None and person.visit.last > anonymous.visit.last):
        return person
    return anonymous


def closed_of(person: Profile, anonymous: Profile) -> Visit | None:
    """The visit that ends with the merge, where both had one."""
    if person.visit is None or anonymous.visit is None:
        return None
    return person.visit if latest_of(person, anonymous) is anonymous else anonymous.visit


def before_of(latest: Profile, closed: Visit | None) -> Before:
    """The visit before the latest one: of those before it on its own device and the closed one, what ended last."""
    own = Before(latest.away, latest.exit_page, latest.bounced)
    visit = latest.visit
    if closed is None or visit is None:
        return own
    if latest.away is not None and visit.started - latest.away > closed.last:
        return own
    return Before(max(0, visit.started - closed.last), closed.last_page, was_bounced(closed))


def time_spent_of(person: Profile, anonymous: Profile, closed: Visit | None) -> int:
    """Seconds in all visits before the latest one."""
    return person.time_spent + anonymous.time_spent + (time_in(closed) if closed else 0)


class Earlier(Struct, frozen=True):
    """When the visits before the latest one began, as a profile keeps it. counted: of those that are only counted from
    now on, oldest first."""

    gaps: tuple[int, ...]
    left: int
    counted: tuple[int, ...] = ()


def earlier_of(person: Profile, anonymous: Profile, closed: Visit | None) -> Earlier:
    """The visits of both in order; two at the same time on two devices are two."""
    left = max(person.earlier_left, anonymous.earlier_left)
    if closed is None:
        return Earlier(person.earlier or anonymous.earlier, left)
    times = sorted([*accumulate(person.earlier), *accumulate(anonymous.earlier), closed.started])
    kept = [at for at in times if at > left][-visits.MOST_EARLIER :]
    counted = times[: len(times) - len(kept)]
    return Earlier(gaps_of(kept), max([left, *counted]), tuple(counted))


def touches_of_both(person: Profile, anonymous: Profile) -> tuple[Touch, ...]:
    """The earliest arrival of all, and the latest that was not direct, beside the latest visit's own."""
    visit = latest_of(person, anonymous).visit
    if visit is None or person.visit is None or anonymous.visit is None:
        return person.touches or anonymous.touches
    first = min([touch for touch in (person.first_touch, anonymous.first_touch) if touch], key=lambda touch: touch.at)
    lasts = [touch for touch in (anonymous.last_touch, person.last_touch) if touch and not touch.is_direct]
    last = max(lasts, key=lambda touch: touch.at) if lasts else first
    return touches_of(first, last, visit.touch)


def arrival_of(person: Profile, anonymous: Profile) -> Touch | None:
    """The redirect that waits for its landing: the later one."""
    waiting = [touch for touch in (person.arrival, anonymous.arrival) if touch]
    return max(waiting, key=lambda touch: touch.at, default=None)
