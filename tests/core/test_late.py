"""What is told late stands at its own time: a purchase at the counter, a talk last week."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.events import (
    EMAIL_OPENED,
    NOTE_TAKEN,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    PAGE_VIEWED,
    PRODUCT_ADDED,
    Event,
    Page,
)
from floorwalker.core.happening import event_of
from floorwalker.core.late import LATE_S, fold_late, is_late
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.goals import goals_of
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.proof import fold_shown
from floorwalker.core.memory.terms import Terms
from floorwalker.rulefile import read
from tests.core.journeys import CALENDAR, DAY, EVENT_QUESTIONS, SITE, START, WINDOWS, any_of, journey, walked

TERMS = Terms(CALENDAR)
NOW = START + 300 * DAY


def told(profile: Profile, event: Event) -> Profile:
    return (fold_late if is_late(profile, event) else fold)(profile, event, TERMS)[0]


def order(number: int, at: float, revenue: float = 50) -> Event:
    properties = {"order_id": f"o{number}", "revenue": revenue, "currency": "EUR"}
    products = [{"product_id": f"p{number}", "category": "bags", "price": revenue}]
    return event_of(ORDER_COMPLETED, properties | {"products": products}, at=at)


def seen(at: float = NOW) -> Profile:
    return walked([Event(PAGE_VIEWED, at, page=Page(path="/"))])


@given(seed=st.integers(0, 10**9), length=st.integers(2, 60))
@settings(max_examples=60, deadline=None)
def test_every_count_is_the_one_of_a_history_told_in_time(seed: int, length: int) -> None:
    random = Random(seed)
    events = sorted(journey(random, length), key=lambda event: int(event.at))
    kept = [event for event in events if event.name != PAGE_VIEWED]
    late = {id(event) for event in random.sample(kept, k=random.randint(0, len(kept)))}
    profile = walked([event for event in events if id(event) not in late])
    behind = [event for event in events if id(event) in late]
    random.shuffle(behind)
    for event in behind:
        profile, _ = fold_late(profile, event, TERMS)
    in_time = walked(events)
    for at in (events[-1].at, events[-1].at + 3 * DAY):
        histories = [History(one, at=at, site=SITE) for one in (profile, in_time)]
        for what in EVENT_QUESTIONS:
            for window in WINDOWS:
                if window.kind == "visit":
                    continue  # what was told late belongs to no visit
                late_told, told_in_time = (one.events(what, window) for one in histories)
                assert late_told.count == told_in_time.count or not late_told.complete, (what, window)
                assert late_told.complete or not told_in_time.complete or late_told.count <= told_in_time.count


def test_a_purchase_of_last_may_counts_as_of_last_may_and_no_window_of_today_finds_it() -> None:
    profile = told(seen(), order(1, NOW - 200 * DAY))
    history = History(profile, at=NOW, site=SITE)
    ordered = (Field("event", any_of("order completed")),)
    assert history.events(ordered, Window("seconds", 7 * DAY)).count == 0
    assert history.events(ordered, Window()).count == 1
    assert profile.orders is not None
    assert profile.orders.latest[0].at == int(NOW - 200 * DAY)
    assert profile.orders.bought[0].at == int(NOW - 200 * DAY)
    assert profile.last_seen == int(NOW)
    assert profile.visits == 1


@given(st.permutations(range(6)))
def test_orders_told_in_any_order_come_to_the_same(numbers: list[int]) -> None:
    profile = seen()
    for number in numbers:
        profile = told(profile, order(number, NOW - number * 30 * DAY, revenue=10 + number))
    profile = told(profile, order(numbers[0], NOW - numbers[0] * 30 * DAY, revenue=10 + numbers[0]))
    assert profile.orders is not None
    assert profile.orders.count == 6
    assert profile.orders.totals["EUR"].amount == 75
    assert [one.at for one in profile.orders.latest] == sorted(one.at for one in profile.orders.latest)


def test_an_order_told_late_leaves_a_newer_cart_alone_and_empties_an_older_one() -> None:
    added = event_of(PRODUCT_ADDED, {"product_id": "bag", "price": 20}, at=NOW - 10 * DAY)
    for at, pieces in ((NOW - 20 * DAY, 1), (NOW - 5 * DAY, 0)):
        profile = told(walked([Event(PAGE_VIEWED, NOW, page=Page(path="/"))], walked([added])), order(1, at))
        assert (profile.cart.pieces if profile.cart else 0) == pieces


def test_a_refund_told_late_takes_off_and_an_email_counts_once() -> None:
    profile = told(seen(), order(1, NOW - 40 * DAY))
    profile = told(profile, event_of(ORDER_REFUNDED, {"order_id": "o1"}, at=NOW - 30 * DAY))
    assert profile.orders is not None
    assert profile.orders.totals["EUR"].amount == 0
    opened = event_of(EMAIL_OPENED, {"campaign_id": "may", "message_id": "m1"}, at=NOW - 30 * DAY)
    once = told(profile, opened)
    twice = told(once, opened)
    assert once.contacts["email"].offers == twice.contacts["email"].offers == 1


def test_a_note_of_last_week_is_a_note_of_last_week() -> None:
    profile = told(seen(), Event(NOTE_TAKEN, NOW - 7 * DAY, {"text": "wants a 600 mm", "by": "anna"}))
    assert profile.notes is not None
    assert profile.notes.latest[0].at == int(NOW - 7 * DAY)


def test_what_is_a_little_behind_counts_as_of_now() -> None:
    assert not is_late(seen(), order(1, NOW - LATE_S))
    assert is_late(seen(), order(1, NOW - LATE_S - 1))
    assert not is_late(seen(), Event("Identified", 1.0, {"user_id": "u"}))


RULES = b"""
goals: {order: {did: Order Completed, value: revenue, within: 7 days}}
slots: {hero: {goal: order, show: [{name: spring, html: "<p>Spring</p>"}]}}
"""


def test_a_purchase_told_late_is_the_merit_of_what_was_shown_before_it_and_of_nothing_later() -> None:
    ruleset, problems = read({"rules.yaml": RULES}, {})
    assert ruleset is not None, problems
    terms = Terms(Calendar(ruleset.site), ruleset.site, goals=goals_of(ruleset))
    shown = Showing("hero", "spring", "treatment")
    for at, converted in ((NOW - DAY, 1), (NOW - 3 * DAY, 0), (NOW - 20 * DAY, 0)):
        profile, _ = fold_shown(Profile(seed=1), [shown], at=NOW - 2 * DAY, terms=terms)
        profile, _ = fold(profile, Event(PAGE_VIEWED, NOW, page=Page(path="/")), terms)
        _, effects = fold_late(profile, order(1, at), terms)
        counted = [
            count for count in effects.counts if "converted" in count.field and count.field.startswith("hero\x1f\x1f")
        ]
        assert sum(count.by for count in counted) == converted


def test_channels_count_each_message_once_whenever_it_is_told() -> None:
    opened = {"campaign_name": "may", "message_id": "m1"}
    profile, counted = seen(), Counter[str]()
    for name, at in ((EMAIL_OPENED, NOW), (EMAIL_OPENED, NOW - DAY), ("Email Link Clicked", NOW - DAY)):
        event = event_of(name, opened, at=at)
        profile, effects = (fold_late if is_late(profile, event) else fold)(profile, event, TERMS)
        counted.update({count.field.replace("\x1f", "|"): count.by for count in effects.counts})
    assert counted == {
        "channel:email|||shown": 1,
        "channel:email|may||shown": 1,
        "channel:email|||clicked": 1,
        "channel:email|may||clicked": 1,
    }
