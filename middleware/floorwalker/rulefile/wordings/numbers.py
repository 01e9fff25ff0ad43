"""Numbers with words or signs around them, as people say them: `at least 3`, `3+`, `2-5`, `> 100`."""

import re

_WORDS = (
    ("at_least", r"at least|atleast|>=|=>|≥|min(?:imum)?|from|no less than|not less than"),
    ("at_most", r"at most|atmost|<=|=<|≤|max(?:imum)?|up to|no more than|not more than"),
    ("more_than", r"more than|greater than|over|above|>|exceeds"),
    ("less_than", r"less than|fewer than|under|below|<|lower than"),
    ("exactly", r"exactly|equals?|equal to|is|==?"),
)
_AMOUNT = r"[€$£]?\s*[0-9][0-9.,]{0,14}(?:\s*(?:%|€|\$|£|[^\W\d_]+))?"
_BETWEEN = re.compile(rf"(?:between|from)?\s*(?P<low>{_AMOUNT}?)\s*(?:-|–|\.\.+|to|and|until|,)\s*(?P<high>{_AMOUNT})")
_PLUS = re.compile(r"(?P<amount>[0-9][0-9.,]*)\s*(?:\+|or more|and more|and above|and up)")
_ONE_TO_TWELVE = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_COUNTS = {word: str(number) for number, word in enumerate(_ONE_TO_TWELVE, 1)}
_COUNTS |= {"zero": "0", "a": "1", "an": "1", "once": "1", "twice": "2", "dozen": "12", "twenty": "20", "thirty": "30"}
_COUNTS |= {"fifty": "50", "hundred": "100"}


def as_operators(text: str) -> str | None:
    """What somebody who wrote `at least 3` meant: `{at_least: 3}`; None where that cannot be told."""
    said = " ".join(text.lower().split())
    for operator, words in _WORDS:
        if found := re.fullmatch(rf"(?:{words})\s*(?P<amount>{_AMOUNT})", said):
            return f"{{{operator}: {found['amount'].strip()}}}"
    if found := _PLUS.fullmatch(said):
        return f"{{at_least: {found['amount']}}}"
    if found := _BETWEEN.fullmatch(said):
        return f"{{between: [{found['low'].strip()}, {found['high'].strip()}]}}"
    return None


def two_ends(text: str) -> str | None:
    """What somebody who wrote `2 to 5` meant: `[2, 5]`."""
    found = _BETWEEN.fullmatch(" ".join(text.lower().split()))
    return f"[{found['low'].strip()}, {found['high'].strip()}]" if found else None


def prices_here(text: str) -> str | None:
    """`0-100`, `< 100`, `100+` as a span of prices."""
    found = re.fullmatch(r"\{(\w+): \[?([^\],}]+)(?:, ([^\]]+))?\]?\}", as_operators(text) or "")
    if found is None:
        return None
    operator = found[1]
    ends = [re.sub(r"[^0-9.]", "", end) for end in found.groups()[1:] if end is not None]
    if not all(re.fullmatch(r"[0-9]+(\.[0-9]+)?", end) for end in ends):
        return None
    if len(ends) > 1:
        return f"up to {ends[1]}" if float(ends[0]) == 0 else f"{ends[0]} to {ends[1]}"
    return f"up to {ends[0]}" if operator in ("less_than", "at_most") else f"above {ends[0]}"


def in_digits(text: str) -> str | None:
    """`three` as `3`, `once` as `1`; None for other words."""
    return _COUNTS.get(text.strip().lower())


def plain_number(text: str) -> str | None:
    """A number without what stands around it: `1k`, `50 euros`, `1_000`, `1.000,50`, `fifty`, `80 %`."""
    said = text.strip().lower()
    if (digits := in_digits(said)) is not None:
        return digits
    if found := re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*k", said):
        return f"{float(found[1]) * 1000:.0f}"
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3}){1,4}(,[0-9]{1,2})?", said):
        return said.replace(".", "").replace(",", ".")
    if re.fullmatch(r"[0-9]{1,3}(_[0-9]{3}){1,4}", said):
        return said.replace("_", "")
    if found := re.fullmatch(r"([0-9]{1,6})e([0-9])", said):
        return str(int(found[1]) * 10 ** int(found[2]))
    found = re.fullmatch(r"[^0-9+-]{0,9}?\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*[^0-9.,]{1,12}", said)
    return found[1] if found else None


_CAP = re.compile(
    r"(?P<times>\w+)\s*(?:x|times|mal)?\s*(?:/|per|an?|every|each|pro|in a|within a)?\s*"
    r"(?P<per>visits?|sessions?|days?|weeks?|dai?ly|weekly|ever|total|overall|lifetime|altogether)"
)
_PERIODS = {"session": "visit", "dai": "day", "daily": "day", "dayly": "day", "weekly": "week"}
_LONGEST_COUNT = 10  # digits
_EVER = ("ever", "total", "overall", "lifetime", "altogether")


def cap_here(text: str) -> str | None:
    """`once per session`, `3x/day`, `2 times a week` as a cap."""
    said = " ".join(text.lower().split())
    if said in ("daily", "weekly"):
        said = f"once {said}"
    if (number := in_digits(said) or said).isdecimal() and len(number) < _LONGEST_COUNT:
        return f"{number} per visit, {number} per day or {number} ever"
    found = _CAP.fullmatch(said)
    times = None if found is None else in_digits(found["times"]) or re.sub(r"x$", "", found["times"])
    if found is None or times is None or not times.isdecimal() or len(times) >= _LONGEST_COUNT:
        return None
    per = found["per"].removesuffix("s")
    return f"{times} ever" if per in _EVER else f"{times} per {_PERIODS.get(per, per)}"
