"""Choices as they are written: in this site's own cookie, by what else asks visitors, and in settings. Pure.

What cannot be read is an unclear choice: something was said, and all that is known is that it is no yes.
"""

import re
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

from floorwalker.core.consent import EVERYTHING, NOTHING_ALLOWED, UNCLEAR, Category, Choice

LONGEST_OWN = 120
LONGEST = 4096
POLICY = re.compile(r"[A-Za-z0-9_.-]{0,30}")

_EPOCH = date(1970, 1, 1)
_OWN = re.compile(rf"1\.(\d{{4}}-\d\d-\d\d)\.([a-z~]{{4,40}})\.({POLICY.pattern})")
_NO_CATEGORY = "none"
_YES = frozenset(("yes", "true", "1", "on", "all", "allow", "allowed", "accept", "accepted", "granted"))
_NO = frozenset((
    "no", "false", "0", "off", "none", "deny", "denied", "reject", "rejected", "refused", "necessary", "essential",
))  # fmt: skip
_NEEDED = frozenset(("necessary", "essential"))
_WORDS = re.compile(r"[a-z_-]+([,+|~. ]+[a-z_-]+)*")
_GROUP = re.compile(r"(?:^|,)(C000[23]):1(?=,|$)")
_GROUPS = re.compile(r"(?:^|&)groups=([^&]*)")
_FLAG = re.compile(r"[{,]\s*(preferences|statistics)\s*:\s*(true|false)\s*(?=[,}])")
_EXPLICIT = re.compile(r"[{,]\s*method\s*:\s*'explicit'")
_SAID_AT = re.compile(r"[{,]\s*utc\s*:\s*(\d{10,16})\s*(?=[,}])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_MS = 86_400_000


def written(choice: Choice) -> str:
    """The choice as the own cookie has it: what is allowed, the day and the policy, in characters that any cookie may
    hold."""
    granted = "~".join(sorted(choice.granted)) or _NO_CATEGORY
    return f"1.{_written_day(choice.day)}.{granted}.{choice.policy}"


def read_own(text: str, *, today: int) -> Choice:
    """The choice in the own cookie. today: days since 1970; a day that is still to come is none of ours."""
    choice = _read_own(text) if len(text) <= LONGEST_OWN else UNCLEAR
    return choice if choice.day <= today + 1 else UNCLEAR


@lru_cache(1024)  # there are as many as days, and each comes with every page
def _read_own(text: str) -> Choice:
    found = _OWN.fullmatch(text)
    day = _day(found[1]) if found else None
    if found is None or day is None or _written_day(day) != found[1]:
        return UNCLEAR
    names = [] if found[2] == _NO_CATEGORY else found[2].split("~")
    granted = frozenset([category for category in Category if category in names])
    if len(granted) != len(names):
        return UNCLEAR
    return Choice(granted, day, found[3], is_own=True)


def _written_day(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()


def read_words(text: str, *, today: int) -> Choice:
    """The choice in somebody else's cookie or header: yes, no, or the names of categories.

    Names that are none of ours count for nothing beside one that is; alone, nothing is clear.
    """
    text = unquote(text[: LONGEST + 1]).strip().lower()
    if text in _YES:
        return Choice(EVERYTHING, today)
    if text in _NO:
        return Choice(NOTHING_ALLOWED, today)
    if len(text) > LONGEST or not _WORDS.fullmatch(text):
        return UNCLEAR
    words = frozenset(re.split(r"[,+|~. ]+", text))
    known = frozenset([category for category in Category if category in words])
    if words & ((_YES | _NO) - _NEEDED) or not (known or words & _NEEDED):
        return UNCLEAR
    return Choice(known, today)


def read_onetrust(text: str, closed: str | None, *, today: int) -> Choice:
    """The choice in OneTrust's `OptanonConsent`: C0002 (performance) is analytics, C0003 (functional) personalization,
    both together are tests.

    closed: `OptanonAlertBoxClosed`, when the visitor answered. Without it the groups are only the tool's own default.
    """
    groups = _GROUPS.search(text) if len(text) <= LONGEST else None
    if groups is None:
        return UNCLEAR
    allowed = {found[1] for found in _GROUP.finditer(unquote_plus(groups[1]))}
    granted = _granted(analytics="C0002" in allowed, personalization="C0003" in allowed)
    awaits = "AwaitingReconsent=true" in text
    day = _day(closed[:10]) if closed else None
    return Choice(granted, min(day or today, today), is_clear=closed is not None and not awaits)


def read_cookiebot(text: str, *, today: int) -> Choice:
    """The choice in Cookiebot's `CookieConsent`: statistics are analytics, preferences personalization, both together
    are tests. `-1` is a visitor whom it did not ask, and 0 one who accepted nothing."""
    if text == "-1":
        return Choice(EVERYTHING, today, is_clear=False)
    if text == "0":
        return Choice(NOTHING_ALLOWED, today)
    plain = unquote(text) if len(text) <= LONGEST else ""
    flags = _FLAG.findall(plain)
    if sorted(name for name, _ in flags) != ["preferences", "statistics"]:
        return UNCLEAR
    told = dict(flags)
    granted = _granted(analytics=told["statistics"] == "true", personalization=told["preferences"] == "true")
    said_at = _SAID_AT.search(plain)
    day = int(said_at[1]) // _DAY_MS if said_at else today
    return Choice(granted, min(day, today), is_clear=_EXPLICIT.search(plain) is not None)


def _granted(*, analytics: bool, personalization: bool) -> frozenset[Category]:
    if analytics and personalization:
        return EVERYTHING
    if analytics:
        return frozenset((Category.ANALYTICS,))
    return frozenset((Category.PERSONALIZATION,)) if personalization else NOTHING_ALLOWED


def _day(text: str) -> int | None:
    """Days since 1970; None where it is no day."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return max((date.fromisoformat(text) - _EPOCH).days, 0)
    except ValueError:
        return None
