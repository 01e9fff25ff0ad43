"""How a site's relays stand: what waits where, what was missed, what was given up."""

from collections import defaultdict
from collections.abc import Mapping

from msgspec import Struct

from floorwalker.relay.deliverer import stopped_note
from floorwalker.store import Store
from floorwalker.store.relaying.groups import WEBHOOK, Standing
from floorwalker.store.relaying.outbox import Undelivered
from floorwalker.store.relaying.relaying import Relaying


class GroupStanding(Struct, frozen=True):
    """One consumer group over all partitions. lag: events not delivered yet; None where the server cannot tell.

    pending: delivered, and not done with. worst: the partition with the most of both, and how many. gaps: how often it
    was trimmed past; missed: how many events that were, as far as is known.
    """

    name: str
    lag: int | None
    pending: int
    worst: tuple[int, int]
    gaps: int = 0
    missed: int = 0


class WebhookStanding(Struct, frozen=True):
    """One webhook. waiting: visitors of whom it is to be told; overdue: by now. stopped: since when, or empty."""

    key: str
    waiting: int
    overdue: int
    stopped: str


class RelayStanding(Struct, frozen=True):
    """All of it. due, later: visitors who are due by now, and who will be."""

    groups: list[GroupStanding]
    webhooks: list[WebhookStanding]
    due: int
    later: int
    undelivered: list[Undelivered]


async def standing_of(store: Store, now: float, *, most_undelivered: int = 1000) -> RelayStanding:
    """How the relays of a store stand. Raises StoreError."""
    relaying = await store.relaying()
    notes = await relaying.notes()
    parts: dict[str, list[Standing]] = defaultdict(list)
    async for one in relaying.standings():
        parts[one.group].append(one)
    keys = sorted(name.removeprefix(WEBHOOK) for name in parts if name.startswith(WEBHOOK))
    due, later = await relaying.due_backlog(now)
    return RelayStanding(
        [_group(name, some, notes) for name, some in sorted(parts.items())],
        [await _webhook(relaying, key, notes, now) for key in keys],
        due,
        later,
        await relaying.undelivered(limit=most_undelivered),
    )


def _group(name: str, some: list[Standing], notes: Mapping[str, str]) -> GroupStanding:
    lags = [one.lag for one in some]
    worst = max(some, key=lambda one: (one.lag or 0) + one.pending)
    missed = [int(value) for note, value in notes.items() if note.startswith(f"gap {name} ")]
    return GroupStanding(
        name,
        None if None in lags else sum(lag or 0 for lag in lags),
        sum(one.pending for one in some),
        (worst.partition, (worst.lag or 0) + worst.pending),
        len(missed),
        sum(max(one, 0) for one in missed),
    )


async def _webhook(relaying: Relaying, key: str, notes: Mapping[str, str], now: float) -> WebhookStanding:
    waiting, overdue = await relaying.outbox(key, group=WEBHOOK + key).waiting(now=now)
    return WebhookStanding(key, waiting, overdue, notes.get(stopped_note(key), ""))
