"""What a run shows: ratios against the plain app, beside the control that says how far to trust them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.whole.rounds import Sample

# The budgets of docs/performance.md: throughput wrapped / unwrapped, the least that must be.
BUDGETS = {"/static10": 0.32, "/static50": 0.33, "/jinja50": 0.90, "/awaiting": 0.90, "/selectors": 0.75, "/data": 0.95}
_WIDTH, _ROW, _LEFT, _RIGHT = 720, 26, 190, 60


class Figures:
    """Medians over rounds, each round's ratio taken within that round."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = tuple(samples)
        self.pages = tuple(dict.fromkeys(sample.page for sample in samples))
        self.variants = tuple(dict.fromkeys(sample.variant for sample in samples))

    def ratios(self, page: str, variant: str) -> list[float]:
        """Throughput of a variant over the plain app's, round by round."""
        plain = {sample.round: sample.requests_per_second for sample in self._of(page, "plain")}
        return [sample.requests_per_second / plain[sample.round] for sample in self._of(page, variant)]

    def added_cpu_us(self, page: str, variant: str) -> float:
        """CPU per request beyond the plain app's, microseconds, median of the rounds' differences."""
        plain = {sample.round: sample.cpu_us for sample in self._of(page, "plain")}
        return median(sample.cpu_us - plain[sample.round] for sample in self._of(page, variant))

    def added_ms(self, page: str, variant: str, name: str) -> float:
        """Latency beyond the plain app's, milliseconds; name: p50_ms or p99_ms."""
        plain = {sample.round: getattr(sample, name) for sample in self._of(page, "plain")}
        added: list[float] = [getattr(sample, name) - plain[sample.round] for sample in self._of(page, variant)]
        return median(added)

    def _of(self, page: str, variant: str) -> list[Sample]:
        return [sample for sample in self.samples if (sample.page, sample.variant) == (page, variant)]

    def table(self) -> str:
        """One line a page and variant, the worst round beside the median."""
        lines = [
            f"{'page':<11} {'variant':<12} {'ratio':>6} {'lowest':>7} {'budget':>7} {'rps':>8} {'cpu µs':>7}"
            f" {'+cpu µs':>8} {'+p50 ms':>8} {'+p99 ms':>8}"
        ]
        for page in self.pages:
            lines += [self._line(page, variant) for variant in self.variants if self._of(page, variant)]
        failures = sum(sample.failures for sample in self.samples)
        return "\n".join([*lines, f"failed requests: {failures}"])

    def _line(self, page: str, variant: str) -> str:
        rows, ratios = self._of(page, variant), self.ratios(page, variant)
        budget = f"≥ {BUDGETS[page]:.2f}" if variant == "floorwalker" else ""
        rate = median(sample.requests_per_second for sample in rows)
        cpu = median(sample.cpu_us for sample in rows)
        return (
            f"{page:<11} {variant:<12} {median(ratios):>6.3f} {min(ratios):>7.3f} {budget:>7} {rate:>8.0f} {cpu:>7.0f}"
            f" {self.added_cpu_us(page, variant):>8.0f} {self.added_ms(page, variant, 'p50_ms'):>8.2f}"
            f" {self.added_ms(page, variant, 'p99_ms'):>8.2f}"
        )

    def write_json(self, path: Path) -> None:
        """Every sample, as measured."""
        path.write_text(json.dumps([asdict(sample) for sample in self.samples], indent=1) + "\n")

    def write_plot(self, path: Path) -> None:
        """Throughput ratios as dots over their range, one row a page and variant, the budget as a tick."""
        rows = [(page, variant) for page in self.pages for variant in self.variants if variant != "plain"]
        height = _ROW * (len(rows) + 2)
        marks = "".join(self._mark(page, variant, _ROW * (place + 1.5)) for place, (page, variant) in enumerate(rows))
        one = _x(1.0)
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui" '
            f'font-size="13" fill="#1d1b19"><rect width="{_WIDTH}" height="{height}" fill="#fbf9f5"/>'
            f'<line x1="{one}" x2="{one}" y1="12" y2="{height - 12}" stroke="#e5dfd5"/>'
            f'<text x="{one}" y="16" text-anchor="middle" fill="#6d665c">as fast as the plain app</text>{marks}</svg>\n'
        )

    def _mark(self, page: str, variant: str, y: float) -> str:
        ratios = self.ratios(page, variant)
        colour = "#c0392b" if variant == "floorwalker" else "#6d665c"
        budget = ""
        if variant == "floorwalker":
            at = _x(BUDGETS[page])
            budget = f'<line x1="{at}" x2="{at}" y1="{y - 8}" y2="{y + 8}" stroke="#1d1b19"/>'
        return (
            f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{page} · {variant}</text>'
            f'<line x1="{_x(min(ratios))}" x2="{_x(max(ratios))}" y1="{y}" y2="{y}" stroke="{colour}"/>'
            f'<circle cx="{_x(median(ratios))}" cy="{y}" r="4" fill="{colour}"/>{budget}'
            f'<text x="{_WIDTH - 8}" y="{y + 4}" text-anchor="end">{median(ratios):.2f}</text>'
        )


def _x(ratio: float) -> float:
    return round(_LEFT + min(1.2, max(0.0, ratio)) / 1.2 * (_WIDTH - _LEFT - _RIGHT), 1)
