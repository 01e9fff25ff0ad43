"""What all lanes of one worker share."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from msgspec import structs

from floorwalker.core.memory.retention import Lives, within_lives
from floorwalker.errors import StoreError
from floorwalker.store.commits.attempt import Commit
from floorwalker.store.commits.deferred import Resume
from floorwalker.store.commits.joining import Joining
from floorwalker.store.commits.usual import UsualCommits
from floorwalker.store.commits.waiting import Backlog
from floorwalker.store.courier import Courier
from floorwalker.store.couriers import Couriers
from floorwalker.store.flood import TokenBucket
from floorwalker.store.keyspace import Keyspace
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.losses import Losses
from floorwalker.store.records.found import Found, Loaded, read_found
from floorwalker.store.records.keyring import NO_KEYS, Keyring
from floorwalker.store.settings import StoreSettings
from floorwalker.store.spool.spool import Spool


@dataclass(frozen=True, kw_only=True)
class Desk:
    """sequences: the numbers of this worker's commits, rising. joining: what makes two histories one, as of now.
    resume: what makes a step of what it is made of, as of now. keyring: the data keys. spool: where what waits is
    written down.
    """

    link: Link
    keyspace: Keyspace
    settings: StoreSettings
    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    losses: Losses
    couriers: Couriers
    backlog: Backlog
    new_visitors: TokenBucket
    sequences: Iterator[int]
    resume: Callable[[], Resume | None]
    joining: Callable[[], Joining]
    keyring: Keyring = NO_KEYS
    spool: Spool | None = None

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that the store belongs to: that of its first use."""
        return asyncio.get_running_loop()

    def courier_of(self, visitor: str) -> Courier:
        """Who delivers to the server that holds what belongs to a visitor."""
        couriers = self.couriers
        return couriers.whole if couriers.is_one else couriers.at(couriers.server_of(self.keyspace.known, visitor))

    @cached_property
    def writer(self) -> int:
        """This worker, at random; drawn at its first commit, so that forked workers differ."""
        return int.from_bytes(self.random_bytes(8), "big")

    @cached_property
    def usual_commits(self) -> UsualCommits:
        """What makes the usual ones."""
        return UsualCommits(self.keyspace, self.settings, self.keyring)

    def next_commit(self, *, confirmed: bool) -> Commit:
        """Name the next commit of this worker."""
        return Commit(self.writer, next(self.sequences), self.clock(), confirmed)

    async def look(self, visitor: str) -> Found:
        """What lies under a visitor's key now."""
        keys = self.keyspace.known or await self.keyspace.keys()
        return self.read(visitor, as_bytes(await self.link.call("GET", keys.profile(visitor))))

    def read(self, visitor: str, stored: bytes | None) -> Found:
        """What lies under a visitor's key, from what the store answered; what has outlived its time is not seen."""
        found = read_found(visitor, stored, self.keyring)
        if isinstance(found, Loaded) and found.profile is not None:
            profile = within_lives(found.profile, self.clock(), self._lives)
            return found if profile is found.profile else structs.replace(found, profile=profile)
        return found

    @cached_property
    def _lives(self) -> Lives:
        return self.settings.lives


def as_bytes(reply: Reply) -> bytes | None:
    """A reply that is a string or nothing."""
    if reply is None or isinstance(reply, bytes):
        return reply
    raise StoreError("The store's answer has an unexpected form.")
