"""Visits and arrivals: when a visit begins, how it came, and what is kept of the one before."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from msgspec import structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.memory.kept.counts import EMPTY
from floorwalker.core.memory.kept.ledger import with_visits
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.memory.touch import landed, touch_of
from floorwalker.core.signals import Signals

SILENCE = 30 * 60  # seconds that end a visit
LANDING = 5 * 60  # seconds within which a redirect's arrival waits for its landing
MOST_EARLIER = 40  # visits whose beginning is known to the second
_NO_ARRIVAL = ("internal", "direct", "referral")  # within a visit


def is_running(profile: Profile, at: int) -> bool:
    """Whether the latest visit still goes on."""
    return profile.visit is not None and at - profile.visit.last < SILENCE


def arrive(profile: Profile, signals: Signals, *, at: int, landing_page: str, calendar: Calendar) -> Profile:
    """The profile as a page is about to be seen: in the running visit, which the view goes on with, or at the
    beginning of a new one."""
    if goes_on(profile, signals, at=at):
        return profile
    runs = is_running(profile, at)
    touch = _arrival(profile, signals, at=at, landing_page=landing_page)
    if not runs:
        return begin(profile, touch, at=at, calendar=calendar)
    if _is_return(touch):
        return structs.replace(active(profile, at=at), arrival=None)
    return _arrived_again(profile, touch, at=at)


def goes_on(profile: Profile, signals: Signals, *, at: int) -> bool:
    """Whether a hit is no arrival, whatever page it is on: a plain return into a visit that runs, or a click in it."""
    visit = profile.visit
    if visit is None or at - visit.last >= SILENCE or profile.arrival is not None:
        return False
    return signals.campaign is None and signals.ad is None and signals.referrer.medium in _NO_ARRIVAL


def wait_for_landing(profile: Profile, signals: Signals, *, at: int, landing_page: str) -> Profile:
    """The profile with a redirect's arrival kept; an arrival from inside is none."""
    profile = active(profile, at=at)
    if not signals.is_arrival:
        return profile
    return structs.replace(profile, arrival=touch_of(signals, at=at, landing_page=landing_page))


def active(profile: Profile, *, at: int) -> Profile:
    """The profile once something happened that begins no visit: a running visit goes on."""
    visit = profile.visit
    if visit is None or at - visit.last >= SILENCE:
        return profile if profile.first_seen else structs.replace(profile, first_seen=at, last_seen=at)
    if at <= visit.last and at <= profile.last_seen:  # as after the page that showed something
        return profile
    visit = structs.replace(visit, last=max(at, visit.last))
    return structs.replace(profile, last_seen=max(at, profile.last_seen), visit=visit)


def begin(profile: Profile, touch: Touch, *, at: int, calendar: Calendar) -> Profile:
    """A new visit; what is kept of the one before is taken down."""
    first = profile.first_touch or touch
    last = (profile.last_touch or first) if touch.is_direct else touch
    number = profile.visits + 1
    before = profile.visit
    changes = _ended(profile, before, at=at) if before else {}
    profile = structs.replace(
        profile,
        first_seen=profile.first_seen or at,
        last_seen=max(at, profile.last_seen),
        visits=number,
        visit=Visit(number, at, at, 0, touch),
        touches=touches_of(first, last, touch),
        arrival=None,
        **changes,
    )
    return _few_earlier(profile, calendar) if len(profile.earlier) > MOST_EARLIER else profile


def time_in(visit: Visit) -> int:
    """The seconds from its beginning to its latest activity."""
    return max(0, visit.last - visit.started)


def was_bounced(visit: Visit) -> bool:
    """Whether no more than one page was seen."""
    return visit.views + visit.errors <= 1


def _ended(profile: Profile, visit: Visit, *, at: int) -> dict[str, object]:
    return {
        "away": max(0, at - visit.last),
        "exit_page": visit.last_page,
        "bounced": was_bounced(visit),
        "time_spent": profile.time_spent + time_in(visit),
        "earlier": _with_beginning(profile.earlier, visit.started),
    }


def _with_beginning(earlier: tuple[int, ...], at: int) -> tuple[int, ...]:
    after = at - (sum(earlier) if earlier else 0)
    return (*earlier, after) if after >= 0 else gaps_of(sorted([*accumulate(earlier), at]))  # two devices at once


def gaps_of(times: Sequence[int]) -> tuple[int, ...]:
    """Times in order, each as seconds after the one before it."""
    return tuple([at - before for before, at in pairwise([0, *times])])


def _few_earlier(profile: Profile, calendar: Calendar) -> Profile:
    """The oldest visits go to the counts, a quarter at a time."""
    drop = MOST_EARLIER // 4
    times, at = [], 0
    for gap in profile.earlier:
        at += gap
        times.append(at)
    counts = with_visits(profile.counts or EMPTY, times[:drop], calendar=calendar)
    earlier = (times[drop], *profile.earlier[drop + 1 :])
    return structs.replace(profile, earlier=earlier, earlier_left=times[drop - 1], counts=counts)


def _arrival(profile: Profile, signals: Signals, *, at: int, landing_page: str) -> Touch:
    """How this page came to be seen: by the redirect that led here, where this request itself tells nothing more."""
    waiting = profile.arrival
    if waiting and at - waiting.at <= LANDING and not signals.campaign and not signals.ad:
        referrer = signals.referrer
        # a browser repeats the referrer of the redirected request
        if referrer.medium in ("internal", "direct") or referrer.domain == waiting.referrer.domain:
            return landed(waiting, at=at, landing_page=landing_page)
    return touch_of(signals, at=at, landing_page=landing_page)


def _is_return(touch: Touch) -> bool:
    """Whether somebody only comes back into a running visit: from nowhere, or by a plain link, as from a payment."""
    return touch.campaign is None and touch.ad is None and touch.referrer.medium in ("direct", "referral")


def _arrived_again(profile: Profile, touch: Touch, *, at: int) -> Profile:
    """A new arrival within a running visit: it becomes this visit's and the last one."""
    assert profile.visit is not None  # running
    first = profile.first_touch or touch
    visit = structs.replace(profile.visit, last=max(at, profile.visit.last), touch=touch)
    last_seen = max(at, profile.last_seen)
    touches = touches_of(first, touch, touch)
    return structs.replace(profile, last_seen=last_seen, visit=visit, touches=touches, arrival=None)


def touches_of(first: Touch, last: Touch, visit: Touch) -> tuple[Touch, ...]:
    """The first and the last arrival, as a profile keeps them beside this visit's."""
    if first == last:
        return () if first == visit else (first,)
    return first, last
