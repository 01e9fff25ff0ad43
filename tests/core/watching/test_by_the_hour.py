"""Each kind of condition that time moves: looked at every hour, nothing changes before it was said to be due."""

import pytest

from floorwalker.core.advance import Corridor
from floorwalker.core.events import Event, Item, Page
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.core.watching.watch import Watch
from floorwalker.rulefile import read

DAY, HOUR = 86400, 3600
START = 1_790_000_000.5  # in September 2026, so that clocks go back meanwhile
SITE = "site: {timezone: Europe/Berlin, price_tiers: {low: up to 100, high: above 100}}\n"
BLOCKS = "blocks: {spring: {text: S}}\nslots: {hero: {show: [{block: spring}]}}\n"
FUNNELS = "funnels: {buy: [{viewed: /p}, {viewed: /checkout}]}\n"

CONDITIONS = [
    "viewed: {path: /p, at_least: 3, within: 21 days}",
    "viewed: {path: /p, within: today}",
    "viewed: {path: /p, within: this week}",
    "viewed: {path: /p, within: this month}",
    "viewed: {path: /p, within: this visit}",
    "viewed: {path: /p, ago: {at_least: 8 hours, less_than: 3 days}}",
    "did: {event: Product Added, within: 30 days}",
    "did_in_order: {steps: [{viewed: /a}, {viewed: /p}], within: 20 days}",
    "did_regularly: {viewed: /p, weeks: 3, of: 4}",
    "stopped: {viewed: /p, was: {weeks: 3, of: 4}, for: 21 days}",
    "restarted: {viewed: /p, after: 5 days, within: 9 days}",
    "funnel: {name: buy, stuck_at: /p, ago: {at_most: 10 days}}",
    "visits: {at_least: 2, within: 14 days}",
    "frequency: {at_least: 0.9}",
    "first_visit: {ago: {at_least: 50 days}}",
    "cart: {idle: {at_least: 1 hour, at_most: 4 days}}",
    "orders: {at_least: 1, within: 12 days}",
    "saw: {block: spring, within: 16 days}",
    "preferred_price_tier: high",
    "date: {from: 2026-11-20, until: 2026-11-25}",
    "time: {from: 18:00, until: 01:30, zone: site, days: [friday, sunday]}",
    "lifecycle: [at-risk, churned]",
    "none: [{viewed: {path: /p, within: 10 days}}]",
]


def ruleset_of(condition: str) -> Ruleset:
    rules = f"{SITE}{BLOCKS}{FUNNELS}segments: {{a: {{watch: yes, when: {{{condition}}}}}}}"
    ruleset, problems = read({"r.yaml": rules.encode()})
    assert ruleset is not None, problems
    return ruleset


def weekly(corridor: Corridor) -> tuple[Profile, float]:
    """Somebody who came once a week for six weeks, and put something into the cart the last time."""
    profile, at = Profile(seed=1), START
    for week in range(6):
        at = START + week * 7 * DAY + week * 1234
        for number, path in enumerate(("/a", "/p", "/p")):
            page = corridor.page(Hit(at=at, url=path, kind=HitKind.VIEW))
            signals = Signals(at=at, url=path, path=path, page=page)
            hit = Hit(at=at + 60 * number, url=path, kind=HitKind.VIEW)
            profile, _ = corridor.advance(profile, hit, signals)
        for tier in ("low", "low") if week < 3 else ("high",):
            profile, _ = corridor.fold(profile, Event("Page Viewed", at + 130, page=Page(path="/x", price_tier=tier)))
        profile, _ = corridor.show(profile, [Showing("hero", "spring", "treatment")], at=at + 140)
    item = Item(product="p1", price=60.0)
    order = {"order_id": "o1", "revenue": 60.0}
    profile, _ = corridor.fold(profile, Event("Order Completed", at + 200, order, items=(item,)))
    profile, _ = corridor.fold(profile, Event("Product Added", at + 300, {}, items=(item,)))
    return profile, at + 300


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_hour_of_forty_days_is_as_it_was_until_it_is_due(condition: str) -> None:
    ruleset = ruleset_of(condition)
    watch = Watch(ruleset)
    profile, at = weekly(Corridor(ruleset))
    profile, effects = watch.judged(profile, at)
    due, changes, end = effects.due, 0, at + 60 * DAY
    while due and due < end:
        for moment in [*(at + HOUR * hour for hour in range(1, int((due - at) // HOUR))), due - 1]:
            if moment > at:
                assert watch.judged(profile, moment)[0].watched == profile.watched
        at = due
        profile, effects = watch.judged(profile, at)
        due, changes = effects.due, changes + len(effects.events)
    for hour in range(1, int((end - at) // HOUR)):
        if not due or at + HOUR * hour < due:
            assert watch.judged(profile, at + HOUR * hour)[0].watched == profile.watched
    assert changes
