"""Samples over time as small plots one above the other, as SVG."""

from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _GAP = 720, 90, 120, 20, 34
_NAMES = {
    "rss_mb": "memory of both workers, MB",
    "objects": "Python's objects",
    "tasks": "tasks",
    "files": "open files",
    "store_mb": "memory of the store, MB",
    "records": "keys in the store",
}


def plotted(samples: Sequence[Mapping[str, float]], *, judged_from: float) -> str:
    """One plot a figure, from zero; what lies before `judged_from` seconds is warm-up, and grey."""
    height = len(_NAMES) * (_HEIGHT + _GAP) + _GAP
    plots = "".join(
        _plot(name, samples, _GAP + place * (_HEIGHT + _GAP), judged_from) for place, name in enumerate(_NAMES)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui" '
        f'font-size="13" fill="#1d1b19"><rect width="{_WIDTH}" height="{height}" fill="#fbf9f5"/>{plots}</svg>\n'
    )


def _plot(name: str, samples: Sequence[Mapping[str, float]], top: float, judged_from: float) -> str:
    last, most = samples[-1]["seconds"], max(one[name] for one in samples) or 1.0
    points = [
        (
            round(_LEFT + one["seconds"] / last * (_WIDTH - _LEFT - _RIGHT), 1),
            round(top + _HEIGHT * (1 - one[name] / most), 1),
        )
        for one in samples
    ]
    begins = sum(one["seconds"] < judged_from for one in samples)
    foot = top + _HEIGHT
    return (
        f'<text x="{_LEFT}" y="{top - 6}">{_NAMES[name]}</text>'
        f'<text x="{_LEFT - 8}" y="{top + 10}" text-anchor="end" fill="#6d665c">{most:,.0f}</text>'
        f'<text x="{_LEFT - 8}" y="{foot}" text-anchor="end" fill="#6d665c">0</text>'
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{foot}" y2="{foot}" stroke="#e5dfd5"/>'
        f'<text x="{_WIDTH - _RIGHT}" y="{foot + 14}" text-anchor="end" fill="#6d665c">{last / 60:.0f} min</text>'
        f"{_line(points[: begins + 1], '#b8b0a4')}{_line(points[begins:], '#c0392b')}"
    )


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
