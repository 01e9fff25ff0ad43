"""How events change a profile: laws first, then what each kind of event leaves."""

import copy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack, structs

from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import (
    ERROR_VIEWED,
    EXPOSED,
    IDENTIFIED,
    PAGE_VIEWED,
    PROMOTION_CLICKED,
    SLOT_CLICKED,
    SLOT_SHOWN,
    Event,
    Page,
)
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.kept.recents import Recents
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from tests.core.journeys import CALENDAR, DAY, SITE, START, any_of, journey, walked

MOST_BYTES = 16_384
VIEWED_LENSES = (Field("category", any_of("lenses")),)

TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="a/%é漢\u0000\ud800", max_size=400),
    st.integers(0, 10**6).map(lambda number: f"/{number}/" + "x" * 150),
)
NUMBERS = st.one_of(st.integers(), st.floats())
PAGES = st.builds(
    Page,
    path=TEXTS,
    type=TEXTS,
    category=TEXTS,
    product=TEXTS,
    brand=TEXTS,
    tags=st.lists(TEXTS, max_size=20).map(tuple),
    topics=st.lists(TEXTS, max_size=20).map(tuple),
    price=st.none() | st.floats(),
    price_tier=TEXTS,
    search=TEXTS,
)
NAMES = st.sampled_from(
    (PAGE_VIEWED, ERROR_VIEWED, SLOT_SHOWN, SLOT_CLICKED, PROMOTION_CLICKED, IDENTIFIED, "Product Added")
)
PROPERTIES = st.dictionaries(
    st.sampled_from(("slot", "block", "arm", "user_id", "price")) | TEXTS,
    st.one_of(TEXTS, NUMBERS, st.booleans()),
    max_size=12,
)
EVENTS = st.builds(
    Event,
    name=NAMES | TEXTS,
    at=st.floats(START, START + 90 * DAY) | st.floats(),
    properties=PROPERTIES,
    page=st.none() | PAGES,
    id=TEXTS,
)


def stored(profile: Profile) -> bytes:
    return msgpack.encode(profile)


def in_order(profile: Profile) -> bool:
    visit = profile.visit
    return (
        profile.first_seen <= profile.last_seen
        and profile.visits >= 0
        and profile.time_spent >= 0
        and (profile.away is None or profile.away >= 0)
        and all(gap >= 0 for gap in profile.earlier[1:])
        and all(gap >= 0 for gap in profile.recents.moments[::3])
        and (visit is None or (visit.started <= visit.last and visit.views >= 0 and visit.number == profile.visits))
    )


@given(events=st.lists(EVENTS, max_size=12))
@settings(max_examples=120, deadline=None)
def test_whatever_comes_in_the_profile_stays_sound(events: list[Event]) -> None:
    profile, views = Profile(seed=1), 0
    for event in events:
        profile, effects = fold(profile, event, Terms(CALENDAR))
        views += event.name == PAGE_VIEWED
        msgpack.encode(effects)
    assert in_order(profile)
    assert msgpack.decode(stored(profile), type=Profile) == profile
    tally = History(profile, at=START, site=SITE).views((), Window())
    assert (tally.count, tally.complete) == (views, True) or tally.count < views


@given(seed=st.integers(0, 10**9), event=EVENTS)
@settings(max_examples=60, deadline=None)
def test_a_profile_that_is_folded_stays_as_it_was(seed: int, event: Event) -> None:
    random = Random(seed)
    before = walked(journey(random, random.randrange(130)))
    kept, as_bytes = copy.deepcopy(before), stored(before)
    fold(before, event, Terms(CALENDAR))
    assert before == kept
    assert stored(before) == as_bytes


@given(seed=st.integers(0, 10**9), length=st.integers(0, 260), cut=st.integers(0, 260))
@settings(max_examples=25, deadline=None)
def test_folding_in_two_steps_by_way_of_the_store_is_folding_in_one(seed: int, length: int, cut: int) -> None:
    events = journey(Random(seed), length)
    once = walked(events)
    first = walked(events[:cut])
    assert walked(events[cut:], msgpack.decode(stored(first), type=Profile)) == once
    assert msgpack.decode(stored(once), type=Profile) == once


def hostile_event(random: Random, at: float) -> Event:
    """As large as a client can make it, and never the same twice."""

    def text(most: int = 400) -> str:
        return "".join(random.choice("ab漢é/ -") for _ in range(random.randrange(most))) + str(random.random())

    page = Page(
        path="/" + text(),
        type=text(),
        category=text(),
        product=text(),
        brand=text(),
        tags=tuple(text(90) for _ in range(9)),
        topics=tuple(text(90) for _ in range(9)),
        price=random.random() * 1e6,
        price_tier=text(90),
        search=text(),
    )
    name = random.choice((PAGE_VIEWED, ERROR_VIEWED, SLOT_SHOWN, SLOT_CLICKED, IDENTIFIED, text(90)))
    properties: dict[str, str | float] = {text(60): random.choice((text(), random.random())) for _ in range(12)}
    properties |= {name: text(90) for name in ("slot", "block", "arm", "user_id")}
    return Event(name, at, properties, page, text())


