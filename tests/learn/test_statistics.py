"""Lift, sample ratio and planning, checked against scipy and statsmodels, and by simulation."""

import warnings
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.learn.lift import Sample, anytime_lift, half_width, planned_lift
from floorwalker.learn.planning import visitors_needed
from floorwalker.learn.sample_ratio import ALARM, sample_ratio_factor

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from scipy import stats
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import confint_proportions_2indep

COUNTS = [(1000, 120, 900, 80), (50_000, 2_600, 2_600, 120), (400, 12, 380, 9), (9, 6, 9, 7)]


@pytest.mark.parametrize(("n1", "k1", "n2", "k2"), COUNTS)
def test_the_planned_interval_of_two_rates_is_the_one_of_statsmodels(n1, k1, n2, k2):
    found = planned_lift(Sample.of_shares(n1, k1), Sample.of_shares(n2, k2))
    low, high = confint_proportions_2indep(k1, n1, k2, n2, compare="ratio", method="log")
    loose = 1 / min(n1, n2)  # theirs divides by n, ours by n - 1
    assert found.estimate == pytest.approx(k1 / n1 / (k2 / n2) - 1)
    assert log(1 + found.low) == pytest.approx(log(low), rel=loose, abs=loose)
    assert log(1 + found.high) == pytest.approx(log(high), rel=loose, abs=loose)


def test_mean_variance_and_interval_of_money_are_those_of_numpy_and_scipy():
    random = np.random.default_rng(5)
    sold = [random.gamma(2, 40, size) * (random.random(size) < 0.2) for size in (4000, 3000)]
    treatment, control = (Sample(len(x), x.sum(), (x**2).sum(), int((x > 0).sum())) for x in sold)
    assert treatment.mean == pytest.approx(sold[0].mean())
    assert treatment.variance == pytest.approx(sold[0].var(ddof=1))
    error = sum(stats.sem(x) ** 2 / x.mean() ** 2 for x in sold) ** 0.5
    low, high = stats.norm.interval(0.9, loc=log(sold[0].mean() / sold[1].mean()), scale=error)
    found = planned_lift(treatment, control, alpha=0.1)
    assert (found.low, found.high) == pytest.approx((exp(low) - 1, exp(high) - 1))


@pytest.mark.parametrize(("rate", "effect", "control"), [(0.05, 0.1, 0.5), (0.02, 0.3, 0.1), (0.3, -0.05, 0.2)])
def test_the_visitors_needed_have_the_power_that_statsmodels_finds(rate, effect, control):
    needed = visitors_needed(mean=rate, variance=rate * (1 - rate), effect=effect, control=control)
    standardized = rate * effect / (rate * (1 - rate)) ** 0.5
    power = NormalIndPower().power(standardized, needed * control, 0.05, ratio=(1 - control) / control)
    assert power == pytest.approx(0.8, abs=0.001)


def test_there_is_no_plan_without_something_to_compare():
    for wrong in ({"mean": 0.0}, {"effect": 0.0}, {"control": 0.0}, {"control": 1.0}):
        with pytest.raises(ValueError, match="nothing to compare"):
            visitors_needed(**{"mean": 0.1, "variance": 0.09, "effect": 0.1, "control": 0.5, **wrong})


@pytest.mark.parametrize(("n1", "k1", "n2", "k2"), [(0, 0, 0, 0), (100, 0, 100, 20), (100, 20, 100, 4), (1, 1, 1, 1)])
def test_of_too_little_nothing_is_said(n1, k1, n2, k2):
    samples = Sample.of_shares(n1, k1), Sample.of_shares(n2, k2)
    assert planned_lift(*samples) is None
    assert anytime_lift(*samples, planned=1000) is None


groups = st.integers(5, 10**7).flatmap(lambda n: st.tuples(st.just(n), st.integers(5, n)))


@given(groups, groups, st.integers(1, 10**8))
def test_looking_at_any_time_costs_width_and_never_moves_the_estimate(a, b, planned):
    samples = Sample.of_shares(*a), Sample.of_shares(*b)
    once, always = planned_lift(*samples), anytime_lift(*samples, planned=planned)
    assert always.estimate == once.estimate
    assert -1 <= always.low <= once.low <= once.estimate <= once.high <= always.high


def test_the_sequence_is_narrowest_for_its_size_where_it_was_planned():
    widths = {planned: half_width(10_000, planned=planned, alpha=0.05) for planned in (100, 10_000, 1_000_000)}
    assert min(widths, key=widths.get) == 10_000
    assert half_width(100, planned=10_000, alpha=0.05) > half_width(10_000, planned=10_000, alpha=0.05)


