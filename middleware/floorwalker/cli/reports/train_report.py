"""What `floorwalker train lifecycle` prints."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from floorwalker.cli.reports.paper import Paper, bars, counted, table
from floorwalker.core.conditions.vocabulary import LIFECYCLES

if TYPE_CHECKING:
    from floorwalker.learn.lifecycle import Foretold
    from floorwalker.learn.training import Trained

_TOLD = {
    "rate_shape": "r: how alike people are in how often they come",
    "rate_weeks": "alpha: weeks; r / alpha is how often they come a week",
    "leave": "a: with b, how many leave after each time",
    "stay": "b",
}


def report(found: "Trained", paper: Paper, *, kept: bool) -> Iterator[str]:
    """Lines of text."""
    fitted, people = found.fit, sum(found.labels.values())
    of_all = f", a sample of {found.sampled:,}" if found.sampled > people else ""
    yield paper.strong(f"Lifecycle by {found.table.counted}, of {counted(people, 'visitor')}{of_all}")
    yield ""
    rows = [
        (name, f"{getattr(found.table, name):.3f}", _error(fitted.errors[name]), told) for name, told in _TOLD.items()
    ]
    yield from table(rows, notes=1)
    if None in fitted.errors.values():
        yield paper.accent("  These people do not tell all four apart: other values are as likely.")
    yield f"  mean log-likelihood {fitted.likelihood:.4f}"
    yield ""
    yield from _check(found, paper)
    yield paper.strong("Who stands where now")
    yield from (f"  {line}" for line in bars([(name, found.labels.get(name, 0)) for name in LIFECYCLES]))
    yield ""
    yield f"Kept as {found.table.version}; workers take it over within a minute." if kept else "Nothing was kept."


def _check(found: "Trained", paper: Paper) -> Iterator[str]:
    if not found.check:
        yield "No check: nobody came before the holdout."
        yield ""
        return
    yield paper.strong("Returns in the holdout, each on average, by returns before it")
    rows = [("returns", "people", "expected", "observed")]
    rows += [(_group(one), f"{one.people:,}", f"{one.expected:.3f}", f"{one.observed:.3f}") for one in found.check]
    yield from table(rows)
    yield ""


def _group(one: "Foretold") -> str:
    if one.most is None:
        return f"{one.least} or more"
    return str(one.least) if one.least == one.most else f"{one.least} to {one.most}"


def _error(error: float | None) -> str:
    return "?" if error is None else f"± {error:.3f}"


def as_json(found: "Trained", *, kept: bool) -> dict[str, Any]:
    """The published shape."""
    table = found.table
    return {
        "kept": kept,
        "version": table.version,
        "counted": table.counted,
        "people": sum(found.labels.values()),
        "sampled_from": found.sampled,
        "parameters": {
            name: {"value": getattr(table, name), "standard_error": error} for name, error in found.fit.errors.items()
        },
        "mean_log_likelihood": found.fit.likelihood,
        "under_monetized": {
            "active_at_least": table.top_third,
            "order_mean": table.order_mean,
            "order_median": table.order_median,
            "currency": table.currency,
        },
        "holdout": [
            {
                "returns": [one.least, one.most],
                "people": one.people,
                "expected": one.expected,
                "observed": one.observed,
            }
            for one in found.check
        ],
        "labels": {name: found.labels.get(name, 0) for name in LIFECYCLES},
    }
