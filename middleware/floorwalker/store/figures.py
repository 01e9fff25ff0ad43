"""What a store tells of everybody together, and of the rules that were in force."""

from collections.abc import Iterable
from datetime import date, timedelta

from floorwalker.store.commits.desk import Desk
from floorwalker.store.link.pipe import Link
from floorwalker.store.onward import Onward
from floorwalker.store.publications import KeptRules, Publication, keep, read_history, read_kept
from floorwalker.store.relaying.due import read_due
from floorwalker.store.streams import read_splits, read_stats


class Figures:
    """The part of `Store` that is about no single visitor."""

    _desk: Desk
    _link: Link
    _namespace: str

    async def stats(self, first: str, last: str | None = None) -> dict[str, dict[str, int]]:
        """Counters per day from `first` to `last`, both included (YYYY-MM-DD, UTC): {day: {field: value}}."""
        return await read_stats(self._link, await self._desk.keyspace.keys(), _days(first, last or first))

    async def due(self, now: float, limit: int = 1000) -> list[str]:
        """Visitors whose watched segments time alone may have changed by now (seconds since 1970); about so many."""
        return await read_due(self._link, await self._desk.keyspace.keys(), now, limit)

    async def splits(self, first: str, last: str | None = None) -> dict[str, dict[str, int]]:
        """What came of exposures by segment, as relays count it, by the exposures' days: as `stats`."""
        return await read_splits(self._link, await self._desk.keyspace.keys(), _days(first, last or first))

    async def onward(self) -> Onward:
        """The streams, for whoever reads on from where they stopped."""
        return Onward(self._link, await self._desk.keyspace.keys())

    async def keep_rules(self, kept: KeptRules, *, aside: bool = False) -> bool:
        """Note that a version of the rules is in force since `kept.at`, and keep its files; whether they are kept.

        What every worker of a site says of one publication is noted once; a version that is in force again is noted
        again. aside: it is not in force, but may be wanted back. Files of more than 2 MB, packed, are not kept. May be
        repeated after StoreUnavailable.
        """
        return await keep(self._link, self._namespace, kept, self._desk.settings, aside=aside)

    async def rules_history(self) -> list[Publication]:
        """Which version of the rules came into force when, the newest first; the last 500."""
        return await read_history(self._link, self._namespace)

    async def rules(self, version: str) -> KeptRules | None:
        """The files of a version of the rules; None where they are not kept."""
        return await read_kept(self._link, self._namespace, version)


def _days(first: str, last: str) -> Iterable[str]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1)]
