"""Fitting the lifecycle: simulated people give back what they were made of."""

from random import Random

import pytest
from msgspec import structs

from floorwalker.core.lifecycle import LifecycleTable, Repeats
from floorwalker.core.memory.profile import Profile
from floorwalker.learn.lifecycle import NAMES, completed, expected_returns, fit, foretold, label_of
from floorwalker.learn.returns import Person, Sample, person_of
from floorwalker.learn.training import missing, trained
from tests.core.visitors import AT, profile_of

WEEK = 604800
TRUE = LifecycleTable(1.2, 6.0, 0.5, 2.0)


def times_of(table: LifecycleTable, dice: Random, weeks: float) -> list[float]:
    """When somebody comes back, in weeks after the first time."""
    rate = dice.gammavariate(table.rate_shape, 1 / table.rate_weeks)
    leave, at = dice.betavariate(table.leave, table.stay), 0.0
    found: list[float] = []
    while dice.random() >= leave:
        at += dice.expovariate(max(rate, 1e-9))
        if at > weeks:
            break
        found.append(at)
    return found


def people_of(count: int, *, holdout: float = 8.0) -> list[Person]:
    dice = Random(11)
    people = []
    for _ in range(count):
        age = dice.uniform(holdout + 1, 60)
        times = times_of(TRUE, dice, age)
        known = [at for at in times if at <= age - holdout]
        now = Repeats(len(times), max(times, default=0.0), age)
        before = Repeats(len(known), max(known, default=0.0), age - holdout)
        people.append(Person(now, before, len(times) - len(known), dice.randrange(3), 20.0 * dice.random()))
    return people


PEOPLE = people_of(6000)


def test_a_fit_gives_back_what_people_were_made_of() -> None:
    found = fit([one.now for one in PEOPLE])
    for name in NAMES:
        error = found.errors[name]
        assert error is not None
        assert abs(getattr(found.table, name) - getattr(TRUE, name)) < 3.5 * error
        assert error < getattr(TRUE, name) / 3
    assert found.people == 6000


def test_what_is_foretold_of_the_holdout_is_what_happens() -> None:
    before = [one.before for one in PEOPLE if one.before is not None]
    check = foretold(fit(before).table, PEOPLE, 8.0)
    assert [(one.least, one.most) for one in check][:2] == [(0, 0), (1, 1)]
    for one in check:
        assert one.expected == pytest.approx(one.observed, rel=0.25, abs=0.08)


def test_returns_are_expected_as_often_as_simulated_people_come() -> None:
    dice = Random(3)
    came = [len(times_of(TRUE, dice, 10.0)) for _ in range(20_000)]
    assert expected_returns(TRUE, Repeats(0, 0.0, 0.0), 10.0) == pytest.approx(sum(came) / len(came), rel=0.05)
    assert expected_returns(structs.replace(TRUE, leave=1.0), Repeats(1, 1.0, 2.0), 4.0) > 0


def test_people_who_do_not_tell_the_parameters_apart_give_no_errors() -> None:
    assert set(fit([Repeats(0, 0.0, 10.0)] * 50).errors.values()) == {None}


def test_the_table_knows_the_upper_third_and_what_orders_come_to() -> None:
    table = completed(TRUE, PEOPLE, currency="EUR")
    assert 0 < table.top_third < 1
    assert table.currency == "EUR"
    assert table.version == completed(TRUE, PEOPLE, currency="EUR").version != ""
    assert completed(TRUE, [structs.replace(one, orders=0) for one in PEOPLE], currency="EUR").top_third == 0
    labels = {label_of(table, one) for one in PEOPLE}
    assert {"loyal", "churned", "under-monetized"} <= labels


def sample_of(people: list[Person]) -> Sample:
    sample, dice = Sample(), Random(0)
    for one in people:
        sample.add(one, dice)
    return sample


def test_too_little_to_go_by_is_said() -> None:
    assert missing(sample_of(PEOPLE)) == ""
    few = missing(sample_of([Person(Repeats(0, 0.0, 2.0))] * 20))
    assert few == "20 of 500 people, 0 of 100 people who came back, 2 of 8 weeks since the first of them came"


def test_training_tells_the_table_its_check_and_who_stands_where() -> None:
    found = trained(sample_of(PEOPLE), "visits", currency="EUR", holdout_weeks=8.0)
    assert sum(found.labels.values()) == found.sampled == found.table.people == 6000
    assert found.check


def test_a_sample_is_bounded_and_fair() -> None:
    sample, dice = Sample(), Random(1)
    for number in range(5000):
        sample.add(Person(Repeats(number, 0.0, 1.0)), dice, most=500)
    assert (len(sample.people), sample.met) == (500, 5000)
    assert sum(one.now.count for one in sample.people) / 500 == pytest.approx(2500, rel=0.1)


def test_a_profile_tells_what_came_before_the_holdout_and_what_in_it() -> None:
    profile = profile_of(visits=4, known_for=10 * WEEK, started=WEEK, earlier=[10 * WEEK, 8 * WEEK, 3 * WEEK])
    person = person_of(profile, "visits", now=AT, holdout_weeks=4.0, currency="EUR")
    assert person is not None
    assert person.now == Repeats(3, 9.0, 10.0)
    assert (person.before, person.later) == (Repeats(1, 2.0, 6.0), 2)


def test_who_came_only_lately_is_in_no_check() -> None:
    person = person_of(profile_of(known_for=WEEK), "visits", now=AT, holdout_weeks=4.0, currency="EUR")
    assert person is not None
    assert person.before is None
    assert person_of(Profile(seed=1), "visits", now=AT, holdout_weeks=4.0, currency="EUR") is None
    assert person_of(profile_of(), "orders", now=AT, holdout_weeks=4.0, currency="EUR") is None
