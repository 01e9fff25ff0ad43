"""Tables and plots from results.json alone, so that what is published is what was measured."""

from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH, _ROW, _LEFT, _RIGHT = 720, 26, 190, 60
Json = Mapping[str, Any]


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned: the first to the left, the others to the right."""
    wide = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    lines = [_cells(heads, wide), "|" + "|".join(_rule(width, place) for place, width in enumerate(wide)) + "|"]
    return "\n".join([*lines, *(_cells(row, wide) for row in rows)])


def _cells(row: Sequence[str], wide: Sequence[int]) -> str:
    cells = [
        f" {cell:<{width}} " if place == 0 else f" {cell:>{width}} "
        for place, (cell, width) in enumerate(zip(row, wide, strict=True))
    ]
    return "|" + "|".join(cells) + "|"


def _rule(width: int, place: int) -> str:
    return "-" * (width + 2) if place == 0 else "-" * (width + 1) + ":"


def budget_table(rows: Sequence[Json]) -> str:
    """What is asked and how it stands; `rows` as results.json has them, worst first."""
    heads = ("figure", "must", "aim", "measured", "lowest – highest", "control", "its lowest – highest", "")
    return "\n\n".join([markdown(heads, [_budget_cells(row) for row in rows]), *_timed(rows)])


def _timed(rows: Sequence[Json]) -> list[str]:
    """How much stands behind p99, where the run says so."""
    timed = [row["timed"] for row in rows if row.get("timed")]
    if not timed:
        return []
    return [
        f"Behind each round's p50 and p99 are at least {min(timed):,} requests, so {min(timed) // 100:,} lie beyond "
        "the p99; a stall of the machine in a round shows in the control's highest."
    ]


def _budget_cells(row: Json) -> list[str]:
    sign = "≥" if row["at_least"] else "≤"
    unit = f", {row['unit']}" if row["unit"] else ""
    measured = [_number(row["figure"]), _spread(row["low"], row["high"]), _number(row["control"])]
    measured.append(_spread(row.get("control_low"), row.get("control_high")))
    bounds = [f"{sign} {_number(row[name])}" if row[name] is not None else "" for name in ("must", "aim")]
    return [row["name"] + unit, *bounds, *measured, str(row["standing"])]


def _spread(low: float | None, high: float | None) -> str:
    return "" if low is None or low == high else f"{_number(low)} – {_number(high)}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def line_table(lines: Sequence[Json]) -> str:
    """All variants of all pages; `lines` as results.json has them."""
    heads = ("page", "variant", "ratio", "lowest", "highest", "rps", "cpu µs", "+cpu µs", "+p50 ms", "+p99 ms")
    return markdown(heads, [_line_cells(line) for line in lines])


def _line_cells(line: Json) -> list[str]:
    return [
        line["page"],
        line["variant"],
        *(f"{line[name]:.3f}" for name in ("ratio", "lowest", "highest")),
        *(f"{line[name]:.0f}" for name in ("requests_per_second", "cpu_us", "added_cpu_us")),
        *(f"{line[name]:.2f}" for name in ("added_p50_ms", "added_p99_ms")),
    ]


def ratio_plot(lines: Sequence[Json], budgets: Mapping[str, float]) -> str:
    """Throughput ratios as dots over their range, one row a page and variant, the budget of ours as a tick; SVG."""
    rows = [line for line in lines if line["variant"] != "plain"]
    height = _ROW * (len(rows) + 2)
    marks = "".join(_mark(line, budgets, _ROW * (place + 1.5)) for place, line in enumerate(rows))
    one = _x(1.0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui" '
        f'font-size="13" fill="#1d1b19"><rect width="{_WIDTH}" height="{height}" fill="#fbf9f5"/>'
        f'<line x1="{one}" x2="{one}" y1="12" y2="{height - 12}" stroke="#e5dfd5"/>'
        f'<text x="{one}" y="16" text-anchor="middle" fill="#6d665c">as fast as the plain app</text>{marks}</svg>\n'
    )


def _mark(line: Json, budgets: Mapping[str, float], y: float) -> str:
    page, ours = line["page"], line["variant"] == "floorwalker"
    colour = "#c0392b" if ours else "#6d665c"
    budget = ""
    if ours and page in budgets:
        at = _x(budgets[page])
        budget = f'<line x1="{at}" x2="{at}" y1="{y - 8}" y2="{y + 8}" stroke="#1d1b19"/>'
    return (
        f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{page} · {line["variant"]}</text>'
        f'<line x1="{_x(line["lowest"])}" x2="{_x(line["highest"])}" y1="{y}" y2="{y}" stroke="{colour}"/>'
        f'<circle cx="{_x(line["ratio"])}" cy="{y}" r="4" fill="{colour}"/>{budget}'
        f'<text x="{_WIDTH - 8}" y="{y + 4}" text-anchor="end">{line["ratio"]:.2f}</text>'
    )


def _x(ratio: float) -> float:
    return round(_LEFT + min(1.2, max(0.0, ratio)) / 1.2 * (_WIDTH - _LEFT - _RIGHT), 1)
