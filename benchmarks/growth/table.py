"""The curves from growth.json alone: a table, and a plot."""

from collections.abc import Mapping, Sequence
from math import log10
from typing import Any

from benchmarks.whole.tables import markdown

_WIDTH, _HEIGHT, _LEFT, _GAP = 720, 110, 70, 50


def growth_table(found: Mapping[str, Any]) -> str:
    """A row a size of each curve: what is added to a page, and what each unit since the size before costs."""
    rows = [cells for curve in found["curves"] for cells in _rows(curve)]
    return markdown(("what grows", "to", "added to a page, µs", "each one more, µs", ""), rows)


def _rows(curve: Mapping[str, Any]) -> list[list[str]]:
    rows, before = [], None
    for point in curve["points"]:
        each = ""
        if before is not None:
            each = f"{(point['added_us'] - before['added_us']) / (point['size'] - before['size']):.3g}"
        says = "cliff" if point["size"] in curve["cliffs"] else ""
        rows.append([curve["title"], f"{point['size']:,}", f"{point['added_us']:,.0f}", each, says])
        before = point
    return rows


def growth_plot(found: Mapping[str, Any]) -> str:
    """A small plot a curve, both scales by tens; SVG."""
    curves = found["curves"]
    height = _GAP + len(curves) * (_HEIGHT + _GAP)
    plots = "".join(_plot(curve, _GAP + place * (_HEIGHT + _GAP)) for place, curve in enumerate(curves))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui" '
        f'font-size="13" fill="#1d1b19"><rect width="{_WIDTH}" height="{height}" fill="#fbf9f5"/>{plots}</svg>\n'
    )


def _plot(curve: Mapping[str, Any], top: float) -> str:
    points: Sequence[Mapping[str, Any]] = curve["points"]
    most = 10 ** (int(log10(max(1.0, *(point["added_us"] for point in points)))) + 1)
    at = [(_x(points, point["size"]), _y(top, point["added_us"], most)) for point in points]
    path = " ".join(f"{x},{y}" for x, y in at)
    told = "".join(
        f'<circle cx="{x}" cy="{y}" r="3" fill="#c0392b"/><text x="{x}" y="{y - 8}" text-anchor="middle">'
        f'{point["added_us"]:,.0f}</text><text x="{x}" y="{top + _HEIGHT + 15}" text-anchor="middle" fill="#6d665c">'
        f"{point['size']:,}</text>"
        for (x, y), point in zip(at, points, strict=True)
    )
    return (
        f'<text x="{_LEFT - 40}" y="{top - 14}">µs added to a page, by {curve["title"]}</text>'
        f'<line x1="{_LEFT - 40}" x2="{_WIDTH - 20}" y1="{top + _HEIGHT}" y2="{top + _HEIGHT}" stroke="#e5dfd5"/>'
        f'<polyline points="{path}" fill="none" stroke="#c0392b" stroke-width="1.5"/>{told}'
    )


def _x(points: Sequence[Mapping[str, Any]], size: float) -> float:
    least, most = log10(points[0]["size"]), log10(points[-1]["size"])
    return round(_LEFT + (log10(size) - least) / (most - least) * (_WIDTH - _LEFT - 60), 1)


def _y(top: float, microseconds: float, most: float) -> float:
    return round(top + _HEIGHT * (1 - log10(max(1.0, microseconds)) / log10(most)), 1)
