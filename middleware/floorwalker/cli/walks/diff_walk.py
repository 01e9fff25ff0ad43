"""The same visitors under two editions of the rules, each page decided by both: from a log, or from a store."""

import asyncio
import time
from collections.abc import Collection, Mapping

from msgspec import Struct, field

from floorwalker.accesslog.replay import OnPage, Replay, Share
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.cli.walks.log_walk import Lines, walk_in_shares
from floorwalker.cli.walks.replay_walk import choose
from floorwalker.cli.walks.store_walk import Walk, each_profile, stored_priors
from floorwalker.core.deciding.decide import PageDecisions
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.trying.movement import Ledger, Movement, Names, Seen, seen
from floorwalker.core.trying.standing import Need, needs_of, standing_signals, without_request
from floorwalker.store import Survey

Renames = Mapping[str, Names]


class Moved(Struct):
    """Who would move. source: log or store. needs: what the segments ask that a store's profiles do not hold.

    passed_by: records of the store that were not counted; None for a log.
    """

    source: str
    movement: Movement
    needs: Mapping[str, Need] = field(default_factory=dict)
    passed_by: Walk | None = None


def moved_in_log(old: Rulebook, new: Rulebook, renames: Renames, name: str, *, host: str | None) -> Moved:
    """Every page view of a log, decided by both; each edition remembers what itself has shown.

    Raises OSError where the log cannot be read.
    """

    def walk(lines: Lines, site: str, share: Share) -> Movement:
        ledger = Ledger()
        before: list[tuple[str, Seen]] = []
        first = _replay(old, site, share, lambda visitor, page: before.append((visitor, seen(page, renames))))
        second = _replay(new, site, share, lambda visitor, page: ledger.page(visitor, before.pop()[1], seen(page)))
        for line in lines:
            if share.has(line):
                first.take(line)
                second.take(line)
        return ledger.movement()

    whole = Movement()
    for part in walk_in_shares(name, walk, host=host):
        whole.add(part)
    return Moved("log", whole)


def _replay(rulebook: Rulebook, host: str, share: Share, on_page: OnPage) -> Replay:
    return Replay(
        rulebook.corridor,
        choose=lambda profile, signals: choose(rulebook, profile, signals),
        host=host,
        share=share,
        on_page=on_page,
    )


def moved_in_store(old: Rulebook, new: Rulebook, renames: Renames, address: str, *, changed: Collection[str]) -> Moved:
    """Every visitor of a store, as they stand now, on the page that they saw last; nothing is written.

    changed: the segments whose needs are told. Raises StoreUnavailable.
    """
    moved = asyncio.run(_in_store(old, new, renames, address))
    moved.needs = _needs(old.ruleset, changed) | _needs(new.ruleset, changed)
    return moved


async def _in_store(old: Rulebook, new: Rulebook, renames: Renames, address: str) -> Moved:
    now, walk, movement = time.time(), Walk(Survey()), Movement()
    old, new = [one.with_priors(await stored_priors(address, one, now=now)) for one in (old, new)]
    before, after = (one.deciding_by(without_request(one.ruleset)) for one in (old, new))
    async for profile in each_profile(address, walk):
        was, is_now = seen(_standing(before, profile, now), renames), seen(_standing(after, profile, now))
        movement.count_member(was.segments, is_now.segments)
        for shift in movement.count_page(was, is_now):
            movement.count_visitors(*shift)
    return Moved("store", movement, passed_by=walk)


def _standing(rulebook: Rulebook, profile: Profile, now: float) -> PageDecisions:
    return choose(rulebook, profile, standing_signals(rulebook.corridor, profile, now))


def _needs(ruleset: Ruleset, names: Collection[str]) -> dict[str, Need]:
    needs = {name: needs_of(ruleset, name) for name, one in ruleset.segments.items() if name in names and not one.draft}
    return {name: need for name, need in needs.items() if need != Need()}
