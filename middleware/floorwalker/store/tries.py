"""Tries that all workers count together: logins that failed, under keyed hashes, for a quarter of an hour."""

from collections.abc import Sequence

from floorwalker.errors import StoreError
from floorwalker.pacing.pace import Rate
from floorwalker.store.keys import tries_key
from floorwalker.store.link.pipe import Link
from floorwalker.store.scripts import script


class Tries:
    """Those of one site, as its store holds them. Raises StoreUnavailable, as the store does."""

    def __init__(self, link: Link, namespace: str) -> None:
        self._link = link
        self._namespace = namespace

    async def take(self, tries: Sequence[tuple[str, Rate]]) -> float:
        """Count one for each who tries at its rate, and give 0; or count nothing, and give how many seconds to wait.

        tries: by a name that tells nothing of whom.
        """
        reply = await self._run("1", tries)
        if not isinstance(reply, int):
            raise StoreError("The store's answer has an unexpected form.")
        return reply / 1000

    async def give_back(self, tries: Sequence[tuple[str, Rate]]) -> None:
        """Take back one of each."""
        await self._run("0", tries)

    async def _run(self, counts: str, tries: Sequence[tuple[str, Rate]]) -> object:
        keys = [tries_key(self._namespace, name) for name, _ in tries]
        rates = [int(1000 * each) for _, rate in tries for each in (rate.interval_s, rate.allowance_s)]
        return await script("tries").run(self._link, keys, [counts, *rates])
