"""What one value or operator of a rule asks of plain values, read as plainly as docs/rules.md says it. Nothing of the
package is used here: this is one half of the oracle in `naive`."""

import re
import unicodedata
from ipaddress import IPv6Address, ip_address, ip_network
from math import acos, cos, degrees, isnan, radians, sin
from typing import Any

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000, "year": 31536000}
NUMBER_OPERATORS = ("at_least", "at_most", "more_than", "less_than", "exactly", "between")
TEXT_OPERATORS = ("contains", "starts_with", "ends_with", "matches", "exists")
CONTINENTS = {"europe": "EU", "north america": "NA", "asia": "AS", "africa": "AF"}
YES = ("yes", "true", "on")


def listed(asked: Any) -> list[Any]:
    return asked if isinstance(asked, list) else [asked]


def folded(text: str) -> str:
    """Case and accents do not count, nor does how many spaces there are."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def seconds(text: str) -> float:
    number, unit = text.split()
    return float(number) * UNITS[unit.removesuffix("s")]


def quantity(text: str) -> float:
    """`60 %`, `30 days` or a number."""
    if text.endswith("%"):
        return float(text.removesuffix("%")) / 100
    return seconds(text) if " " in text else float(text)


def within(operators: dict[str, Any], number: float) -> bool:
    """Whether a number is as all number operators ask."""
    for operator, asked in operators.items():
        low, *_, high = [quantity(one) for one in listed(asked)] if isinstance(asked, list) else [quantity(asked)] * 2
        holds = {
            "at_least": number >= low,
            "at_most": number <= low,
            "more_than": number > low,
            "less_than": number < low,
            "exactly": number == low,
            "between": low <= number <= high,
        }[operator]
        if not holds:
            return False
    return True


def stars_fit(pattern: str, text: str) -> bool:
    """`*` stands for anything."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(stars_fit(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return text[:1] == pattern[0] and stars_fit(pattern[1:], text[1:])


def path_fits(pattern: str, path: str) -> bool:
    """`*` is one segment or a part of one, `**` any number of segments."""
    return _segments_fit(pattern.strip("/").split("/"), path.strip("/").split("/"))


def _segments_fit(patterns: list[str], segments: list[str]) -> bool:
    patterns, segments = [one for one in patterns if one], [one for one in segments if one]
    if not patterns:
        return not segments
    if patterns[0] == "**":
        return any(_segments_fit(patterns[1:], segments[start:]) for start in range(len(segments) + 1))
    return bool(segments) and stars_fit(patterns[0], segments[0]) and _segments_fit(patterns[1:], segments[1:])


def phrase_fits(phrase: str, text: str) -> bool:
    """Whole words, one after the other."""
    asked = "".join(c if c.isalnum() or c == "*" else " " for c in folded(phrase)).split()
    words = "".join(c if c.isalnum() else " " for c in folded(text)).split()
    starts = range(len(words) - len(asked) + 1)
    return any(all(map(stars_fit, asked, words[start : start + len(asked)])) for start in starts)


def number_of(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if isnan(number) else number


def texts_of(value: Any) -> list[str]:
    """The ways in which a value may be written in a rule."""
    if isinstance(value, bool):
        return ["yes", "true"] if value else ["no", "false"]
    if isinstance(value, float):
        return [f"{value:.15g}"]
    return [str(value)]


def operator_fits(operator: str, asked: Any, value: Any, kind: str) -> bool:
    """Whether one operator holds for one value that is there."""
    if operator == "exists":
        return asked in YES
    if operator in NUMBER_OPERATORS:
        if kind == "version":
            return version_fits({operator: asked}, str(value))
        number = number_of(value)
        return number is not None and within({operator: asked}, number)
    return any(_part_fits(operator, part, text) for part in listed(asked) for text in texts_of(value))


def _part_fits(operator: str, part: str, text: str) -> bool:
    match operator:
        case "contains":
            return folded(part) in folded(text)
        case "starts_with":
            return folded(text).startswith(folded(part))
        case "ends_with":
            return folded(text).endswith(folded(part))
        case _:
            return re.search(part, text, re.IGNORECASE) is not None


def plain_fits(kind: str, asked: str, value: Any) -> bool:
    """Whether a value that is there is the one that is asked for."""
    match kind:
        case "flag":
            return value is (asked in YES)
        case "share":
            return bool(value >= quantity(asked))
        case "version":
            return version_fits({"exactly": asked}, value)
        case "path":
            return path_fits(asked, value)
        case "words":
            return phrase_fits(asked, value)
        case "language":
            return value.lower() == asked.lower() or value.lower().startswith(f"{asked.lower()}-")
        case "network":
            return address_fits(asked, value)
        case "continent":
            return folded(value) == folded(CONTINENTS.get(folded(asked), asked))
        case _:
            return any(stars_fit(folded(asked), folded(text)) for text in texts_of(value))


def address_fits(network: str, text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address in ip_network(network, strict=False)


def version_fits(operators: dict[str, Any], text: str) -> bool:
    """`17` at the upper end covers 17.4, too."""
    parts = [int(part) for part in text.split(".") if part.isdecimal()]
    for operator, asked in operators.items():
        bounds = [[int(part) for part in one.split(".")] for one in listed(asked)]
        low, high = bounds[0], bounds[-1]
        from_low, from_high = parts[: len(low)], parts[: len(high)]
        holds = {
            "at_least": from_low >= low,
            "at_most": from_low <= low,
            "more_than": from_low > low,
            "less_than": from_low < low,
            "exactly": from_low == low,
            "between": from_low >= low and from_high <= high,
        }[operator]
        if not parts or not holds:
            return False
    return True


def fits(kind: str, asked: Any, values: list[Any]) -> bool:
    """Whether any of the values is as asked. Of a value that is not there only `exists: no` holds."""
    present = [value for value in values if value is not None and value != ""]
    if not isinstance(asked, dict):
        return any(plain_fits(kind, one, value) for one in listed(asked) for value in present)
    if not present:
        return all(operator == "exists" and one not in YES for operator, one in asked.items())
    return any(all(operator_fits(operator, one, value, kind) for operator, one in asked.items()) for value in present)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """By the cosine rule on a sphere; a degree on the earth's surface is 111.195 km."""
    (a, b), (c, d) = ((radians(lat), radians(lon)) for lat, lon in (one, other))
    return degrees(acos(min(1.0, sin(a) * sin(c) + cos(a) * cos(c) * cos(b - d)))) * 111.195
