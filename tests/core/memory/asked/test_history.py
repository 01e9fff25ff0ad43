"""What a profile remembers, asked by window, against a memory that forgets nothing."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.conditions.matchers import AnyOf, Range
from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.events import PAGE_VIEWED, PRODUCTS_SEARCHED, SLOT_CLICKED, SLOT_SHOWN, Event, Page
from floorwalker.core.memory.asked.history import History, Tally
from floorwalker.core.memory.kept import ledger, recents
from tests.core.journeys import (
    DAY,
    EVENT_QUESTIONS,
    SITE,
    START,
    VIEW_QUESTIONS,
    WINDOWS,
    PerfectMemory,
    any_of,
    journey,
    page_at_random,
    walked,
)

EVER = Window()
SHORT_GAPS = (0, 5, 60, 300, 1800)


def check_against(memory: PerfectMemory, history: History, at: float) -> dict[bool, int]:
    """Every question in every window: exact where it says so, a lower bound elsewhere. Counts how often which."""
    seen = {True: 0, False: 0}
    for window in WINDOWS:
        for what in VIEW_QUESTIONS:
            matches = memory.views(what, window, at)
            agree(history.views(what, window), [one.at for one in matches], (what, window))
            seen[history.views(what, window).complete] += 1
        for what in EVENT_QUESTIONS:
            matches = memory.events(what, window, at)
            agree(history.events(what, window), [one.at for one in matches], (what, window))
        agree(history.visits(window), memory.visits_since(window, at), window)
    return seen


def agree(tally: Tally, times: list[int], question: object) -> None:
    assert tally.count <= len(times), question
    if tally.complete:
        assert tally.count == len(times), question
    if tally.latest is not None:
        assert tally.latest == times[-1], question
    if tally.count:
        assert tally.latest is not None or not tally.complete, question


@given(seed=st.integers(0, 10**9), length=st.integers(0, 60), later=st.sampled_from((0, 30, 1800, 2 * DAY)))
@settings(max_examples=40, deadline=None)
def test_everything_recent_is_exact(seed: int, length: int, later: int) -> None:
    events = journey(Random(seed), length)
    memory = PerfectMemory(events)
    at = max(memory.now, START) + later
    seen = check_against(memory, History(walked(events), at=at, site=SITE), at)
    assert seen[False] == 0


@given(
    seed=st.integers(0, 10**9),
    length=st.integers(30, 200),
    bounds=st.sampled_from(((10, 3000, 32), (20, 600, 32), (8, 250, 4))),
    later=st.sampled_from((0, 1800, 9 * DAY)),
)
@settings(max_examples=40, deadline=None)
def test_what_is_forgotten_is_never_taken_for_what_never_was(
    seed: int, length: int, bounds: tuple[int, int, int], later: int
) -> None:
    moments, count_bytes, keys = bounds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recents, "MOST_MOMENTS", moments)
        patch.setattr(ledger, "MOST_BYTES", count_bytes)
        patch.setattr(ledger, "MOST_DAYS", 12)
        patch.setattr(ledger, "MOST_MONTHS", 3)
        patch.setattr(ledger, "MOST_KEYS", {**dict.fromkeys(ledger.MOST_KEYS, keys), "v": 1, "w": 1})
        patch.setattr("floorwalker.core.memory.visits.MOST_EARLIER", 8)
        events = journey(Random(seed), length)
        memory = PerfectMemory(events)
        at = max(memory.now, START) + later
        check_against(memory, History(walked(events), at=at, site=SITE), at)


def test_counts_stay_exact_for_what_rules_ask_of_an_ordinary_year() -> None:
    random = Random(4)
    events = journey(random, 1500, gaps=(20, 40, 90, 300, 4000, DAY // 2), products=20)
    memory = PerfectMemory(events)
    at = memory.now
    seen = check_against(memory, History(walked(events), at=at, site=SITE), at)
    assert seen[True] > 0.6 * (seen[True] + seen[False])
    history = History(walked(events), at=at, site=SITE)
    for what in (VIEW_QUESTIONS[1], VIEW_QUESTIONS[3], VIEW_QUESTIONS[14], VIEW_QUESTIONS[15]):
        assert history.views(what, EVER).complete


@given(seed=st.integers(0, 10**9), at=st.integers(-DAY, 400 * DAY))
@settings(max_examples=30, deadline=None)
def test_an_earlier_clock_sees_nothing_less(seed: int, at: int) -> None:
    events = journey(Random(seed), 30)
    history = History(walked(events), at=START + at, site=SITE)
    assert history.views((), EVER).count == len([event for event in events if event.name == PAGE_VIEWED])


def test_sums_add_the_numbers_of_a_property() -> None:
    events = [
        Event("Product Added", START + i, {"price": price}) for i, price in enumerate((5, 2.5, "10", "dear", True))
    ]
    history = History(walked(events), at=START + 10, site=SITE)
    tally = history.events((Field("event", any_of("product added")),), EVER, Field("sum", Range(low=1), key="price"))
    assert tally == Tally(5, True, START + 4, 17.5)


def test_searches_on_the_site_come_back_word_for_word() -> None:
    events = [
        Event(PRODUCTS_SEARCHED, START, {"query": "red strap"}),
        Event(PAGE_VIEWED, START + 5, page=Page(path="/search", search="tripod")),
        Event(PAGE_VIEWED, START + 6, page=Page(path="/")),
    ]
    history = History(walked(events), at=START + 10, site=SITE)
    assert history.searches(EVER) == ("red strap", "tripod")
    assert history.searches(Window("seconds", 5)) == ("tripod",)


class TestBlocks:
    """How often a block was shown and clicked."""

    def shown(self, at: float, *, block: str = "coupon", arm: str = "treatment") -> Event:
        return Event(SLOT_SHOWN, at, {"slot": "hero", "block": block, "arm": arm})

    def walk(self) -> History:
        view = Event(PAGE_VIEWED, START, page=Page(path="/"))
        later = Event(PAGE_VIEWED, START + 3 * DAY, page=Page(path="/"))
        click = Event(SLOT_CLICKED, START + 3 * DAY + 2, {"slot": "hero", "block": "coupon"})
        events = [view, self.shown(START), self.shown(START + 1), later, self.shown(START + 3 * DAY), click]
        return History(walked(events), at=START + 3 * DAY + 60, site=SITE)

    def test_are_counted_by_visit_day_week_and_ever(self) -> None:
        history = self.walk()
        assert history.shown("coupon", Window("visit")) == Tally(1, True, START + 3 * DAY, 0.0)
        assert history.shown("coupon", Window("today")).count == 1
        assert history.shown("coupon", EVER) == Tally(3, True, START + 3 * DAY, 0.0)

    def test_are_counted_when_clicked(self) -> None:
        history = self.walk()
        assert history.clicked("coupon", Window("seconds", 3600)) == Tally(1, True, START + 3 * DAY + 2, 0.0)
        assert history.clicked("other", EVER) == Tally(0, True, None, 0.0)

    @pytest.mark.parametrize("name", ["Email Link Clicked", "Push Notification Tapped", "SMS Link Clicked"])
    def test_clicked_in_a_message_count_like_those_on_the_site(self, name: str) -> None:
        click = Event(name, START, {"block": "coupon", "message_id": "m"})
        for later in (0, 150):  # recent, and only counted
            events = [click, *(Event("Scrolled", START + 1 + i) for i in range(later))]
            history = History(walked(events), at=START + 300, site=SITE)
            assert history.clicked("coupon", EVER) == Tally(1, True, START, 0.0)

    def test_that_never_came_up_are_known_to_be_absent(self) -> None:
        assert self.walk().shown("other", EVER) == Tally(0, True, None, 0.0)

    def test_held_back_in_control_count_for_caps_but_were_not_seen(self) -> None:
        history = History(walked([self.shown(START, arm="control")]), at=START, site=SITE)
        assert history.shown("coupon", EVER).count == 1
        assert history.shown("coupon", EVER, held_back=False).count == 0

    @given(days=st.lists(st.integers(0, 3), min_size=1, max_size=60), window=st.sampled_from(WINDOWS))
    @settings(max_examples=60, deadline=None)
    def test_agree_with_a_memory_that_forgets_nothing(self, days: list[int], window: Window) -> None:
        at, events = START, []
        for gap in days:
            at += gap * DAY // 2
            events += [Event(PAGE_VIEWED, at), self.shown(at)]
        memory = PerfectMemory(events)
        start = memory.start(window, at)
        times = [one.at for one in memory.all if one.event.name == SLOT_SHOWN and one.at >= start]
        agree(History(walked(events), at=at, site=SITE).shown("coupon", window), times, window)

    def test_beyond_the_bound_are_forgotten_but_not_denied(self) -> None:
        events = [self.shown(START + i, block=f"block-{i:03}") for i in range(200)]
        history = History(walked(events), at=START + 300, site=SITE)
        assert history.shown("block-199", Window("seconds", 110)) == Tally(1, True, START + 199, 0.0)
        assert not history.shown("block-000", EVER).complete
        assert history.shown("block-000", Window("seconds", 101)).complete


def test_a_window_of_no_visit_is_empty() -> None:
    history = History(walked([Event(PAGE_VIEWED, START)]), at=START + 1800, site=SITE)
    assert history.views((), Window("visit")) == Tally(0, True, None, 0.0)
    assert history.visits(Window("visit")).count == 0
    assert History(walked([Event(PAGE_VIEWED, START)]), at=START + 1799, site=SITE).visits(Window("visit")).count == 1


def test_a_view_without_a_page_is_still_a_view() -> None:
    history = History(walked([Event(PAGE_VIEWED, START)]), at=START, site=SITE)
    assert history.views((), EVER).count == 1
    assert history.views((Field("type", AnyOf(frozenset({"home"}))),), EVER).count == 0


def test_pages_are_looked_up_whatever_the_case() -> None:
    random = Random(1)
    page = page_at_random(random)
    history = History(walked([Event(PAGE_VIEWED, START, page=Page(path=page.path, type="ÉTÉ"))]), at=START, site=SITE)
    assert history.views((Field("type", any_of("ete")),), EVER).count == 1
