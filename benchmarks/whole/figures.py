"""What a run shows: ratios against the plain app, beside the control that says how far to trust them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.whole.budgets import ADDED_CPU, ADDED_P50, ADDED_P99, LATENCY_PAGE, RATIOS, Budget, Row, row_of
from benchmarks.whole.rounds import Sample

PLAIN, CONTROL, OURS, SESSION = "plain", "control", "floorwalker", "session"


@dataclass(frozen=True)
class Line:
    """One variant of a page: medians over rounds, each compared within its round."""

    page: str
    variant: str
    ratio: float
    lowest: float
    highest: float
    requests_per_second: float
    cpu_us: float
    added_cpu_us: float
    added_p50_ms: float
    added_p99_ms: float


class Figures:
    """Medians over rounds, each round's ratio taken within that round."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = tuple(samples)
        self.pages = tuple(dict.fromkeys(sample.page for sample in samples))
        self.variants = tuple(dict.fromkeys(sample.variant for sample in samples))

    @property
    def failures(self) -> int:
        return sum(sample.failures for sample in self.samples)

    def ratios(self, page: str, variant: str) -> list[float]:
        """Throughput of a variant over the plain app's, round by round."""
        return self._beside_plain(page, variant, lambda one, plain: one.requests_per_second / plain.requests_per_second)

    def added(self, page: str, variant: str, figure: str) -> list[float]:
        """cpu_us, p50_ms or p99_ms beyond the plain app's, round by round."""
        return self._beside_plain(page, variant, lambda one, plain: getattr(one, figure) - getattr(plain, figure))

    def lines(self) -> list[Line]:
        """One a page and variant; pages in the order of how little of the plain app's throughput is left to ours."""
        worst_first = sorted(self.pages, key=lambda page: median(self.ratios(page, OURS) or [1.0]))
        return [
            self._line(page, variant) for page in worst_first for variant in self.variants if self._of(page, variant)
        ]

    def rows(self) -> list[Row]:
        """The budgets that this run can answer."""
        found = [self._ratio_row(page) for page in self.pages if self._of(page, OURS)]
        if "/static10" in self.pages and SESSION in self.variants:
            found.append(self._cpu_row("/static10"))
        if self._of(LATENCY_PAGE, OURS):
            found += [
                self._latency_row(budget, figure) for budget, figure in ((ADDED_P50, "p50_ms"), (ADDED_P99, "p99_ms"))
            ]
        return found

    def _ratio_row(self, page: str) -> Row:
        return row_of(RATIOS[page], self.ratios(page, OURS), control=self.ratios(page, CONTROL))

    def _cpu_row(self, page: str) -> Row:
        ours, others = self.added(page, OURS, "cpu_us"), self.added(page, SESSION, "cpu_us")
        beside = [one / other for one, other in zip(ours, others, strict=True) if other > 0]
        return row_of(ADDED_CPU, beside)

    def _latency_row(self, budget: Budget, figure: str) -> Row:
        ours, control = (self.added(LATENCY_PAGE, variant, figure) for variant in (OURS, CONTROL))
        return row_of(budget, ours, control=control, timed=min(one.timed for one in self._of(LATENCY_PAGE, OURS)))

    def _line(self, page: str, variant: str) -> Line:
        rows, ratios = self._of(page, variant), self.ratios(page, variant)
        return Line(
            page=page,
            variant=variant,
            ratio=median(ratios),
            lowest=min(ratios),
            highest=max(ratios),
            requests_per_second=median(sample.requests_per_second for sample in rows),
            cpu_us=median(sample.cpu_us for sample in rows),
            added_cpu_us=median(self.added(page, variant, "cpu_us")),
            added_p50_ms=median(self.added(page, variant, "p50_ms")),
            added_p99_ms=median(self.added(page, variant, "p99_ms")),
        )

    def _beside_plain(self, page: str, variant: str, compare: Callable[[Sample, Sample], float]) -> list[float]:
        plain = {sample.round: sample for sample in self._of(page, PLAIN)}
        return [compare(sample, plain[sample.round]) for sample in self._of(page, variant)]

    def _of(self, page: str, variant: str) -> list[Sample]:
        return [sample for sample in self.samples if (sample.page, sample.variant) == (page, variant)]
