"""A shop with two comparisons and a goal: whoever comes is shown something, some click, some order."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

from floorwalker.core.advance import Corridor
from floorwalker.core.decision import Arm
from floorwalker.core.effects import Effects
from floorwalker.core.events import ORDER_COMPLETED, SLOT_CLICKED, Event
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.rulefile import read
from floorwalker.store import Store

AT = 1_764_000_000.0  # 2025-11-24 16:00 UTC
DAY = 86_400.0
CHROME = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
RULES = """
site: {currency: EUR}
segments:
  buyers: {when: {spent: {at_least: 1}}}
  readers: {watch: yes, when: {viewed: {path: /learn/**}}}
goals:
  order: {did: Order Completed, value: revenue, within: 7 days}
slots:
  hero:
    goal: order
    control: 20 %
    show:
      - {to: readers, name: lenses, text: Lenses}
      - {name: sale, text: Sale, when: {visits: {at_least: 1}}}
"""


def corridor() -> Corridor:
    ruleset, problems = read({"rules.yaml": RULES.encode()})
    assert ruleset is not None, problems
    return Corridor(ruleset)


CORRIDOR = corridor()


async def visit(
    store: Store, visitor: str, *events: Event, at: float = AT, path: str = "/", arm: str = "", block: str = "sale"
) -> None:
    """One page, with what it showed and what was said on it."""
    headers = ((b"user-agent", CHROME), (b"host", b"shop.example"), (b"referer", b"https://www.google.com/"))
    hit = Hit(at=at, url=f"https://shop.example{path}", kind=HitKind.VIEW, headers=headers)
    shown = (Showing("hero", block, arm),) if arm else ()

    def step(base: Profile | None) -> tuple[Profile, Effects]:
        profile, effects = CORRIDOR.advance(base, hit, seed=7)
        profile, more = CORRIDOR.show(profile, shown, at=at)
        effects = effects.then(more)
        for event in events:
            profile, more = CORRIDOR.fold(profile, event)
            effects = effects.then(more)
        return CORRIDOR.concluded(base, profile, effects, at)

    await store.commit(visitor, None, step)


def order(number: int, revenue: float, at: float) -> Event:
    return Event(ORDER_COMPLETED, at, {"order_id": f"o{number}", "revenue": revenue, "currency": "EUR"})


async def crowd(store: Store, people: int, *, first: int = 0) -> None:
    """So many visitors of three days, each with a fate of their own; a few meet both arms."""
    await asyncio.gather(*(_life(store, number) for number in range(first, first + people)))


async def _life(store: Store, number: int) -> None:
    dice, visitor = Random(number), f"visitor-{number:014}"
    at = AT + DAY * (number % 3) + number
    arm, block = dice.choice((Arm.TREATMENT, Arm.TREATMENT, Arm.CONTROL)), dice.choice(("sale", "lenses"))
    path = dice.choice(("/", "/learn/lenses", "/cart"))
    await visit(store, visitor, at=at, path=path, arm=arm, block=block)
    if arm == Arm.TREATMENT and dice.random() < 0.3:
        await visit(store, visitor, Event(SLOT_CLICKED, at + 5, {"slot": "hero", "block": block}), at=at + 5)
    if dice.random() < 0.2:
        await visit(store, visitor, order(number, round(dice.uniform(5, 500), 2), at + 60), at=at + 60)
    if dice.random() < 0.05:
        other = Arm.CONTROL if arm == Arm.TREATMENT else Arm.TREATMENT
        await visit(store, visitor, at=at + 90, arm=other, block=block)


async def stored_events(store: Store) -> list[tuple[str, str, str]]:
    """All that the streams hold: id, pseudonym, name."""
    return sorted([(one.id, one.pseudonym, one.event.name) async for one in store.events()])


def events_in(rows: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The same of what was exported."""
    return sorted((one["entry"].partition(":")[2], one["pseudonym"], one["name"]) for one in rows)
