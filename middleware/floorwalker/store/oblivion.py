"""What a store forgets: somebody altogether, or what happened; and the proof that nothing is left."""

import asyncio

from floorwalker.store.commits.attempt import Committed
from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.erasing import erase
from floorwalker.store.commits.forgetting import forget_events
from floorwalker.store.commits.lanes import Lanes
from floorwalker.store.commits.waiting import Forget, Waiting
from floorwalker.store.renewing import Renewal, renew
from floorwalker.store.shedding import shed_log
from floorwalker.store.tracing import Sought, Traces, sought_of, trace


class Oblivion:
    """The part of `Store` by which people are forgotten."""

    _desk: Desk
    _lanes: Lanes

    @property
    def has_data_keys(self) -> bool:
        """Whether it can open what is sealed."""
        return not self._desk.keyring.is_empty

    async def erase(self, visitor: str) -> int:
        """Erase a visitor, whom a pointer leads to, and all who joined them; how many stream entries went with them.

        A stone keeps steps under way from bringing the visitor back. May be repeated after StoreUnavailable.
        """
        return await erase(self._desk, visitor)

    def erase_later(self, visitor: str, *, own_only: bool = False) -> asyncio.Future[Committed]:
        """Queue `erase` behind all that waits for this visitor; the future tells when it stands (`Outcome.STORED`).

        own_only: a person to whom a pointer leads stays, and all of theirs; so a browser asks whose cookie is from
        before a login, which may be in other hands by now (fixation).
        Waits for a store that is away, as commits do, and longer: as long as the process lives. Where more than a
        thousand wait beside a full queue it is refused (`Outcome.OVERFLOW`). Raises StoreError.
        """
        return self._forget(visitor, Forget(own_only=own_only))

    async def forget_events(self, visitor: str) -> int:
        """Take out of the streams what they hold of a visitor; how many entries went. The profile stays.

        From here on they have another pseudonym, and webhooks are told nothing more of what was. May be repeated after
        StoreUnavailable.
        """
        return await forget_events(self._desk, visitor)

    def forget_events_later(self, visitor: str) -> asyncio.Future[Committed]:
        """Queue `forget_events`; see `erase_later`."""
        return self._forget(visitor, Forget(events_only=True))

    async def sought(self, visitor: str) -> Sought:
        """By what a visitor is recognised; to be asked before they are erased. Raises StoreUnavailable."""
        return await sought_of(self._desk, visitor)

    async def traces(self, sought: Sought | str, traces: Traces | None = None, *, pause_s: float = 0.005) -> Traces:
        """What of a visitor is still anywhere: every key of the namespace is looked into, off any page's path.

        sought: what `sought` told, or an id. traces: filled as the walk goes on. Raises StoreUnavailable.
        """
        sought = Sought((sought,)) if isinstance(sought, str) else sought
        return await trace(self._desk, sought, traces or Traces(), pause_s=pause_s)

    async def shed_log(self, timeout_s: float) -> bool:
        """Let each server write its append-only file anew, so that it holds no more than is there; whether all did.

        A server that keeps none has none to shed. Raises StoreError where one refuses.
        """
        return await shed_log(self._desk.link, timeout_s=timeout_s)

    async def renew(
        self, renewal: Renewal | None = None, *, pause_s: float = 0.005, layout: int | None = None
    ) -> Renewal:
        """Write anew what would be written otherwise now: by the newest data key, and without what has had its time.

        layout: of all records from now on, 1 in full or 2 in short; None leaves it. Workers that run hear of it when
        they start. Off any page's path. May be repeated after StoreUnavailable.
        """
        if layout is not None:
            await self._desk.keyspace.lay_out(layout)
        return await renew(self._desk, renewal or Renewal(), pause_s=pause_s)

    def _forget(self, visitor: str, wish: Forget) -> asyncio.Future[Committed]:
        future: asyncio.Future[Committed] = self._desk.loop.create_future()
        waiting = Waiting(self._desk.backlog, wish, future, since=self._desk.clock(), confirmed=True)
        self._lanes.submit(visitor, None, waiting)
        return future
