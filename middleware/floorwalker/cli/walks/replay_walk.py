"""Replaying a log: what it tells is summed up, and its profiles go into a store."""

import asyncio
import itertools
import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from floorwalker.accesslog.replay import Replay, Share, Summary, merged
from floorwalker.asgi.rules.context import block_context
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.cli.walks.log_walk import Lines, walk_in_shares
from floorwalker.cli.walks.shelf import data_keys_of
from floorwalker.core.deciding.decide import PageDecisions, decide
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Content
from floorwalker.core.signals import Signals
from floorwalker.store import Outcome, StoreSettings, open_store

_AT_ONCE = 256  # commits under way together


class Walked(Struct):
    """A log's summary, its site, and how many profiles stand in the store (None where none was asked for)."""

    summary: Summary
    host: str
    stored: int | None = None


async def ask_store(address: str) -> None:
    """Raise StoreUnavailable where the store does not answer: the commits themselves would wait for it, for hours."""
    store = open_store(address, data_keys=data_keys_of(os.environ))
    try:
        await store.ping()
    finally:
        await store.close()


def walk_log(
    rulebook: Rulebook, name: str, *, host: str | None, store: str | None, processes: int | None = None
) -> Walked:
    """Walk a whole log, on several cores where it is a large file; whoever warmed the reader did it for all of them.

    Raises OSError where it cannot be read.
    """

    def walk(lines: Lines, host: str, share: Share) -> Walked:
        replay = Replay(
            rulebook.corridor,
            choose=lambda profile, signals: choose(rulebook, profile, signals),
            host=host,
            keep_hits=store is not None,
            share=share,
        )
        summary = replay.walk(lines)
        return Walked(summary, host, asyncio.run(_store(replay, store)) if store else None)

    parts = walk_in_shares(name, walk, host=host, processes=processes)
    stored = sum(part.stored or 0 for part in parts) if store else None
    return Walked(merged([part.summary for part in parts]), parts[0].host, stored)


def choose(rulebook: Rulebook, profile: Profile, signals: Signals) -> PageDecisions:
    """The page's decisions, blocks rendered: one that uses something unknown is passed over, as on the site."""
    context: Mapping[str, Any]

    def render(content: Content) -> str | None:
        return rulebook.render(content, context)

    priors = rulebook.corridor.priors
    page = decide(rulebook.ruleset, profile, signals, signals.at, render=render, priors=priors)
    context = block_context(page, nonce=None)
    return page


async def _store(replay: Replay, address: str) -> int:
    """Commit every visitor's hits; the number of profiles that stand in the store."""
    store = open_store(address, settings=StoreSettings(new_profiles_per_s=1e9), data_keys=data_keys_of(os.environ))
    try:
        stored = 0
        visitors = iter(replay.profiles)
        while batch := list(itertools.islice(visitors, _AT_ONCE)):
            commits = (store.commit(visitor, None, replay.step_of(visitor)) for visitor in batch)
            results = await asyncio.gather(*commits)
            stored += sum(result.outcome is Outcome.STORED for result in results)
        return stored
    finally:
        await store.close()
