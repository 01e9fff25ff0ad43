"""A profile stays under 16,000 bytes with every holding at its bound, and nobody else notices."""

from random import Random

import pytest
from msgspec import msgpack, structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.events import PAGE_VIEWED, Event, Page
from floorwalker.core.happening import event_of
from floorwalker.core.memory import guard
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.guard import LIMIT, MOST_BYTES, within_size
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Site
from floorwalker.store.records.codec import decode_profile, encode_profile
from tests.core.memory.hostile import events, filled, touch

AT = 1_700_000_000
TERMS = Terms(Calendar(Site()))


def size(profile: Profile) -> int:
    return len(msgpack.encode(profile))


@pytest.mark.parametrize("seed", range(2))
def test_every_holding_at_its_bound_is_never_too_much(seed: int) -> None:
    random, profile, largest = Random(seed), Profile(seed=2**64 - 1), 0
    for event in events(random, 450, AT):
        profile, _ = fold(profile, event, TERMS)
        assert size(profile) <= min(LIMIT, guard._at_most(profile))
        profile = filled(profile, random) if random.random() < 0.1 else profile
        redirected = structs.replace(profile, arrival=touch(random, AT))
        largest = max(largest, size(redirected))
    assert largest > LIMIT  # else this tries nothing
    profile, _ = fold(profile, Event("Anything", AT * 2), TERMS)
    watched = structs.replace(profile, arrival=touch(random, AT), watched=(2**64 - 1,) * 32)
    assert len(encode_profile(watched)) < MOST_BYTES
    assert decode_profile(encode_profile(watched)) == watched


def test_what_is_shortened_keeps_money_traits_and_first_touch() -> None:
    random, profile = Random(5), Profile(seed=1)
    for event in events(random, 300, AT):
        profile, _ = fold(profile, event, TERMS)
    full = filled(profile, random)
    after = within_size(full, TERMS)
    assert size(full) > LIMIT >= size(after)
    for name in ("traits", "first_touch", "last_touch", "interests", "notes", "cart", "consent", "visit", "user"):
        assert getattr(after, name) == getattr(full, name)
    assert full.orders is not None
    assert after.orders is not None
    assert (after.orders.count, after.orders.totals) == (full.orders.count, full.orders.totals)
    assert after.orders.latest == full.orders.latest


def test_who_shops_as_people_do_is_never_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(profile: Profile) -> bytes:
        raise AssertionError("a profile was measured")

    monkeypatch.setattr(guard, "_encode", measured)
    profile = Profile(seed=1)
    for number in range(400):
        page = Page(
            f"/lenses/tele-{number % 50}", "product", "lenses", f"tele-{number % 50}", price=99, price_tier="low"
        )
        profile, _ = fold(profile, Event(PAGE_VIEWED, AT + 9000 * number, page=page), TERMS)
    order = {"order_id": "1", "revenue": 5.0, "products": [{"product_id": "tele-1", "price": 5.0}]}
    for number in range(6):
        event = event_of("Order Completed", {**order, "order_id": str(number)}, at=AT * 2 + number)
        profile, _ = fold(profile, event, TERMS)
    assert profile.orders is not None
