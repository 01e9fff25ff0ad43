"""A portrait: everything that is known of one visitor, as plain values."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.advance import Corridor
from floorwalker.core.events import IDENTIFIED, NOTE_TAKEN, ORDER_COMPLETED, PRODUCT_ADDED, Event, Page
from floorwalker.core.happening import event_of
from floorwalker.core.memory.profile import Profile
from floorwalker.core.portrait import Portrayer, portrait
from floorwalker.rulefile import read
from tests.core.journeys import journey
from tests.core.memory.hostile import CURRENCIES

NOW = 1_790_000_000.0
DAY = 86_400
RULES = b"""
site: {timezone: Europe/Berlin}
pages:
  - path: "/{category}/{product}"
    type: product
topics:
  birds: {pages: ["/lenses/**"]}
segments:
  spender: {when: {spent: {at_least: 100}}}
  on-a-phone: {when: {device: mobile}}
  spender-on-a-phone: {when: [{in: spender}, {in: on-a-phone}]}
  never: {when: {orders: {at_least: 99}}}
  someday: {draft: yes, when: {orders: {at_least: 1}}}
funnels:
  purchase: [{viewed: /lenses/**}, {did: Product Added}, {did: Order Completed}]
"""


def corridor() -> Corridor:
    ruleset, problems = read({"rules.yaml": RULES}, {})
    assert ruleset is not None, problems
    return Corridor(ruleset)


def somebody(corridor: Corridor) -> Profile:
    profile, page = Profile(seed=1), Page(path="/lenses/600mm", topics=("birds",))
    told = [
        *(Event("Page Viewed", NOW - 3 * DAY + n, page=page) for n in range(4)),
        event_of(PRODUCT_ADDED, {"product_id": "600mm", "name": "600 mm", "price": 90}, at=NOW - 3 * DAY + 60),
        event_of(
            ORDER_COMPLETED,
            {"order_id": "o1", "revenue": 180, "currency": "EUR", "products": [{"product_id": "600mm", "quantity": 2}]},
            at=NOW - 2 * DAY,
        ),
        event_of(PRODUCT_ADDED, {"product_id": "bag", "category": "bags", "price": 49.5}, at=NOW - DAY),
        Event(IDENTIFIED, NOW - DAY, {"user_id": "user-17", "email": "ada@example.org"}),
        Event(NOTE_TAKEN, NOW - DAY, {"text": "asked about trade-in", "by": "anna"}),
    ]
    for event in told:
        profile, _ = corridor.fold(profile, event)
    return profile


def test_it_tells_who_they_are_what_they_care_about_and_what_they_bought():
    drawn = portrait(corridor(), somebody(corridor()), at=NOW, visitor="v" * 22)
    assert (drawn["visitor"], drawn["user"], drawn["traits"]) == ("v" * 22, "user-17", {"email": "ada@example.org"})
    assert drawn["first_seen"] == "2026-09-18T14:13:20Z"
    assert (drawn["orders"], drawn["spent"], drawn["average_order"]) == (1, {"EUR": 180}, {"EUR": 180})
    assert drawn["latest_orders"][0]["id"] == "o1"
    assert drawn["bought"][0]["product"] == "600mm"
    assert drawn["cart"]["items"] == [
        {"product": "bag", "name": None, "category": "bags", "price": 49.5, "quantity": 1},
    ]
    assert drawn["dominant_interest"] == "birds"
    assert next(iter(drawn["interests"])) == "birds"
    assert drawn["notes"][0]["text"] == "asked about trade-in"
    assert drawn["events"][0]["event"] in ("Note Taken", "Identified")
    assert drawn["funnels"]["purchase"]["steps"] == [
        "viewed: /lenses/**",
        "did: Product Added",
        "did: Order Completed",
    ]


def test_of_what_only_a_request_tells_it_names_the_segments_and_guesses_nothing():
    drawn = portrait(corridor(), somebody(corridor()), at=NOW)
    assert drawn["segments"] == ["spender"]
    assert set(drawn["segments_unsure"]) == {"on-a-phone", "spender-on-a-phone"}


def test_of_somebody_new_nothing_is_known_and_nothing_is_made_up():
    drawn = portrait(corridor(), Profile(seed=1), at=NOW)
    assert (drawn["user"], drawn["cart"], drawn["orders"], drawn["spent"]) == (None, None, 0, {})
    assert drawn["first_seen"] is None
    assert drawn["dominant_interest"] is None
    assert drawn["events"] == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60))
def test_whatever_happened_it_is_plain_json_with_shares_that_add_up(seed, length):
    rules, random = corridor(), Random(seed)
    profile = Profile(seed=1)
    for event in journey(random, length):
        profile, _ = rules.fold(profile, event)
        if random.random() < 0.2:
            told = {
                "order_id": str(random.random()),
                "revenue": random.random() * 99,
                "currency": random.choice(CURRENCIES),
            }
            profile, _ = rules.fold(profile, event_of(ORDER_COMPLETED, told, at=event.at))
    drawn = Portrayer(rules).draw(profile, at=NOW)
    assert json.loads(json.dumps(drawn, allow_nan=False)) == drawn
    assert sum(drawn["interests"].values()) <= 1.001
    assert len(drawn["usual_hours"]) <= 3
    assert [event["at"] for event in drawn["events"]] == sorted((e["at"] for e in drawn["events"]), reverse=True)
