"""Splits: what came of exposures by segment, counted from the stream; each event once, whoever reads it.

Counters of one day (UTC, that of the exposure) have fields as those of `core.memory.proof`, with the segment before
them: `segment, unit, block, arm, fact[, goal[, currency]]`, joined by a unit separator. The segments are those that the
visitor was in when first exposed.
"""

from msgspec import Struct

from floorwalker.core.events import CONVERTED, EXPOSED, MERGED, Event
from floorwalker.core.memory.proving.facts import MOST_REVENUE, SQUARE_STEP
from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.relaying.groups import Delivery, first_pending, last_delivered, order_of
from floorwalker.store.scripts import script
from floorwalker.store.settings import StoreSettings
from floorwalker.store.streams import read_between

EXPOSED_LIFE_S = 90 * 86_400
COUNTED = (EXPOSED, CONVERTED, MERGED)

_SEPARATOR = "\x1f"
_ATTEMPTS = 20
_CLOCK_STEPS_MS = 60_000
_MOST_WAITS = 5000  # so often a merge is asked to wait; then it counts with what is known


class NotYetError(StoreError):
    """What happened before lies in another stream, and nobody is done with it yet."""


class _First(Struct, frozen=True):
    """What somebody was first exposed to in a unit: when, in which arm, in which segments."""

    day: str
    arm: str
    segments: tuple[str, ...]

    def packed(self) -> str:
        return _SEPARATOR.join((self.day, self.arm, *self.segments))


class Splits:
    """Counts for one group."""

    def __init__(self, link: Link, keys: Keys, settings: StoreSettings, *, group: str) -> None:
        self._link = link
        self._keys = keys
        self._settings = settings
        self._group = group
        self._waits: dict[str, int] = {}

    async def count(self, one: Delivery) -> bool:
        """Count what the entry tells, and be done with it; whether it was this call that did.

        Raises NotYetError where it has to wait, and all that follows it in its stream with it.
        """
        match one.entry.event.name:
            case name if name == EXPOSED:
                return await self._exposed(one)
            case name if name == CONVERTED:
                return await self._converted(one)
            case _:
                return await self._merged(one)

    async def _exposed(self, one: Delivery) -> bool:
        event = one.entry.event
        told = [_text(event, name) for name in ("day", "arm", "segments")]
        first = _First(told[0], told[1], tuple(name for name in told[2].split(",") if name))
        counts: list[Word] = []
        for segment in first.segments:
            counts += [_SEPARATOR.join((segment, _unit(event), first.arm, "shown")), 1]
        return await self._apply(one, first.day, _unit(event), first.packed(), counts)

    async def _converted(self, one: Delivery) -> bool:
        """How much somebody's revenue was before decides how its square changes, so another's count in between is met
        by counting again."""
        event, key = one.entry.event, self._keys.exposed(one.partition, one.entry.pseudonym)
        currency = _text(event, "currency")
        money = _SEPARATOR.join(("", _unit(event), _text(event, "goal"), currency)) if currency else ""
        for _ in range(_ATTEMPTS):
            stored, had = _pair(await self._link.call("HMGET", key, _unit(event), money))
            if not stored:  # met before the relay began, or too long ago
                return await self._apply(one, "", "", "", [])
            first, has = _read(stored), int(had or 0) + _number(event, "value")
            counts = _reached(event, first, int(had or 0), has)
            if await self._apply(one, first.day, "", "", counts, money=money, had=had or "", has=str(has)):
                return True
            if await self._is_done(one):
                return False
        raise StoreError("A conversion is counted by too many at once.")

    async def _merged(self, one: Delivery) -> bool:
        """What an anonymous visitor was exposed to is the person's from now on."""
        event, partition = one.entry.event, one.entry.event.properties.get("partition")
        if isinstance(partition, int) and 0 <= partition < self._keys.partitions:
            await self._wait_for(partition, one)
            theirs = self._keys.exposed(partition, _text(event, "from"))
            fields = await self._link.call("HGETALL", theirs)
            pairs = [word for word in fields if isinstance(word, bytes)] if isinstance(fields, list) else []
            if pairs:
                names = [self._keys.events(one.partition), self._keys.exposed(one.partition, one.entry.pseudonym)]
                head: list[Word] = [self._group, one.entry.id, EXPOSED_LIFE_S]
                await script("inherit").run(self._link, names, [*head, *pairs])
        return await self._apply(one, "", "", "", [])

    async def _wait_for(self, partition: int, one: Delivery) -> None:
        """Whoever joined did so after all that their own stream tells of them; that is to be counted first.

        Ids of two streams are compared loosely: a server's clock may step back between them.
        """
        same = partition == one.partition
        until = f"({one.entry.id}" if same else str(order_of(one.entry.id)[0] + _CLOCK_STEPS_MS)
        place, waited = f"{one.partition} {one.entry.id}", self._waits.pop(f"{one.partition} {one.entry.id}", 0)
        whose = _text(one.entry.event, "from")
        if waited < _MOST_WAITS and await self._has_of(whose, self._keys.events(partition), until):
            self._waits[place] = waited + 1
            raise NotYetError("An earlier event of another stream is not counted yet.")

    async def _has_of(self, whose: str, stream: str, until: str) -> bool:
        """Whether the group is not done with something that a stream tells of somebody, until then."""
        last = await last_delivered(self._link, stream, self._group)
        if not last:
            return False
        start = await first_pending(self._link, stream, self._group) or f"({last}"
        async for entry in read_between(self._link, stream, start, until):
            if entry.pseudonym == whose and (
                order_of(entry.id) > order_of(last)
                or await self._link.call("XPENDING", stream, self._group, entry.id, entry.id, 1)
            ):
                return True
        return False

    async def _apply(
        self,
        one: Delivery,
        day: str,
        field: str,
        value: str,
        counts: list[Word],
        *,
        money: str = "",
        had: str = "",
        has: str = "",
    ) -> bool:
        names = [self._keys.events(one.partition), self._keys.exposed(one.partition, one.entry.pseudonym)]
        names.append(self._keys.splits(one.partition, day or "none"))
        head: list[Word] = [self._group, one.entry.id, field, value, EXPOSED_LIFE_S, self._settings.counters_life_s]
        done = await script("split").run(self._link, names, [*head, money, had, has, *counts])
        return done == 1

    async def _is_done(self, one: Delivery) -> bool:
        """Whether the group is done with the entry."""
        key = self._keys.events(one.partition)
        return not await self._link.call("XPENDING", key, self._group, one.entry.id, one.entry.id, 1)


