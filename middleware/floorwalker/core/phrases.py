"""Phrases: a portrait's values as one person tells them to another. Pure, plain texts; whoever prints them escapes."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from floorwalker.core.events import ERROR_VIEWED, ORDER_COMPLETED, PAGE_LEFT, PAGE_VIEWED

_DAY_S: Final = 86_400
_SPANS: Final = ((365.25, "year"), (30.44, "month"), (7.0, "week"), (1.0, "day"))
_LONGEST: Final = 60
_NAMED: Final = ("name", "username", "email")
_TELLING: Final = (
    "query", "search", "product", "name", "product_id", "order_id", "path", "type", "category", "block", "slot",
    "campaign_name", "email_subject",
)  # fmt: skip
_OF_PAGES: Final = frozenset((PAGE_VIEWED, ERROR_VIEWED, PAGE_LEFT))
_STANDING: Final = {
    "new": "is new here",
    "loyal": "comes again and again",
    "active": "still comes",
    "at-risk": "may not come again",
    "churned": "has probably left",
    "under-monetized": "comes often and spends little",
}


def called(drawn: Mapping[str, Any]) -> str:
    """What to call somebody: their name, else what else names them; empty where nothing does."""
    traits: Mapping[str, Any] = drawn["traits"]
    both = " ".join(str(traits[one]) for one in ("first_name", "last_name") if traits.get(one))
    both = both or " ".join(str(traits[one]) for one in ("firstName", "lastName") if traits.get(one))
    name, *others = (str(traits.get(one) or "") for one in _NAMED)
    return next((one for one in (name, both, *others, str(drawn["user"] or "")) if one), "")


def standing_words(lifecycle: str | None) -> str:
    """How somebody stands with the site; empty where that is not known."""
    return _STANDING.get(lifecycle or "", lifecycle or "")


def moment(iso: str | None, zone: tzinfo) -> str:
    """A time as a clock on the wall of the site shows it: `Sun 22 Nov 2026, 14:32`."""
    return f"{_in(iso, zone):%a} {_in(iso, zone).day} {_in(iso, zone):%b %Y, %H:%M}" if iso else ""


def day(iso: str | None, zone: tzinfo) -> str:
    """The day of a time: `22 Nov 2026`."""
    return f"{_in(iso, zone).day} {_in(iso, zone):%b %Y}" if iso else ""


def clock(iso: str | None, zone: tzinfo) -> str:
    """The time of a day: `14:32`."""
    return f"{_in(iso, zone):%H:%M}" if iso else ""


def ago(iso: str | None, *, at: float, zone: tzinfo) -> str:
    """How long ago that was, as people say it. at: now, seconds since 1970."""
    if not iso:
        return ""
    then = _in(iso, zone)
    days = (datetime.fromtimestamp(at, zone).date() - then.date()).days
    if days < 1:
        minutes = int(at - then.timestamp()) // 60
        return "just now" if minutes < 1 else f"{_counted(minutes, 'minute')} ago" if minutes < 60 else "today"
    if days == 1:
        return "yesterday"
    length, unit = next(one for one in _SPANS if days >= one[0])
    return f"{_counted(int(days / length), unit)} ago"


def money(amount: float, currency: str) -> str:
    """An amount with its currency: `1,234.50 EUR`."""
    return f"{amount:,.2f} {currency}"


def hours(usual: list[int]) -> str:
    """The hours at which somebody comes: `20 to 21 h, 8 to 9 h`."""
    return ", ".join(f"{hour} to {(hour + 1) % 24} h" for hour in usual)


def came_by(touch: Mapping[str, Any] | None) -> str:
    """How an arrival came about: `Organic Search, google: “cheap tripod”`."""
    if not touch:
        return ""
    source = ", ".join(dict.fromkeys(str(one) for one in (touch["channel"], touch["source"]) if one))
    told = [f"campaign {touch['campaign']}" if touch["campaign"] else "", touch["keywords"] or ""]
    return ": ".join([source, ", ".join(one for one in told if one)]) if any(told) else source


def happened(event: Mapping[str, Any]) -> str:
    """The one thing that an event was about, such as a page, a product or words; empty where nothing tells."""
    properties: Mapping[str, Any] = event["properties"]
    telling = ("search", "path") if event["event"] in _OF_PAGES else _TELLING
    told = next((str(properties[one]) for one in telling if properties.get(one) not in (None, "")), "")
    amount = properties.get("revenue")
    if event["event"] == ORDER_COMPLETED and isinstance(amount, int | float):
        told = f"{told}, {amount:,.2f}" if told else f"{amount:,.2f}"
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"


def _in(iso: str | None, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(iso or "1970-01-01T00:00:00Z").astimezone(zone)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
