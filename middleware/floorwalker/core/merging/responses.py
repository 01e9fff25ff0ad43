"""How often each block was shown and clicked, on two devices together."""

from itertools import chain

from msgspec import structs

from floorwalker.core.memory.kept.responses import (
    MOST_DAYS,
    NONE,
    Daily,
    Exposure,
    Response,
    Responses,
    blocks_that_fit,
)
from floorwalker.core.memory.profile import Profile

_NEVER = Daily()


def responses_of(
    person: Profile, anonymous: Profile, latest: Profile, exposures: tuple[Exposure, ...]
) -> Responses | None:
    """The blocks of both. latest: whose visit goes on: what its device showed in that visit was shown in it.
    exposures: of both."""
    if person.responses is None and anonymous.responses is None:
        return None
    visits = person.visits + anonymous.visits
    one, other = (_renumbered(profile, latest, visits) for profile in (person, anonymous))
    names = dict.fromkeys([(response.block, response.control) for response in (*one.blocks, *other.blocks)])
    blocks = [_together(_of(one, *name), _of(other, *name), visits) for name in names]
    kept, lost = blocks_that_fit(sorted(blocks, key=lambda response: response.last), max(one.lost, other.lost))
    return Responses(kept, exposures, lost)


def _renumbered(profile: Profile, latest: Profile, visits: int) -> Responses:
    """What happened in the visit that goes on belongs to its new number."""
    responses = profile.responses or NONE
    if profile is not latest:
        return responses
    blocks = [structs.replace(one, visit=visits) if one.visit == profile.visits else one for one in responses.blocks]
    return structs.replace(responses, blocks=tuple(blocks))


def _of(responses: Responses, block: str, control: bool) -> Response:
    for one in responses.blocks:
        if one.block == block and one.control is control:
            return one
    return Response(block, control, since=responses.lost)


def _together(one: Response, other: Response, visits: int) -> Response:
    now = max(one, other, key=lambda each: (each.visit == visits, each.in_visit))
    clicked = [daily for daily in (one.clicked, other.clicked) if daily]
    return Response(
        one.block,
        one.control,
        max(one.since, other.since),
        now.visit,
        now.in_visit,
        added(one.shown, other.shown),
        added(*clicked, *([_NEVER] * (2 - len(clicked)))) if clicked else None,
    )


def added(one: Daily, other: Daily) -> Daily:
    """Both counts together; by day as far back as both are known by day."""
    begins = max(_begins(one), _begins(other))
    days: dict[int, int] = {}
    for day, count in chain(_by_day(one), _by_day(other)):
        if day >= begins:
            days[day] = days.get(day, 0) + count
    flat = [part for day in sorted(days) for part in (day, days[day])]
    return Daily(one.total + other.total, max(one.last, other.last), tuple(flat[-2 * MOST_DAYS :]))


def _by_day(daily: Daily) -> "zip[tuple[int, int]]":
    return zip(daily.days[::2], daily.days[1::2], strict=True)


def _begins(daily: Daily) -> int:
    """The first day from which on all is known by day."""
    return daily.days[0] if daily.days and daily.total > sum(daily.days[1::2]) else 0
