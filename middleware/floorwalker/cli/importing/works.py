"""Works: what the rows of one person do to them. Pure steps, each with an id that its content makes."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
from msgspec import Struct

from floorwalker.cli.importing.rows import Row, Wrong
from floorwalker.collect.keys import Access
from floorwalker.collect.messages import Kind, Message
from floorwalker.collect.steps import step_of
from floorwalker.core.advance import Corridor
from floorwalker.core.bounds import seconds
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import NOTE_TAKEN, ORDER_COMPLETED
from floorwalker.core.happening import MOST_ITEMS, event_of, identified_of
from floorwalker.core.memory.kept.purchases import order_id
from floorwalker.core.memory.persons import identified, noted
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Step

ORDERS: Final = "orders"
EVENTS: Final = "events"
TRAITS: Final = "traits"
Known = Callable[[Profile], bool]


class Work(Struct, frozen=True):
    """One thing that is told of a person. kind: orders, events or traits. lines: of the file."""

    kind: str
    lines: tuple[int, ...]
    message: Message


class Doing:
    """A work as a step. changed: whether its latest run changed anything."""

    def __init__(self, work: Work, visitor: str, corridor: Corridor, *, now: float) -> None:
        step = step_of(work.message, visitor, corridor, now=now, access=Access.SERVER)
        assert step is not None  # nobody refuses what their shop knows
        self._step: Step = step
        self._is_known = _knower(work, corridor)
        self.changed = False

    def __call__(self, base: Profile | None) -> tuple[Profile, Effects]:
        if base is not None and self._is_known(base):
            self.changed = False
            return base, NOTHING
        self.changed = True
        return self._step(base)


def works_of(rows: Iterable[Row], visitor: str, *, now: float) -> Iterator[Work | tuple[tuple[int, ...], str]]:
    """What the rows of one person tell, in their order; rows that do not fit together, with why. now: of traits."""
    for order, some in groupby(rows, key=lambda row: row.order if not row.event else f"\0{row.line}"):
        together = list(some)
        if order and not together[0].event:
            try:
                yield _order(order, together, visitor)
            except Wrong as wrong:
                yield tuple(row.line for row in together), str(wrong)
                continue
        for row in together:
            if row.event:
                yield _event(row, visitor)
            if row.traits:
                yield _traits(row, visitor, now)


def _order(order: str, rows: Sequence[Row], visitor: str) -> Work:
    """The rows of one order. Raises Wrong where they contradict each other."""
    told: dict[str, Any] = {"order_id": order}
    at = 0.0
    for row in rows:
        for name, value in row.properties.items():
            if told.setdefault(name, value) != value:
                raise Wrong(f"the rows of this order say different things of {name[:60]}")
        if row.at and at not in (0.0, row.at):
            raise Wrong("the rows of this order say different things of at")
        at = at or row.at
    products = [product for row in rows for product in row.products]
    if not at:
        raise Wrong("at is missing: no row of this order says when it was")
    if len(products) > MOST_ITEMS:
        raise Wrong(f"this order has more than {MOST_ITEMS} products")
    if not told.keys() & {"total", "revenue"} and not any("price" in one for one in products):
        raise Wrong("no row of this order tells total, revenue or price")
    lines = tuple(row.line for row in rows)
    return Work(ORDERS, lines, _tracked(ORDER_COMPLETED, rows[0], visitor, at, _with_products(told, products)))


def _event(row: Row, visitor: str) -> Work:
    told = _with_products(row.properties, row.products)
    if row.order:
        told = {"order_id": row.order, **told}
    return Work(EVENTS, (row.line,), _tracked(row.event, row, visitor, row.at, told))


def _with_products(told: Mapping[str, Any], products: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """With the products listed, and one alone as the event's own as well."""
    alone = products[0] if len(products) == 1 else {}
    return {**alone, **told, "products": list(products)} if products else dict(told)


def _tracked(event: str, row: Row, visitor: str, at: float, told: Mapping[str, Any]) -> Message:
    user = row.name if row.who == "user" else ""
    id = _id_of(visitor, event, at, told)
    return Message(kind=Kind.TRACK, at=at, id=id, user=user, name=event, properties=told)


def _traits(row: Row, visitor: str, now: float) -> Work:
    user = row.name if row.who == "user" else ""
    id = _id_of(visitor, TRAITS, 0.0, row.traits)
    return Work(TRAITS, (row.line,), Message(kind=Kind.IDENTIFY, at=now, id=id, user=user, traits=row.traits))


def _id_of(visitor: str, what: str, at: float, told: Mapping[str, Any]) -> str:
    """The id of what is told: the same in whatever file and line it stands."""
    content = msgspec.json.encode([visitor, what, at, told], order="deterministic")
    return f"import {hashlib.blake2b(content, digest_size=16).hexdigest()}"


def _knower(work: Work, corridor: Corridor) -> Known:
    """Whether a profile holds already what the work tells: message ids are known for a month, and files are kept."""
    if work.kind == TRAITS:
        return _knows_traits(work.message)
    return _knows_order(work.message) if work.kind == ORDERS else _knows_event(work.message, corridor)


def _knows_traits(message: Message) -> Known:
    said = identified_of(message.user, message.traits, at=message.at)

    def known(profile: Profile) -> bool:
        after = identified(profile, said)
        return dict(after.traits) == dict(profile.traits) and after.user == profile.user

    return known


def _knows_order(message: Message) -> Known:
    id = order_id(str(message.properties["order_id"]))
    return lambda profile: profile.orders is not None and profile.orders.knows(id)


def _knows_event(message: Message, corridor: Corridor) -> Known:
    """Whether the very same event, of the same second, is among those that a profile holds one by one."""
    event = event_of(message.name, message.properties, at=message.at)
    if event.name == NOTE_TAKEN:
        alone = noted(Profile(seed=0), event)
        return lambda profile: (
            alone.notes is None or (profile.notes is not None and alone.notes.latest[0] in profile.notes.latest)
        )
    folded, _ = corridor.fold(Profile(seed=0), event)
    expected = next((one for one in folded.recents.past() if one.name == event.name), None)

    def known(profile: Profile) -> bool:
        return expected is not None and any(
            one.at == seconds(message.at) and one.name == expected.name and one.properties == expected.properties
            for one in profile.recents.past()
        )

    return known
