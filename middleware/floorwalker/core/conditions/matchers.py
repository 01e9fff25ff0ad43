"""What one field asks of one value: texts, paths, numbers. Values are matched folded: case and accents do not count."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from math import asin, cos, radians, sin, sqrt
from typing import Any

from msgspec import Struct

from floorwalker.core.conditions.patterns import network, path_pattern, phrase_pattern, regular_expression, wildcard

_EARTH_RADIUS_KM = 6371.0088
_BETWEEN_WORDS = re.compile(r"[\W_]+")  # whatever is no letter and no digit


def fold_text(value: str) -> str:
    """The form in which texts are compared: compatibility-decomposed, accents dropped, case folded, spaces single."""
    if value.isascii():
        return " ".join(value.lower().split())
    plain = unicodedata.normalize("NFKD", value)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def fold_texts(texts: Sequence[str]) -> list[str]:
    """`fold_text` of each; plain ones, as most are, all at once."""
    whole = "\n".join(texts)
    if whole.isascii() and texts and texts[-1] and "\t" not in whole and "\r" not in whole and "\x1f" not in whole:
        # Where there is one word more than there are blanks, each blank stands alone between two words.
        folded = whole.lower().splitlines()
        if len(folded) == len(texts) and len(whole.split()) == whole.count(" ") + len(texts):
            return folded
    return [fold_text(text) for text in texts]


def words_of(value: str) -> str:
    """A text as its folded words, single spaces between: what `searched` looks in."""
    return _BETWEEN_WORDS.sub(" ", fold_text(value)).strip()


class Range(Struct, frozen=True, tag="range"):
    """Numbers from `low` to `high`; an open end leaves its bound out; None is no bound."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: float) -> bool:
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        return self.high is None or not (value > self.high or (self.high_open and value == self.high))


class AnyOf(Struct, frozen=True, tag="any-of"):
    """Whole values, any of them, compared folded. `exact` has no wildcard; `patterns` use `*` for anything."""

    exact: frozenset[str]
    patterns: tuple[str, ...] = ()

    def holds(self, value: str) -> bool:
        folded = fold_text(value)
        return folded in self.exact or any(wildcard(pattern).match(folded) for pattern in self.patterns)


class PathIs(Struct, frozen=True, tag="path"):
    """Paths, any of them: `*` is one segment, `**` any number, `/x/**` also matches `/x`."""

    patterns: tuple[str, ...]

    def holds(self, value: str) -> bool:
        return any(path_pattern(pattern).match(value) for pattern in self.patterns)


class Text(Struct, frozen=True, tag="text"):
    """One operator on a text: contains, starts_with, ends_with (any of `values`, folded), or matches (RE2 patterns)."""

    operator: str
    values: tuple[str, ...]

    def holds(self, value: str) -> bool:
        if self.operator == "matches":
            return any(regular_expression(pattern).search(value) for pattern in self.values)
        folded = fold_text(value)
        match self.operator:
            case "contains":
                return any(part in folded for part in self.values)
            case "starts_with":
                return folded.startswith(self.values)
            case _:
                return folded.endswith(self.values)


class Words(Struct, frozen=True, tag="words"):
    """Whole words, any of the phrases; several words are a phrase; `*` ends a word openly."""

    phrases: tuple[str, ...]

    def holds(self, value: str) -> bool:
        spaced = f" {words_of(value)} "
        return any(phrase_pattern(phrase).search(spaced) for phrase in self.phrases)


class Version(Struct, frozen=True, tag="version"):
    """Dotted versions between bounds, compared part by part; a bound `17` covers `17.4` at its upper end."""

    low: tuple[int, ...] | None = None
    high: tuple[int, ...] | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: str) -> bool:
        parts = tuple(int(part) for part in value.split(".") if part.isdecimal())
        if not parts:
            return False
        if self.low is not None and not self._above(parts, self.low):
            return False
        return self.high is None or self._below(parts, self.high)

    def _above(self, parts: tuple[int, ...], low: tuple[int, ...]) -> bool:
        head = parts[: len(low)]
        return head > low if self.low_open else head >= low

    def _below(self, parts: tuple[int, ...], high: tuple[int, ...]) -> bool:
        head = parts[: len(high)]
        return head < high if self.high_open else head <= high


class Flag(Struct, frozen=True, tag="flag"):
    """Yes or no."""

    yes: bool

    def holds(self, value: bool) -> bool:
        return value is self.yes


class Exists(Struct, frozen=True, tag="exists"):
    """Whether there is a value at all; the one matcher that is asked about absent values."""

    yes: bool

    def holds(self, value: object) -> bool:
        return (value is not None and value != "") is self.yes


class Networks(Struct, frozen=True, tag="networks"):
    """Addresses or networks in CIDR form, any of them; what is no address is in none."""

    networks: tuple[str, ...]

    def holds(self, value: str) -> bool:
        try:
            address = ip_address(value)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network(text) for text in self.networks)


class Near(Struct, frozen=True, tag="near"):
    """Within `km` of any of the points, which are (latitude, longitude) in degrees, on a sphere."""

    points: tuple[tuple[float, float], ...]
    km: float

    def holds(self, value: tuple[float, float]) -> bool:
        return any(kilometres_between(point, value) <= self.km for point in self.points)


class TimeOfDay(Struct, frozen=True, tag="time-of-day"):
    """Minutes of the day, `start` included, `end` left out, on `days` (monday is 0).

    An `end` that is not later than `start` lies on the next day, which still counts as the day of the start. zone:
    visitor or site; where the visitor's is not known, the site's.
    """

    start: int = 0
    end: int = 1440
    days: frozenset[int] = frozenset(range(7))
    zone: str = "visitor"

    def holds(self, value: datetime) -> bool:
        minute, today = value.hour * 60 + value.minute, value.weekday()
        if self.start < self.end:
            return self.start <= minute < self.end and today in self.days
        if minute >= self.start:
            return today in self.days
        return minute < self.end and (today - 1) % 7 in self.days


class Dates(Struct, frozen=True, tag="dates"):
    """Wall-clock time from `start` (included) to `end` (left out), as ISO texts `YYYY-MM-DDTHH:MM`; empty is open.

    A day that is included as the last has the next day's midnight for its end. zone: site or visitor; where the
    visitor's is not known, the site's.
    """

    start: str = ""
    end: str = ""
    zone: str = "site"

    def holds(self, value: datetime) -> bool:
        now = value.isoformat(timespec="minutes")[:16]
        return self.start <= now and (not self.end or now < self.end)


def kilometres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance of two (latitude, longitude) in degrees, by the haversine formula."""
    latitude_1, longitude_1, latitude_2, longitude_2 = map(radians, (*one, *other))
    half = sin((latitude_2 - latitude_1) / 2) ** 2
    half += cos(latitude_1) * cos(latitude_2) * sin((longitude_2 - longitude_1) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


Matcher = AnyOf | PathIs | Text | Words | Range | Version | Flag | Exists | Networks | Near | TimeOfDay | Dates


class Both(Struct, frozen=True, tag="both"):
    """Several operators on one value: all must hold."""

    of: tuple[Matcher, ...]

    def holds(self, value: Any) -> bool:
        return all(matcher.holds(value) for matcher in self.of)
