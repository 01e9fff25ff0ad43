"""The values of `time`, `date` and `near`."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from floorwalker.core.conditions.definitions import Definition
from floorwalker.core.conditions.matchers import Dates, Near, TimeOfDay
from floorwalker.core.conditions.vocabulary import ZONES
from floorwalker.rulefile.conditions.matching import read_weekdays
from floorwalker.rulefile.fields import as_mapping, attempt, choice, one_text
from floorwalker.rulefile.hints import key_hint, span_hint
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.reading import Points, Reading
from floorwalker.rulefile.values import Misread, coordinate, day_and_time, number, time_of_day


def read_time(node: Node, definition: Definition, reading: Reading) -> TimeOfDay | None:
    """Minutes of the day, and the days."""
    value = _known_keys(node, definition, reading)
    if value is None:
        return None
    start, end = _minutes(value, "from", 0, reading), _minutes(value, "until", 1440, reading)
    days, zone = value.get("days"), _zone(value, "visitor", reading)
    on = frozenset(range(7)) if days is None else read_weekdays(days, reading.findings)
    if start is None or end is None or not on:
        return None
    if start == end:
        reading.findings.error(node.at, "range", "from and until are the same time", "leave both out for the whole day")
        return None
    return TimeOfDay(start, end, on, zone)


def _minutes(value: Mapping, name: str, default: int, reading: Reading) -> int | None:
    node = value.get(name)
    if node is None:
        return default
    scalar = one_text(node, reading.findings, f"{name}: 19:30")
    return None if scalar is None else attempt(scalar, time_of_day, None, reading.findings)


def _zone(value: Mapping, default: str, reading: Reading) -> str:
    node = value.get("zone")
    scalar = None if node is None else one_text(node, reading.findings, "zone: site")
    return default if scalar is None else attempt(scalar, lambda text: choice(text, ZONES), default, reading.findings)


def read_date(node: Node, definition: Definition, reading: Reading) -> Dates | None:
    """Wall-clock moments as ISO texts; a last day is included."""
    value = _known_keys(node, definition, reading)
    if value is None:
        return None
    start, end = _wall(value, "from", reading), _wall(value, "until", reading)
    if start is None or end is None:
        return None
    if start and end and end <= start:
        reading.findings.error(node.at, "range", "until lies before from", "exchange them")
        return None
    return Dates(start, end, _zone(value, "site", reading))


def _wall(value: Mapping, name: str, reading: Reading) -> str | None:
    node = value.get(name)
    if node is None:
        return ""
    scalar = one_text(node, reading.findings, f"{name}: 2026-12-24")
    if scalar is None:
        return None
    return attempt(scalar, lambda text: wall_clock(text, end=name == "until"), None, reading.findings)


def wall_clock(text: str, *, end: bool) -> str:
    """`2026-12-24` or `2026-12-24 19:30` as `YYYY-MM-DDTHH:MM`; as an end a day means the midnight after it."""
    day, minutes = day_and_time(text)
    if minutes is None:
        minutes = 1440 if end else 0
    over, rest = divmod(minutes, 1440)
    return f"{_plus(day, over).isoformat()}T{rest // 60:02}:{rest % 60:02}"


def _plus(day: date, days: int) -> date:
    return day + timedelta(days=days)


def read_near(node: Node, definition: Definition, reading: Reading) -> Near | None:
    """Points and kilometres: `place` names the points, or lat and lon stand here."""
    value = _known_keys(node, definition, reading)
    if value is None:
        return None
    points, distance = _points(value, definition, reading), value.get("km")
    if distance is None:
        reading.findings.error(node.at, "missing", "near needs km", f"write {definition.example}")
        return None
    scalar = one_text(distance, reading.findings, "km: 25")
    km = None if scalar is None else attempt(scalar, _kilometres, None, reading.findings)
    return None if points is None or km is None else Near(points, km)


def _kilometres(text: str) -> float:
    if miles := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*(?:mi|miles?)", text.strip().lower()):
        raise Misread(f"{text} is in miles", f"write {float(miles[1]) * 1.609344:.0f}; distances are in kilometres")
    bare = re.sub(r"\s*(km|kilomet(er|re)s?)$", "", text.strip())
    value = number(bare)
    if value <= 0:
        raise Misread(f"{text} is no distance", "write kilometres, such as 25")
    return value


def _points(value: Mapping, definition: Definition, reading: Reading) -> Points | None:
    place = value.get("place")
    if place is None:
        point = read_point(value, reading)
        return None if point is None else (point,)
    if value.get("lat") is not None or value.get("lon") is not None:
        message = "near takes either a place or lat and lon"
        reading.findings.error(value.at, "twice", message, f"write {definition.example}")
        return None
    scalar = one_text(place, reading.findings, "place: shops")
    if scalar is None:
        return None
    reading.names.refer("place", scalar.text, scalar.at)
    return reading.places.get(scalar.text)


def read_point(value: Mapping, reading: Reading) -> tuple[float, float] | None:
    """Latitude and longitude in degrees."""
    degrees: list[float] = []
    for name, limit in (("lat", 90), ("lon", 180)):
        node = value.get(name)
        if node is None:
            reading.findings.error(value.at, "missing", f"{name} is missing", "write {lat: 52.52, lon: 13.40}")
            return None
        scalar = one_text(node, reading.findings, "lat: 52.52")
        found = None if scalar is None else attempt(scalar, _degrees(limit), None, reading.findings)
        if found is None:
            return None
        degrees.append(found)
    return degrees[0], degrees[1]


def _degrees(limit: int) -> Callable[[str], float]:
    return lambda text: coordinate(text, limit)


def _known_keys(node: Node, definition: Definition, reading: Reading) -> Mapping | None:
    if isinstance(node, Scalar) and (hint := span_hint(definition.name, node.text)) is not None:
        reading.findings.error(node.at, "type", f"{definition.name} takes keys with values", hint)
        return None
    value = as_mapping(node, definition.name, reading.findings, definition.example)
    if value is None:
        return None
    names = [field.name for field in definition.fields]
    unknown = [key for key, _ in value if key.text not in names]
    for key in unknown:
        message = f"{definition.name} has no field {key.text}"
        reading.findings.error(key.at, "unknown-field", message, key_hint(key.text, names))
    if not value.pairs:
        reading.findings.error(value.at, "empty", f"{definition.name} asks nothing", f"write {definition.example}")
    return value if value.pairs and not unknown else None
