"""Tripods, bags, filters and the small things."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from demo_site.art.svg import Point, circle, line, measure, number, path, polar, polyline, rect, words

GROUND = 212.0


def tripod(art: Mapping[str, Any]) -> str:
    """Three legs (or one) with their sections and locks, the head, and the height in centimetres."""
    rise = 62.0 if art.get("small") else 84 + (58 if art.get("gimbal") else 92) * art["height"] / 171
    apex = (150.0, GROUND - rise)
    ground = f'<path class="h" stroke-dasharray="2 5" d="M40 {number(GROUND)}H280"/>'
    spread = rise * 0.5
    feet = (
        [(apex[0], GROUND)]
        if art.get("single")
        else [(apex[0] + 12, GROUND - 8), (apex[0] - spread, GROUND), (apex[0] + spread, GROUND)]
    )
    legs = "".join(_leg(apex, foot, sections=art["sections"]) for foot in feet)
    column = "" if art.get("bare") or art.get("single") else rect((apex[0] - 3, apex[1] - 6), (6, 34), css="p")
    crown = "" if art.get("single") else rect((apex[0] - 13, apex[1] - 6), (26, 13), radius=4, css="p")
    head = _head(art, (apex[0], apex[1] - 6))
    size = measure((262, apex[1] - 30), (262, GROUND), f"{art['height']} cm")
    return ground + legs + column + crown + head + size


def _leg(apex: Point, foot: Point, *, sections: int) -> str:
    parts = []
    for i in range(sections):
        near, far = i / sections, (i + 1) / sections
        half = 5.2 - 3.2 * i / max(1, sections - 1)
        start, end = _between(apex, foot, near), _between(apex, foot, far)
        parts.append(
            polyline(
                [
                    (start[0] - half, start[1]),
                    (start[0] + half, start[1]),
                    (end[0] + half, end[1]),
                    (end[0] - half, end[1]),
                ],
                css="t",
                closed=True,
            )
        )
        if i:
            parts.append(rect((start[0] - half - 2.5, start[1] - 5), (2 * half + 5, 9), radius=2, css="p"))
    return "".join(parts) + rect((foot[0] - 4, foot[1] - 3), (8, 5), radius=2, css="k")


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _head(art: Mapping[str, Any], base: Point) -> str:
    x, y = base
    if art.get("gimbal"):
        arm = path(f"M{number(x)} {number(y)}v-10h26v-44", "s")
        cradle = path(f"M{number(x + 26)} {number(y - 50)}h-30v26h30", "s")
        return (
            rect((x - 9, y - 10), (18, 10), radius=2, css="p")
            + arm
            + cradle
            + circle((x + 26, y - 50), 7, "p")
            + circle((x + 26, y - 50), 2, "r")
        )
    if art.get("bare"):
        return rect((x - 10, y - 4), (20, 4), css="p") + line((x, y - 4), (x, y - 10), "a")
    ball = circle((x, y - 13), 8, "p") + rect((x - 10, y - 10), (20, 11), radius=3, css="t")
    plate = rect((x - 15, y - 27), (30, 6), radius=1.5, css="p") + line((x + 10, y - 5), (x + 19, y - 5), "a")
    return ball + plate


def bag(art: Mapping[str, Any]) -> str:
    shapes: dict[str, Callable[[], str]] = {
        "pack": lambda: _pack(roll=False),
        "roll": lambda: _pack(roll=True),
        "shoulder": _shoulder,
        "sling": _sling,
        "case": _case,
    }
    return shapes[art["shape"]]() + words((160, 224), f"{art['litres']} l")


def _pack(*, roll: bool) -> str:
    straps = path("M128 60C104 84 100 150 112 196M192 60C216 84 220 150 208 196", "s")
    body = path("M120 66Q122 44 160 44T200 66L208 186Q208 204 190 204H130Q112 204 112 186Z", "t")
    lid = path("M119 84H201", "s") if roll else path("M118 92Q160 108 202 92", "s")
    top = rect((126, 30), (68, 18), radius=8, css="p") if roll else path("M148 44V34Q160 26 172 34V44", "s")
    pocket = path("M124 132H196V182Q196 194 184 194H136Q124 194 124 182Z", "p")
    zips = '<path class="h" stroke-dasharray="3 2" d="M130 140H190"/>' + line((186, 140), (186, 148), "a")
    buckles = rect((140, 96), (8, 14), radius=2, css="p") + rect((172, 96), (8, 14), radius=2, css="p")
    return straps + top + body + lid + pocket + zips + buckles


def _shoulder() -> str:
    strap = path("M84 104C80 30 240 30 236 104", "s") + path("M92 104C90 42 230 42 228 104", "h")
    body = path("M80 100H240L236 190Q235 200 225 200H95Q85 200 84 190Z", "t")
    flap = path("M76 98H244L240 152Q238 160 230 160H90Q82 160 80 152Z", "p")
    stitch = '<path class="h" stroke-dasharray="4 3" d="M84 104H236L233 148Q231 153 226 153H94Q89 153 87 148Z"/>'
    buckles = rect((112, 148), (12, 24), radius=2, css="p") + rect((196, 148), (12, 24), radius=2, css="p")
    return (
        strap + body + flap + stitch + buckles + line((116, 166), (120, 166), "a") + line((200, 166), (204, 166), "a")
    )


def _sling() -> str:
    strap = path("M92 150C96 60 190 20 250 62", "s") + path("M100 152C104 70 192 34 246 72", "h")
    body = path("M76 146Q74 118 104 114L220 92Q246 90 250 114L254 150Q256 172 232 176L108 192Q82 194 80 172Z", "t")
    zips = path("M88 140L240 112", "s") + line((238, 112), (242, 122), "a")
    pocket = path("M104 156L222 136L226 160L110 178Z", "p")
    return strap + body + zips + pocket


def _case() -> str:
    handle = path("M138 48V36Q138 30 144 30H176Q182 30 182 36V48", "s")
    body = rect((108, 48), (104, 154), radius=12, css="t")
    lid = rect((118, 62), (84, 62), radius=8, css="p") + rect((118, 134), (84, 56), radius=8, css="p")
    seam = '<path class="h" stroke-dasharray="3 2" d="M126 70H194M126 142H194"/>'
    lock = circle((194, 129), 5, "p") + circle((194, 129), 1.8, "r")
    feet = rect((118, 202), (16, 5), css="k") + rect((186, 202), (16, 5), css="k")
    return handle + body + lid + seam + lock + feet


def glass_filter(art: Mapping[str, Any]) -> str:
    if art["pattern"] == "grad":
        return _square_filter()
    centre, radius = (160.0, 116.0), 82.0
    knurls = "".join(
        line(polar(centre, radius - 1, i / 120), polar(centre, radius - 6, i / 120), "h") for i in range(120)
    )
    ring = circle(centre, radius, "t") + knurls + circle(centre, radius - 8, "p")
    inside = _filter_pattern(art, centre, radius - 10)
    mark = circle(polar(centre, radius - 4, 0.875), 2, "r")
    x, y = centre
    shine = path(f"M{number(x - 52)} {number(y - 22)}A56 56 0 0 1 {number(x - 14)} {number(y - 55)}", "s")
    return ring + inside + mark + shine + words((160, 216), "55 – 82 mm")


def _filter_pattern(art: Mapping[str, Any], centre: Point, radius: float) -> str:
    dice = Random(art["seed"])
    x, y = centre
    match art["pattern"]:
        case "stars":
            dots = [polar(centre, radius * dice.uniform(0.05, 0.92), dice.random()) for _ in range(46)]
            return "".join(circle(dot, dice.choice((0.7, 0.9, 1.4)), "k") for dot in dots)
        case "dense":
            gap, angle = 3.2, 45
        case _:
            gap, angle = 6.0, 90
    lines = []
    offset = -radius + gap
    while offset < radius:
        half = (radius**2 - offset**2) ** 0.5
        lines.append(f"M{number(x - half)} {number(y + offset)}H{number(x + half)}")
        offset += gap
    return f'<g transform="rotate({angle} {number(x)} {number(y)})">{path("".join(lines), "h")}</g>'


def _square_filter() -> str:
    frame = rect((106, 30), (108, 168), radius=3, css="p")
    y, gap, rules = 36.0, 2.4, []
    while y < 150:
        rules.append(f"M110 {number(y)}H210")
        y += gap
        gap *= 1.07
    return (
        frame
        + path("".join(rules), "h")
        + line((106, 114), (114, 114), "a")
        + line((206, 114), (214, 114), "a")
        + words((160, 216), "100 × 150 mm")
    )


def card(_: Mapping[str, Any]) -> str:
    body = path("M112 34H190L212 58V198Q212 204 206 204H118Q112 204 112 198Z", "t")
    contacts = "".join(rect((122 + i * 11, 42), (7, 24), radius=1, css="p") for i in range(7))
    label = (
        rect((124, 92), (76, 92), radius=3, css="p")
        + words((162, 134), "512", css="w")
        + line((136, 146), (188, 146), "a")
    )
    return body + contacts + label


def battery(_: Mapping[str, Any]) -> str:
    body = path("M104 70L196 56L220 74V176L128 194L104 174Z", "t") + path("M104 70L128 88L220 74M128 88V194", "s")
    poles = "".join(rect((140 + i * 17, 100 - i * 2.6), (9, 14), radius=1, css="p") for i in range(4))
    return body + poles + words((174, 158), "−15 °C", css="m") + line((150, 172), (198, 165), "a")


def strap(_: Mapping[str, Any]) -> str:
    loop = path("M74 176C40 60 130 20 160 96S284 60 246 176", "s") + path(
        "M86 174C56 76 128 44 152 106S262 82 234 174", "s"
    )
    stitch = '<path class="a" stroke-dasharray="3 4" d="M80 175C48 68 129 32 156 101S273 71 240 175"/>'
    rings = (
        circle((80, 186), 11, "p")
        + circle((240, 186), 11, "p")
        + circle((80, 186), 6, "h")
        + circle((240, 186), 6, "h")
    )
    return loop + stitch + rings


def loupe(_: Mapping[str, Any]) -> str:
    bulb = path("M92 150Q72 116 96 92Q104 84 106 62H118Q120 84 128 92Q152 116 132 150Q112 162 92 150Z", "t") + path(
        "M106 62L109 34H115L118 62", "p"
    )
    brush = rect((168, 92), (20, 92), radius=6, css="t") + path("M166 92L170 52Q178 40 186 52L190 92Z", "p")
    hairs = path("M172 88L175 56M178 88V50M184 88L181 56", "h")
    bottle = (
        rect((212, 108), (38, 76), radius=6, css="p")
        + rect((222, 92), (18, 16), radius=2, css="t")
        + line((220, 138), (242, 138), "a")
    )
    cloth = path("M60 196Q160 180 262 196", "h")
    return bulb + brush + hairs + bottle + cloth
