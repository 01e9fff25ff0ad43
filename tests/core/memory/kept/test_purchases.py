"""Orders: totals are exact for good, windows as far as is remembered, and what is forgotten is never denied."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack, structs

from floorwalker.core.conditions.matchers import AnyOf, Range
from floorwalker.core.conditions.model import Behaviour, Field, Window
from floorwalker.core.evaluation.evaluate import holds
from floorwalker.core.memory.kept.purchases import (
    BOUGHT_BYTES,
    MOST_CURRENCIES,
    MOST_ORDERS,
    NO_ORDERS,
    ORDERS_BYTES,
    Bought,
    Order,
    Orders,
    Total,
)
from floorwalker.core.memory.profile import Profile
from floorwalker.store.records.codec import decode_profile, encode_profile
from tests.core.visitors import AT, moment_of

DAY = 86400
CURRENCIES = st.sampled_from(["EUR", "USD"])
AMOUNTS = st.integers(0, 9).map(float)
LINES = st.builds(
    Bought, st.just(0), category=st.sampled_from(["bags", "film", "lenses" * 9]), quantity=st.integers(1, 3)
)
ORDERS = st.lists(
    st.tuples(st.integers(0, 50), AMOUNTS, CURRENCIES, st.lists(LINES, max_size=4)), min_size=1, max_size=60
)
WINDOWS = st.sampled_from([Window(), *(Window("seconds", days * DAY) for days in (1, 5, 20, 60))])
RANGES = st.builds(Range, st.integers(0, 9), st.none()) | st.builds(Range, st.none(), st.integers(0, 40))


def orders_of(told: list[tuple[int, float, str, list[Bought]]]) -> Orders:
    orders = NO_ORDERS
    for number, (days_ago, amount, currency, lines) in enumerate(told):
        orders = orders.with_order(Order(str(number), AT - days_ago * DAY - number, amount, currency), lines)
    return orders


@given(ORDERS, WINDOWS, RANGES, st.data())
@settings(max_examples=200, deadline=None)
def test_no_answer_contradicts_a_memory_that_forgets_nothing(
    told: list[tuple[int, float, str, list[Bought]]], window: Window, asked: Range, data: st.DataObject
) -> None:
    start = AT - window.seconds if window.kind == "seconds" else 0
    within = [one for number, one in enumerate(told) if AT - one[0] * DAY - number >= start]
    name = data.draw(st.sampled_from(["orders", "bought", "spent"]))
    match name:
        case "orders":
            truth: float = len(within)
            behaviour = Behaviour("orders", (), window, count=asked)
        case "bought":
            truth = sum(line.quantity for one in within for line in one[3] if line.category == "bags")
            behaviour = Behaviour("bought", (Field("category", AnyOf(frozenset({"bags"}))),), window, count=asked)
        case _:
            truth = sum(amount for _, amount, currency, _ in within if currency == "EUR")
            behaviour = Behaviour("spent", (), window, total=Field("amount", asked))
    profile = Profile(seed=1, first_seen=1, last_seen=AT, orders=orders_of(told))
    answer = holds(behaviour, moment_of(None, profile))
    assert answer in (None, asked.holds(truth))
    if window.kind == "ever" and name != "bought":
        assert answer is not None


HOSTILE = st.one_of(st.text(max_size=90), st.sampled_from(["x" * 300, "漢" * 90]))
HOSTILE_LINES = st.builds(
    Bought,
    st.integers(0, 2**31),
    HOSTILE,
    HOSTILE,
    HOSTILE,
    st.none() | st.floats(),
    HOSTILE,
    st.integers(-9, 10**9),
    st.lists(HOSTILE, max_size=9).map(tuple),
    st.lists(HOSTILE, max_size=9).map(tuple),
)
HOSTILE_ORDERS = st.builds(Order, HOSTILE, st.integers(0, 2**31), st.floats(), HOSTILE)


@given(st.lists(st.tuples(HOSTILE_ORDERS, st.lists(HOSTILE_LINES, max_size=5)), max_size=8))
@settings(max_examples=40, deadline=None)
def test_whatever_is_ordered_the_record_stays_small_and_comes_back_from_the_store(
    told: list[tuple[Order, list[Bought]]],
) -> None:
    orders = NO_ORDERS
    for order, lines in told:
        orders = orders.with_order(order, lines)
    assert len(msgpack.encode(orders)) <= ORDERS_BYTES + BOUGHT_BYTES + 20 * MOST_CURRENCIES + 30
    assert [one.at for one in orders.latest] == sorted(one.at for one in orders.latest)
    assert len(orders.latest) <= MOST_ORDERS
    profile = Profile(seed=1, orders=orders)
    assert decode_profile(encode_profile(profile)) == profile


def test_an_order_counts_once() -> None:
    order = Order("o-1", AT, 10.0, "eur")
    once = NO_ORDERS.with_order(order, [Bought(0, "p1")])
    assert once.with_order(order, [Bought(0, "p1")]) is once
    assert (once.count, once.totals) == (1, {"EUR": Total(1, 10.0)})
    assert [structs.replace(line, of=0) for line in once.bought] == [Bought(AT, "p1")]


def test_that_there_may_be_other_currencies_stays_known() -> None:
    orders = Orders(count=1, more_currencies=True).with_order(Order("o-1", AT, 10.0, "EUR"))
    assert orders.more_currencies
    assert orders.total("USD") is None


def test_an_order_of_long_ago_is_counted_in_its_place() -> None:
    orders = NO_ORDERS.with_order(Order("b", 200, 1.0, "EUR")).with_order(Order("a", 100, 2.0, "EUR"))
    assert [one.id for one in orders.latest] == ["a", "b"]


def test_the_oldest_orders_are_only_counted_and_it_is_known_since_when() -> None:
    orders = NO_ORDERS
    for number in range(40):
        orders = orders.with_order(
            Order(f"o-{number}", 1000 + number, 0.1, "EUR"), [Bought(0, f"a-longer-product-{number}")]
        )
    assert (orders.count, orders.totals["EUR"]) == (40, Total(40, 4.0))
    assert len(orders.latest) == MOST_ORDERS
    assert orders.left == orders.latest[0].at - 1
    assert orders.bought_left == orders.bought[0].at - 1
    assert orders.with_order(Order("ancient", 5, 1.0, "EUR")).latest == orders.latest


def test_currencies_are_never_mixed() -> None:
    orders = NO_ORDERS
    for number, currency in enumerate(("EUR", "USD", "EUR", *(f"X{i:02}" for i in range(9)))):
        orders = orders.with_order(Order(str(number), 1000 + number, 10.0, currency))
    assert (orders.total("EUR"), orders.total("USD")) == (Total(2, 20.0), Total(1, 10.0))
    assert len(orders.totals) == MOST_CURRENCIES
    assert orders.total("X08") is None
    assert NO_ORDERS.total("X08") == Total()


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -5.0])
def test_an_amount_that_is_none_is_nothing(amount: float) -> None:
    assert NO_ORDERS.with_order(Order("a", 1, amount, "EUR")).totals == {"EUR": Total(1, 0.0)}
