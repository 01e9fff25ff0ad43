"""Counting who is in which segment: of a log's visitors, or of a store's."""

import asyncio
import time
from collections.abc import Mapping

from msgspec import Struct, field

from floorwalker.accesslog.replay import Replay, Share
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.cli.walks.log_walk import Lines, walk_in_shares
from floorwalker.cli.walks.replay_walk import choose
from floorwalker.cli.walks.store_walk import Walk, each_profile, stored_priors
from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.memory.profile import Profile
from floorwalker.core.trying.reach import Attendance, Census, channel_of
from floorwalker.core.trying.standing import Need, needs_of, standing_moment, without_request
from floorwalker.store import Survey


class Reached(Struct):
    """A census and where it is from. source: log or store. needs: what the segments ask that profiles do not hold.

    passed_by: records of the store that were not counted; None for a log.
    """

    source: str
    census: Census
    needs: Mapping[str, Need] = field(default_factory=dict)
    passed_by: Walk | None = None


def reach_in_log(rulebook: Rulebook, name: str, *, host: str | None) -> Reached:
    """Every page view of a log; somebody is in a segment who was in it on any page. Raises OSError."""

    def walk(lines: Lines, site: str, share: Share) -> Attendance:
        attendance = Attendance()
        replay = Replay(
            rulebook.corridor,
            choose=lambda profile, signals: choose(rulebook, profile, signals),
            host=site,
            share=share,
            on_page=attendance.page,
        )
        replay.walk(lines)
        return attendance

    whole = Attendance()
    for part in walk_in_shares(name, walk, host=host):
        whole.add(part)
    return Reached("log", whole.census())


def reach_in_store(rulebook: Rulebook, address: str) -> Reached:
    """Every visitor of a store, as they stand now; nothing is written. Raises StoreUnavailable."""
    return asyncio.run(_in_store(rulebook, address))


async def _in_store(rulebook: Rulebook, address: str) -> Reached:
    now, walk, census = time.time(), Walk(Survey()), Census()
    rulebook = rulebook.with_priors(await stored_priors(address, rulebook, now=now))
    corridor = rulebook.deciding_by(without_request(rulebook.ruleset)).corridor
    async for profile in each_profile(address, walk):
        count_standing(census, corridor, profile, now)
    needs = {name: needs_of(rulebook.ruleset, name) for name in rulebook.ruleset.segments}
    return Reached("store", census, needs, walk)


def count_standing(census: Census, corridor: Corridor, profile: Profile, now: float) -> None:
    """Count one visitor, as they stand now. The corridor's rules are those of `without_request`."""
    moment = standing_moment(corridor, profile, now)
    inside = segments_at(moment)
    ago_s = max(0.0, now - profile.last_seen)
    census.count_person(ago_s)
    for name in inside:
        census.count_member(name, ago_s, channel=channel_of(profile))
    for name, member in moment.members.items():
        if member is None:
            census.count_unsure(name, ago_s)
