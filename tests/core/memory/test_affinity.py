"""Interests: how topics fade, when one stands out, and what tempers them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack

from floorwalker.core.advance import Corridor
from floorwalker.core.events import ORDER_COMPLETED, PRODUCT_ADDED, PRODUCT_VIEWED, PRODUCTS_SEARCHED, Event, Item, Page
from floorwalker.core.hit import Hit
from floorwalker.core.memory.affinity import CART, PURCHASE, VIEW, faded, standing_out, with_topics
from floorwalker.core.memory.kept.holdings import INTEREST_BYTES, LEAST_WEIGHT, MOST_TOPICS, Interests
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import NO_PRIORS, Priors, smoothed
from floorwalker.core.ruleset import PageRule, Ruleset, Topic

AT = 1_800_000_000.0
BIRDS = Priors("p", {"birds": 0.5, "stars": 0.3, "cars": 0.2})
NAMED = Ruleset(
    pages=(
        PageRule("/lenses/long", category="lenses", product="long"),
        PageRule("/{category}/{product}", type="product"),
        PageRule("/search", query={"q": "{search}"}, type="search"),
    ),
    topics=(Topic("birds", pages=("/lenses/**",), keywords=("bird",)), Topic("stars", keywords=("night sky",))),
)
UNNAMED = Ruleset(pages=NAMED.pages)


def after(*topics: str, gain: float = VIEW, visit: int = 1, priors: Priors = NO_PRIORS) -> Interests:
    interests = Interests()
    for topic in topics:
        interests = with_topics(interests, (topic,), gain, visit=visit, priors=priors)
    return interests


def seen(corridor: Corridor, *urls: str, profile: Profile | None = None, at: float = AT) -> Profile:
    for number, url in enumerate(urls):
        profile, _ = corridor.advance(profile, Hit(at=at + number, url=url))
    assert profile is not None
    return profile


def told(corridor: Corridor, profile: Profile, name: str, *items: Item, **properties: Any) -> Profile:
    return corridor.fold(profile, Event(name, AT + 60, properties, items=items))[0]


def interests_of(profile: Profile) -> Interests:
    assert profile.interests is not None
    return profile.interests


def test_weights_halve_four_times_over_five_events_in_a_visit_and_once_over_sixteen_in_the_history() -> None:
    interests = after("birds", *["cars"] * 5)
    assert interests.session["birds"] == pytest.approx(1 / 16)
    assert after("birds", *["cars"] * 16).history["birds"] == pytest.approx(0.5)


def test_weights_under_a_twentieth_go() -> None:
    interests = after("birds", *["cars"] * 9)
    assert "birds" not in interests.session
    assert "birds" in interests.history


def test_a_new_visit_begins_a_new_session_and_keeps_the_history() -> None:
    corridor = Corridor(UNNAMED)
    profile = seen(corridor, "/birds/a", "/birds/b")
    later = seen(corridor, "/cars/a", profile=profile, at=AT + 86400)
    interests = interests_of(later)
    assert set(interests.session) == {"cars"}
    assert set(interests.history) == {"birds", "cars"}
    assert interests.of_visit(1) == {}


@pytest.mark.parametrize(
    ("topics", "dominant"),
    [
        (["birds"], ""),
        (["birds", "birds"], "birds"),
        (["birds", "cars"], ""),
        (["birds", "cars", "cars"], "cars"),
        (["birds", "birds", "cars"], "birds"),
        (["birds", "birds", "cars", "cars"], "cars"),
        (["birds", "birds", "birds", "birds", "cars", "cars"], "birds"),
    ],
)
def test_a_topic_stands_out_once_it_leads(topics: list[str], dominant: str) -> None:
    assert after(*topics).dominant == dominant


@given(
    st.sampled_from([VIEW, CART, PURCHASE]), st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True)
)
def test_one_action_alone_never_makes_an_interest(gain: float, topics: list[str]) -> None:
    for priors in (NO_PRIORS, Priors("p", {"a": 0.01})):
        assert with_topics(Interests(), topics, gain, visit=1, priors=priors).dominant == ""


def test_what_everybody_seeks_has_to_lead_by_more() -> None:
    crowd = Priors("p", {"birds": 0.9, "cars": 0.1})
    mixed = {"birds": 2.0, "cars": 0.3}
    assert standing_out(mixed, "", lambda _: True, NO_PRIORS) == "birds"
    assert standing_out(mixed, "", lambda _: True, crowd) == ""  # 87 % is less than the 90 % of everybody


def test_the_lead_counts_over_topics_that_were_never_met() -> None:
    weights = {"birds": 1.4}
    assert standing_out(weights, "", lambda _: True, Priors("p", {"birds": 0.1, "cars": 0.2})) == "birds"
    assert standing_out(weights, "", lambda _: True, Priors("p", {"birds": 0.1, "cars": 0.6})) == ""


def test_shares_are_tempered_by_what_the_population_seeks() -> None:
    assert after("birds").shares(BIRDS) == {"birds": round((1 + 0.5 * 0.5) / 1.5, 4)}
    assert after("birds").shares() == {"birds": 1.0}
    assert Interests().shares(BIRDS) == {}


def test_the_history_tells_from_the_fifth_event_on() -> None:
    assert list(after("birds", "birds", "cars", "cars").shares()) == ["cars", "birds"]
    assert after("birds", "birds", "birds", "cars", "cars").shares()["birds"] > 0.5


def test_where_no_rule_names_a_topic_categories_are_topics() -> None:
    assert set(interests_of(seen(Corridor(UNNAMED), "/cars/a", "/bags/b")).history) == {"cars", "bags"}
    assert seen(Corridor(NAMED), "/cars/a").interests is None


def test_a_search_counts_towards_its_topics_once() -> None:
    corridor = Corridor(NAMED)
    profile = seen(corridor, "/search?q=night+sky")
    assert interests_of(profile).history == {"stars": 1.0}
    assert interests_of(told(corridor, profile, PRODUCTS_SEARCHED, query="night sky")).events == 1
    assert interests_of(told(corridor, profile, PRODUCTS_SEARCHED, query="a bird")).events == 2


def test_a_search_engine_s_words_count_towards_their_topics() -> None:
    hit = Hit(at=AT, url="/", headers=((b"referer", b"https://www.google.com/search?q=bird"),))
    assert interests_of(Corridor(NAMED).advance(None, hit)[0]).history == {"birds": 1.0}


def test_carts_and_orders_weigh_more_and_count_once_for_each_topic() -> None:
    corridor = Corridor(NAMED)
    profile = seen(corridor, "/lenses/long")
    item = Item(product="long", category="lenses", price=9.0)
    added = told(corridor, profile, PRODUCT_ADDED, item)
    assert interests_of(added).history["birds"] == pytest.approx(2 ** (-1 / 16) + CART)
    bought = told(corridor, profile, ORDER_COMPLETED, item, item, order_id="1", revenue=18.0)
    assert interests_of(bought).history["birds"] == pytest.approx(2 ** (-1 / 16) + PURCHASE)


def test_a_product_told_beside_its_page_counts_with_the_page_alone() -> None:
    corridor = Corridor(UNNAMED)
    item = Item(product="a", category="cars")
    profile = seen(corridor, "/cars/a")
    assert interests_of(told(corridor, profile, PRODUCT_VIEWED, item)).events == 1
    assert interests_of(told(corridor, Profile(seed=1), PRODUCT_VIEWED, item)).events == 1


def test_what_the_app_says_of_a_page_counts() -> None:
    hit = Hit(at=AT, url="/x", page=Page(topics=("stars", "birds")))
    assert set(interests_of(Corridor(NAMED).advance(None, hit)[0]).history) == {"birds", "stars"}


@given(st.lists(st.tuples(st.text(max_size=30), st.sampled_from([VIEW, CART, PURCHASE])), max_size=120))
def test_interests_stay_within_their_bounds(events: list[tuple[str, float]]) -> None:
    interests = Interests()
    for topic, gain in events:
        topic = topic.encode("utf-8", "ignore").decode()
        interests = with_topics(interests, (topic,), gain, visit=1, priors=BIRDS)
        for weights in (interests.session, interests.history):
            assert len(weights) <= MOST_TOPICS
            assert len(msgpack.encode(weights)) <= INTEREST_BYTES + 5
            assert all(weight >= LEAST_WEIGHT for weight in weights.values())
            assert topic in weights
    assert msgpack.decode(msgpack.encode(interests), type=Interests) == interests


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_what_was_met_again_is_known_as_long_as_it_is_remembered(topics: list[str]) -> None:
    interests, again, known = Interests(), set[str](), set[str]()
    for topic in topics:
        interests = with_topics(interests, (topic,), VIEW, visit=1, priors=NO_PRIORS)
        if topic in known:
            again.add(topic)
        known = set(interests.history)
        again &= known
        marked = {one for number, one in enumerate(interests.history) if interests.repeated >> number & 1}
        assert marked == again


def test_the_latest_topic_is_never_the_one_to_go() -> None:
    heavy = {f"topic-{number:02}": 9.0 for number in range(MOST_TOPICS)}
    found = faded(heavy, ("new",), VIEW, kept=1.0)
    assert "new" in found
    assert len(found) <= MOST_TOPICS


def test_a_new_site_seeks_everything_alike_and_its_only_topic_never_has_the_whole() -> None:
    assert smoothed({}) == {}
    assert smoothed({}, frozenset({"birds", "cars"})) == {"birds": pytest.approx(1 / 3), "cars": pytest.approx(1 / 3)}
    assert smoothed({"birds": 10**9})["birds"] < 1
    busy = smoothed({"birds": 90_000, "cars": 10_000})
    assert busy["birds"] == pytest.approx(0.9, abs=0.001)
    assert len(smoothed({str(number): number for number in range(900)})) == 500


@given(st.dictionaries(st.text(max_size=5), st.integers(0, 10**9), max_size=30))
def test_shares_of_the_population_come_to_less_than_the_whole(counts: dict[str, int]) -> None:
    shares = smoothed(counts)
    assert sum(shares.values()) < 1
    assert all(share > 0 for share in shares.values())


def test_a_corridor_with_other_priors_is_the_same_but_for_them() -> None:
    corridor = Corridor(UNNAMED)
    other = corridor.with_priors(BIRDS)
    assert (corridor.priors, other.priors) == (NO_PRIORS, BIRDS)
    assert other.pages is corridor.pages
    assert seen(other, "/birds/a", "/birds/b") == seen(corridor, "/birds/a", "/birds/b")
