"""What one text means where a number, a share, a duration, a date or a path is asked for.

Every function takes the text as it stands in the file and gives the value, or raises Misread.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo

import re2

from floorwalker.core.conditions.definitions import WINDOWS
from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Window
from floorwalker.core.ruleset import Cap
from floorwalker.rulefile.problems import did_you_mean, one_of
from floorwalker.rulefile.wordings.numbers import cap_here, plain_number, prices_here
from floorwalker.rulefile.wordings.places import language_here
from floorwalker.rulefile.wordings.times import duration_here, moment_here, time_here, window_here
from floorwalker.rulefile.wordings.values import value_here

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}([,' ][0-9]{3})+(\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]{1,2}")
_UNITS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 7 * 86400,
    "month": 30 * 86400,
    "year": 365 * 86400,
}
_UNIT_WORDS = [word for unit in _UNITS for word in (unit, f"{unit}s")]
_DURATION = re.compile(r"(?P<number>\S+?)\s*(?P<unit>[^\W\d_]+)")
_MOMENT = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]+(?P<time>[0-9]{1,2}:[0-9]{2}))?")
_TIME = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})")
_CAP = re.compile(r"(?P<times>\S+)\s*(?:(?:per|a|every)\s+(?P<per>\w+)|(?P<ever>\w+))")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LONGEST_SAID = 80  # characters of a text in which another form is looked for
MOST_WEEKS = 52
_PERIODS = ("visit", "day", "week")
_YES = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


class Misread(Exception):
    """The text is not what the field asks for. `message` says what it is, `hint` what to write; `fragment`: the part
    of the text that is wrong, empty where that is all of it."""

    def __init__(self, message: str, hint: str, *, fragment: str = "") -> None:
        self.message, self.hint, self.fragment = message, hint, fragment
        super().__init__(f"{message}; {hint}")


def number(text: str) -> float:
    """A decimal number with a point."""
    if _NUMBER.fullmatch(text):
        return float(text)
    if _THOUSANDS.fullmatch(text):
        raise Misread(f"{text} holds a thousands mark", f"write {re.sub(r'[, ]', '', text).replace(chr(39), '')}")
    if _DECIMAL_COMMA.fullmatch(text):
        raise Misread(f"{text} holds a decimal comma", f"write {text.replace(',', '.')}")
    bare = re.sub(r"^(EUR|USD|GBP|CHF|[€$£])\s*|\s*(EUR|USD|GBP|CHF|[€$£])$", "", text)
    if bare != text and _NUMBER.fullmatch(bare):
        raise Misread(f"{text} holds a currency", f"write {bare}; amounts are in the site's currency")
    meant = _meant(plain_number, text)
    if meant is not None and text.strip().endswith("%"):
        raise Misread(f"{text} is a share", f"write a number without %, such as {meant}")
    raise Misread(f"{_shown(text)} is not a number", f"write {meant or 'a number such as 3 or 49.90'}")


def _meant(reader: Callable[[str], str | None], text: str) -> str | None:
    """What a short text means in another form."""
    return reader(text) if len(text) <= _LONGEST_SAID else None


def count(text: str) -> float:
    """A whole number from 0."""
    value = number(text)
    if value < 0 or value != int(value):
        raise Misread(f"{text} is no count", "write a whole number from 0")
    return value


def share(text: str) -> float:
    """`60 %` as 0.6."""
    bare = text.removesuffix("%").strip()
    if bare == text.strip():
        hint = "write a percentage such as 5 %"
        if _NUMBER.fullmatch(bare):
            value = float(bare)
            hint = f"write {value * 100:g} %" if 0 < value < 1 else f"write {bare} %"
        raise Misread(f"{_shown(text)} is no share: it lacks the %", hint)
    value = number(bare)
    if not 0 <= value <= 100:
        raise Misread(f"{text} is no share", "write from 0 % to 100 %")
    return value / 100


def duration(text: str) -> float:
    """`30 minutes` in seconds; a month is 30 days, a year 365."""
    match = _DURATION.fullmatch(text)
    reads_well = match is not None and match["number"][:1] in "-+0123456789" and _is_unit(match["unit"])
    meant = None if reads_well else _meant(duration_here, text)
    if meant is not None:
        raise Misread(f"{_shown(text)} is no duration", f"write {meant}")
    if match is None or not match["number"][-1:].isdigit():
        hint = f"say the unit: {text} minutes, {text} days" if _NUMBER.fullmatch(text) else "write 30 minutes or 7 days"
        raise Misread(f"{_shown(text)} is no duration", hint)
    unit = match["unit"].lower()
    if not _is_unit(unit):
        hint = did_you_mean(unit, _UNIT_WORDS, instead="write minutes, hours, days or weeks")
        raise Misread(f"{_shown(match['unit'])} is no unit of time", hint)
    value = number(match["number"])
    if value < 0 or value > 1_000_000:
        raise Misread(f"{text} is no duration", "write a positive number of a sensible size")
    return value * _UNITS[unit.removesuffix("s")]


def span(text: str) -> float:
    """`21 days` in seconds; longer than nothing."""
    seconds = duration(text)
    if seconds <= 0:
        raise Misread(f"{text} is no time at all", "write a longer one")
    return seconds


def weeks(text: str) -> int:
    """A number of weeks, from 1 to 52."""
    value = number(text.removesuffix("weeks").removesuffix("week").strip())
    if value != int(value) or not 1 <= value <= MOST_WEEKS:
        raise Misread(f"{_shown(text)} is no number of weeks", f"write a whole number from 1 to {MOST_WEEKS}")
    return int(value)


def _is_unit(word: str) -> bool:
    return word.lower() in _UNIT_WORDS


def window(text: str) -> Window:
    """`30 minutes`, `this visit`, `today`, `this week` or `this month`."""
    words = " ".join(text.lower().split())
    if words in WINDOWS:
        return Window(WINDOWS[words])
    if words.removeprefix("this ") in ("visit", "week", "month", "session") or words == "this day":
        meant = {"session": "this visit", "day": "today"}.get(words.removeprefix("this "))
        raise Misread(f"{text} is no window", f"write {meant or 'this ' + words.removeprefix('this ')}")
    if not text[:1].isdigit():
        meant = _meant(window_here, text)
        raise Misread(f"{_shown(text)} is no window", f"write {meant or f'30 minutes, 7 days, {one_of(WINDOWS)}'}")
    seconds = duration(text)
    if seconds <= 0:
        raise Misread(f"{text} is no window: nothing lies in it", "write a longer one")
    return Window("seconds", seconds)


def yes_no(text: str) -> bool:
    """yes or no, also true, false, on, off."""
    if (value := _YES.get(text.lower())) is None:
        meant = _meant(lambda said: value_here(said, ("yes", "no")), text)
        raise Misread(f"{_shown(text)} is neither yes nor no", f"write {meant or 'yes or no'}")
    return value


def moment(text: str, zone: ZoneInfo, *, end: bool = False) -> float:
    """A day or a minute in that zone, as seconds since 1970. As an end a day means the midnight after it."""
    day, minutes = day_and_time(text)
    if minutes is None:
        start = datetime(day.year, day.month, day.day, tzinfo=zone)
        return (_next_day(day, zone) if end else start).timestamp()
    over, rest = divmod(minutes, 1440)
    on = day + timedelta(days=over)
    return datetime(on.year, on.month, on.day, rest // 60, rest % 60, tzinfo=zone).timestamp()


def _next_day(day: date, zone: ZoneInfo) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone)


def day_and_time(text: str) -> tuple[date, int | None]:
    """`2027-04-30` or `2026-11-28 19:30`: the day, and the minutes into it where a time is given."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        meant = _meant(moment_here, text)
        raise Misread(f"{_shown(text)} is no date", f"write {meant or '2027-04-30 or 2027-04-30 19:30'}")
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        raise Misread(f"there is no day {match['day']}", "write year-month-day") from None
    if not 1971 <= day.year <= 9000:
        raise Misread(f"{match['day']} is out of range", "write a year from 1971 to 9000")
    return day, None if match["time"] is None else time_of_day(match["time"])