@pytest.mark.parametrize("seed", range(3))
def test_a_profile_stays_small_whatever_a_visitor_does(seed: int) -> None:
    random = Random(seed)
    profile, at, largest = Profile(seed=2**64 - 1), float(START), 0
    for _ in range(700):
        at += random.choice((0, 1, 30, 2000, DAY, 20 * DAY))
        profile, _ = fold(profile, hostile_event(random, at), Terms(CALENDAR))
        largest = max(largest, len(stored(profile)))
    assert largest < MOST_BYTES - 2500  # what remains is for what cart, interests and orders will take


def test_twenty_pages_take_about_a_kilobyte() -> None:
    pages = [
        Page(path=f"/lenses/tele-{i}-f4", type="product", category="lenses", product=f"tele-{i}-f4", price=1299)
        for i in range(20)
    ]
    profile = walked(Event(PAGE_VIEWED, START + 40 * i, page=page) for i, page in enumerate(pages))
    assert len(stored(profile)) < 1100
    assert len(stored(walked([Event(PAGE_VIEWED, START, page=Page(path="/"))]))) < 130


class TestViews:
    def test_are_counted_in_their_visit_with_the_last_page(self) -> None:
        profile = walked(Event(PAGE_VIEWED, START + i, page=Page(path=f"/{i}")) for i in range(3))
        assert profile.visit is not None
        assert (profile.visit.views, profile.visit.last_page, profile.visits) == (3, "/2", 1)

    def test_of_errors_are_counted_apart(self) -> None:
        profile = walked([Event(ERROR_VIEWED, START, page=Page(path="/gone"))])
        assert profile.visit is not None
        assert (profile.visit.views, profile.visit.errors) == (0, 1)
        history = History(profile, at=START, site=SITE)
        assert history.views((), Window()).count == 0

    def test_begin_a_visit_after_thirty_minutes_of_silence(self) -> None:
        events = [Event(PAGE_VIEWED, START + after, page=Page(path="/a")) for after in (0, 1799, 1799 + 1800)]
        profile = walked(events)
        assert (profile.visits, profile.away, profile.bounced, profile.exit_page) == (2, 1800, False, "/a")
        assert profile.time_spent == 1799

    def test_by_a_clock_that_steps_back_neither_end_a_visit_nor_take_time_away(self) -> None:
        profile = walked(Event(PAGE_VIEWED, START + after, page=Page(path="/")) for after in (0, -86400, 60))
        assert profile.visits == 1
        assert profile.visit is not None
        assert (profile.visit.started, profile.visit.last) == (START, START + 60)

    def test_leave_themselves_in_the_stream(self) -> None:
        _, effects = fold(Profile(seed=1), Event(PAGE_VIEWED, START + 0.7, page=Page(path="/x")), Terms(CALENDAR))
        assert effects == Effects((Event(PAGE_VIEWED, START, page=Page(path="/x")),))


class TestEvents:
    def test_of_a_server_begin_no_visit(self) -> None:
        profile = walked([Event("Order Shipped", START)])
        assert (profile.visits, profile.first_seen, profile.last_seen) == (0, START, START)

    def test_keep_a_running_visit_alive(self) -> None:
        events = [
            Event(PAGE_VIEWED, START),
            Event("Scrolled", START + 1700),
            Event(PAGE_VIEWED, START + 1700 + 1700),
        ]
        assert walked(events).visits == 1

    def test_long_after_a_visit_do_not_move_its_end(self) -> None:
        profile = walked([Event(PAGE_VIEWED, START), Event("Order Shipped", START + DAY)])
        assert profile.visit is not None
        assert (profile.visit.last, profile.last_seen) == (START, START)


class TestIdentity:
    def test_is_kept_as_traits_but_never_streamed(self) -> None:
        event = Event(IDENTIFIED, START, {"user_id": "user-17", "email": "ada@example.org", "plan": "gold"})
        profile, effects = fold(Profile(seed=1), event, Terms(CALENDAR))
        assert profile.user == "user-17"
        assert profile.traits == {"email": "ada@example.org", "plan": "gold"}
        assert effects.events == (Event(IDENTIFIED, START),)
        assert b"ada" not in msgpack.encode(profile.recents)

    def test_keeps_the_latest_traits_when_there_are_too_many(self) -> None:
        events = [Event(IDENTIFIED, START, {f"trait-{i}": "x" * 70}) for i in range(30)]
        traits = walked([*events, Event(IDENTIFIED, START, {"trait-20": "new"})]).traits
        assert traits["trait-20"] == "new"
        assert traits["trait-29"] == "x" * 70
        assert "trait-0" not in traits


