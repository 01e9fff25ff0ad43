"""Lifecycle: the probabilities against integrals and simulated people, the labels, and who is under-monetized."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from scipy.stats import beta, gamma

from floorwalker.core.evaluation.standing import lifecycle
from floorwalker.core.lifecycle import (
    LifecycleTable,
    Repeats,
    active,
    alive,
    is_under_monetized,
    label,
    spent_per_order,
)
from floorwalker.core.memory.kept.holdings import Learned
from floorwalker.core.memory.kept.purchases import NO_ORDERS, Order
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.returning import repeats
from floorwalker.core.priors import Priors
from floorwalker.core.ruleset import Ruleset
from tests.core.visitors import AT, moment_of, profile_of, signals_of

WEEK = 604800
DEFAULTS = LifecycleTable()
OTHERS = LifecycleTable(1.3, 6.0, 0.5, 3.0)
COUNTS = st.integers(0, 300)
WEEKS = st.floats(0, 500)


@st.composite
def came(draw: st.DrawFn) -> Repeats:
    count, age = draw(COUNTS), draw(WEEKS)
    return Repeats(count, draw(st.floats(0, 1)) * age if count else 0.0, age)


@pytest.mark.parametrize("table", [DEFAULTS, OTHERS])
@pytest.mark.parametrize("one", [Repeats(0, 0, 6), Repeats(1, 2, 5), Repeats(4, 9, 10), Repeats(4, 3, 20)])
def test_the_probabilities_are_the_integrals_over_all_rates_and_ways_to_leave(
    table: LifecycleTable, one: Repeats
) -> None:
    even = (np.arange(600) + 0.5) / 600
    rates = gamma(table.rate_shape, scale=1 / table.rate_weeks).ppf(even)[:, None]
    leaving = beta(table.leave, table.stay).ppf(even)[None, :]
    came = rates**one.count * (1 - leaving) ** one.count
    gone = (came * leaving * np.exp(-rates * one.last)).mean()
    stayed = came * (1 - leaving) * np.exp(-rates * one.age)
    comes = (stayed * (1 - np.exp(-rates * 4))).mean()
    here = stayed.mean()
    assert alive(table, one) == pytest.approx(here / (here + gone), abs=0.01)
    assert active(table, one, 4) == pytest.approx(comes / (here + gone), abs=0.01)


def simulated(table: LifecycleTable, dice: Random, *, weeks: float, ahead: float) -> tuple[Repeats, bool, bool]:
    """One person: how they came back, whether they are there still, and whether they come in the next weeks."""
    rate = dice.gammavariate(table.rate_shape, 1 / table.rate_weeks)
    leave, age = dice.betavariate(table.leave, table.stay), dice.uniform(1, weeks)
    at = last = 0.0
    count, stays = 0, dice.random() >= leave
    while stays:
        at += dice.expovariate(rate) if rate > 1e-9 else 1e9
        if at > age:
            return Repeats(count, last, age), True, at <= age + ahead
        count, last, stays = count + 1, at, dice.random() >= leave
    return Repeats(count, last, age), False, False


def test_the_probabilities_are_those_of_simulated_people() -> None:
    dice = Random(7)
    people = [simulated(OTHERS, dice, weeks=40, ahead=4) for _ in range(12_000)]
    for low in (0.0, 0.25, 0.5, 0.75):
        group = [one for one in people if low <= alive(OTHERS, one[0]) < low + 0.25]
        told, true = (sum(alive(OTHERS, one[0]) for one in group), sum(one[1] for one in group))
        assert told / len(group) == pytest.approx(true / len(group), abs=0.04)
        group = [one for one in people if low <= active(OTHERS, one[0], 4) < low + 0.25]
        told, true = (sum(active(OTHERS, one[0], 4) for one in group), sum(one[2] for one in group))
        assert told / len(group) == pytest.approx(true / len(group), abs=0.05)


def test_who_came_once_is_not_alive_for_sure_and_less_so_every_week() -> None:
    told = [alive(DEFAULTS, Repeats(0, 0, age)) for age in (0, 4, 12, 52)]
    assert told == sorted(told, reverse=True)
    assert told[0] < 0.8
    assert told[-1] < 0.5


@given(came(), st.floats(0, 100))
def test_probabilities_are_probabilities(one: Repeats, weeks: float) -> None:
    for table in (DEFAULTS, OTHERS):
        assert 0 <= active(table, one, weeks) <= alive(table, one) <= 1
        assert active(table, one, weeks) <= active(table, one, weeks + 1) + 1e-12


@given(came(), st.floats(0, 50))
def test_silence_never_makes_anybody_likelier_to_be_there(one: Repeats, more: float) -> None:
    assert alive(DEFAULTS, structs.replace(one, age=one.age + more)) <= alive(DEFAULTS, one) + 1e-12


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (Repeats(0, 0, 0), "new"),
        (Repeats(0, 0, 4), "new"),
        (Repeats(3, 0.1, 0.1), "new"),  # several devices, or several looks, of one day
        (Repeats(0, 0, 4.1), "at-risk"),
        (Repeats(0, 0, 12), "churned"),
        (Repeats(1, 1, 1), "active"),
        (Repeats(1, 1, 9), "at-risk"),
        (Repeats(1, 1, 20), "churned"),
        (Repeats(2, 4, 4), "loyal"),
        (Repeats(20, 20, 26), "at-risk"),
        (Repeats(20, 20, 30), "churned"),
    ],
)
def test_the_labels_of_a_site_without_a_fit_are_those_of_the_docs(one: Repeats, told: str) -> None:
    assert label(DEFAULTS, one) == told


def test_an_order_is_drawn_towards_everybody_s_as_by_one_more() -> None:
    assert spent_per_order(1, 100, 50) == 75
    assert spent_per_order(0, 0, 50) == 50


def test_under_monetized_come_surely_and_spend_little() -> None:
    table = structs.replace(DEFAULTS, top_third=0.5, order_mean=50.0, order_median=40.0, currency="EUR")
    often, gone = Repeats(9, 9, 9), Repeats(9, 9, 40)
    assert is_under_monetized(table, often, orders=3, amount=30)
    assert not is_under_monetized(table, often, orders=3, amount=300)
    assert not is_under_monetized(table, gone, orders=3, amount=30)
    assert not is_under_monetized(table, often, orders=0, amount=0)
    assert not is_under_monetized(DEFAULTS, often, orders=3, amount=30)


def stands(profile: Profile, table: LifecycleTable = DEFAULTS) -> str:
    moment = moment_of(Ruleset(), profile, signals_of())
    moment.priors = Priors("p", lifecycle=table)
    return lifecycle(profile, moment)


def test_what_was_learned_of_somebody_goes_first() -> None:
    profile = profile_of()
    assert stands(profile) == "new"
    assert stands(structs.replace(profile, learned=Learned("loyal"))) == "loyal"
    assert stands(Profile(seed=1)) == ""


def test_where_orders_were_fitted_orders_count_and_who_never_ordered_stands_nowhere() -> None:
    table = structs.replace(DEFAULTS, counted="orders")
    visits = profile_of(visits=9, known_for=8 * WEEK)
    assert (stands(visits), stands(visits, table)) == ("loyal", "")
    orders = NO_ORDERS.with_order(Order("1", AT - 40 * WEEK, 9.0, "EUR"))
    assert stands(structs.replace(visits, orders=orders), table) == "churned"
    money = structs.replace(DEFAULTS, top_third=0.1, order_mean=50.0, order_median=40.0, currency="EUR")
    assert stands(structs.replace(visits, orders=orders), money) == "under-monetized"
    assert stands(structs.replace(visits, orders=orders), structs.replace(money, currency="USD")) == "loyal"


def test_repeats_are_counted_in_weeks_from_the_first_time() -> None:
    profile = profile_of(visits=3, known_for=3 * WEEK, started=WEEK)
    assert repeats(profile, "visits", at=AT) == Repeats(2, 2.0, 3.0)
    orders = NO_ORDERS.with_order(Order("1", AT - 2 * WEEK, 9.0, "EUR")).with_order(Order("2", AT - WEEK, 9.0, "EUR"))
    assert repeats(structs.replace(profile, orders=orders), "orders", at=AT) == Repeats(1, 1.0, 2.0)
    assert repeats(profile, "orders", at=AT) is None
