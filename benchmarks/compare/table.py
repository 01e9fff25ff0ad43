"""What the comparison shows, from its JSON alone: a table, and a plot."""

from collections.abc import Mapping, Sequence
from math import log10
from typing import Any

from benchmarks.whole.tables import markdown

_WIDTH, _ROW, _LEFT, _RIGHT = 760, 28, 270, 80


def compare_table(found: Mapping[str, Any]) -> str:
    """The dearest first, each below the page without it; what each does below."""
    heads = ("", "added CPU, µs", "lowest – highest", "CPU, µs", "a second", "alone, ms")
    rows = [_cells(row) for row in ordered(found["peers"])]
    does = {row["does"]: row["name"].partition(", ")[0] for row in found["peers"] if row["base"]}
    told = [f"- {name}: {what}" for what, name in does.items()]
    skipped = [f"- {one['name']}: not measured here, {one['reason']}" for one in found["skipped"]]
    return "\n".join([markdown(heads, rows), "", "What each does:", "", *told, *skipped])


def ordered(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """By what is added, the most first; the pages without anything last."""
    return sorted(rows, key=lambda row: (not row["base"], -(row["added_cpu_us"] or row["cpu_us"])))


def _cells(row: Mapping[str, Any]) -> list[str]:
    added = f"{row['added_cpu_us']:,.0f}" if row["base"] else ""
    spread = f"{row['lowest_added_cpu_us']:,.0f} – {row['highest_added_cpu_us']:,.0f}" if row["base"] else ""
    figures = [f"{row['cpu_us']:,.0f}", f"{row['requests_per_second']:,.0f}", f"{row['alone_ms']:.2f}"]
    return [row["name"], added, spread, *figures]


def compare_plot(found: Mapping[str, Any]) -> str:
    """CPU that each adds to a page, on a scale where every step is ten times more; SVG."""
    rows = [row for row in ordered(found["peers"]) if row["base"]]
    height = _ROW * (len(rows) + 2)
    bars = "".join(_bar(row, _ROW * (place + 1.6)) for place, row in enumerate(rows))
    lines = "".join(_line(microseconds, height) for microseconds in (1, 10, 100, 1000, 10_000, 100_000))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui" '
        f'font-size="13" fill="#1d1b19"><rect width="{_WIDTH}" height="{height}" fill="#fbf9f5"/>{lines}{bars}</svg>\n'
    )


def _line(microseconds: int, height: int) -> str:
    at = _x(microseconds)
    told = f"{microseconds} µs" if microseconds < 1000 else f"{microseconds // 1000} ms"
    return (
        f'<line x1="{at}" x2="{at}" y1="24" y2="{height - 10}" stroke="#e5dfd5"/>'
        f'<text x="{at}" y="16" text-anchor="middle" fill="#6d665c">{told}</text>'
    )


def _bar(row: Mapping[str, Any], y: float) -> str:
    colour = "#c0392b" if row["name"] == "floorwalker" else "#b8b0a4"
    least = max(1.0, row["added_cpu_us"])
    return (
        f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{row["name"]}</text>'
        f'<rect x="{_LEFT}" y="{y - 8}" width="{_x(least) - _LEFT}" height="14" fill="{colour}"/>'
        f'<text x="{_x(least) + 6}" y="{y + 4}">{row["added_cpu_us"]:,.0f}</text>'
    )


def _x(microseconds: float) -> float:
    return round(_LEFT + log10(microseconds) / 5.5 * (_WIDTH - _LEFT - _RIGHT), 1)
