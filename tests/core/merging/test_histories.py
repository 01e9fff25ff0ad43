"""What two histories say once they are one, against a memory that forgets nothing."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.events import SLOT_CLICKED, SLOT_SHOWN, Event
from floorwalker.core.memory.asked.history import History, Tally
from floorwalker.core.memory.kept import ledger, recents
from floorwalker.core.memory.profile import Profile
from tests.core.journeys import (
    DAY,
    EVENT_QUESTIONS,
    SITE,
    START,
    VIEW_QUESTIONS,
    WINDOWS,
    any_of,
    journey,
    walked,
)
from tests.core.memory.asked.test_history import check_against
from tests.core.memory.test_fold import in_order, stored
from tests.core.merging.two import ANONYMOUS, PERSON, BothMemories, dealt, joined, merged

EVER = Window()
SEEDS = st.integers(0, 10**9)
BOUNDS = st.sampled_from(((10, 3000, 32), (20, 600, 32), (8, 250, 4)))
BLOCKS = ("coupon", "workshop", "spring")


def narrow(patch: pytest.MonkeyPatch, bounds: tuple[int, int, int]) -> None:
    moments, count_bytes, keys = bounds
    patch.setattr(recents, "MOST_MOMENTS", moments)
    patch.setattr(ledger, "MOST_BYTES", count_bytes)
    patch.setattr(ledger, "MOST_DAYS", 12)
    patch.setattr(ledger, "MOST_MONTHS", 3)
    patch.setattr(ledger, "MOST_KEYS", {**dict.fromkeys(ledger.MOST_KEYS, keys), "v": 1, "w": 1})
    patch.setattr("floorwalker.core.memory.visits.MOST_EARLIER", 8)


def both_journeys(seed: int, one: int, other: int) -> tuple[list[Event], list[Event]]:
    """Two journeys of so many events; they overlap, or one comes long after the other."""
    random = Random(seed)
    later = random.choice((0, 0, 40, 9 * DAY, 200 * DAY))
    anonymous = journey(random, other)
    shifted = [Event(event.name, event.at + later, event.properties, event.page) for event in anonymous]
    return journey(random, one), shifted


@given(seed=SEEDS, one=st.integers(0, 45), other=st.integers(0, 45), later=st.sampled_from((0, 30, 1800, 2 * DAY)))
@settings(max_examples=40, deadline=None)
def test_while_nothing_is_forgotten_every_answer_is_that_of_both(seed: int, one: int, other: int, later: int) -> None:
    mine, theirs = both_journeys(seed, one, other)
    memory = BothMemories(mine, theirs)
    at = max(memory.now, START) + later
    seen = check_against(memory, History(joined(mine, theirs), at=at, site=SITE), at)
    assert seen[False] == 0


@given(
    seed=SEEDS,
    one=st.integers(0, 150),
    other=st.integers(0, 150),
    bounds=BOUNDS,
    later=st.sampled_from((0, 1800, 9 * DAY)),
)
@settings(max_examples=60, deadline=None)
def test_what_either_has_forgotten_is_never_answered_the_wrong_way(
    seed: int, one: int, other: int, bounds: tuple[int, int, int], later: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        narrow(patch, bounds)
        mine, theirs = both_journeys(seed, one, other)
        memory = BothMemories(mine, theirs)
        at = max(memory.now, START) + later
        profile = joined(mine, theirs)
        assert in_order(profile)
        check_against(memory, History(profile, at=at, site=SITE), at)


@given(seed=SEEDS, one=st.integers(0, 120), other=st.integers(0, 120), more=st.integers(0, 60), bounds=BOUNDS)
@settings(max_examples=40, deadline=None)
def test_what_comes_after_is_folded_as_into_any_profile(
    seed: int, one: int, other: int, more: int, bounds: tuple[int, int, int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        narrow(patch, bounds)
        mine, theirs = both_journeys(seed, one, other)
        profile = joined(mine, theirs)
        memory = BothMemories(mine, theirs)
        after = [event for event in journey(Random(seed + 1), more) if event.at >= memory.now]
        after = [Event(event.name, max(event.at, memory.now), event.properties, event.page) for event in after]
        memory = BothMemories([*mine, *after], theirs) if memory.visits is None else memory
        profile = walked(after, profile)
        assert in_order(profile)
        assert msgpack.decode(stored(profile), type=Profile) == profile
        views = len([one for one in memory.all if one.event.name == "Page Viewed"])
        views += len([event for event in after if event.name == "Page Viewed"])
        tally = History(profile, at=START, site=SITE).views((), EVER)
        assert (tally.count, tally.complete) == (views, True)


@given(seed=SEEDS, length=st.integers(0, 90))
@settings(max_examples=40, deadline=None)
def test_one_journey_on_two_devices_says_what_it_says_on_one(seed: int, length: int) -> None:
    """But for what belongs to a visit: the visits themselves, and the window `this visit`."""
    random = Random(seed)
    events = sorted(journey(random, length), key=lambda one: one.at)
    once, twice = walked(events, PERSON), joined(*dealt(random, events))
    for window in WINDOWS:
        if window.kind == "visit":
            continue
        alone, both = (History(profile, at=START + 90 * DAY, site=SITE) for profile in (once, twice))
        for what in VIEW_QUESTIONS:
            assert both.views(what, window) == alone.views(what, window)
        for what in EVENT_QUESTIONS:
            total = Field("sum", Range(low=1), key="price")
            assert both.events(what, window, total) == alone.events(what, window, total)
    assert both.searches(EVER) == alone.searches(EVER)
    assert once.first_seen == twice.first_seen


def shows_and_clicks(random: Random, length: int) -> list[Event]:
    at, events = float(START), []
    for _ in range(length):
        at += random.choice((0, 1, 600, 4000, DAY // 2, DAY, 9 * DAY))
        block = random.choice(BLOCKS)
        told = {"slot": "hero", "block": block, "arm": "control" if block == "spring" else "treatment"}
        name = SLOT_SHOWN if block == "spring" else random.choice((SLOT_SHOWN, SLOT_SHOWN, SLOT_CLICKED))
        events.append(Event(name, at, told))
    return events


@given(seed=SEEDS, length=st.integers(0, 80))
@settings(max_examples=60, deadline=None)
def test_blocks_shown_on_two_devices_are_shown_as_often_as_on_one(seed: int, length: int) -> None:
    random = Random(seed)
    events = shows_and_clicks(random, length)
    once, twice = walked(events, PERSON), joined(*dealt(random, events))
    alone, both = (History(profile, at=START + 700 * DAY, site=SITE) for profile in (once, twice))
    for window in WINDOWS:
        for block in (*BLOCKS, "never"):
            for held_back in (True, False):
                assert both.shown(block, window, held_back=held_back) == alone.shown(block, window, held_back=held_back)
            assert both.clicked(block, window) == alone.clicked(block, window)


@given(seed=SEEDS, one=st.integers(0, 60), other=st.integers(0, 60), later=st.integers(0, 90))
@settings(max_examples=60, deadline=None)
def test_a_block_that_one_device_forgot_is_never_counted_short(seed: int, one: int, other: int, later: int) -> None:
    random = Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("floorwalker.core.memory.kept.responses.MOST_BYTES", 110)
        mine, theirs = shows_and_clicks(random, one), shows_and_clicks(random, other)
        profile = joined(mine, theirs)
    memory = BothMemories(mine, theirs)
    now = max(memory.now, START) + later * DAY
    history = History(profile, at=now, site=SITE)
    for window in WINDOWS:
        for block in BLOCKS:
            start = memory.start(window, now)
            times = sorted(
                int(event.at)
                for event in (*mine, *theirs)
                if event.name == SLOT_SHOWN and event.properties["block"] == block and event.at >= start
            )
            tally = history.shown(block, window)
            assert tally.count <= len(times)
            assert tally.count == len(times) or not tally.complete
            assert tally.latest is None or tally.latest == times[-1]


def test_a_click_that_may_be_forgotten_is_not_denied() -> None:
    told = {"slot": "hero", "block": "coupon"}
    events = [Event(SLOT_SHOWN, START, told), Event(SLOT_CLICKED, START + 1, told)]
    events += [Event(SLOT_SHOWN, START + 2 + i, {"slot": "hero", "block": f"block-{i:03}"}) for i in range(200)]
    profile = walked([*events, Event(SLOT_SHOWN, START + 300, told), *(Event("Scrolled", START + 400),) * 101])
    history = History(profile, at=START + 500, site=SITE)
    assert not history.clicked("coupon", Window("seconds", 499)).complete


class TestRecentEvents:
    def test_are_interleaved_by_time_with_all_that_is_known_of_them(self) -> None:
        mine = [Event("Product Added", START + i, {"price": i}) for i in (0, 20, 40)]
        theirs = [Event("Product Added", START + i, {"price": i}) for i in (10, 20, 50)]
        past = list(joined(mine, theirs).recents.past())
        assert [event.properties["price"] for event in past] == [0, 10, 20, 20, 40, 50]
        assert [event.at - START for event in past] == [0, 10, 20, 20, 40, 50]

    def test_begin_where_both_remember_everything(self) -> None:
        mine = [Event("Coupon Applied", START + DAY * i) for i in (0, 30)]
        theirs = [Event("Scrolled", START + 10 * DAY + i) for i in range(130)]
        profile = joined(mine, theirs)
        assert profile.recents.left > START + 10 * DAY
        assert next(profile.recents.past()).at > START + 10 * DAY
        history = History(profile, at=START + 31 * DAY, site=SITE)
        asked = (Field("event", any_of("coupon applied")),)
        assert history.events(asked, EVER) == Tally(2, True, START + 30 * DAY, 0.0)
        assert history.events(asked, Window("seconds", 2 * DAY)) == Tally(1, True, START + 30 * DAY, 0.0)

    def test_of_neither_leave_nothing(self) -> None:
        assert merged(PERSON, ANONYMOUS).recents == PERSON.recents
