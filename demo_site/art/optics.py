"""Lenses cut open along their axis, and cameras seen from the front."""

from collections.abc import Mapping
from math import sqrt
from random import Random
from typing import Any

from demo_site.art.svg import Point, aperture, circle, line, measure, number, path, polar, polyline, rect, words

AXIS = 112.0
FULL_LENGTH_MM = 448


def lens(art: Mapping[str, Any]) -> str:
    """A cross-section: barrel walls with ribbed rings, the elements, the stop, and two rays to the focal plane."""
    dice = Random(art["seed"])  # the same lens always looks the same
    length = 44 + 200 * sqrt(art["length"] / FULL_LENGTH_MM)
    front = _front_radius(art)
    left, right = 160 - length / 2 - 8, 160 + length / 2 - 8
    rear = 31.0
    waist = left + length * dice.uniform(0.46, 0.56)
    walls = _barrel(left, right, front, rear, waist)
    rings = _ribs(left, right, front, rear, waist, zoom=bool(art.get("zoom")))
    glass = _elements(art, dice, left + 10, right - 12, front - 8, rear - 9)
    rays = _rays(left, right, front, rear)
    scale = 1.4 if length < 150 else 1.0  # small lenses would drown in the frame
    shift = f"translate({number(160 - 160 * scale)} {number(AXIS - AXIS * scale)}) scale({scale})"
    ends = [(160 + (x - 160) * scale, 210.0) for x in (left, right)]
    size = measure(ends[0], ends[1], f"{art['length']} mm")
    return f'<g class="z" transform="{shift}">{rays}{walls}{rings}{glass}</g>{size}'


def _front_radius(art: Mapping[str, Any]) -> float:
    pupil = float(art["focal"] / art["aperture"])
    return 46.0 if art.get("wide") else min(78.0, max(34.0, 15 + 0.42 * pupil))


def _barrel(left: float, right: float, front: float, rear: float, waist: float) -> str:
    taper = waist + (front - rear) * 0.6 + 4
    wall = 6.0
    halves = []
    for side in (-1, 1):
        outer = [(left, front), (waist, front), (taper, rear), (right, rear)]
        inner = [(right, rear - wall), (taper - 3, rear - wall), (waist - 3, front - wall), (left, front - wall)]
        halves.append(polyline([(x, AXIS + side * r) for x, r in outer + inner], css="t", closed=True))
    mount = rect((right, AXIS - rear - 3), (6, 2 * rear + 6), radius=1.5, css="p")
    mark = circle((right - 10, AXIS - rear - 5), 2, "r")
    return "".join(halves) + mount + mark


def _ribs(left: float, right: float, front: float, rear: float, waist: float, *, zoom: bool) -> str:
    bands = [(left + (waist - left) * 0.28, left + (waist - left) * 0.78, front)]
    if zoom:
        bands.append((waist + (front - rear) * 0.6 + 8, right - 12, rear))
    marks = []
    for start, end, radius in bands:
        x = start
        while x <= end:
            marks += [line((x, AXIS + side * radius), (x, AXIS + side * (radius + 4))) for side in (-1, 1)]
            x += 4
    return "".join(marks)


def _elements(art: Mapping[str, Any], dice: Random, start: float, end: float, front: float, rear: float) -> str:
    count = max(5, min(13, round((end - start) / 15)))
    step = (end - start) / count
    stop = round(count * dice.uniform(0.45, 0.62))
    parts = []
    for i in range(count):
        x = start + step * (i + 0.5)
        if i == stop:
            parts.append(_stop(x, _height_at(i / count, front, rear, wide=bool(art.get("wide")))))
            continue
        height = _height_at(i / count, front, rear, wide=bool(art.get("wide"))) * dice.uniform(0.86, 1)
        parts.append(_element(x, height, thickness=step * dice.uniform(0.34, 0.52), dice=dice, first=i == 0))
    return "".join(parts)


def _height_at(share: float, front: float, rear: float, *, wide: bool) -> float:
    """How tall the glass is at `share` of the way to the mount: long lenses taper, wide ones have a waist."""
    if wide:
        return front * float((1 - share) ** 1.6) * 0.95 + rear * (0.42 + 0.55 * share * share)
    return max(rear * 0.72, front * (1 - share * 1.05))


def _element(x: float, height: float, *, thickness: float, dice: Random, first: bool) -> str:
    bow = height * 0.22
    left_bow = bow if first else dice.choice((-0.6, 0.3, 0.7, 1)) * bow
    right_bow = dice.choice((-0.7, -0.3, 0.4, 0.9)) * bow
    middle = thickness - (left_bow + right_bow) / 2
    if middle < 3:  # glass has to be thick enough in the middle to be ground
        thickness += 3 - middle
    top, bottom = AXIS - height, AXIS + height
    near, far = x - thickness / 2, x + thickness / 2
    shape = (
        f"M{number(near)} {number(top)}Q{number(near - left_bow)} {number(AXIS)} {number(near)} {number(bottom)}"
        f"L{number(far)} {number(bottom)}Q{number(far + right_bow)} {number(AXIS)} {number(far)} {number(top)}Z"
    )
    return path(shape, "g")