def time_of_day(text: str) -> int:
    """`22:00` as minutes since midnight; 24:00 is the end of the day."""
    match = _TIME.fullmatch(text)
    if match is None:
        meant = _meant(time_here, text)
        hint = f"write {meant or 'hours and minutes such as 19:30'}"
        raise Misread(f"{_shown(text)} is no time of day", hint)
    hour, minute = int(match["hour"]), int(match["minute"])
    if minute > 59 or hour * 60 + minute > 1440:
        raise Misread(f"there is no time {text}", "write from 00:00 to 24:00")
    return hour * 60 + minute


def cap(text: str) -> Cap:
    """`3 per visit`, `1 per day`, `2 per week` or `5 ever`."""
    match = _CAP.fullmatch(text.lower())
    per = None if match is None else match["per"] or match["ever"]
    if match is None or per is None or (per != "ever" if match["ever"] else per not in _PERIODS):
        meant = _meant(cap_here, text)
        raise Misread(f"{_shown(text)} is no cap", f"write {meant or '3 per visit, 1 per day, 2 per week or 5 ever'}")
    times = count(match["times"])
    if times < 1:
        raise Misread(f"{text} never shows it", "write at least 1, or take the entry out")
    return Cap(int(times), per)


def prices(text: str) -> Range:
    """`up to 100`, `above 800` or `100 to 800`; both ends are included but for `above`."""
    words = " ".join(text.lower().split())
    if words.startswith("up to "):
        return Range(high=number(words[6:]))
    if words.startswith("above "):
        return Range(low=number(words[6:]), low_open=True)
    low, to, high = words.partition(" to ")
    if not to:
        meant = _meant(prices_here, text)
        hint = f"write {meant or 'up to 100, 100 to 800 or above 800'}"
        raise Misread(f"{_shown(text)} is no span of prices", hint)
    span = Range(low=number(low), high=number(high))
    if number(low) > number(high):
        raise Misread(f"{text} is empty", f"write {high} to {low}")
    return span


