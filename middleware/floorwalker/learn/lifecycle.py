"""Fitting the lifecycle: MBG/NBD by maximum likelihood, and whether it foretells what it has not seen."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from msgspec import Struct, json, structs
from numpy.typing import NDArray
from scipy.optimize import approx_fprime, minimize
from scipy.special import betaln, gammaln, hyp2f1

from floorwalker.core.lifecycle import LifecycleTable, Repeats, active, is_under_monetized, label, spent_per_order
from floorwalker.learn.returns import Person

Column = NDArray[np.float64]

NAMES = ("rate_shape", "rate_weeks", "leave", "stay")
_STARTS = ((0.5, 4.0, 0.8, 2.5), (1.5, 10.0, 0.5, 1.5), (0.2, 1.0, 2.0, 6.0))
_LEAST, _MOST = np.log(1e-3), np.log(1e4)
_DAY_WEEKS = 1 / 7
_GROUPS = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 6), (7, None))


class Fit(Struct, frozen=True):
    """A table, and how sure it is. errors: the standard error of each parameter, None where the data do not tell;
    likelihood: the mean logarithm of each person's; people: how many it was fitted to."""

    table: LifecycleTable
    errors: dict[str, float | None]
    likelihood: float
    people: int


class Foretold(Struct, frozen=True):
    """People who had come back so often before the holdout (most None: or more), and how often they did in it, each on
    average: expected and observed."""

    least: int
    most: int | None
    people: int
    expected: float
    observed: float


def fit(people: Sequence[Repeats], *, counted: str = "visits") -> Fit:
    """The parameters under which these people's returns are likeliest."""
    rows, times = _rows(people)
    whole = float(times.sum())

    def cost(logs: Column) -> float:
        return -float(times @ log_likelihoods(np.exp(logs), rows)) / whole

    found = min(
        (minimize(cost, np.log(start), method="L-BFGS-B", bounds=[(_LEAST, _MOST)] * 4) for start in _STARTS),
        key=lambda one: float(one.fun),
    )
    values = np.exp(found.x)
    r, alpha, a, b = map(float, values)
    table = LifecycleTable(r, alpha, a, b, counted=counted, people=len(people))
    return Fit(table, _errors(cost, found.x, values, whole), -float(found.fun), len(people))


def log_likelihoods(parameters: Column, rows: Column) -> Column:
    """The logarithm of each person's likelihood. parameters: r, alpha, a, b; rows: repeats, weeks to the last, age."""
    r, alpha, a, b = parameters
    count, last, age = rows
    here = betaln(a, b + count + 1) - (r + count) * np.log(alpha + age)
    gone = betaln(a + 1, b + count) - (r + count) * np.log(alpha + last)
    constant = gammaln(r + count) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    return np.asarray(constant + np.logaddexp(here, gone))


def expected_returns(table: LifecycleTable, before: Repeats, weeks: float) -> float:
    """How often somebody comes in the next `weeks`, on average over all like them."""
    r, alpha, b = table.rate_shape, table.rate_weeks, table.stay
    a = table.leave if abs(table.leave - 1) > 1e-6 else 1 + 1e-6
    known = alpha + before.age
    grown = hyp2f1(r + before.count, b + before.count + 1, a + b + before.count, weeks / (known + weeks))
    silent = (known / (known + weeks)) ** (r + before.count) * float(grown)
    gone = a / (b + before.count) * ((alpha + before.age) / (alpha + before.last)) ** (r + before.count)
    return float(max(0.0, (a + b + before.count) / (a - 1) * (1 - silent) / (1 + gone)))


def foretold(table: LifecycleTable, people: Sequence[Person], weeks: float) -> list[Foretold]:
    """What the table expects of a holdout of so many weeks, beside what happened in it."""
    found = []
    for least, most in _GROUPS:
        group = [
            (one.before, one.later)
            for one in people
            if one.before is not None
            and one.later is not None
            and least <= one.before.count
            and (most is None or one.before.count <= most)
        ]
        if group:
            expected = sum(expected_returns(table, before, weeks) for before, _ in group) / len(group)
            observed = sum(later for _, later in group) / len(group)
            found.append(Foretold(least, most, len(group), expected, observed))
    return found


def completed(table: LifecycleTable, people: Sequence[Person], *, currency: str) -> LifecycleTable:
    """The table with what `under-monetized` asks: the upper third, and what orders come to; and with its version."""
    probabilities = [active(table, one.now, table.horizon_weeks) for one in people]
    buyers = [one for one in people if one.orders]
    if buyers:
        mean = sum(one.amount / one.orders for one in buyers) / len(buyers)
        spent = [spent_per_order(one.orders, one.amount, mean) for one in buyers]
        top = float(np.quantile(probabilities, 2 / 3))
        table = structs.replace(
            table, top_third=top, order_mean=mean, order_median=float(np.median(spent)), currency=currency
        )
    version = sha256(json.encode(structs.replace(table, version=""))).hexdigest()[:12]
    return structs.replace(table, version=version)


def label_of(table: LifecycleTable, person: Person) -> str:
    """As `lifecycle` says it of this person now."""
    poor = is_under_monetized(table, person.now, orders=person.orders, amount=person.amount)
    return "under-monetized" if poor else label(table, person.now)


def _rows(people: Sequence[Repeats]) -> tuple[Column, Column]:
    """Repeats, last and age to the day, one row for all who are alike; and how many each row stands for."""
    days = [(one.count, round(one.last / _DAY_WEEKS), round(one.age / _DAY_WEEKS)) for one in people]
    alike, times = np.unique(np.asarray(days, dtype=np.float64), axis=0, return_counts=True)
    alike[:, 1:] *= _DAY_WEEKS
    return alike.T, times.astype(np.float64)


def _errors(cost: Any, logs: Column, values: Column, whole: float) -> dict[str, float | None]:
    """Standard errors by the curvature of the likelihood, of the parameters themselves."""
    step = 1e-4

    def slope(at: Column) -> Column:
        return np.asarray(approx_fprime(at, cost, step))

    curvature = np.array([(slope(logs + step * unit) - slope(logs - step * unit)) / (2 * step) for unit in np.eye(4)])
    curvature = (curvature + curvature.T) / 2 * whole
    inside = bool(np.all((logs > _LEAST + 1e-3) & (logs < _MOST - 1e-3)))
    if not inside or np.any(np.linalg.eigvalsh(curvature) <= 0):
        return dict.fromkeys(NAMES)
    errors = values * np.sqrt(np.diag(np.linalg.inv(curvature)))
    return {name: float(error) for name, error in zip(NAMES, errors, strict=True)}
