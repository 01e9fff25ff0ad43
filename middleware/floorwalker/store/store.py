"""The store: load, commit and erase one visitor's record; read events and counters."""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.events import Event, Scalar
from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store.commits.attempt import Committed, Outcome, Step
from floorwalker.store.commits.crossing import Crossing
from floorwalker.store.commits.deferred import Resume
from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.joining import Joining, join_plainly
from floorwalker.store.commits.lanes import Lanes
from floorwalker.store.commits.messages import messages_known
from floorwalker.store.commits.waiting import Backlog, Join, Waiting
from floorwalker.store.courier import WHOLE
from floorwalker.store.couriers import Couriers
from floorwalker.store.disk import Disk
from floorwalker.store.figures import Figures
from floorwalker.store.finding import find
from floorwalker.store.flood import TokenBucket
from floorwalker.store.keyspace import Keyspace
from floorwalker.store.link.copies import Copies
from floorwalker.store.link.pipe import Link
from floorwalker.store.loading import Loading, readable
from floorwalker.store.losses import Loss, Losses
from floorwalker.store.naming import client_id, person_id
from floorwalker.store.oblivion import Oblivion
from floorwalker.store.outlasting import Outlasting
from floorwalker.store.population import Population
from floorwalker.store.records.found import POINTERS_FOLLOWED, Loaded
from floorwalker.store.records.keyring import NO_KEYS, Keyring
from floorwalker.store.relaying.relaying import Relaying
from floorwalker.store.settings import StoreSettings
from floorwalker.store.spool.spool import Spool
from floorwalker.store.streams import StreamEntry, read_stream, read_together
from floorwalker.store.survey import Survey, read_profiles
from floorwalker.store.tries import Tries

ID_BYTES = 12

T = TypeVar("T")


class Health(Struct, frozen=True):
    """How the store is. reason: why it is away. pending: steps that wait in memory. lost: steps not stored so far, by
    why. spooled: steps that lie on disk and are not settled, as far as this process knows. spool_lost: what lay there
    and was too old or cannot be read; `lost` has it too. servers_away: of a cluster those that are away by themselves.
    uncopied: commits that stand on fewer replicas than the store's address wishes, as far as was known in time."""

    away: bool
    reason: str
    pending: int
    lost: dict[str, int]
    spooled: int = 0
    spool_lost: int = 0
    servers_away: tuple[str, ...] = ()
    uncopied: int = 0