def _running(random, *, experiments, visitors, rates, control):
    """Visitors and conversions of both arms of many experiments, after every visitor."""
    in_control = random.random((experiments, visitors)) < control
    did = random.random((experiments, visitors)) < np.where(in_control, rates[1], rates[0])
    return tuple((np.cumsum(arm, axis=1), np.cumsum(arm & did, axis=1)) for arm in (~in_control, in_control))


def _looks(arms, *, every):
    size = arms[0][0].shape[1]
    for at in range(every - 1, size, every):
        yield [[(int(n[e, at]), int(k[e, at])) for n, k in arms] for e in range(arms[0][0].shape[0])]


def test_whoever_peeks_a_hundred_times_sees_no_lift_that_is_not_there():
    arms = _running(np.random.default_rng(7), experiments=300, visitors=10_000, rates=(0.1, 0.1), control=0.3)
    alarms = {"planned": set(), "anytime": set()}
    for experiments in _looks(arms, every=100):
        for number, (treatment, control) in enumerate(experiments):
            samples = Sample.of_shares(*treatment), Sample.of_shares(*control)
            for name, found in (
                ("planned", planned_lift(*samples)),
                ("anytime", anytime_lift(*samples, planned=10_000)),
            ):
                if found is not None and found.is_clear:
                    alarms[name].add(number)
    assert len(alarms["planned"]) > 0.2 * 300  # why the sequence is needed
    assert len(alarms["anytime"]) <= 0.02 * 300


@pytest.mark.parametrize(("rates", "control"), [((0.12, 0.1), 0.5), ((0.03, 0.03), 0.1), ((0.2, 0.25), 0.05)])
def test_the_planned_interval_covers_the_truth_as_often_as_it_says(rates, control):
    random = np.random.default_rng(11)
    covered, experiments, size = 0, 1500, 8000
    for _ in range(experiments):
        n2 = int(random.binomial(size, control))
        treatment = Sample.of_shares(size - n2, int(random.binomial(size - n2, rates[0])))
        found = planned_lift(treatment, Sample.of_shares(n2, int(random.binomial(n2, rates[1]))))
        covered += found is not None and found.low <= rates[0] / rates[1] - 1 <= found.high
    assert 0.935 <= covered / experiments <= 0.965


def test_the_planned_interval_of_skewed_money_covers_the_truth_nearly_as_often():
    random = np.random.default_rng(13)
    covered, experiments = 0, 800
    for _ in range(experiments):
        samples = []
        for size in (4000, 2000):
            x = random.lognormal(4, 1, size) * (random.random(size) < 0.1)
            samples.append(Sample(size, x.sum(), (x**2).sum(), int((x > 0).sum())))
        found = planned_lift(*samples)
        covered += found.low <= 0 <= found.high
    assert 0.93 <= covered / experiments <= 0.97


def test_the_sequence_finds_a_lift_that_is_there():
    arms = _running(np.random.default_rng(17), experiments=60, visitors=20_000, rates=(0.13, 0.1), control=0.5)
    found = 0
    for treatment, control in next(iter(_looks(arms, every=20_000))):
        lift = anytime_lift(Sample.of_shares(*treatment), Sample.of_shares(*control), planned=20_000)
        found += lift is not None and lift.low > 0
    assert found >= 55


def test_the_sample_ratio_factor_is_the_one_of_scipy():
    counts, shares = (930, 70), (0.95, 0.05)
    mixed = stats.dirichlet_multinomial(100 * np.array(shares), sum(counts)).pmf(counts)
    assert sample_ratio_factor(counts, shares) == pytest.approx(
        mixed / stats.multinomial.pmf(counts, sum(counts), shares)
    )


def test_groups_filled_as_planned_raise_no_alarm_however_often_one_looks():
    random = np.random.default_rng(19)
    alarms = 0
    for _ in range(400):
        control = np.cumsum(random.random(5000) < 0.1)
        alarms += any(
            sample_ratio_factor((at + 1 - int(control[at]), int(control[at])), (0.9, 0.1)) > ALARM
            for at in range(49, 5000, 50)
        )
    assert alarms <= 8  # 1 in 100 at most, in the long run


@pytest.mark.parametrize(("n", "seen"), [(20_000, 0.085), (100_000, 0.095)])
def test_groups_that_are_not_filled_as_planned_raise_the_alarm(n, seen):
    assert sample_ratio_factor((n - int(n * seen), int(n * seen)), (0.9, 0.1)) > ALARM


def test_without_visitors_there_is_no_evidence_and_no_share_may_be_nothing():
    assert sample_ratio_factor((0, 0), (0.5, 0.5)) == pytest.approx(1.0)
    assert sample_ratio_factor((10**9, 1), (0.5, 0.5)) > ALARM
    with pytest.raises(ValueError, match="above 0"):
        sample_ratio_factor((1, 1), (1.0, 0.0))
