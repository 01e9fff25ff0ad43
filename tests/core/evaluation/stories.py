"""Random journeys as plain data, and the profile that the package makes of them."""

import json
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from floorwalker.core.advance import Corridor
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.events import Event
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.reading.clock import local_time
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.rulefile import read
from tests.core.evaluation.language import FUNNELS
from tests.core.holdings import held
from tests.core.visitors import moment_of, signals_of

Plain = dict[str, Any]

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata")
STARTS = [
    datetime(*day, tzinfo=ZoneInfo("UTC")).timestamp()
    for day in (
        (2026, 3, 28, 22, 30), (2026, 3, 27, 9), (2026, 10, 24, 21), (2026, 10, 25, 0, 20), (2026, 10, 31, 23),
        (2026, 4, 4, 14), (2026, 10, 3, 14), (2026, 3, 7, 20), (2026, 2, 28, 22, 55), (2026, 12, 31, 22, 50),
    )
]  # fmt: skip
"""The eves of days on which clocks change, somewhere, and of months and years that end."""
GAPS = (0, 0, 0.4, 1, 20, 20, 90, 600, 1799, 1800, 1800.6, 4000, 43200, 86400, 90000, 7 * 86400, 23 * 86400)

PAGES = (
    {"path": "/", "type": "home"},
    {"path": "/cart", "type": "checkout"},
    {
        "path": "/lenses/p1",
        "type": "product",
        "category": "lenses",
        "product": "p1",
        "price": 99.0,
        "price_tier": "low",
    },
    {
        "path": "/lenses/p2",
        "type": "product",
        "category": "Lenses",
        "product": "p2",
        "price": 250.5,
        "price_tier": "high",
        "brand": "Nikon",
        "tags": ["new"],
    },
    {
        "path": "/bags/p2",
        "type": "Product",
        "category": "bags",
        "product": "p2",
        "tags": ["sale", "new"],
        "price_tier": "low",
    },
    {"path": "/cameras/", "type": "category", "category": "Caméras", "topics": ["wildlife"]},
    {"path": "/learn/birds", "type": "article", "topics": ["wildlife", "travel"]},
    {"path": "/search", "type": "search", "search": "carbon tripod"},
    {"path": "/x/y/p1"},
)
ARRIVALS: tuple[Plain, ...] = (
    {},
    {"referrer": {"medium": "internal"}},
    {"referrer": {"medium": "internal"}},
    {"referrer": {"medium": "internal"}},
    {
        "referrer": {
            "medium": "search",
            "source": "Google",
            "domain": "www.google.com",
            "url": "https://www.google.com/",
        },
        "search": {"engine": "google", "keywords": "Second-Hand tripod"},
        "channel": "Organic Search",
    },
    {"referrer": {"medium": "search", "source": "bing"}, "search": {"engine": "bing"}, "channel": "Organic Search"},
    {
        "referrer": {"medium": "referral", "domain": "pay.example", "url": "https://pay.example/x"},
        "channel": "Referral",
    },
    {
        "campaign": {"source": "newsletter", "medium": "email", "name": "Spring-Sale", "term": "birds in flight"},
        "referrer": {"medium": "email"},
        "channel": "Email",
    },
    {
        "ad": {"network": "google", "banner": "x"},
        "campaign": {"name": "autumn", "medium": "cpc"},
        "referrer": {"medium": "ad"},
        "channel": "Paid Search",
    },
)
TOLD: dict[str, tuple[Any, ...]] = {
    "device": (
        {},
        {"type": "mobile", "os": "iOS", "os_version": "17.4.1", "browser": "Safari", "browser_version": "16.5"},
        {"type": "desktop", "brand": "x", "browser_version": "15.6"},
    ),
    "languages": ([], ["de-at", "en"], ["en-us"]),
    "connection": (None, "3g", "save-data"),
    "place": (
        None,
        {"country": "DE", "continent": "EU", "region": "x", "city": "Berlin", "latitude": 52.4, "longitude": 13.5},
        {"country": "AT"},
        {"latitude": 0.0, "longitude": 179.9, "city": "Linköping"},
    ),
    "address": (None, "192.0.2.7", "::ffff:192.0.2.9", "nonsense", "2001:db8::1"),
    "timezone": (None, "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe"),
    "query": ({}, {"ref": "S", "n": "19.5"}, {"n": "four", "ref": ""}),
    "headers": ({}, {"x-shop": "xyz", "x-age": "5"}),
    "cookies": ({}, {"ab": "x1"}),
    "attributes": ({}, {"stock": 20, "member": True}, {"stock": 19.5, "member": "S"}),
}
HELD: dict[str, tuple[Any, ...]] = {
    "user": ("u1",),
    "traits": ({"newsletter": True, "age": 20, "email": "anna@shop.example"}, {"age": "S"}),
    "cart": (
        {"items": [{"product": "p1", "name": "Tall one", "price": 30.0, "quantity": 2}], "idle": 3600},
        {"items": [{"product": "p9", "category": "bags", "price": 50.0}], "currency": "USD", "idle": 6, "checkout": 60},
        {},
    ),
    "interests": (
        {"history": {"wildlife": 3.0, "travel": 1.0}, "events": 9, "dominant": "wildlife"},
        {"session": {"travel": 1.0}, "history": {"wildlife": 3.0}, "events": 4},
    ),
    "consent": (["Marketing"], ["personalization", "x"]),
    "notes": (["Asked about Trade-in"], ["x", "hello"]),
    "learned": (
        {"lifecycle": "loyal", "micro_segment": "Night-Owls", "propensities": {"purchase": 0.5}},
        {"next_interests": ["travel", "wildlife"], "propensities": {"signup": 0.75}},
    ),
    "contacts": ({"email": [4, 1]}, {"email": [2, 2], "site": [4, 4]}),
}
ORDERS = (
    {
        "amount": 50.0,
        "currency": "EUR",
        "bought": [{"product": "p1", "category": "lenses", "price": 50.0, "quantity": 2}],
    },
    {
        "amount": 250.5,
        "currency": "EUR",
        "bought": [{"category": "Bags", "tags": ["new"], "price_tier": "high"}, {"brand": "Nikon"}],
    },
    {"amount": 10.0, "currency": "USD"},
)
ORDER_AGES = (30, 3600, 86400, 9 * 86400, 40 * 86400)


