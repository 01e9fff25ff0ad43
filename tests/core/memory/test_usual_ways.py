"""What most pages do goes a short way each time; whatever the profile, it leaves what the general way leaves."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from floorwalker.core.advance import Corridor
from floorwalker.core.conditions.model import Behaviour, Field
from floorwalker.core.decision import Keeper
from floorwalker.core.events import PAGE_VIEWED, Event, Page
from floorwalker.core.hit import Hit
from floorwalker.core.memory.affinity import standing_out, with_topics
from floorwalker.core.memory.fold import fold, fold_view
from floorwalker.core.memory.goals import NO_GOALS, Goals, goals_of
from floorwalker.core.memory.kept.holdings import FEW_EVENTS, Interests
from floorwalker.core.memory.kept.responses import NONE, Daily, Exposure, Response, Responses, Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.comparisons import that_add
from floorwalker.core.memory.proving.proof import fold_shown
from floorwalker.core.memory.streaming import is_plain, streamed
from floorwalker.core.memory.terms import Terms
from floorwalker.core.memory.visits import SILENCE, arrive, is_running
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Goal, Ruleset
from tests.core.journeys import CALENDAR, CATEGORIES, START, TOPICS, any_of, journey, page_at_random, walked

SEEDS = st.integers(0, 10**9)
CROWD = Priors("p", {"lenses": 0.3, "wildlife": 0.2, "bags": 0.1})
BLOCKS, SLOTS = ("a", "b"), ("hero", "side")
TEXTS = st.sampled_from(
    ("", "/a", "/żółw", "me@shop.example", "lenses", "x" * 59, "x" * 61, "/" + "y" * 118, "漢" * 41)
)
PAGES = st.builds(
    Page,
    path=TEXTS,
    type=TEXTS,
    category=TEXTS,
    product=TEXTS,
    tags=st.lists(TEXTS, max_size=7).map(tuple),
    topics=st.lists(TEXTS, max_size=7).map(tuple),
    price=st.sampled_from((None, 0.0, 99, 250.5)),
    search=TEXTS,
)
HERO = (Showing("hero", "a", "treatment"),)
LENSES = Behaviour("viewed", (Field("category", any_of("lenses")),))
WELCOMED = goals_of(Ruleset(goals={"lenses": Goal("lenses", LENSES)}))
SHOWINGS = st.builds(
    Showing,
    st.sampled_from(SLOTS),
    st.sampled_from(BLOCKS),
    st.sampled_from(("treatment", "treatment", "treatment", "control")),
    promotion=st.sampled_from(("", "", "p")),
    kept_by=st.sampled_from(((), (), (Keeper.SLOT,), (Keeper.SITE,))),
    fitted=st.sampled_from((True, True, True, False)),
)
PAGES_SHOWN = st.lists(st.lists(SHOWINGS, max_size=4), max_size=8)


def somebody(seed: int) -> Profile:
    random = Random(seed)
    return walked(journey(random, random.choice((1, 5, 95, 130))))


def page_of(seed: int, profile: Profile) -> Page:
    """One that was seen before, or any other."""
    seen = [past.page for past in profile.recents.past() if past.page is not None]
    random = Random(seed)
    if seen and random.random() < 0.5:
        return random.choice(seen)
    return page_at_random(random) if random.random() < 0.9 else Page(category="lenses")


@given(
    seed=SEEDS,
    after=st.integers(0, SILENCE - 1),
    by_category=st.booleans(),
    priors=st.sampled_from((NO_PRIORS, CROWD)),
    goals=st.sampled_from((NO_GOALS, WELCOMED)),
)
@settings(max_examples=30, deadline=None)
def test_a_page_seen_in_a_visit_that_runs_is_folded_as_any_event_is(
    seed: int, after: int, by_category: bool, priors: Priors, goals: Goals
) -> None:
    terms = Terms(CALENDAR, by_category=by_category, priors=priors, goals=goals)
    profile, _ = fold_shown(somebody(seed), HERO, at=START, terms=terms)
    for number in range(12):
        at = max(profile.last_seen, profile.recents.last) + after // (number + 1)
        page = page_of(seed + number, profile)
        if not is_running(profile, at) or not is_plain(page):
            continue
        found = fold_view(profile, page, at=at, terms=terms)
        profile, effects = fold(profile, Event(PAGE_VIEWED, at, page=page), terms)
        assert found == (profile, effects)
        assert msgpack.encode(found) == msgpack.encode((profile, effects))


@given(seed=SEEDS, after=st.integers(-60, 2 * SILENCE), path=st.sampled_from(("/", "/lenses/p1", "/me@shop.example")))
@settings(max_examples=60, deadline=None)
def test_a_hit_advances_a_profile_as_its_arrival_and_its_event_would(seed: int, after: int, path: str) -> None:
    corridor, profile = Corridor(Ruleset()), somebody(seed)
    hit = Hit(at=profile.last_seen + after, url=f"https://shop.example{path}")
    signals, at = corridor.read(hit), max(int(hit.at), profile.last_seen, profile.recents.last)
    arrived = arrive(profile, signals, at=at, landing_page=signals.page.path, calendar=corridor.calendar)
    expected, effects = corridor.fold(arrived, Event(PAGE_VIEWED, at, page=signals.page))
    found, more = corridor.advance(profile, hit, signals)
    assert found == expected
    assert more.events[-1:] == effects.events
    assert len(more.events) == 1 + (arrived.visits > profile.visits)


@given(page=PAGES)
def test_a_plain_page_is_remembered_and_streamed_as_it_is(page: Page) -> None:
    event = Event(PAGE_VIEWED, 1, page=page)
    profile, effects = fold(Profile(seed=1), event, Terms(CALENDAR))
    (past,) = profile.recents.past()
    is_kept = past.page == page and effects.events == (event,) == (streamed(event, 1),)
    assert is_plain(page) == is_kept


@given(seed=SEEDS, priors=st.sampled_from((NO_PRIORS, CROWD)), number=st.integers(1, 12))
def test_the_topic_that_stands_out_is_the_one_that_all_weights_tell(seed: int, priors: Priors, number: int) -> None:
    random, interests, met = Random(seed), Interests(), list[str]()
    for _ in range(number):
        topics = random.sample((*filter(None, CATEGORIES), *TOPICS), random.choice((1, 1, 2)))
        before = interests.dominant
        interests = with_topics(interests, topics, random.choice((1.0, 3.0)), visit=1, priors=priors)
        met += topics
        again = {topic for topic in met if met.count(topic) > 1}
        label = interests.session if interests.events < FEW_EVENTS else interests.history
        assert interests.dominant == standing_out(label, before, again.__contains__, priors)


@given(pages=PAGES_SHOWN, again=st.lists(SHOWINGS, max_size=4))
@settings(deadline=None)
def test_what_is_known_of_a_page_is_what_is_known_of_each_of_its_slots(
    pages: Sequence[Sequence[Showing]], again: Sequence[Showing]
) -> None:
    exposures = after(pages).exposures
    for shown in (*pages, again):
        assert that_add(exposures, shown) == [one for one in shown if that_add(exposures, [one])]
        for one in shown:
            if one.fitted and not one.keepers:
                assert (that_add(exposures, [one]) == []) == is_met(exposures, one)


@given(pages=PAGES_SHOWN)
@settings(deadline=None)
def test_blocks_that_were_shown_come_last_each_counted_once_more(pages: Sequence[Sequence[Showing]]) -> None:
    responses, naive = NONE, dict[tuple[str, bool], Response]()
    for visit, shown in enumerate(pages):
        responses = responses.all_shown(shown, visit=visit // 2, at=visit, day=visit // 3)
        for one in shown:
            key = one.block, one.arm == "control"
            naive[key] = once_more(naive.pop(key, Response(*key)), visit)
    assert responses.blocks == tuple(naive.values())


def after(pages: Sequence[Sequence[Showing]]) -> Responses:
    """What somebody to whom these pages were shown has met."""
    corridor, profile = Corridor(Ruleset()), Profile(seed=1)
    for at, shown in enumerate(pages, start=1):
        profile, _ = corridor.show(profile, shown, at=at)
    return profile.responses or NONE


def is_met(exposures: Sequence[Exposure], shown: Showing) -> bool:
    key = shown.slot, shown.block, shown.promotion
    return {(one.slot, one.block, one.promotion): one.side for one in exposures}.get(key) == "t"


def once_more(known: Response, at: int) -> Response:
    """One more on that page: two pages are a visit, three a day."""
    visit, day, counts = at // 2, at // 3, dict(zip(known.shown.days[::2], known.shown.days[1::2], strict=True))
    counts[day] = counts.get(day, 0) + 1
    days = tuple([part for pair in counts.items() for part in pair])
    in_visit = known.in_visit + 1 if known.visit == visit else 1
    counted = Daily(known.shown.total + 1, at, days)
    return Response(known.block, known.control, 0, visit, in_visit, counted)
