"""What is asked of speed, figure by figure: what must be, what is aimed for, and how it stands."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import nan
from statistics import median


class Standing(StrEnum):
    """How a figure stands to its budget."""

    AIM = "aim reached"
    MET = "met"
    MISSED = "missed"
    UNKNOWN = "not measured"
    BESIDE = "no budget"


@dataclass(frozen=True)
class Budget:
    """One line of what is asked. must, aim: none where a figure stands beside one that has a budget. at_least: more is
    better, else less. beside: what others were measured at."""

    name: str
    must: float = nan
    aim: float = nan
    unit: str = ""
    at_least: bool = False
    beside: str = ""


@dataclass(frozen=True)
class Row:
    """A budget and what was found. figure: the median; low, high: of all rounds; control, control_low, control_high:
    the same where no change stands. timed: requests behind each round's percentile."""

    budget: Budget
    figure: float = nan
    low: float = nan
    high: float = nan
    control: float = nan
    control_low: float = nan
    control_high: float = nan
    timed: int = 0

    @property
    def standing(self) -> Standing:
        if self.figure != self.figure:
            return Standing.UNKNOWN
        if self.budget.must != self.budget.must:
            return Standing.BESIDE
        if self._within(self.budget.aim):
            return Standing.AIM
        return Standing.MET if self._within(self.budget.must) else Standing.MISSED

    @property
    def severity(self) -> float:
        """How many times the budget it is: what is listed first."""
        if self.figure != self.figure or self.budget.must != self.budget.must:
            return 0.0
        most, least = (self.budget.must, self.figure) if self.budget.at_least else (self.figure, self.budget.must)
        return most / least if least > 0 else float("inf")

    def _within(self, bound: float) -> bool:
        return self.figure >= bound if self.budget.at_least else self.figure <= bound


RATIOS = {
    "/static10": Budget("throughput, static 10 KB", 0.32, 0.42, "× plain", at_least=True),
    "/static50": Budget("throughput, static 50 KB", 0.33, 0.42, "× plain", at_least=True),
    "/jinja50": Budget("throughput, Jinja 50 KB", 0.90, 0.95, "× plain", at_least=True),
    "/awaiting": Budget("throughput, Jinja 50 KB, awaiting 5 ms", 0.90, 0.95, "× plain", at_least=True),
    "/selectors": Budget("throughput, selectors in Jinja 50 KB", 0.75, 0.85, "× plain", at_least=True),
    "/data": Budget("throughput, no page", 0.95, 0.98, "× plain", at_least=True),
}
ADDED_CPU = Budget("added CPU of a page, static 10 KB", 1.5, 1.0, "× SessionMiddleware's")
LATENCY_PAGE = "/static50"
ADDED_P50 = Budget("added p50 at moderate load, static 50 KB", 0.3, 0.2, "ms")
ADDED_P99 = Budget("added p99 at moderate load, static 50 KB", 1.0, 0.5, "ms")
PIECES = {
    one.name: one
    for one in (
        Budget("Redis round trips of a page", 2, 2),
        Budget("Redis round trips before the first byte", 1, 1),
        Budget("Redis bytes of a page, beyond 2.2 × profile", 800, 600, "B"),
        Budget("memory of a million profiles of 1.5 KB", 1.8, 1.5, "GB"),
        Budget("memory of a million who saw one page", 0.30, 0.25, "GB"),
        Budget("classify 100 segments, mixed", 6, 4, "µs", beside="GrowthBook's SDK 299"),
        Budget("classify 1,000 segments, mixed", 40, 17, "µs", beside="GrowthBook's SDK 3,066"),
        Budget("classify 100 segments, mixed, the fullest profiles", unit="µs"),
        Budget("classify 1,000 segments, mixed, the fullest profiles", unit="µs"),
        Budget("classify 100 segments, of the request alone", unit="µs"),
        Budget("classify 1,000 segments, of the request alone", unit="µs"),
        Budget("100 → 1,000 segments, added to a page", 0.1, 0.1, "ms", beside="wagtail-personalisation 28–49 at 10"),
        Budget("three markers in 50 KB", 15, 6, "µs", beside="bytes.find 26, nginx SSI about 100 a request"),
        Budget("all learned scores of a page", 40, 15, "µs"),
    )
}


def row_of(budget: Budget, found: Sequence[float], *, control: Sequence[float] = (), timed: int = 0) -> Row:
    """A row over all rounds; without rounds it is not measured."""
    if not found:
        return Row(budget)
    beside = (median(control), min(control), max(control)) if control else (nan, nan, nan)
    return Row(budget, median(found), min(found), max(found), *beside, timed)


def as_json(row: Row) -> dict[str, object]:
    """As results.json has it: null where nothing was measured."""
    names = ("figure", "low", "high", "control", "control_low", "control_high")
    figures = {name: getattr(row, name) for name in names}
    return {
        **{name: _known(value) for name, value in asdict(row.budget).items()},
        **{name: _known(round(value, 4)) for name, value in figures.items()},
        "timed": row.timed,
        "standing": row.standing,
    }


def _known(value: object) -> object:
    return value if value == value else None