class Store(Figures, Oblivion, Outlasting):
    """Profiles, events and counters of one site.

    Belongs to the event loop it is first used in. Nothing is sent before its first use, so a store that is away
    stops no start-up: each call raises StoreUnavailable until it is back, and commits wait for it.

    joining: what makes a person's and an anonymous profile one, with the event that says so; pure. Set it to
    `Corridor.join` where there are rules. population: what is known of all visitors together. copies: how commits come
    to replicas.
    """

    def __init__(
        self,
        link: Link,
        *,
        namespace: str = "",
        partitions: int = 1024,
        settings: StoreSettings | None = None,
        clock: Callable[[], float] = time.time,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        resume: Resume | None = None,
        spool: Spool | None = None,
        keyring: Keyring = NO_KEYS,
        copies: Copies | None = None,
    ) -> None:
        settings = settings or StoreSettings()
        self.joining: Joining = join_plainly
        self.resume = resume
        self.population = Population(link, namespace)
        self.tries = Tries(link, namespace)
        self._link = link
        self._namespace = namespace
        self._copies = copies or Copies()
        self._losses = Losses(clock)
        self._couriers = Couriers(
            link,
            self._probe,
            at_once=settings.commits_in_flight,
            spread=lambda: random_bytes(1)[0] / 255,
            first_s=settings.probe_first_s,
            longest_s=settings.probe_longest_s,
        )
        self._desk = Desk(
            link=link,
            keyspace=Keyspace(link, namespace, partitions=settings.partitions or partitions, random_bytes=random_bytes),
            settings=settings,
            clock=clock,
            random_bytes=random_bytes,
            losses=self._losses,
            couriers=self._couriers,
            backlog=Backlog(),
            new_visitors=TokenBucket(settings.new_profiles_per_s, clock),
            sequences=itertools.count(1),
            resume=lambda: self.resume,
            joining=lambda: self.joining,
            keyring=keyring,
            spool=spool,
        )
        self._lanes = Lanes(self._desk)
        self._disk = Disk(self._desk, self._lanes, spool) if spool is not None else None
        if self._disk is not None:
            self._couriers.began, self._couriers.ended = self._disk.outage_began, self._disk.outage_ended

    async def person(self, user: str) -> str:
        """The visitor id of whom the site calls `user`. Raises StoreUnavailable before the keyspace was first read."""
        return person_id((await self._desk.keyspace.keys()).people, user)

    def person_known(self, user: str) -> str | None:
        """`person`, at once; None before the keyspace was first read."""
        keys = self._desk.keyspace.known
        return person_id(keys.people, user) if keys is not None else None

    async def client(self, anonymous_id: str) -> str:
        """The visitor id of whom another client calls so; see `person`."""
        return client_id((await self._desk.keyspace.keys()).people, anonymous_id)

    async def load(self, visitor: str) -> Loaded:
        """The visitor's record, the base of the next commit; pointers are followed, and commits under way awaited.

        One round trip. Raises StoreUnavailable, or RecordTooNew where a newer release wrote the record.
        """
        for _ in range(POINTERS_FOLLOWED + 1):
            loaded = await self._load_one(visitor)
            if loaded.is_moving and await Crossing(self._desk, _at_once).finish(loaded) is not None:
                loaded = readable(await self._desk.look(visitor))
            if not loaded.moved_to:
                return loaded
            visitor = loaded.moved_to
        raise StoreError("A visitor's pointers lead nowhere.")

    def begin_load(self, visitor: str) -> Loading:
        """Ask for a visitor's record and come back at once; a pointer that arrives is to be followed."""
        keys = self._desk.keyspace.known
        if keys is None or self._lanes.hold(visitor):
            return self.follow(visitor)
        return Loading(visitor, self._link.call("GET", keys.profile(visitor)), self._desk.read)

    def follow(self, visitor: str) -> Loading:
        """`load`, begun."""
        return Loading(visitor, self._desk.loop.create_task(self.load(visitor)), self._desk.read)

    def submit(
        self,
        visitor: str,
        base: Loaded | None,
        step: Step,
        *,
        confirmed: bool = True,
        raw: bytes | None = None,
        message: str = "",
        keeps_life: bool = False,
    ) -> asyncio.Future[Committed]:
        """Queue a step and come back at once; the future tells what became of it, and need not be awaited.

        base: what `load` gave, or None where nothing was loaded. step: pure; runs once or several times, each time on
        the record as it is then. confirmed: whether the visitor's cookie has come back. raw: what a newer release can
        fold itself, should it have written the record. message: the sender's id; what was committed with it in the
        last 30 days, for this visitor or one who joined them, is not committed again (`Outcome.KNOWN`). keeps_life: the
        record stays no longer than it would have. The future raises what the step raised, or StoreError.
        """
        desk = self._desk
        future: asyncio.Future[Committed] = desk.loop.create_future()
        waiting = Waiting(desk.backlog, step, future, desk.clock(), confirmed, raw, message, keeps_life)
        self._lanes.submit(base.visitor if base is not None else visitor, base, waiting)
        return future

    def turn_away(self, steps: int = 1) -> asyncio.Future[Committed]:
        """Steps that are not even queued, since their visitor does too much in a minute; they are counted as lost."""
        self._desk.losses.add(Loss.TOO_MUCH, steps)
        future: asyncio.Future[Committed] = self._desk.loop.create_future()
        future.set_result(Committed(Outcome.TOO_MUCH))
        return future

    async def commit(
        self,
        visitor: str,
        base: Loaded | None,
        step: Step,
        *,
        confirmed: bool = True,
        raw: bytes | None = None,
        message: str = "",
        keeps_life: bool = False,
    ) -> Committed:
        """Commit a step and wait until it stands; see `submit`. A caller may give up, the step goes on."""
        future = self.submit(visitor, base, step, confirmed=confirmed, raw=raw, message=message, keeps_life=keeps_life)
        return await asyncio.shield(future)

    def merge(self, anonymous: str, person: str, identified: Event, *, user: str = "") -> asyncio.Future[Committed]:
        """Let an anonymous visitor's history join a person's; the future tells what became of it.

        person: empty where the visitor id of `user`, the site's own, cannot be told yet; it is once the store is there.

        What waits for the visitor is committed first, what comes later goes to the person. Where there is no history
        that no person has yet, the event alone is committed to the person. The event's id, where it has one, makes a
        repetition count once. Waits for a store that is away, as commits do. The future raises what `joining` raised,
        or StoreError.
        """
        future: asyncio.Future[Committed] = self._desk.loop.create_future()
        if self._disk is not None and not identified.id:  # by which it is known again when it was on disk
            identified = replace(identified, id=f"join:{self._desk.random_bytes(ID_BYTES).hex()}")
        join, since = Join(person, identified, user), self._desk.clock()
        waiting = Waiting(self._desk.backlog, join, future, since=since, confirmed=True, message=identified.id)
        self._lanes.submit(anonymous, None, waiting)
        return future

    async def find(self, trait: str, value: Scalar) -> list[str]:
        """Visitors whose trait has this value, upper and lower case alike; only traits that are marked are found.

        One question to every partition, and a load for each who is found. Raises StoreUnavailable.
        """
        return await find(self._desk, self.load, trait, value)

    async def events(self, visitor: str | None = None) -> AsyncIterator[StreamEntry]:
        """What the streams still hold, of one visitor and who joined them in order, or of all by partition."""
        keys = await self._desk.keyspace.keys()
        if visitor is None:
            for partition in range(keys.partitions):
                async for entry in read_stream(self._link, keys.events(partition)):
                    yield entry
            return
        loaded = await self.load(visitor)
        aliases = loaded.record.body.aliases if loaded.record is not None else ()
        names = [(loaded.visitor, loaded.pseudonym), *((one.visitor, one.pseudonym.hex()) for one in aliases)]
        places = [(keys.events(keys.partition_of(one)), pseudonym) for one, pseudonym in names]
        async for entry in read_together(self._link, places):
            yield entry

    async def messages_known(self, visitor: str) -> int:
        """How many senders' ids are known of a visitor, pointers not followed. Raises StoreUnavailable."""
        return await messages_known(self._desk, visitor)

    async def profiles(self, survey: Survey | None = None, *, pause_s: float = 0.005) -> AsyncIterator[Loaded]:
        """Every live record there is, in no order, off any page's path; see `survey.read_profiles`.

        survey: counts what was given and what was passed by. pause_s: after every few hundred records. Raises
        StoreUnavailable where the store goes away meanwhile.
        """
        keys = await self._desk.keyspace.keys()
        async for loaded in read_profiles(self._link, keys, survey or Survey(), pause_s=pause_s, read=self._desk.read):
            yield loaded

    async def relaying(self) -> Relaying:
        """This store as its relays see it."""
        return Relaying(self._link, await self._desk.keyspace.keys(), self._desk.settings)

    async def ping(self) -> None:
        """Ask whether the store answers. Raises StoreUnavailable; then it counts as away until a probe is answered."""
        try:
            await self._link.call("PING")
        except StoreUnavailable as failure:
            self._couriers.blamed(failure).failed(failure)
            raise

    def health(self) -> Health:
        """How the store is, from what is known here; nothing is sent."""
        whole = self._couriers.whole_away
        spool = self._desk.spool
        return Health(
            whole is not None,
            whole.reason if whole is not None else "",
            self._desk.backlog.steps,
            self._losses.counts(),
            spool.live if spool is not None else 0,
            spool.lost if spool is not None else 0,
            tuple([name for name in self._couriers.away if name != WHOLE]),
            self._copies.missed,
        )

    def commits(self) -> dict[str, int]:
        """How many steps were settled since the store was opened, by `Outcome`; `failed` in themselves or refused."""
        backlog = self._desk.backlog
        return {Outcome.STORED.value: backlog.stored, "failed": backlog.failed, **backlog.otherwise}

    async def flush(self, timeout_s: float) -> int:
        """Wait for what is queued, so long at most; how many steps still wait then."""
        await self._lanes.drain(timeout_s)
        return self._desk.backlog.steps

    async def close(self) -> int:
        """Let go of the store; how many steps are lost with it.

        What still waits is written down where there is a spool, within a few seconds, and else fails with
        StoreUnavailable.
        """
        if self._disk is not None:
            await self._disk.end()
        lost = await self._lanes.close()
        await self._couriers.close()
        await self._link.close()
        if self._desk.spool is not None:
            await self._desk.spool.close()
        return lost

    async def _probe(self) -> None:
        """Whether commits may go on."""
        await self.ping()
        await self._desk.keyspace.confirm()

    async def _load_one(self, visitor: str) -> Loaded:
        outage = self._desk.courier_of(visitor).outage
        if outage.away and not outage.takes_reads and self._lanes.hold(visitor):
            raise StoreUnavailable(outage.reason)
        reading = None if outage.away else self._lanes.read(visitor)
        if reading is not None:
            committed = await reading
            if committed.loaded is not None:
                return committed.loaded
        return readable(await self._desk.look(visitor))


async def _at_once(send: Callable[[], Awaitable[T]], /) -> T:
    """One try; a failure is the caller's."""
    return await send()
