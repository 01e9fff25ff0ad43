"""The outbox: what one webhook is to be told, visitor by visitor and in order, until it was told or given up."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from msgspec import DecodeError, Struct, json, structs

from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.pieces import fields_of
from floorwalker.store.relaying.groups import Delivery, order_of
from floorwalker.store.scripts import script

LIFE_S = 30 * 86_400
VISITORS_AT_ONCE = 16  # of one partition
PARTITIONS_AT_ONCE = 256

_GIVEN_UP = "given-up"
_ON_ITS_WAY_S = 900.0  # for so long what another relay took out of the stream, and is not done with, is waited for
_AGAIN_S = 1.0


class Message(Struct, frozen=True):
    """What is to be told: that a visitor came into a segment or left it.

    at: when, seconds since 1970. tries: so many failed. first_try: when; 0 before it. why: what the last one met.
    """

    segment: str
    entered: bool
    at: float
    tries: int = 0
    first_try: float = 0.0
    why: str = ""


class Letter(Struct, frozen=True):
    """A message and where it lies. entry: of the stream; it tells a message from any other, and their order."""

    visitor: str
    entry: str
    message: Message


class Undelivered(Struct, frozen=True):
    """A letter that was given up. endpoint: whose it is. at: when, seconds since 1970."""

    endpoint: str
    letter: Letter
    at: float


class Outbox:
    """The outbox of one endpoint, which is known by a short word. group: which reads the stream for it."""

    def __init__(self, link: Link, keys: Keys, endpoint: str, *, group: str) -> None:
        self._link = link
        self._keys = keys
        self._endpoint = endpoint
        self._group = group

    async def post(self, one: Delivery, visitor: str, message: Message, *, now: float) -> bool:
        """Take an entry of the stream over, and be done with it; whether it was this call that did."""
        names = [
            self._keys.events(one.partition),
            self._keys.outbox(visitor),
            self._keys.waiting(one.partition, self._endpoint),
            self._keys.profile(visitor),
        ]
        arguments: list[Word] = [
            self._group,
            one.entry.id,
            f"{self._endpoint} {one.entry.id}",
            json.encode(message),
            visitor,
            f"{now:.3f}",
            LIFE_S,
        ]
        return await script("post").run(self._link, names, arguments) == 1

    async def take(self, *, now: float, lease_s: float, limit: int) -> list[Letter]:
        """The first letter of each visitor who is to be tried by now; nobody else has them until the lease is over."""
        found: list[Letter] = []
        for partition in await self._with_some(now):
            for visitor in await self._lease(partition, now, lease_s, limit - len(found)):
                if (letter := await self._first(partition, visitor, now)) is not None:
                    found.append(letter)
            if len(found) >= limit:
                break
        return found

    async def delivered(self, letter: Letter, *, now: float) -> None:
        """It was told, or nobody is to be told any more; what else there is of this visitor may follow."""
        await self._settle(letter, "delivered", then=now, now=now)

    async def try_again(self, letter: Letter, *, at: float, now: float) -> None:
        """It was not told; nothing of this visitor is, until then."""
        await self._settle(letter, "again", then=at, now=now)

    async def give_up(self, letter: Letter, *, now: float) -> None:
        """It is tried no more, and kept to be looked at; what else there is of this visitor may follow."""
        await self._settle(letter, "given up", then=now, now=now)

    async def waiting(self, *, now: float) -> tuple[int, int]:
        """How many visitors there is something to be told of, and of how many it should have been by now."""
        keys = [self._keys.waiting(one, self._endpoint) for one in range(self._keys.partitions)]
        whole = await asyncio.gather(*(self._link.call("ZCARD", key) for key in keys))
        past = await asyncio.gather(*(self._link.call("ZCOUNT", key, "-inf", f"{now:.3f}") for key in keys))
        return _sum(whole), _sum(past)

    async def _with_some(self, now: float) -> list[int]:
        """The partitions where somebody is to be tried by now, those with the most first."""
        counts: dict[int, int] = {}
        for first in range(0, self._keys.partitions, PARTITIONS_AT_ONCE):
            some = range(first, min(first + PARTITIONS_AT_ONCE, self._keys.partitions))
            command = ("-inf", f"{now:.3f}")
            names = [self._keys.waiting(one, self._endpoint) for one in some]
            replies = await asyncio.gather(*(self._link.call("ZCOUNT", name, *command) for name in names))
            counts |= {one: reply for one, reply in zip(some, replies, strict=True) if isinstance(reply, int) and reply}
        return sorted(counts, key=lambda one: -counts[one])

    async def _lease(self, partition: int, now: float, lease_s: float, limit: int) -> list[str]:
        arguments: list[Word] = [f"{now:.3f}", f"{now + lease_s:.3f}", min(limit, VISITORS_AT_ONCE)]
        taken = await script("lease").run(self._link, [self._keys.waiting(partition, self._endpoint)], arguments)
        return [one.decode() for one in taken if isinstance(one, bytes)] if isinstance(taken, list) else []

    async def _first(self, partition: int, visitor: str, now: float) -> Letter | None:
        """The first letter of a visitor; None where there is none, or an earlier one may be on its way here.

        The stream gives entries in order, so once none before a letter's is still with a reader, all of them are here.
        """
        letter = await self._earliest(visitor)
        if letter is not None and not await self._is_ahead(partition, letter, now):
            return await self._earliest(visitor)
        await self._put_back(partition, visitor, now if letter is None else now + _AGAIN_S)
        return None

    async def _earliest(self, visitor: str) -> Letter | None:
        letters = await read_letters(self._link, self._keys, visitor, self._endpoint)
        return min(letters, key=lambda one: order_of(one.entry), default=None)

    async def _is_ahead(self, partition: int, letter: Letter, now: float) -> bool:
        """Whether a reader has an earlier entry that is not here yet: it may have died, and another takes it over."""
        stream = self._keys.events(partition)
        try:
            earlier = await self._link.call("XPENDING", stream, self._group, "-", f"({letter.entry}", 1)
        except StoreError as refused:
            if "NOGROUP" not in str(refused):
                raise
            return False
        match earlier:
            case [[bytes(entry), *_]]:
                return now - order_of(entry.decode())[0] / 1000 < _ON_ITS_WAY_S
            case _:
                return False

    async def _put_back(self, partition: int, visitor: str, at: float) -> None:
        """A visitor is tried again at that time, where there is anything to tell; in one step, as it may just come."""
        names = [
            self._keys.outbox(visitor),
            self._keys.waiting(partition, self._endpoint),
            self._keys.undelivered(partition),
        ]
        arguments: list[Word] = ["delivered", "", visitor, f"{self._endpoint} ", f"{at:.3f}", "", "", ""]
        await script("settle").run(self._link, names, arguments)

    async def _settle(
        self, letter: Letter, how: Literal["delivered", "again", "given up"], *, then: float, now: float
    ) -> None:
        field, partition = f"{self._endpoint} {letter.entry}", self._keys.partition_of(letter.visitor)
        names = [
            self._keys.outbox(letter.visitor),
            self._keys.waiting(partition, self._endpoint),
            self._keys.undelivered(partition),
        ]
        arguments: list[Word] = [
            how,
            field,
            letter.visitor,
            f"{self._endpoint} ",
            f"{then:.3f}",
            json.encode(letter.message),
            f"{_GIVEN_UP} {field}",
            f"{now:.3f}",
        ]
        await script("settle").run(self._link, names, arguments)


async def read_letters(link: Link, keys: Keys, visitor: str, begins: str) -> list[Letter]:
    """What lies in a visitor's outbox under a word; what cannot be read is left out."""
    letters = []
    for field, value in (await fields_of(link, keys.outbox(visitor))).items():
        word, _, entry = _text(field).rpartition(" ")
        if word == begins:
            letters.append(Letter(visitor, entry, _message(value)))
    return letters