class TestSlots:
    def shown(self, at: float = START, *, block: str = "coupon", arm: str = "treatment") -> Event:
        return Event(SLOT_SHOWN, at, {"slot": "hero", "block": block, "arm": arm})

    def counts(self, *events: Event) -> list[Count]:
        profile, counts = Profile(seed=1), []
        for event in events:
            profile, effects = fold(profile, event, Terms(CALENDAR))
            counts += effects.counts
        return counts

    def test_count_each_visitor_once_by_comparison_block_and_arm(self) -> None:
        counts = self.counts(self.shown(), self.shown(START + 60), self.shown(START + DAY, block="other"))
        assert counts == [
            Count("2026-02-25", "\x1f\x1ftreatment\x1fshown"),
            Count("2026-02-25", "hero\x1f\x1ftreatment\x1fshown"),
            Count("2026-02-25", "hero\x1fcoupon\x1ftreatment\x1fshown"),
            Count("2026-02-26", "hero\x1fother\x1ftreatment\x1fshown"),
        ]

    def test_count_a_click_once_on_the_day_of_the_first_exposure(self) -> None:
        click = Event(SLOT_CLICKED, START + 3 * DAY, {"slot": "hero", "block": "coupon"})
        counts = self.counts(self.shown(), click, click)
        assert counts[3:] == [
            Count("2026-02-25", "\x1f\x1ftreatment\x1fclicked"),
            Count("2026-02-25", "hero\x1f\x1ftreatment\x1fclicked"),
            Count("2026-02-25", "hero\x1fcoupon\x1ftreatment\x1fclicked"),
        ]

    def test_count_no_click_without_an_exposure(self) -> None:
        assert self.counts(Event(PROMOTION_CLICKED, START, {"promotion_id": "coupon", "position": "hero"})) == []

    def test_know_who_has_seen_two_arms(self) -> None:
        assert walked([self.shown(), self.shown(START + 9)]).mixed == ()
        assert walked([self.shown(), self.shown(START + 9, arm="control")]).mixed == ("hero",)

    def test_are_no_recent_events_but_stand_in_the_stream(self) -> None:
        profile, effects = fold(Profile(seed=1), self.shown(), Terms(CALENDAR))
        assert len(profile.recents) == 0
        assert [event.name for event in effects.events] == [SLOT_SHOWN, EXPOSED, EXPOSED, EXPOSED]


def test_the_stream_holds_no_address_and_no_personal_property() -> None:
    page = Page(path="/unsubscribe/ada@example.org/now", search="mail ada@example.org")
    event = Event("Form Sent", START, {"Email": "x", "note": "ada@example.org", "size": "M", "first_name": "Ada"}, page)
    _, effects = fold(Profile(seed=1), event, Terms(CALENDAR))
    (streamed,) = effects.events
    assert streamed.properties == {"size": "M"}
    assert streamed.page == Page(path="/unsubscribe/@/now", search="mail @")


def test_the_stream_holds_no_address_wherever_it_stands() -> None:
    ada = "ada@example.org"
    told = {ada: True, "userId": "17", "Phone Number": "1", "shippingAddress": "Main Street 1", "size": "M"}
    page = Page(path="/u", product=ada, category=f"of {ada}", brand=ada, type=ada, tags=("a", ada), topics=(ada,))
    _, effects = fold(Profile(seed=1), Event(f"Mail to {ada}", START, told, page, id=f"form-{ada}"), Terms(CALENDAR))
    (streamed,) = effects.events
    assert streamed == Event(
        "Mail to @",
        START,
        {"size": "M"},
        Page(path="/u", product="@", category="of @", brand="@", type="@", tags=("a", "@"), topics=("@",)),
        id="@",
    )


def test_what_rules_name_is_forgotten_last() -> None:
    known = frozenset({"clenses"})
    profile = Profile(seed=1)
    for i in range(3000):
        category = "Lenses" if i == 0 else f"made-up-{i}"
        page = Page(path="/x", category=category)
        profile, _ = fold(profile, Event(PAGE_VIEWED, START + i, page=page), Terms(CALENDAR, known=known))
    history = History(profile, at=START + 3000, site=SITE)
    what = VIEWED_LENSES
    assert history.views(what, Window()) == structs.replace(history.views(what, Window()), count=1, complete=True)
    assert history.views((), Window()).count == 3000


class TestTheRecord:
    def test_of_an_older_release_is_read_with_what_is_new_at_its_default(self) -> None:
        whole = msgpack.decode(stored(walked([Event(PAGE_VIEWED, START, page=Page(path="/a"))])))
        older = msgpack.decode(msgpack.encode(whole[:14]), type=Profile)
        assert (older.visits, older.recents, older.interests) == (1, Recents(), None)

    def test_of_a_newer_release_is_read_without_what_is_not_known_yet(self) -> None:
        profile = walked([Event(PAGE_VIEWED, START, page=Page(path="/a"))])
        newer = [*msgpack.decode(stored(profile)), {"something": "new"}]
        assert msgpack.decode(msgpack.encode(newer), type=Profile) == profile