def rules_of(zone: str, week_starts: str, segments: Plain) -> Plain:
    """A folder's sections, as plain data."""
    return {
        "site": {
            "timezone": zone,
            "week_starts": week_starts,
            "currency": "EUR",
            "price_tiers": {"low": "up to 100", "high": "above 100"},
        },
        "pages": [{"path": f"/{one}", "type": one} for one in ("product", "category", "article", "home")],
        "places": {"shops": [{"lat": "52.52", "lon": "13.40"}, {"lat": "53.55", "lon": "9.99"}]},
        "topics": {"wildlife": {"about": "birds"}, "travel": {"about": "the world"}},
        "blocks": {"workshop": {"text": "W"}, "spring": {"text": "S"}},
        "slots": {
            "hero": {"show": [{"block": "workshop"}, {"block": "spring"}]},
            "ribbon": {"show": [{"block": "spring"}]},
        },
        "funnels": FUNNELS,
        "segments": segments,
    }


def ruleset_of(rules: Plain) -> Ruleset:
    """The rules as the loader reads them; JSON is YAML."""
    ruleset, problems = read({"rules.yaml": json.dumps(rules, ensure_ascii=False).encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


def story(dice: Random, length: int, *, gaps: tuple[float, ...] = GAPS) -> Plain:
    """What happened; two tabs, pauses that end visits, now and then a clock that steps back. The last is a page."""
    at = dice.choice(STARTS) + dice.random()
    past = [_view(dice, at)]
    for _ in range(length):
        at += dice.choice(gaps)
        shown = at - dice.choice((0.5, 500, 4000)) if dice.random() < 0.06 else at
        past.append(_happening(dice, shown, past))
    past.append(_view(dice, at + dice.choice(gaps)) if dice.random() < 0.9 else _view(dice, at - 700))
    past[-1]["told"].update({name: dice.choice(values) for name, values in TOLD.items()})
    has = {name: dice.choice(values) for name, values in HELD.items() if dice.random() < 0.5}
    if dice.random() < 0.6:
        has["orders"] = [{**dice.choice(ORDERS), "ago": dice.choice(ORDER_AGES)} for _ in range(dice.randrange(4))]
    return {"seed": dice.getrandbits(64), "remembered": True, "past": past, "has": has}


def _happening(dice: Random, at: float, past: list[Plain]) -> Plain:
    kind = dice.choices(("view", "event", "shown", "clicked", "error"), (60, 25, 8, 4, 3))[0]
    shown = [one for one in past if one["kind"] == "shown" and one["arm"] == "treatment"]
    if kind == "view":
        return _view(dice, at)
    if kind == "error":
        return {**_view(dice, at), "kind": "error"}
    if kind == "shown" or (kind == "clicked" and not shown):
        block, slot = dice.choice((("workshop", "hero"), ("spring", "hero"), ("spring", "ribbon")))
        return {
            "kind": "shown",
            "at": past[-1]["at"],  # with what came before
            "block": block,
            "slot": slot,
            "arm": dice.choice(("treatment",) * 3 + ("control",)),
        }
    if kind == "clicked":
        one = dice.choice(shown)
        properties = {"block": one["block"], "slot": one["slot"]}
        return {"kind": "event", "at": at, "name": "Slot Clicked", "properties": properties}
    properties = {"price": dice.choice((5, 19.5, "20", "dear", True, -3)), "size": dice.choice("SML")}
    if dice.random() < 0.3:
        properties = {"query": dice.choice(("cheap tripod", "x"))}
    name = dice.choice(("Product Added", "Coupon Applied", "products searched", "Products Searched"))
    return {"kind": "event", "at": at, "name": name, "properties": properties}


def _view(dice: Random, at: float) -> Plain:
    return {"kind": "view", "at": at, "page": dice.choice(PAGES), "told": dict(dice.choice(ARRIVALS))}


def signals_at(one: Plain, zone: str) -> Signals:
    """What the request of a page told."""
    told, page = one["told"], one["page"]
    clock = local_time(one["at"], told.get("timezone") or zone)
    given = {"path": page["path"], "landing_page": page["path"], "page": page, **told}
    return msgspec.structs.replace(signals_of(one["at"], **given), at=one["at"], local_time=clock)


def profile_of_story(corridor: Corridor, story: Plain) -> Profile:
    """The profile that live traffic leaves, page by page and event by event."""
    profile = Profile(seed=story["seed"])
    for one in story["past"]:
        match one["kind"]:
            case "view" | "error":
                kind = HitKind.VIEW if one["kind"] == "view" else HitKind.ERROR
                hit = Hit(at=one["at"], url=one["page"]["path"], kind=kind)
                profile, _ = corridor.advance(profile, hit, signals_at(one, corridor.ruleset.site.timezone))
            case "event":
                profile, _ = corridor.fold(profile, Event(one["name"], one["at"], one["properties"]))
            case _:
                profile, _ = corridor.show(profile, [Showing(one["slot"], one["block"], one["arm"])], at=one["at"])
    now = max(int(one["at"]) for one in story["past"])
    return msgspec.structs.replace(profile, **held(now, story["has"]))


def moment_of_story(ruleset: Ruleset, profile: Profile, story: Plain) -> Moment:
    last = story["past"][-1]
    signals = signals_at(last, ruleset.site.timezone)
    return moment_of(ruleset, profile, signals, at=last["at"], remembered=story["remembered"])