async def read_undelivered(link: Link, keys: Keys, *, limit: int) -> list[Undelivered]:
    """What was given up, the oldest first within a partition; whom it is about may have been erased since: those are
    forgotten here."""
    found: list[Undelivered] = []
    for partition in range(keys.partitions):
        members = await link.call(
            "ZRANGEBYSCORE", keys.undelivered(partition), "-inf", "+inf", "LIMIT", 0, limit - len(found)
        )
        for member in members if isinstance(members, list) else []:
            one = await _undelivered(link, keys, partition, _text(member))
            found += [one] if one is not None else []
        if len(found) >= limit:
            break
    return found


def endpoint_of(field: str) -> str:
    """Whose a field of an outbox is."""
    return field.removeprefix(f"{_GIVEN_UP} ").partition(" ")[0]


def lies_given_up_as(visitor: str, field: str) -> str:
    """Under what a letter is among those that were given up, if it is."""
    return f"{visitor} {_GIVEN_UP} {field.removeprefix(f'{_GIVEN_UP} ')}"


async def resend(link: Link, keys: Keys, one: Undelivered, *, now: float) -> bool:
    """Try it again, as if for the first time; whether it was still there."""
    visitor, field = one.letter.visitor, f"{one.endpoint} {one.letter.entry}"
    partition = keys.partition_of(visitor)
    names = [keys.outbox(visitor), keys.waiting(partition, one.endpoint), keys.undelivered(partition)]
    fresh = structs.replace(one.letter.message, tries=0, first_try=0.0)
    kept = f"{_GIVEN_UP} {field}"
    arguments: list[Word] = [kept, f"{visitor} {kept}", field, json.encode(fresh), visitor, f"{now:.3f}"]
    return await script("resend").run(link, names, arguments) == 1


async def _undelivered(link: Link, keys: Keys, partition: int, member: str) -> Undelivered | None:
    visitor, _, endpoint, entry = member.split(" ")
    value = await link.call("HGET", keys.outbox(visitor), f"{_GIVEN_UP} {endpoint} {entry}")
    if not isinstance(value, bytes):
        await link.call("ZREM", keys.undelivered(partition), member)
        return None
    at = await link.call("ZSCORE", keys.undelivered(partition), member)
    return Undelivered(endpoint, Letter(visitor, entry, _message(value)), float(_text(at) or 0))


def _message(value: bytes) -> Message:
    try:
        return json.decode(value, type=Message)
    except DecodeError as error:
        raise StoreError("A message in the outbox has an unexpected form.") from error


def _sum(replies: Sequence[Reply]) -> int:
    return sum(one for one in replies if isinstance(one, int))


def _text(value: Reply | float) -> str:
    return value.decode() if isinstance(value, bytes) else "" if value is None else str(value)
