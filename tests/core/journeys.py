"""Made-up journeys through a shop, and what somebody who forgets nothing would say of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.asking import event_holds, page_holds
from floorwalker.core.conditions.matchers import AnyOf, Both, Exists, PathIs, Range, Text
from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.events import PAGE_VIEWED, Event, Page
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Site

SITE = Site(timezone="Europe/Berlin", week_starts=0)
CALENDAR = Calendar(SITE)
START = 1_772_000_000  # late February 2026
DAY = 86400

TYPES = ("product", "category", "article", "Home", "")
CATEGORIES = ("lenses", "Caméras", "bags", "tripods", "clearance", "")
TAGS = ("new", "sale", "New")
TOPICS = ("wildlife", "travel")
NAMES = ("Product Added", "Coupon Applied", "products searched")
GAPS = (0, 0, 1, 20, 90, 1799, 1800, 4000, DAY // 2, DAY, 3 * DAY, 40 * DAY)


def page_at_random(random: Random, *, products: int = 30) -> Page:
    category, number = random.choice(CATEGORIES), random.randrange(products)
    return Page(
        path=f"/{category}/p{number}" if category else f"/learn/{number}",
        type=random.choice(TYPES),
        category=category,
        product=f"p{number}" if random.random() < 0.5 else "",
        tags=tuple(random.sample(TAGS, random.randrange(3))),
        topics=tuple(random.sample(TOPICS, random.randrange(2))),
        price=random.choice((None, 99, 250.5)),
        price_tier=random.choice(("", "low", "high")),
    )


def journey(random: Random, length: int, *, gaps: tuple[int, ...] = GAPS, products: int = 30) -> list[Event]:
    """Events in order of arrival; now and then a clock steps back."""
    at = float(START)
    events = []
    for _ in range(length):
        at += random.choice(gaps)
        shown = at - 500 if random.random() < 0.1 else at + random.random()
        if random.random() < 0.75:
            events.append(Event(PAGE_VIEWED, shown, page=page_at_random(random, products=products)))
        else:
            properties = {"price": random.choice((5, 19.5, "20", "dear")), "size": random.choice("SML")}
            events.append(Event(random.choice(NAMES), shown, properties))
    return events


def walked(events: Iterable[Event], profile: Profile | None = None) -> Profile:
    profile = profile or Profile(seed=1)
    for event in events:
        profile, _ = fold(profile, event, Terms(CALENDAR))
    return profile


class Remembered(Struct):
    at: int
    event: Event


class PerfectMemory:
    """Every event, kept; every question answered by walking all of them."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.all: list[Remembered] = []
        self.visits: list[int] = []
        last_seen = last_activity = 0
        latest = 0
        for event in events:
            at = latest = max(int(event.at), latest)
            if self.visits and at - last_activity < 1800:
                last_activity = at
            elif event.name == PAGE_VIEWED:
                self.visits.append(at)
                last_activity = at
            last_seen = at
            self.all.append(Remembered(at, event))
        self.now, self.last_activity = last_seen, last_activity

    def start(self, window: Window, at: float) -> float:
        now = max(int(at), self.now)
        midnight = datetime.fromtimestamp(now, ZoneInfo(SITE.timezone)).replace(hour=0, minute=0, second=0, fold=0)
        match window.kind:
            case "seconds":
                return now - window.seconds
            case "visit":
                return self.visits[-1] if self.visits and now - self.last_activity < 1800 else now + 1
            case "today":
                return midnight.timestamp()
            case "week":
                return (midnight - timedelta(days=midnight.weekday())).timestamp()
            case "month":
                return midnight.replace(day=1).timestamp()
            case _:
                return 0

    def views(self, what: tuple[Field, ...], window: Window, at: float) -> list[Remembered]:
        start = self.start(window, at)
        views = [one for one in self.all if one.at >= start and one.event.name == PAGE_VIEWED]
        return [one for one in views if page_holds(what, one.event.page or Page())]

    def events(self, what: tuple[Field, ...], window: Window, at: float) -> list[Remembered]:
        start = self.start(window, at)
        return [one for one in self.all if one.at >= start and event_holds(what, one.event.name, one.event.properties)]

    def visits_since(self, window: Window, at: float) -> list[int]:
        start = self.start(window, at)
        return [began for began in self.visits if began >= start]


def any_of(*values: str, patterns: tuple[str, ...] = ()) -> AnyOf:
    return AnyOf(frozenset(values), patterns)


VIEW_QUESTIONS: tuple[tuple[Field, ...], ...] = (
    (),
    (Field("type", any_of("product")),),
    (Field("type", any_of("home", "article")),),
    (Field("category", any_of("cameras")),),
    (Field("category", any_of("bags", "lenses")),),
    (Field("category", any_of("never-seen")),),
    (Field("category", any_of(patterns=("*s",))),),
    (Field("category", Text("starts_with", ("c",))),),
    (Field("category", Text("matches", ("^C",))),),
    (Field("category", Exists(False)),),
    (Field("product", any_of("p3")),),
    (Field("product", any_of("p3", "p4", "p5")),),
    (Field("tag", any_of("new")),),
    (Field("tag", any_of("new", "sale")),),
    (Field("topic", any_of("wildlife")),),
    (Field("price_tier", any_of("low")),),
    (Field("price", Range(low=100)),),
    (Field("path", PathIs(("/lenses/p1", "/bags/p2/"))),),
    (Field("path", PathIs(("/learn/**",))),),
    (Field("path", PathIs(("/*/p7",))),),
    (Field("type", any_of("product")), Field("category", any_of("lenses"))),
    (Field("type", any_of("product")), Field("category", any_of("never-seen"))),
    (Field("type", Both((Exists(True), any_of("product")))),),
)
EVENT_QUESTIONS: tuple[tuple[Field, ...], ...] = (
    (),
    (Field("event", any_of("product added")),),
    (Field("event", any_of("coupon applied", "products searched")),),
    (Field("event", any_of(patterns=("product*",))),),
    (Field("event", any_of("never happened")),),
    (Field("event", any_of("product added")), Field("where", any_of("s", "m"), key="size")),
    (Field("event", any_of("product added")), Field("where", Range(low=10), key="price")),
    (Field("event", any_of("never happened")), Field("where", Range(low=10), key="price")),
)
WINDOWS = (
    *(Window("seconds", seconds) for seconds in (60, 1800, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY)),
    *(Window(kind) for kind in ("visit", "today", "week", "month", "ever")),
)
