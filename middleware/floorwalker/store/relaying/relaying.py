"""What a relay needs of a store: streams by group, who is due, splits, outboxes, and notes that all relays share."""

from collections.abc import AsyncIterator, Mapping
from hashlib import blake2b

from msgspec import Struct

from floorwalker.store.keys import Keys, relay_key
from floorwalker.store.link.pipe import Link
from floorwalker.store.records.found import Loaded
from floorwalker.store.relaying.due import count_due, forget_due, postpone_due
from floorwalker.store.relaying.groups import Group, Standing, standings
from floorwalker.store.relaying.outbox import Letter, Outbox, Undelivered, read_undelivered, resend
from floorwalker.store.relaying.splits import Splits
from floorwalker.store.settings import StoreSettings


class Relaying(Struct, frozen=True):
    """One store, as its relays see it."""

    link: Link
    keys: Keys
    settings: StoreSettings

    def group(self, name: str, *, consumer: str) -> Group:
        """A reader of all streams in a group of that name."""
        cap = max(1, self.settings.events_kept // self.keys.partitions)
        return Group(self.link, self.keys, name, consumer=consumer, cap=cap, life_s=self.settings.events_life_s)

    def splits(self, *, group: str) -> Splits:
        """What counts by segment, for that group."""
        return Splits(self.link, self.keys, self.settings, group=group)

    def outbox(self, endpoint: str, *, group: str) -> Outbox:
        """What is to be told to an endpoint; group: which reads the streams for it."""
        return Outbox(self.link, self.keys, endpoint, group=group)

    def standings(self) -> AsyncIterator[Standing]:
        """Where every group stands, partition by partition."""
        return standings(self.link, self.keys)

    async def due_backlog(self, now: float) -> tuple[int, int]:
        """How many visitors are due by now, and how many will be."""
        return await count_due(self.link, self.keys, now)

    async def forget_due(self, visitor: str, found: Loaded) -> None:
        """Of this visitor nothing is known any more, as was found, unless that has changed since."""
        await forget_due(self.link, self.keys, visitor, found.identity if found.visitor == visitor else None)

    async def postpone_due(self, visitor: str, at: float) -> None:
        """This visitor is looked at later."""
        await postpone_due(self.link, self.keys, visitor, at)

    def id_of(self, letter: Letter) -> str:
        """By what receivers know a message, however often it is sent."""
        told = f"{self.keys.namespace}:{self.keys.partition_of(letter.visitor)}:{letter.entry}"
        return f"msg_{blake2b(told.encode(), digest_size=15, person=b'fw-message').hexdigest()}"

    async def undelivered(self, *, limit: int = 1000) -> list[Undelivered]:
        """What was given up."""
        return await read_undelivered(self.link, self.keys, limit=limit)

    async def resend(self, one: Undelivered, *, now: float) -> bool:
        """Try again what was given up; whether it was still there."""
        return await resend(self.link, self.keys, one, now=now)

    async def note(self, name: str, value: str) -> None:
        """Something that all relays are to know; empty is nothing."""
        key = relay_key(self.keys.namespace)
        await (self.link.call("HSET", key, name, value) if value else self.link.call("HDEL", key, name))

    async def notes(self) -> Mapping[str, str]:
        """All that was noted."""
        reply = await self.link.call("HGETALL", relay_key(self.keys.namespace))
        words = [one.decode() for one in reply if isinstance(one, bytes)] if isinstance(reply, list) else []
        return dict(zip(words[::2], words[1::2], strict=True))