def version(text: str) -> tuple[int, ...]:
    """`17` or `17.4.1`."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise Misread(f"{_shown(text)} is no version", "write numbers with points, such as 17 or 17.4")
    return tuple(map(int, parts))


def path(text: str) -> str:
    """A path pattern: begins with a slash, `*` is one segment, `**` any number."""
    if "://" in text:
        raise Misread(f"{_shown(text)} is a whole address", "write its path only, from the first single slash on")
    if not text.startswith("/"):
        raise Misread(f"{_shown(text)} is no path", f"write /{text.lstrip('*')}" if text.strip("*") else "write /**")
    if "?" in text or "#" in text:
        raise Misread(f"{_shown(text)} is more than a path", "leave out what follows ? or #; `query:` asks for that")
    if "{" in text or "}" in text:
        raise Misread(f"{_shown(text)} holds a capture", "write * for one segment; captures stand in `pages:`")
    return stars(text)


def stars(text: str) -> str:
    """A path in which `**` stands alone between slashes, and no more than four times."""
    segments = text.split("/")
    if any("**" in segment and segment != "**" for segment in segments) or segments.count("**") > 4:
        raise Misread(f"{_shown(text)} has ** inside a segment", "let ** stand alone between slashes, or write *")
    return text


def pattern(text: str) -> str:
    """A regular expression of RE2: linear-time, without look-around and back references."""
    options = re2.Options()
    options.log_errors = False
    if len(text) > 1000:
        raise Misread("this regular expression is too long", "write at most 1000 characters")
    try:
        re2.compile(f"(?i){text}", options)
    except re2.error as error:
        said = error.args[0]
        reason = (said.decode(errors="replace") if isinstance(said, bytes) else str(said)).replace("(?i)", "", 1)
        fragment = reason.partition(": ")[2]
        raise Misread(
            f"{_shown(text)} is no regular expression: {reason}",
            "mend it; look-around and back references do not work",
            fragment=fragment if fragment in text else "",
        ) from error
    return text


def network(text: str) -> str:
    """An address, or a network in CIDR form; bits beyond the prefix are dropped."""
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise Misread(f"{_shown(text)} is no address or network", "write 192.0.2.7 or 192.0.2.0/24") from None


def currency(text: str) -> str:
    """An ISO 4217 code."""
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise Misread(f"{text[:20]} is no currency code", "write three letters such as EUR")
    return text.upper()


def language(text: str) -> str:
    """A BCP 47 tag."""
    if not _LANGUAGE.fullmatch(text):
        plain = text.replace("_", "-")
        meant = _meant(language_here, text) or (plain if _LANGUAGE.fullmatch(plain) else None)
        raise Misread(f"{_shown(text)} is no language", f"write {meant or 'de or de-AT'}")
    return text


def coordinate(text: str, limit: int) -> float:
    """Degrees, from -limit to limit."""
    value = number(text)
    if abs(value) > limit:
        raise Misread(f"{text} is out of range", f"write degrees from -{limit} to {limit}")
    return value


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
