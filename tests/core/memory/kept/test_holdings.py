"""What a person has: bounded whatever comes in, the same after the store, and no burden to those who have nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack, structs

from floorwalker.core.memory.kept.holdings import (
    CART_BYTES,
    CONSENT_BYTES,
    INTEREST_BYTES,
    LEARNED_BYTES,
    MOST_CHANNELS,
    MOST_TOPICS,
    NOTES_BYTES,
    Cart,
    CartItem,
    Consent,
    Contacts,
    Interests,
    Learned,
    Note,
    Notes,
    bounded_contacts,
)
from floorwalker.core.memory.kept.purchases import BOUGHT_BYTES, MOST_CURRENCIES, ORDERS_BYTES
from floorwalker.core.memory.profile import Profile
from floorwalker.store.records.codec import decode_profile, encode_profile

HEAD = 60  # bytes of a holding's own: lengths, times, counts
TEXTS = st.one_of(st.text(max_size=90), st.sampled_from(["lenses", "x" * 300, "漢" * 90]))
NUMBERS = st.one_of(st.floats(), st.floats(0, 1000))
WEIGHTS = st.dictionaries(TEXTS, NUMBERS, max_size=30)
INTERESTS = st.builds(Interests, WEIGHTS, WEIGHTS, st.integers(0, 99), TEXTS).map(Interests.within_bounds)
ITEMS = st.builds(CartItem, TEXTS, TEXTS, TEXTS, NUMBERS, st.integers(-5, 10**6))
CARTS = st.builds(Cart, st.lists(ITEMS, max_size=12).map(tuple), st.integers(0, 2**31), TEXTS).map(Cart.within_bounds)
CONSENTS = st.builds(Consent, st.lists(TEXTS, max_size=20).map(tuple), st.integers(0, 2**31), TEXTS).map(
    Consent.within_bounds
)
LEARNED = st.builds(
    Learned,
    TEXTS,
    TEXTS,
    st.dictionaries(TEXTS, NUMBERS, max_size=20),
    st.lists(TEXTS, max_size=9).map(tuple),
    st.integers(0, 2**31),
    TEXTS,
).map(Learned.within_bounds)
NOTES = st.lists(st.builds(Note, st.integers(0, 2**31), TEXTS, TEXTS), max_size=12)


def size(value: Any) -> int:
    return len(msgpack.encode(value))


@given(INTERESTS, CARTS, CONSENTS, LEARNED, NOTES)
@settings(max_examples=40, deadline=None)
def test_whatever_comes_in_they_stay_small_and_come_back_from_the_store(
    interests: Interests, cart: Cart, consent: Consent, learned: Learned, written: list[Note]
) -> None:
    notes = Notes()
    for note in written:
        notes = notes.with_note(note)
    assert size(interests.session) <= INTEREST_BYTES + 5
    assert size(interests.history) <= INTEREST_BYTES + 5
    assert size(cart) <= CART_BYTES + HEAD
    assert size(consent) <= CONSENT_BYTES + HEAD
    assert size(learned) <= LEARNED_BYTES + 2 * HEAD
    assert size(notes) <= NOTES_BYTES + HEAD
    profile = Profile(seed=1, interests=interests, cart=cart, consent=consent, learned=learned, notes=notes)
    assert decode_profile(encode_profile(profile)) == profile


@given(INTERESTS, CARTS, CONSENTS, LEARNED)
@settings(max_examples=40, deadline=None)
def test_what_is_within_bounds_stays_as_it_is(
    interests: Interests, cart: Cart, consent: Consent, learned: Learned
) -> None:
    assert interests.within_bounds() == interests
    assert cart.within_bounds() == cart
    assert consent.within_bounds() == consent
    assert learned.within_bounds() == learned


@given(st.lists(ITEMS, max_size=30))
@settings(max_examples=40, deadline=None)
def test_a_cart_that_is_cut_has_as_many_pieces_of_the_same_value(items: list[CartItem]) -> None:
    each = [Cart((item,)).within_bounds() for item in items]
    cart = Cart(tuple(items)).within_bounds()
    assert cart.pieces == sum(one.pieces for one in each)
    assert cart.value == pytest.approx(sum(one.value for one in each))


def test_of_a_full_cart_the_latest_items_are_kept() -> None:
    cart = Cart(tuple(CartItem(f"product-{i}", price=1.0) for i in range(99))).within_bounds()
    assert cart.items[-1].product == "product-98"
    assert 10 < len(cart.items) < 99
    assert (cart.pieces, cart.value) == (99, 99.0)


def test_of_many_topics_the_heaviest_are_kept() -> None:
    weights = {f"t{i}": float(i) for i in range(40)} | {"faded": 0.04}
    interests = Interests(weights, weights).within_bounds()
    assert len(interests.history) == MOST_TOPICS
    assert set(interests.history) == {f"t{i}" for i in range(16, 40)}


@pytest.mark.parametrize(
    ("interests", "shares"),
    [
        (Interests(), {}),
        (Interests({"a": 1.0, "b": 3.0}), {"b": 0.75, "a": 0.25}),
        (Interests({"a": 1.0}, {"b": 1.0}, 4), {"a": 1.0}),
        (Interests({"a": 1.0}, {"b": 1.0}, 5), {"b": 1.0}),
        (Interests({}, {"b": 1.0}, 4), {"b": 1.0}),
        (Interests({"a": 0.0}), {}),
    ],
)
def test_shares_are_of_the_history_once_it_holds_five_events(interests: Interests, shares: dict[str, float]) -> None:
    assert list(interests.shares().items()) == list(shares.items())


def test_of_many_notes_the_latest_are_kept_by_time() -> None:
    notes = Notes()
    for at in (5, 3, 9, 1):
        notes = notes.with_note(Note(at, f"note {at} " + "x" * 300, "Ada"))
    assert [note.at for note in notes.latest] == [5, 9]
    assert notes.left == 3
    assert notes.latest[0].text.startswith("note 5")


@pytest.mark.parametrize(
    ("contacts", "rate"),
    [(Contacts(), None), (Contacts(2, 2), None), (Contacts(3, 1), 1 / 3), (Contacts(3, 9), 1.0)],
)
def test_a_rate_takes_three_offers(contacts: Contacts, rate: float | None) -> None:
    assert contacts.rate == rate


def test_only_so_many_channels_are_kept() -> None:
    kept = bounded_contacts({f"channel-{i}" + "x" * 99: Contacts(i) for i in range(20)})
    assert len(kept) == MOST_CHANNELS
    assert all(len(channel) <= 30 for channel in kept)


def test_who_has_nothing_pays_a_byte_for_each_at_most() -> None:
    profile = Profile(seed=1)
    before = Profile.__struct_fields__.index("notes")
    whole = msgpack.decode(msgpack.encode(profile))
    assert len(encode_profile(profile)) - size(whole[:before]) <= len(whole) - before
    assert decode_profile(msgpack.encode(whole[:before])) == profile


def test_what_a_visitor_can_fill_leaves_room_for_the_rest_of_a_profile() -> None:
    """tests/core/memory/test_fold.py holds the rest to 16 KB without this much."""
    assert CART_BYTES + ORDERS_BYTES + BOUGHT_BYTES + 20 * MOST_CURRENCIES <= 2500


def test_an_older_profile_is_read_with_nothing_in_it() -> None:
    older = msgpack.encode([7, 1, 2])
    found = decode_profile(older)
    assert (found.notes, found.learned, found.contacts, found.traits_left) == (None, None, {}, False)
    assert structs.replace(found, traits_left=True) != found
