"""Days, times and durations as people write them, in the one form that rules take."""

import re
from collections.abc import Iterator
from datetime import date

from floorwalker.rulefile.wordings.numbers import in_digits

_UNITS = """
seconds: s sec secs sekunde sekunden seconde secondes segundo segundos
minutes: m min mins minute minuten minutos minuti
hours: h hr hrs std stunde stunden heure heures hora horas ora ore
days: d dy tag tage tagen jour jours dia dias día días giorno giorni night nights
weeks: w wk wks woche wochen semaine semaines semana semanas settimana settimane
months: mo mon mth mths monat monate monaten mois mes meses mese mesi
years: y yr yrs jahr jahre jahren an ans année années año años anno anni
"""
_UNIT_OF = {
    word: unit
    for line in _UNITS.strip().split("\n")
    for unit, _, words in [line.partition(": ")]
    for word in (*words.split(), unit, unit[:-1])
}
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_HALVES = {"hour": "30 minutes", "day": "12 hours", "week": "84 hours", "month": "15 days", "year": "182 days"}
_EVERY = {"daily": "1 day", "weekly": "1 week", "hourly": "1 hour", "monthly": "1 month", "overnight": "12 hours"}
_LEADING = re.compile(r"^(?:in|within|over|for|during|since|the|last|past|previous|these|of|about|ca\.?|~|max\.?)\s+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_ELSEWHERE = {"mär": 3, "mai": 5, "okt": 10, "dez": 12, "fév": 2, "avr": 4, "aoû": 8, "déc": 12, "ene": 1}
_WITH_ZONE = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2}|[A-Z]{3,4})?"
)
_WINDOW_WORDS = {
    "yesterday": "2 days, or today",
    "last week": "7 days, or this week",
    "past week": "7 days, or this week",
    "last month": "30 days, or this month",
    "past month": "30 days, or this month",
    "last year": "1 year",
    "past year": "1 year",
    "this year": "1 year",
    "last quarter": "90 days",
    "last hour": "1 hour",
    "last day": "1 day",
    "last visit": "this visit, or ask away: and exit_page: of the visit before",
    "now": "1 minute, or this visit",
    "always": "nothing: without within everything counts",
    "ever": "nothing: without within everything counts",
    "all time": "nothing: without within everything counts",
    "lifetime": "nothing: without within everything counts",
}


def window_here(text: str) -> str | None:
    """What to write for `last 7 days`, `past week`, `yesterday`; None where that cannot be told."""
    said = " ".join(text.lower().replace("_", " ").split())
    return _WINDOW_WORDS.get(said) or duration_here(said)


def duration_here(text: str) -> str | None:
    """`7d`, `a week`, `three days`, `1 hour 30 minutes` as a duration of one number and one unit."""
    said = " ".join(text.lower().split())
    while (shorter := _LEADING.sub("", said)) != said:
        said = shorter
    if found := re.fullmatch(r"(?:a )?half (?:an |a )?(\w+)", said):
        return _HALVES.get(found[1])
    if said in _EVERY:
        return _EVERY[said]
    parts = list(_parts(said))
    if not parts:
        return None
    if len(parts) == 1:
        number, unit = parts[0]
        return f"{number} {unit[:-1] if number == '1' else unit}"
    if not all(unit in _SECONDS and number.isdecimal() for number, unit in parts):
        return None
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    return f"{seconds // 60} minutes" if seconds % 60 == 0 else f"{seconds} seconds"


def _parts(said: str) -> Iterator[tuple[str, str]]:
    """Numbers with their units; none at all where something else stands there."""
    pieces = re.findall(r"([0-9]+(?:\.[0-9]+)?|[^\W\d_]+)\s*-?\s*([^\W\d_]+)(?:\s*(?:,|and|und|et)\s*|\s+|$)", said)
    whole = sum(len(number) + len(unit) for number, unit in pieces)
    if not pieces or whole < len(re.sub(r"\b(and|und|et)\b|[\s,-]", "", said)):
        return
    read = [(in_digits(number) or number, _UNIT_OF.get(unit)) for number, unit in pieces]
    if all(number[0].isdigit() and unit for number, unit in read):
        yield from ((number, unit) for number, unit in read if unit)


def day_here(text: str) -> str | None:
    """A day in another order as year-month-day; two of them where the order could be either."""
    said = text.strip().lower().rstrip(".")
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", said):
        return _day(found[1], found[2], found[3])
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", said):
        return _day(found[1], found[2], found[3])
    if found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})", said):
        return _day(found[3], found[2], found[1])
    if found := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})", said):
        days = dict.fromkeys([_day(found[3], found[2], found[1]), _day(found[3], found[1], found[2])])
        return " or ".join(day for day in days if day) or None
    return _day_by_name(said)


def _day_by_name(said: str) -> str | None:
    words = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", said).replace(",", " ").replace(".", " ").split()
    months = [number for word in words if (number := _month(word))]
    numbers = [word for word in words if word.isdecimal()]
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) < 3]
    if len(months) == len(years) == len(days) == 1:
        return _day(years[0], str(months[0]), days[0])
    return None


def _month(word: str) -> int | None:
    start = word[:3]
    return _MONTHS.index(start) + 1 if start in _MONTHS else _MONTHS_ELSEWHERE.get(start)


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat()
    except ValueError:
        return None


def moment_here(text: str) -> str | None:
    """A day with a time in other forms, `2026-12-24 7pm` or with a zone, as `2026-12-24 19:00`."""
    said = text.strip()
    if found := _WITH_ZONE.fullmatch(said):
        return f"{found[1]} {found[2]}; it is a time of the site's zone"
    if (day := day_here(said)) is not None:
        return day
    head, _, tail = said.rpartition(" ")
    for day, time in ((head, tail), (head.rpartition(" ")[0], f"{head.rpartition(' ')[2]} {tail}")):
        written = re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)
        when = day if written else day_here(day.rstrip(","))
        clock = time_here(time) or (time if re.fullmatch(r"\d{1,2}:\d{2}", time) else None)
        if when and clock and " or " not in when:
            return f"{when} {clock}"
    if re.fullmatch(r"\d{4}-\d{1,2}", said):
        return f"the day, too, such as {said}-01"
    return None


def time_here(text: str) -> str | None:
    """`7pm`, `19.30`, `1930`, `19 Uhr`, `noon` as hours and minutes."""
    said = " ".join(text.lower().replace(".", ":").split())
    if said in ("noon", "midday"):
        return "12:00"
    if said == "midnight":
        return "00:00, or 24:00 as an end"
    if found := re.fullmatch(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*([ap]):?\s?m:?", said):
        hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0)
        return f"{hour:02}:{found[2] or '00'}" if 1 <= int(found[1]) <= 12 else None
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*(?:h|uhr|o'clock|hrs|hours)?", said)
    found = found or re.fullmatch(r"(\d{2})(\d{2})", said) or re.fullmatch(r"(\d{1,2})\s?h\s?(\d{2})", said)
    if found and int(found[1]) < 25 and int(found[2] or 0) < 60:
        return f"{int(found[1]):02}:{found[2] or '00'}"
    return None
