"""A crowd as a shop has it, made by the real corridor and stored by the real commit."""

import asyncio
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from msgspec.structs import replace

from benchmarks.site.requests import AGENT
from floorwalker.core.advance import Corridor
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import IDENTIFIED, ORDER_COMPLETED, PRODUCT_ADDED, Event, Item
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Outcome, Step, Store

DAY_S: Final = 86_400
AT_ONCE: Final = 256
HISTORIES: Final = 400  # of each kind
KINDS: Final = {
    "nothing shown": 0.0,
    "one page": 0.60,
    "a few pages": 0.22,
    "returning": 0.13,
    "customer": 0.045,
    "regular": 0.005,
}
"""What they are, and how large a part of everybody; the first saw one page without a slot, and is only weighed."""
_VISITS: Final = {
    "nothing shown": (1, 1),
    "one page": (1, 1),
    "a few pages": (1, 4),
    "returning": (4, 5),
    "customer": (5, 6),
    "regular": (25, 8),
}
"""So many visits, of so many pages each."""

NAMED: Final = frozenset(("customer", "regular"))
"""Those whom the site knows."""

Making = tuple[Profile, Effects]


class Crowd:
    """Histories by kind, of which each visitor has one, with a seed of their own; customers are known by name."""

    def __init__(self, corridor: Corridor, *, now: float) -> None:
        self._corridor, self._now = corridor, now
        self.histories = {
            kind: [self._history(kind, Random(f"{kind} {number}")) for number in range(HISTORIES)] for kind in KINDS
        }

    def kind_of(self, number: int) -> str:
        """What the visitor of that number is; the same in every run."""
        lot, place = (number * 2_654_435_761 % (1 << 32)) / (1 << 32), 0.0
        for kind, share in KINDS.items():
            place += share
            if lot < place:
                return kind
        return "one page"

    def birth(self, number: int, kind: str) -> Step:
        """The step that stores a visitor as they are."""
        profile, effects = self.histories[kind][number % HISTORIES]
        profile = replace(profile, seed=number)
        if kind not in NAMED:
            return lambda _: (profile, effects)
        named = Event(IDENTIFIED, profile.last_seen, {"user_id": f"u{number}", "email": f"u{number}@shop.example"})
        known, more = self._corridor.fold(profile, named)
        return lambda base: self._corridor.concluded(base, known, effects.then(more), profile.last_seen)

    def view(self, number: int) -> Step:
        """One more page of anybody."""
        hit = self._hit(self._now, f"/category-{number % 9}/product-{number % 400}", is_arrival=False)

        def step(base: Profile | None) -> Making:
            return self._corridor.advance(base, hit, seed=number)

        return step

    def _history(self, kind: str, dice: Random) -> Making:
        visits, pages = _VISITS[kind]
        profile, effects = Profile(seed=0), NOTHING
        began = self._now - dice.uniform(1, 88) * DAY_S
        span = self._now - 3600 - began
        for at in sorted(began + dice.random() ** 2 * span for _ in range(visits)):
            for page in range(pages):
                path = f"/category-{dice.randrange(9)}/product-{dice.randrange(400)}"
                profile, effects = self._corridor.advance(profile, self._hit(at + 40 * page, path, page == 0))
                shown = _shown(dice) if kind != "nothing shown" else ()
                profile, more = self._corridor.show(profile, shown, at=at + 40 * page)
                effects = effects.then(more)
        for event in _bought(dice, profile.last_seen) if kind in NAMED else ():
            profile, more = self._corridor.fold(profile, event)
            effects = effects.then(more)
        return profile, effects

    def _hit(self, at: float, path: str, is_arrival: bool) -> Hit:
        came = b"https://www.google.com/search?q=lens" if is_arrival else b"https://shop.example/"
        headers = ((b"user-agent", AGENT), (b"host", b"shop.example"), (b"referer", came))
        return Hit(at=at, url=f"https://shop.example{path}", kind=HitKind.VIEW, headers=headers)


def _shown(dice: Random) -> tuple[Showing, ...]:
    arm = "control" if dice.random() < 0.2 else "treatment"
    return (Showing("hero", dice.choice(("sale", "lenses", "bags")), arm),)


def _bought(dice: Random, at: float) -> list[Event]:
    found = []
    for number in range(dice.randint(1, 4)):
        product = f"product-{dice.randrange(400)}"
        items = (Item(product, category="lenses", price=dice.randrange(2000, 90_000) / 100),)
        told = {"order_id": f"o{dice.randrange(1 << 40)}", "revenue": items[0].price or 0, "currency": "EUR"}
        found += [Event(PRODUCT_ADDED, at, {"product_id": product}, items=items)]
        found += [Event(ORDER_COMPLETED, at + number, told, items=items)]
    return found


def name_of(number: int) -> str:
    """A visitor's id, as long as a real one."""
    return f"visitor{number:015}"


async def store_visitors(
    store: Store,
    crowd: Crowd,
    numbers: Sequence[int],
    *,
    kind: str = "",
    has_effects: bool = True,
    told: Callable[[int], None] = lambda _: None,
) -> float:
    """Commit them, some hundreds at a time; how many seconds it took."""
    began = time.perf_counter()
    for first in range(0, len(numbers), AT_ONCE):
        some = numbers[first : first + AT_ONCE]
        commits = [store.submit(name_of(one), None, _step(crowd, one, kind, has_effects)) for one in some]
        if any(one.outcome is not Outcome.STORED for one in await asyncio.gather(*commits)):
            raise SystemExit("a visitor could not be stored")
        told(first + len(some))
    return time.perf_counter() - began


def _step(crowd: Crowd, number: int, kind: str, has_effects: bool) -> Step:
    birth = crowd.birth(number, kind or crowd.kind_of(number))
    return birth if has_effects else lambda base: (birth(base)[0], NOTHING)
