"""What is known of the whole population: how often each topic was seen, by day, and how people come back."""

import asyncio
from collections.abc import Iterable, Mapping

from msgspec import DecodeError, json

from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.core.priors import MOST_TOPICS
from floorwalker.errors import StoreError
from floorwalker.store.keys import lifecycle_key, topics_key
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.scripts import script

DAYS_KEPT = 35
_DAY_S = 86_400


class Population:
    """The population of one site, as its store holds it. Raises StoreUnavailable, as the store does."""

    def __init__(self, link: Link, namespace: str) -> None:
        self._link = link
        self._namespace = namespace

    async def add_topics(self, day: str, counts: Mapping[str, int]) -> None:
        """Add to how often topics were seen on a day (YYYY-MM-DD, UTC), which holds 500 topics and lives 35 days.

        Not to be repeated: after StoreUnavailable nobody knows whether it was done.
        """
        if not counts:
            return
        added = [word for topic, count in counts.items() for word in (topic, count)]
        keys, bounds = [topics_key(self._namespace, day)], [MOST_TOPICS, DAYS_KEPT * _DAY_S]
        await script("population").run(self._link, keys, [*bounds, *added])

    async def topics(self, days: Iterable[str]) -> dict[str, dict[str, int]]:
        """How often each topic was seen, by day."""
        asked = list(days)
        replies = [self._link.call("HGETALL", topics_key(self._namespace, day)) for day in asked]
        return {day: _counts(reply) for day, reply in zip(asked, await asyncio.gather(*replies), strict=True)}

    async def lifecycle(self) -> LifecycleTable | None:
        """The table that was kept last; None where none was. Raises StoreError where it cannot be read."""
        stored = await self._link.call("GET", lifecycle_key(self._namespace))
        if not isinstance(stored, bytes):
            return None
        try:
            return json.decode(stored, type=LifecycleTable)
        except DecodeError as error:
            raise StoreError(f"The lifecycle table in the store cannot be read: {error}") from error

    async def keep_lifecycle(self, table: LifecycleTable) -> None:
        """Keep the table, in place of any before it; workers take it over within a minute."""
        await self._link.call("SET", lifecycle_key(self._namespace), json.encode(table))


def _counts(reply: Reply) -> dict[str, int]:
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    pairs = zip(reply[::2], reply[1::2], strict=True)
    return {
        topic.decode(errors="replace"): int(count)
        for topic, count in pairs
        if isinstance(topic, bytes) and isinstance(count, bytes)
    }
