"""The first half of the corridor: what hits of every kind leave in a profile."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from floorwalker.core.advance import Corridor, advance
from floorwalker.core.conditions.matchers import AnyOf
from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import ERROR_VIEWED, PAGE_VIEWED, VISIT_STARTED, Event, Page
from floorwalker.core.hit import Headers, Hit, HitKind
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.priors import Priors
from floorwalker.core.ruleset import PageRule, Ruleset, Topic

START = 1_772_000_000
DAY = 86400
FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SHOP = "https://shop.example"
RULES = Ruleset(
    pages=(
        PageRule("/", type="home"),
        PageRule("/{category}", type="category"),
        PageRule("/{category}/{product}", type="product"),
    ),
    topics=(Topic("support", ("/tripods/**",), ("tripod",)),),
)
CORRIDOR = Corridor(RULES)


def hit(
    path: str = "/",
    *,
    after: float = 0,
    referrer: str = "",
    kind: HitKind = HitKind.VIEW,
    events: tuple[Event, ...] = (),
    page: Page | None = None,
    agent: bytes = FIREFOX,
    more: Headers = (),
) -> Hit:
    headers: Headers = ((b"host", b"shop.example"), (b"user-agent", agent), *more)
    if referrer:
        headers = (*headers, (b"referer", referrer.encode()))
    return Hit(at=START + after, url=SHOP + path, headers=headers, kind=kind, events=events, page=page)


def walk(*hits: Hit, profile: Profile | None = None) -> Profile:
    for one in hits:
        profile, _ = CORRIDOR.advance(profile, one, seed=9)
    assert profile is not None
    return profile


def touch(profile: Profile, which: str = "visit") -> Touch:
    found = profile.visit.touch if which == "visit" and profile.visit else getattr(profile, f"{which}_touch", None)
    assert isinstance(found, Touch)
    return found


GOOGLE = "https://www.google.com/search?q=cheap+tripod"
PAYPAL = "https://payments.example/done"


class TestTheFirstView:
    def test_of_an_unknown_visitor_starts_a_profile(self) -> None:
        profile = walk(hit("/tripods", referrer=GOOGLE))
        assert profile.visit is not None
        assert (profile.seed, profile.visits, profile.visit.views, profile.first_seen) == (9, 1, 1, START)
        assert touch(profile).landing_page == "/tripods"
        assert touch(profile).search is not None
        assert touch(profile).search.keywords == "cheap tripod"  # type: ignore[union-attr]
        assert profile.first_touch == profile.last_touch == touch(profile)

    def test_is_streamed_after_the_visit_that_it_began(self) -> None:
        _, effects = CORRIDOR.advance(None, hit("/tripods", referrer=GOOGLE))
        began, viewed = effects.events
        assert (began.name, began.properties["medium"], began.properties["keywords"]) == (
            VISIT_STARTED,
            "search",
            "cheap tripod",
        )
        assert (viewed.name, viewed.page and viewed.page.category) == (PAGE_VIEWED, "tripods")

    def test_counts_towards_the_topics_that_were_searched_for(self) -> None:
        profile = walk(hit("/", referrer=GOOGLE))
        what = (Field("topic", AnyOf(frozenset({"support"}))),)
        assert History(profile, at=START, site=RULES.site).views(what, Window()).count == 1


class TestTouches:
    def test_the_first_is_written_once(self) -> None:
        profile = walk(
            hit("/a", referrer=GOOGLE),
            hit("/b?utm_source=news&utm_medium=email&utm_campaign=spring", after=DAY),
            hit("/c", after=2 * DAY),
        )
        assert touch(profile, "first").landing_page == "/a"
        assert touch(profile, "last").campaign is not None
        assert touch(profile, "last").landing_page == "/b"
        assert (touch(profile).landing_page, touch(profile).is_direct) == ("/c", True)

    def test_a_later_direct_visit_leaves_the_last_as_it_was(self) -> None:
        profile = walk(hit(), hit("/b", after=DAY))
        assert touch(profile, "last").landing_page == "/"

    def test_an_arrival_in_a_running_visit_becomes_the_visits(self) -> None:
        profile = walk(hit("/a"), hit("/b", after=60, referrer=GOOGLE), hit("/c", after=90, referrer=SHOP + "/b"))
        assert profile.visits == 1
        assert touch(profile).landing_page == touch(profile, "last").landing_page == "/b"
        assert touch(profile, "first").is_direct

    def test_the_way_back_from_a_payment_is_no_arrival(self) -> None:
        profile = walk(hit("/a", referrer=GOOGLE), hit("/thanks", after=60, referrer=PAYPAL))
        assert touch(profile).referrer.medium == touch(profile, "last").referrer.medium == "search"

    def test_an_inner_link_after_a_pause_begins_a_direct_visit(self) -> None:
        profile = walk(hit("/a", referrer=GOOGLE), hit("/b", after=2000, referrer=SHOP + "/a"))
        assert (profile.visits, touch(profile).is_direct, touch(profile).channel) == (2, True, "Direct")


class TestARedirect:
    """A campaign on `/` that is sent on to `/en`."""

    CAMPAIGN = hit("/?utm_source=news&utm_campaign=spring", kind=HitKind.REDIRECT, referrer=GOOGLE)

    def test_is_no_view_and_begins_no_visit(self) -> None:
        profile, effects = CORRIDOR.advance(None, self.CAMPAIGN)
        assert (profile.visits, profile.visit, effects) == (0, None, NOTHING)
        assert profile.first_seen == START

    @pytest.mark.parametrize("referrer", ["", SHOP + "/", GOOGLE])
    def test_hands_its_arrival_to_the_landing(self, referrer: str) -> None:
        profile = walk(self.CAMPAIGN, hit("/en", after=1, referrer=referrer))
        assert touch(profile).campaign is not None
        assert touch(profile).campaign.name == "spring"  # type: ignore[union-attr]
        assert (touch(profile).landing_page, profile.visits, profile.arrival) == ("/en", 1, None)

    def test_is_forgotten_when_no_landing_follows_soon(self) -> None:
        assert touch(walk(self.CAMPAIGN, hit("/en", after=301))).campaign is None

    def test_gives_way_to_an_arrival_of_its_own(self) -> None:
        profile = walk(self.CAMPAIGN, hit("/en?utm_source=other", after=1))
        assert touch(profile).campaign is not None
        assert touch(profile).campaign.source == "other"  # type: ignore[union-attr]

    def test_inside_the_site_changes_nothing_but_the_time(self) -> None:
        posted = hit("/cart", after=60, kind=HitKind.REDIRECT, referrer=SHOP + "/a")
        profile = walk(hit("/a", referrer=GOOGLE), posted)
        assert profile.visit is not None
        assert (profile.arrival, profile.visit.views, profile.visit.last) == (None, 1, START + 60)


class TestOtherKinds:
    def test_an_error_page_is_an_arrival_but_no_page_view(self) -> None:
        profile, effects = CORRIDOR.advance(None, hit("/gone", kind=HitKind.ERROR, referrer=GOOGLE))
        assert profile.visit is not None
        assert (profile.visit.views, profile.visit.errors, touch(profile).referrer.medium) == (0, 1, "search")
        assert effects.events[-1].name == ERROR_VIEWED

    @pytest.mark.parametrize("kind", [HitKind.FRAGMENT, HitKind.PREFETCH, HitKind.EVENTS])
    def test_parts_of_pages_and_pages_fetched_ahead_change_nothing(self, kind: HitKind) -> None:
        profile = walk(hit("/a"))
        assert CORRIDOR.advance(profile, hit("/b", after=5, kind=kind, referrer=GOOGLE)) == (profile, NOTHING)

    @pytest.mark.parametrize("kind", [HitKind.FRAGMENT, HitKind.EVENTS])
    def test_their_events_are_folded(self, kind: HitKind) -> None:
        added = Event("Product Added", START + 5, {"price": 5})
        profile, effects = CORRIDOR.advance(walk(hit("/a")), hit(after=5, kind=kind, events=(added,)))
        assert effects == Effects((added,))
        assert profile.last_seen == START + 5

    def test_events_from_the_future_count_as_of_now(self) -> None:
        profile = walk(hit(), hit(after=5, kind=HitKind.EVENTS, events=(Event("Odd", START + 10**9),)))
        assert profile.last_seen == START + 5

    def test_robots_leave_nothing(self) -> None:
        robot = hit(agent=b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
        assert CORRIDOR.advance(None, robot, seed=9) == (Profile(seed=9), NOTHING)

    def test_a_view_that_the_browser_calls_a_prefetch_leaves_nothing(self) -> None:
        ahead = hit(more=((b"sec-purpose", b"prefetch"),))
        assert CORRIDOR.advance(None, ahead, seed=9) == (Profile(seed=9), NOTHING)


def test_what_the_app_says_of_a_page_is_remembered() -> None:
    profile = walk(hit("/x/600mm", page=Page(category="lenses", price=12999)))
    (seen,) = profile.recents.past()
    assert seen.page == Page("/x/600mm", type="product", category="lenses", product="600mm", price=12999)


def test_signals_that_were_read_already_are_not_read_again() -> None:
    one = hit("/tripods", referrer=GOOGLE)
    assert CORRIDOR.advance(None, one, CORRIDOR.read(one)) == CORRIDOR.advance(None, one)


def test_the_public_function_walks_the_same_corridor() -> None:
    one = hit("/tripods", referrer=GOOGLE)
    expected = CORRIDOR.advance(None, one, seed=9)
    assert advance(RULES, None, None, one, seed=9) == expected
    assert advance(RULES, Priors(), Profile(seed=9), one) == expected


def test_a_visitor_who_comes_again_and_again_is_counted_exactly() -> None:
    profile = walk(*(hit(after=DAY * i) for i in range(200)))
    history = History(profile, at=START + DAY * 199, site=RULES.site)
    assert (profile.visits, history.visits(Window()).count, history.visits(Window()).complete) == (200, 200, True)
    assert history.visits(Window("seconds", 7 * DAY)).count == 8


@given(
    urls=st.lists(st.text(max_size=200), max_size=5),
    value=st.binary(max_size=200),
    at=st.floats(),
    kind=st.sampled_from(HitKind),
)
@settings(max_examples=80, deadline=None)
def test_any_hit_is_folded_without_a_fault(urls: list[str], value: bytes, at: float, kind: HitKind) -> None:
    profile: Profile | None = None
    for url in urls:
        headers = ((b"referer", value), (b"user-agent", FIREFOX), (b"accept-language", value), (b"cookie", value))
        profile, effects = CORRIDOR.advance(profile, Hit(at=at, url=url, headers=headers, kind=kind))
        msgpack.encode(effects)
        assert msgpack.decode(msgpack.encode(profile), type=Profile) == profile


LINE = re.compile(r'(\S+) \S+ \S+ \[([^]]+)\] "GET (\S+) [^"]*" 200 \S+ "([^"]*)" "([^"]*)"')


def test_a_real_log_with_damaged_minutes_keeps_every_view_in_order(shared_data: Path) -> None:
    """Half of its lines step back in time; visits, views and counts must not care."""
    profiles: dict[str, Profile] = {}
    views: dict[str, int] = {}
    lines = (shared_data / "weblog_semicomplete_2015.log").read_text("latin-1").splitlines()
    for line in lines:
        found = LINE.match(line)
        if not found or "." in found[3].rpartition("/")[2]:
            continue
        at = datetime.strptime(found[2], "%d/%b/%Y:%H:%M:%S %z").timestamp()
        headers = ((b"referer", found[4].encode()), (b"user-agent", found[5].encode()))
        one = Hit(at=at, url=found[3], headers=headers)
        profile, effects = CORRIDOR.advance(profiles.get(found[1]), one)
        profiles[found[1]] = profile
        views[found[1]] = views.get(found[1], 0) + any(event.name == PAGE_VIEWED for event in effects.events)
    seen = {visitor: profile for visitor, profile in profiles.items() if profile.visit}
    assert len(seen) > 200
    for visitor, profile in seen.items():
        tally = History(profile, at=profile.last_seen, site=RULES.site).views((), Window())
        assert (tally.count, tally.complete) == (views[visitor], True)
        assert all(gap >= 0 for gap in profile.recents.moments[::3])
    assert max(profile.visits for profile in seen.values()) > 3  # several visits
