"""What a shop's events do to cart and orders: each once, whatever is told again, late, or of another currency."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.events import PAGE_VIEWED, Event, Page
from floorwalker.core.happening import event_of
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.kept.holdings import Cart, CartItem
from floorwalker.core.memory.kept.purchases import MOST_KNOWN, NO_ORDERS, Bought, Order, Orders, Total, order_id
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Site

AT = 1_772_000_000
TERMS = Terms(Calendar(Site(currency="EUR")))
Told = tuple[str, dict[str, Any]]

LENS = {"product_id": "l1", "name": "Lens", "category": "lenses", "price": 100}
BAG = {"product_id": "b1", "name": "Bag", "category": "bags", "price": 40, "quantity": 2}
ORDER = {"order_id": "o1", "revenue": 180, "currency": "EUR", "products": [LENS, BAG]}


def lived(told: Iterable[Told], profile: Profile | None = None, *, at: int = AT) -> Profile:
    """One event a second."""
    profile = profile or Profile(seed=1)
    for number, (name, properties) in enumerate(told):
        profile, _ = fold(profile, event_of(name, properties, at=at + number), TERMS)
    return profile


def cart_of(*told: Told) -> Cart:
    return lived(told).cart or Cart()


def orders_of(*told: Told) -> Orders:
    return lived(told).orders or NO_ORDERS


def lines(cart: Cart) -> list[tuple[str, int, float]]:
    return [(item.product or item.name, item.quantity, item.price) for item in cart.items]


CARTS: list[tuple[list[Told], list[tuple[str, int, float]]]] = [
    ([("Product Added", LENS)], [("l1", 1, 100)]),
    ([("Product Added", LENS), ("Product Added", BAG)], [("l1", 1, 100), ("b1", 2, 40)]),
    ([("Product Added", LENS), ("Product Added", BAG), ("Product Added", LENS)], [("b1", 2, 40), ("l1", 2, 100)]),
    ([("Product Added", LENS), ("Product Added", {**LENS, "price": 90})], [("l1", 2, 90)]),
    ([("Product Added", LENS), ("Product Added", {"product_id": "l1"})], [("l1", 2, 100)]),
    ([("Product Added", {"sku": "S1", "price": 5})], [("S1", 1, 5)]),
    ([("Product Added", {"name": "Strap"}), ("Product Added", {"name": "Strap"})], [("Strap", 2, 0)]),
    ([("Product Added", {**LENS, "variant": "red"}), ("Product Added", LENS)], [("l1", 1, 100), ("l1", 1, 100)]),
    ([("Product Added", {**LENS, "variant": "red"}), ("Product Removed", LENS)], []),
    ([("Product Added", BAG), ("Product Removed", {"product_id": "b1"})], [("b1", 1, 40)]),
    ([("Product Added", BAG), ("Product Removed", {"product_id": "b1", "quantity": 9})], []),
    ([("Product Added", LENS), ("Product Removed", {"product_id": "other"})], [("l1", 1, 100)]),
    ([("Product Removed", LENS)], []),
    ([("Product Added", {})], []),
    ([("Wishlist Product Added to Cart", LENS)], [("l1", 1, 100)]),
    ([("Product Added to Wishlist", LENS)], []),
    ([("Product Added", LENS), ("Cart Viewed", {"products": [BAG]})], [("b1", 2, 40)]),
    ([("Product Added", LENS), ("Cart Viewed", {"products": [{"product_id": "l1", "quantity": 3}]})], [("l1", 3, 100)]),
    ([("Product Added", LENS), ("Cart Viewed", {})], [("l1", 1, 100)]),
    ([("Cart Viewed", {"products": [LENS, LENS]})], [("l1", 2, 100)]),
    ([("Checkout Started", {"products": [BAG]})], [("b1", 2, 40)]),
    ([("Product Added", LENS), ("Order Completed", ORDER)], []),
    ([("Added Product", LENS), ("Started Order", {})], [("l1", 1, 100)]),
]


@pytest.mark.parametrize(("told", "expected"), CARTS)
def test_the_cart_holds_what_was_put_there(told: list[Told], expected: list[tuple[str, int, float]]) -> None:
    cart = cart_of(*told)
    assert lines(cart) == expected
    assert (cart.pieces, cart.value) == (sum(one[1] for one in expected), sum(one[1] * one[2] for one in expected))


def test_amounts_in_another_currency_are_never_mixed_into_a_cart() -> None:
    dollars = {**LENS, "currency": "usd"}
    assert cart_of(("Product Added", dollars)).currency == "USD"
    mixed = cart_of(("Product Added", BAG), ("Product Added", dollars))
    assert (mixed.currency, mixed.pieces, mixed.value) == ("", 3, 80)
    anew = cart_of(("Product Added", BAG), ("Cart Viewed", {"currency": "USD", "products": [LENS, {"name": "x"}]}))
    assert (anew.currency, anew.pieces, anew.value) == ("USD", 2, 100)
    assert cart_of(("Product Added", {**LENS, "currency": "EUR"})).currency == ""


def test_a_cart_is_idle_since_something_was_last_done_with_it() -> None:
    told: list[Told] = [("Product Added", LENS), ("Cart Viewed", {}), ("Newsletter Signed Up", {})]
    assert cart_of(*told).changed == AT + 1
    assert cart_of(*told, ("Checkout Step Viewed", {"step": 1})).changed == AT + 3


def test_a_cart_knows_when_it_was_taken_to_checkout_until_it_is_empty() -> None:
    told: list[Told] = [("Product Added", LENS), ("Checkout Started", {}), ("Product Added", BAG)]
    assert cart_of(*told).checkout == AT + 1
    assert cart_of(*told, ("Product Removed", LENS), ("Product Removed", BAG)).checkout == 0
    assert cart_of(*told, ("Order Completed", ORDER)) == Cart(changed=AT + 3)
    assert cart_of(("Checkout Started", {})) == Cart()


def test_what_is_told_late_does_not_undo_what_came_since() -> None:
    ordered = lived([("Product Added", LENS), ("Order Completed", ORDER)])
    late = lived([("Product Added", BAG), ("Cart Viewed", {"products": [BAG]})], ordered, at=AT - 100)
    assert late.cart == ordered.cart
    filled = lived([("Product Added", LENS)])
    assert lived([("Cart Viewed", {"products": [BAG]})], filled, at=AT - 100).cart == filled.cart
    assert lived([("Order Completed", ORDER)], filled, at=AT - 100).cart == filled.cart


PUT = st.sampled_from(["a", "b", "c" * 60, "漢" * 20, "e", "f", "g", "h", "i", "j", "k", "l"])


@given(st.lists(st.tuples(PUT, st.integers(1, 5)), max_size=14), PUT, st.integers(1, 9), st.sampled_from(["", "red"]))
@settings(max_examples=120, deadline=None)
def test_adding_and_then_removing_gives_the_cart_before(
    put: list[tuple[str, int]], product: str, quantity: int, variant: str
) -> None:
    before = lived([("Product Added", {"product_id": one, "quantity": pieces, "price": 3}) for one, pieces in put])
    one = {"product_id": product, "quantity": quantity, "price": 3, "variant": variant}
    after = lived([("Product Added", one), ("Product Removed", one)], before, at=AT + 100)
    was, now = before.cart or Cart(), after.cart or Cart()
    assert (now.pieces, now.value) == (was.pieces, was.value)
    if not was.more_pieces and len(put) < 4:
        assert sorted(now.items, key=str) == sorted(was.items, key=str)


def test_an_order_is_kept_with_what_was_bought() -> None:
    orders = orders_of(("Order Completed", ORDER))
    assert orders.latest == (Order("o1", AT, 180, "EUR"),)
    assert (orders.count, orders.totals) == (1, {"EUR": Total(1, 180)})
    bought = [structs.replace(line, of=0) for line in orders.bought]
    assert bought == [Bought(AT, "l1", "lenses", price=100), Bought(AT, "b1", "bags", price=40, quantity=2)]


@pytest.mark.parametrize(
    ("event", "left"),
    [
        ("Order Cancelled", ["p-two"]),
        ("Order Refunded", ["p-two"]),
        ("Order Updated", ["p-new", "p-two"]),
    ],
)
def test_orders_of_the_same_second_keep_what_was_bought_with_each(event: str, left: list[str]) -> None:
    def order(id: str) -> Event:
        told = {"order_id": id, "products": [{"product_id": f"p-{id}", "price": 10}]}
        return event_of("Order Completed", told, at=AT)

    more = {"products": [{"product_id": "p-new", "price": 10}]} if event == "Order Updated" else {}
    profile = Profile(seed=1)
    for one in (order("one"), order("two"), event_of(event, {"order_id": "one", **more}, at=AT + 1)):
        profile, _ = fold(profile, one, TERMS)
    orders = profile.orders or NO_ORDERS
    assert sorted(line.product for line in orders.bought) == left


def test_what_they_saw_of_a_product_is_known_of_what_they_bought() -> None:
    page = Page(path="/l1", product="l1", category="Lenses", brand="Acme", topics=("wildlife",), price_tier="high")
    seen, _ = fold(Profile(seed=1), Event(PAGE_VIEWED, AT - 5, page=page), TERMS)
    (bought, *_) = (lived([("Order Completed", ORDER)], seen).orders or NO_ORDERS).bought
    assert (bought.category, bought.brand, bought.topics, bought.price_tier) == (
        "lenses",
        "Acme",
        ("wildlife",),
        "high",
    )


def test_the_price_of_another_currency_is_no_price_here() -> None:
    orders = orders_of(("Order Completed", {**ORDER, "currency": "usd"}))
    assert orders.totals == {"USD": Total(1, 180)}
    assert [line.price for line in orders.bought] == [None, None]
    assert orders_of(("Order Completed", {"order_id": "1", "revenue": 5})).totals == {"EUR": Total(1, 5)}


BACK: list[tuple[list[Told], float, int, int, int]] = [
    # what came after the order → amount, orders, pieces of the lens, of the bag
    ([], 180, 1, 1, 2),
    ([("Order Completed", ORDER)], 180, 1, 1, 2),
    ([("Completed Order", {**ORDER, "revenue": 999})], 180, 1, 1, 2),
    ([("Order Refunded", {"order_id": "o1"})], 0, 1, 0, 0),
    ([("Order Refunded", {"order_id": "o1", "total": 40, "currency": "EUR"})], 140, 1, 1, 2),
    ([("Order Refunded", {"order_id": "o1", "total": 400})], 0, 1, 0, 0),
    ([("Order Refunded", {"order_id": "o1", "products": [{**BAG, "quantity": 1}]})], 140, 1, 1, 1),
    ([("Order Refunded", {"order_id": "o1", "products": [{"product_id": "b1"}]})], 140, 1, 1, 1),
    ([("Order Refunded", {"order_id": "o1", "total": 90, "products": [{**LENS, "quantity": 7}]})], 90, 1, 0, 2),
    ([("Order Refunded", {"order_id": "o1", "total": 100})] * 3, 0, 1, 0, 0),
    ([("Order Refunded", {"order_id": "o1", "total": -9})], 171, 1, 1, 2),
    ([("Order Refunded", {"order_id": "o1", "total": 50, "currency": "USD"})], 180, 1, 1, 2),
    ([("Order Refunded", {"order_id": "other", "total": 50})], 180, 1, 1, 2),
    ([("Order Refunded", {"total": 50})], 180, 1, 1, 2),
    ([("Order Cancelled", {"order_id": "o1"})], 0, 0, 0, 0),
    ([("Order Cancelled", {"order_id": "o1"})] * 2, 0, 0, 0, 0),
    ([("Order Cancelled", {"order_id": "o1"}), ("Order Completed", ORDER)], 0, 0, 0, 0),
    ([("Order Cancelled", {"order_id": "o1"}), ("Order Refunded", {"order_id": "o1", "total": 9})], 0, 0, 0, 0),
    ([("Order Updated", {"order_id": "o1", "revenue": 150})], 150, 1, 1, 2),
    ([("Order Updated", {"order_id": "o1", "products": [BAG]})], 80, 1, 0, 2),
    ([("Order Updated", {"order_id": "o1"})], 180, 1, 1, 2),
    ([("Order Updated", {"order_id": "other", "revenue": 5})], 180, 1, 1, 2),
    ([("Order Refunded", {"order_id": "o1", "total": 80}), ("Order Updated", ORDER)], 100, 1, 1, 2),
]


@pytest.mark.parametrize(("told", "amount", "number", "lenses", "bags"), BACK)
def test_what_is_taken_back_is_taken_off(told: list[Told], amount: float, number: int, lenses: int, bags: int) -> None:
    orders = orders_of(("Order Completed", ORDER), *told)
    assert orders.totals == {"EUR": Total(number, amount)}
    assert (orders.count, len(orders.latest)) == (number, number)
    pieces = {line.product: line.quantity for line in orders.bought}
    assert (pieces.get("l1", 0), pieces.get("b1", 0)) == (lenses, bags)


def test_an_order_without_an_id_is_always_another_unless_its_message_is_known() -> None:
    assert orders_of(*[("Order Completed", {"revenue": 5})] * 3).count == 3
    profile = Profile(seed=1)
    for _ in range(2):
        profile, _effects = fold(profile, event_of("Order Completed", {"revenue": 5}, at=AT, id="message"), TERMS)
    assert (profile.orders or NO_ORDERS).count == 1


def test_an_order_long_out_of_the_latest_is_still_known() -> None:
    made: list[Told] = [("Order Completed", {"order_id": f"o{n}", "revenue": 10}) for n in range(MOST_KNOWN - 2)]
    profile = lived(made)
    again = lived([*made, ("Order Updated", {"order_id": "o0", "revenue": 99})], profile, at=AT + 9000)
    assert again.orders == profile.orders
    back = {"order_id": "o0", "total": 4, "currency": "EUR"}
    refunded = lived([("Order Refunded", back)] * 3, profile, at=AT + 9000).orders or NO_ORDERS
    assert refunded.totals["EUR"].amount == 10 * (MOST_KNOWN - 2) - 4
    cancelled = lived([("Order Cancelled", back)] * 3, profile, at=AT + 9000).orders or NO_ORDERS
    assert cancelled.totals["EUR"] == Total(MOST_KNOWN - 3, 10 * (MOST_KNOWN - 2) - 4)
    assert cancelled.count == MOST_KNOWN - 3


def test_long_ids_that_begin_alike_are_two() -> None:
    orders = orders_of(*[("Order Completed", {"order_id": "x" * 70 + end, "revenue": 1}) for end in "ab" * 2])
    assert orders.count == 2
    assert order_id(order_id("x" * 90)) == order_id("x" * 90)


ANY = st.tuples(
    st.sampled_from(["Order Completed", "Order Refunded", "Order Cancelled", "Order Updated", "Order Completed"]),
    st.fixed_dictionaries(
        {"order_id": st.sampled_from(["o1", "o2", "o3"])},
        optional={
            "revenue": st.floats(-5, 500) | st.just("12.34"),
            "total": st.integers(-5, 500),
            "currency": st.sampled_from(["EUR", "USD", "usd", "?"]),
            "products": st.lists(st.sampled_from([LENS, BAG, {"product_id": "b1"}, {}]), max_size=3),
        },
    ),
)


@given(st.lists(ANY, max_size=14))
@settings(max_examples=150, deadline=None)
def test_nothing_is_ever_less_than_nothing_and_totals_are_those_of_the_orders(told: list[Told]) -> None:
    orders = orders_of(*told)
    assert orders.count == len(orders.latest) == sum(total.orders for total in orders.totals.values())
    for currency, total in orders.totals.items():
        amount = sum(order.amount for order in orders.latest if order.currency == currency)
        assert total.amount == pytest.approx(amount, abs=1e-5)
        assert total.amount >= 0
    assert all(order.amount >= 0 for order in orders.latest)
    assert all(line.quantity > 0 for line in orders.bought)


@given(st.lists(ANY, max_size=8), st.integers(0, 7))
@settings(max_examples=80, deadline=None)
def test_an_order_that_is_told_again_changes_nothing(told: list[Told], number: int) -> None:
    profile = lived(told)
    completed = [one for one in told if one[0] == "Order Completed"]
    if completed:
        again = lived([completed[number % len(completed)]], profile, at=AT + 500)
        assert (again.orders, again.cart) == (profile.orders, profile.cart)


@given(st.integers(0, 10**9))
@settings(max_examples=40, deadline=None)
def test_totals_do_not_depend_on_the_order_in_which_orders_are_told(seed: int) -> None:
    random = Random(seed)
    told = [
        event_of(
            "Order Completed", {"order_id": str(n), "revenue": random.randrange(99), "products": [LENS]}, at=AT + n
        )
        for n in range(9)
    ]
    told += [event_of("Order Refunded", {"order_id": "x", "total": 5}, at=AT + 50)]
    shuffled = random.sample(told, len(told))

    def after(events: Sequence[Event]) -> Orders:
        profile = Profile(seed=1)
        for event in events:
            profile, _ = fold(profile, event, TERMS)
        return structs.replace(profile.orders or NO_ORDERS, known=b"")

    assert after(shuffled) == after(told)


def test_events_of_other_kinds_leave_cart_and_orders_alone() -> None:
    profile = lived([("Product Viewed", LENS), ("Product Clicked", LENS), ("Coupon Entered", {}), ("Cart Shared", {})])
    assert (profile.cart, profile.orders) == (None, None)


def test_a_line_keeps_what_is_known_of_it() -> None:
    cart = cart_of(("Product Added", LENS), ("Product Added", {"product_id": "l1", "quantity": 2, "price": "oops"}))
    assert cart.items == (CartItem("l1", "Lens", "lenses", 100, 3),)