def _stop(x: float, height: float) -> str:
    gap = height * 0.5
    upper = line((x, AXIS - height - 2), (x, AXIS - gap), "a")
    return upper + line((x, AXIS + gap), (x, AXIS + height + 2), "a")


def _rays(left: float, right: float, front: float, rear: float) -> str:
    focus = min(312.0, right + 34)
    axis = f'<path class="h" stroke-dasharray="6 3 1 3" d="M8 {number(AXIS)}H312"/>'
    sensor = line((focus, AXIS - 22), (focus, AXIS + 22), "s")
    bundles = []
    for side in (-1, 1):
        edge = AXIS + side * front * 0.62
        bend = AXIS + side * rear * 0.34
        bundles.append(polyline([(8, edge), (left + 20, edge), (right, bend), (focus, AXIS)], css="h"))
    return axis + "".join(bundles) + sensor


def camera(art: Mapping[str, Any]) -> str:
    """A body from the front: top plate with its dials, leather, mount and iris, and its width."""
    dice = Random(art["seed"])
    width, height = art["width"] * 1.42, art["width"] * 0.86
    left, top = 160 - width / 2, 116 - height / 2 + 6
    centre = (160 + (0 if art.get("flat") else width * 0.03), top + height * 0.56)
    body = rect((left, top), (width, height), radius=13, css="t")
    band = _leather(left, top + height * 0.24, width, height * 0.6)
    parts = [_top_plate(art, left, top, width, dice), body, band]
    if art.get("grip"):
        parts.append(rect((left - 5, top + 10), (width * 0.17, height - 14), radius=9, css="t"))
    parts.append(_mount(centre, height * 0.42, blades=dice.choice((7, 9, 11)), opening=dice.uniform(0.34, 0.62)))
    parts.append(words((left + width * 0.12 + 10, top + height * 0.15), _plate(art), css="w", anchor="start"))
    parts.append(circle((left + width - 14, top + 12), 2.5, "r"))
    parts.append(measure((left, 206), (left + width, 206), f"{art['width']} mm"))
    return "".join(parts)


def _plate(art: Mapping[str, Any]) -> str:
    return str(art.get("plate", "")).upper()


def _top_plate(art: Mapping[str, Any], left: float, top: float, width: float, dice: Random) -> str:
    parts = []
    if art.get("flat"):
        parts.append(rect((left + width * 0.62, top + 9), (width * 0.2, 15), radius=3, css="g"))
    else:
        ridge = left + width * float(art["hump"])
        parts.append(polyline(_prism(ridge, top, width), css="t", closed=True))
        parts.append(rect((ridge - 13, top - 27), (26, 4), css="p"))
    dial = left + width * 0.76
    for i in range(int(art["dials"])):
        x, size = dial + (i % 2) * 26, 11 - i * 1.5
        if i == 2:
            x = left + width * 0.13
        parts.append(_dial(x, top, size))
    if art.get("lever"):
        parts.append(path(f"M{number(dial)} {number(top - 10)}q26 -8 38 3", "s"))
    button = left + width * 0.93 if not art.get("grip") else left + width * 0.06
    parts.append(rect((button - 5, top - 5), (10, 6), radius=2, css="a" if dice.random() < 0.5 else "p"))
    return "".join(parts)


def _prism(ridge: float, top: float, width: float) -> list[Point]:
    half = width * 0.17
    return [
        (ridge - half, top + 2),
        (ridge - half * 0.6, top - 23),
        (ridge + half * 0.6, top - 23),
        (ridge + half, top + 2),
    ]


def _dial(x: float, top: float, size: float) -> str:
    knurls = "".join(
        line((x - size + i * 4, top - 9), (x - size + i * 4, top - 2), "h") for i in range(1, int(size / 2))
    )
    return rect((x - size, top - 10), (2 * size, 11), radius=2, css="p") + knurls


def _leather(left: float, top: float, width: float, height: float) -> str:
    rows = []
    for row in range(int(height / 8)):
        y = top + 4 + row * 8
        shift = 4 if row % 2 else 0
        rows.append(
            f'<path class="h" stroke-dasharray="1 7" '
            f'd="M{number(left + 10 + shift)} {number(y)}H{number(left + width - 9)}"/>'
        )
    edges = line((left, top), (left + width, top), "h") + line((left, top + height), (left + width, top + height), "h")
    return edges + "".join(rows)


def _mount(centre: Point, radius: float, *, blades: int, opening: float) -> str:
    rings = circle(centre, radius, "p") + circle(centre, radius * 0.9, "h") + circle(centre, radius * 0.72, "t")
    knurls = "".join(
        line(polar(centre, radius * 0.91, i / 60), polar(centre, radius * 0.98, i / 60), "h") for i in range(60)
    )
    iris = aperture(centre, radius * 0.5, blades=blades, opening=opening)
    (x1, y1), (x2, y2) = polar(centre, radius * 0.65, 0.55), polar(centre, radius * 0.65, 0.7)
    bend = number(radius * 0.65)
    shine = path(f"M{number(x1)} {number(y1)}A{bend} {bend} 0 0 1 {number(x2)} {number(y2)}")
    return rings + knurls + iris + shine