def _reached(event: Event, first: _First, had: int, has: int) -> list[Word]:
    """The counters that a conversion moves."""
    unit, goal, currency = _unit(event), _text(event, "goal"), _text(event, "currency")
    turned = -1 if event.properties.get("undone") else int(event.properties.get("first") is True)
    before, after = (min(max(one, 0), MOST_REVENUE) for one in (had, has))
    low, high = (one - other for one, other in zip(_square(after), _square(before), strict=True))
    found: list[Word] = []
    for segment in first.segments:
        begin = _SEPARATOR.join((segment, unit, first.arm))
        if turned:
            found += [_SEPARATOR.join((begin, "converted", goal)), turned]
        for fact, by in (("revenue", after - before), ("square", low), ("square-high", high)):
            if currency and by:
                found += [_SEPARATOR.join((begin, fact, goal, currency)), by]
    return found


def _square(revenue: int) -> tuple[int, int]:
    high, low = divmod(revenue**2, SQUARE_STEP)
    return low, high


def _unit(event: Event) -> str:
    return f"{_text(event, 'unit')}{_SEPARATOR}{_text(event, 'block')}"


def _text(event: Event, name: str) -> str:
    value = event.properties.get(name)
    return str(value).replace(_SEPARATOR, " ") if value is not None else ""


def _number(event: Event, name: str) -> int:
    value = event.properties.get(name)
    return value if isinstance(value, int) else 0


def _read(stored: str) -> _First:
    day, arm, *segments = stored.split(_SEPARATOR)
    return _First(day, arm, tuple(segments))


def _pair(reply: Reply) -> tuple[str, str]:
    match reply:
        case [bytes() | None as one, bytes() | None as other]:
            return (one or b"").decode(), (other or b"").decode()
        case _:
            raise StoreError("The store's answer has an unexpected form.")
