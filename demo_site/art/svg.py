"""The few shapes that every drawing is made of. All return SVG text; lengths are in the drawing's own units.

Classes: `s` a stroke in ink, `h` a hairline, `t` a tinted fill, `f` the same without its edge, `p` a paper fill,
`g` glass, `a` the accent, `k` solid ink, `r` solid accent, `m` small figures, `w` engraved words,
`z` a part drawn enlarged.
"""

from collections.abc import Iterable
from math import cos, pi, sin

Point = tuple[float, float]

STANDALONE_STYLE = """
svg{color:#1d1b19;--paper:#fbf9f5;--tint:#f4efe6;--line:#cfc6b8;--muted:#6d665c;--accent:#c0392b}
@media (prefers-color-scheme:dark){
svg{color:#efeae2;--paper:#161513;--tint:#1f1d1a;--line:#4a453e;--muted:#a69e92;--accent:#ec7b6c}}
"""

SHAPE_STYLE = """
.s{fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.h{fill:none;stroke:var(--line);stroke-width:1;stroke-linecap:round;stroke-linejoin:round}
.t{fill:var(--tint);stroke:currentColor;stroke-width:1.5;stroke-linejoin:round}
.f{fill:var(--tint);stroke:none}
.p{fill:var(--paper);stroke:currentColor;stroke-width:1.5;stroke-linejoin:round}
.g{fill:var(--paper);fill-opacity:.75;stroke:currentColor;stroke-width:1.25;stroke-linejoin:round}
.a{fill:none;stroke:var(--accent);stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.k{fill:currentColor;stroke:none}
.r{fill:var(--accent);stroke:none}
.z *{stroke-width:1.1}.z .h{stroke-width:.75}
.m{fill:var(--muted);stroke:none;font:9px system-ui,sans-serif;font-variant-numeric:tabular-nums}
.w{fill:currentColor;stroke:none;font:8px "Palatino Linotype",Georgia,serif;letter-spacing:1.5px}
"""


def number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def path(commands: str, css: str = "s") -> str:
    return f'<path class="{css}" d="{commands}"/>'


def polyline(points: Iterable[Point], *, css: str = "s", closed: bool = False) -> str:
    joined = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return path(f"M{joined}{'Z' if closed else ''}", css)


def line(start: Point, end: Point, css: str = "s") -> str:
    return polyline((start, end), css=css)


def circle(centre: Point, radius: float, css: str = "s") -> str:
    return f'<circle class="{css}" cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(radius)}"/>'


def rect(corner: Point, size: Point, *, radius: float = 0, css: str = "s") -> str:
    (x, y), (width, height) = corner, size
    place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect class="{css}" {place} rx="{number(radius)}"/>'


def words(at: Point, text: str, *, css: str = "m", anchor: str = "middle") -> str:
    return f'<text class="{css}" x="{number(at[0])}" y="{number(at[1])}" text-anchor="{anchor}">{text}</text>'


def polar(centre: Point, radius: float, turn: float) -> Point:
    """The point at `turn` (1 = a full turn, clockwise from three o'clock) on a circle."""
    return centre[0] + radius * cos(2 * pi * turn), centre[1] + radius * sin(2 * pi * turn)


def measure(start: Point, end: Point, text: str) -> str:
    """A dimension line, as in a workshop drawing, level or upright, with its figure."""
    upright = start[0] == end[0]
    tick = (4.0, 0.0) if upright else (0.0, 4.0)
    ends = "".join(line((x - tick[0], y - tick[1]), (x + tick[0], y + tick[1]), "h") for x, y in (start, end))
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    at = (middle[0] + 7, middle[1] + 3) if upright else (middle[0], middle[1] + 13)
    return line(start, end, "h") + ends + words(at, text, anchor="start" if upright else "middle")


def aperture(centre: Point, radius: float, *, blades: int, opening: float, css: str = "p") -> str:
    """An iris of `blades` blades, whose hole is `opening` (0 to 1) of its radius."""
    hole = [polar(centre, radius * opening, i / blades) for i in range(blades)]
    edges = [polar(centre, radius, (i + 1.15) / blades) for i in range(blades)]
    cuts = "".join(line(inner, edge, "s") for inner, edge in zip(hole, edges, strict=True))
    return circle(centre, radius, css) + cuts + polyline(hole, closed=True, css="s")
