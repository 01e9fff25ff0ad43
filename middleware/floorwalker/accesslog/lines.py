"""One line of an access log in Combined Log Format, as Apache and nginx write it.

Before it a virtual host may stand (`example.org:443 …`), after it any further fields. Bytes that are not ASCII are
kept one for one (latin-1), since a referrer may be in any charset.
Source: https://httpd.apache.org/docs/2.4/logs.html#combined and mod_log_config's escaping rules.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from msgspec import Struct

_QUOTED = r'"((?:[^"\\]++|\\.)*+)"'
_LINE = re.compile(rf"([^\[]*+)\[([^\]]++)\] {_QUOTED} (\d{{3}}) (?:\d++|-) {_QUOTED} {_QUOTED}(?: .*)?$", re.DOTALL)
_COMMON = re.compile(rf"[^\[]*+\[[^\]]++\] {_QUOTED} \d{{3}} (?:\d++|-)\s*$", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "v": "\v", "f": "\f"}
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_TARGETED = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND")
LONGEST = 65_536


class LogLine(Struct, frozen=True):
    """A line that could be read. at: seconds since 1970, UTC; target: as requested; `-` fields are empty."""

    number: int
    host: str
    address: str
    at: float
    method: str
    target: str
    status: int
    referrer: str
    user_agent: str


class Rejected(Struct, frozen=True):
    """A line that could not be read, and why."""

    number: int
    why: str


def read_line(line: str, number: int) -> LogLine | Rejected:
    """Read one line (without its line end); never raises."""
    if len(line) > LONGEST:
        return Rejected(number, f"longer than {LONGEST} characters")
    found = _LINE.match(line)
    if found is None:
        return Rejected(number, _why(line))
    before, stamp, request, status, referrer, agent = found.groups()
    at = read_time(stamp)
    if at is None:
        return Rejected(number, f"not a date of the form 17/May/2015:10:05:03 +0000: {stamp[:40]}")
    names = before.split()
    if len(names) < 3:
        return Rejected(number, "fewer than three fields before the date")
    parts = request.split(" ")
    if len(parts) < 2 or parts[0] not in _TARGETED:
        return Rejected(number, "the request is not METHOD TARGET PROTOCOL")
    host, address = (names[0].rpartition(":")[0] or names[0], names[1]) if _has_host(names) else ("", names[0])
    target = unescape(" ".join(parts[1:-1]) if len(parts) > 2 else parts[1])
    return LogLine(
        number, host, address, at, parts[0], target, int(status), _dash(unescape(referrer)), _dash(unescape(agent))
    )


def _why(line: str) -> str:
    if not line.strip():
        return "empty"
    if _COMMON.match(line):
        return "no referrer and user agent; log in Combined Log Format"
    if line.count('"') % 2:
        return "cut off: a quotation mark is not closed"
    return "not in Combined Log Format"


def _has_host(names: list[str]) -> bool:
    """Whether a virtual host stands first: then the client's address, ident and user come after it."""
    return len(names) >= 4 and not _is_address(names[0]) and _is_address(names[1])


def _is_address(text: str) -> bool:
    return text.replace(".", "").isdecimal() or text.count(":") > 1


def _dash(text: str) -> str:
    return "" if text == "-" else text


def unescape(text: str) -> str:
    r"""Undo the escapes of Apache and nginx: `\"`, `\\`, `\n`, `\xhh`."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _CONTROLS.get(found[2], found[2])


def read_time(stamp: str) -> float | None:
    """Seconds since 1970 of `17/May/2015:10:05:03 +0000`; None where it is no such time."""
    day, _, rest = stamp.partition(":")
    clock, _, zone = rest.partition(" ")
    midnight = _midnight(day, zone)
    if midnight is None or len(clock) != 8 or not (clock[:2] + clock[3:5] + clock[6:]).isdecimal():
        return None
    hours, minutes, seconds = int(clock[:2]), int(clock[3:5]), int(clock[6:])
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    return midnight + hours * 3600 + minutes * 60 + seconds


@lru_cache(64)
def _midnight(day: str, zone: str) -> float | None:
    date, _, year = day.rpartition("/")
    number, _, month = date.partition("/")
    try:
        offset = timezone(timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))) if zone else UTC
        return datetime(int(year), _MONTHS[month], int(number), tzinfo=offset).timestamp()
    except (ValueError, KeyError, IndexError, OverflowError):
        return None
