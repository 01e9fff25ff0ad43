"""Who is in what is found without asking each: a site ten times as large costs a visitor about the same."""

import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from benchmarks.parts.classifying import KINDS, rules, visitors
from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.matchers import AnyOf, Flag, PathIs, Range, fold_text, fold_texts
from floorwalker.core.conditions.model import All, AnyCondition, Behaviour, Condition, Field, InSegment, Not, Window
from floorwalker.core.conditions.model import Test as Asked
from floorwalker.core.conditions.patterns import path_pattern
from floorwalker.core.deciding.classify import classify
from floorwalker.core.deciding.menu import pages_of
from floorwalker.core.evaluation.evaluate import holds, moment_at
from floorwalker.core.evaluation.usual import Happened, Member, Otherwise, Said, usual_condition
from floorwalker.core.events import PAGE_VIEWED, Page
from floorwalker.core.memory.asked.paths import Paths
from floorwalker.core.memory.kept.counts import CATEGORY, EMPTY, PATH
from floorwalker.core.memory.kept.ledger import with_past
from floorwalker.core.memory.kept.recents import Past
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset, Segment, Site, Slot
from tests.core.visitors import AT, profile_of, signals_of

DAY = 86_400
MOBILE = Asked("device", (Field("type", AnyOf(frozenset({"mobile"}))),))
NEW = Asked("new_visitor", (Field("is", Flag(True)),))
LENSES = Behaviour("viewed", (Field("category", AnyOf(frozenset({"lenses"}))),))
NEVER_LENSES = Behaviour("viewed", LENSES.what, count=Range(high=0))
SHARE = Behaviour("viewed", LENSES.what, share=Range(low=0.5))
CUE = {
    "mobile": Said(MOBILE, MOBILE.fields[0]),
    "new": Said(NEW, NEW.fields[0]),
    "lenses": Happened(LENSES, *LENSES.what),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recent", [0, 30])
def test_ten_times_as_many_segments_take_hardly_more_calls(kind: str, recent: int) -> None:
    few, many = (calls(rules(kind, segments=size), recent=recent) for size in (30, 300))
    assert many < 1.7 * few + 60


@pytest.mark.parametrize("who", [{"recent": 100}, {"remembered": False}], ids=["some is forgotten", "nothing may be"])
def test_nor_do_they_where_what_happened_is_not_all_remembered(who: dict[str, Any]) -> None:
    few, many = (calls(rules("of what happened", segments=size), **who) for size in (30, 300))
    assert many < 1.7 * few + 60


def calls(ruleset: Ruleset, *, recent: int = 0, remembered: bool = True) -> int:
    """How many functions are called to classify one visitor."""
    ((known, signals), *_) = visitors(ruleset, recent=recent)
    profile = known if remembered else None
    classify(ruleset, profile, signals, AT)  # what is made once is made
    counted = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        classify(ruleset, profile, signals, AT)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize(
    ("condition", "answer", "cues"),
    [
        (MOBILE, False, {CUE["mobile"]}),
        (All((NEW, LENSES, MOBILE)), False, {CUE["lenses"]}),  # one that does not hold will do: the cheapest
        (AnyCondition((MOBILE, LENSES)), False, {CUE["mobile"], CUE["lenses"]}),
        (Not((MOBILE, LENSES)), True, {CUE["mobile"], CUE["lenses"]}),
        (AnyCondition((NEVER_LENSES, SHARE)), True, {Happened(NEVER_LENSES, *LENSES.what)}),
        (SHARE, False, {Otherwise(SHARE)}),
        (InSegment(("a", "b")), True, {Member("b")}),
        (All(()), True, set()),
    ],
)
def test_a_usual_answer_stands_until_one_of_its_cues_is_seen(
    condition: Condition, answer: bool, cues: set[Any]
) -> None:
    usual = usual_condition(condition, {"a": False, "b": True})
    assert (usual.answer, set(usual.cues)) == (answer, cues)


def test_what_is_only_counted_is_a_cue_as_well() -> None:
    ordered = Behaviour("did", (Field("event", AnyOf(frozenset({"order completed"}))),))
    ruleset = Ruleset(segments={"buyers": Segment("buyers", when=ordered)})
    recent = {"ago": 60, "name": "Product Added"}
    profile = profile_of(events=[recent], counted=[{"ago": 400_000, "name": "Order Completed"}])
    assert classify(ruleset, profile, signals_of(), AT) == {"buyers"}
    assert classify(ruleset, profile_of(events=[recent]), signals_of(), AT) == frozenset()


LEFT = AT - 9 * DAY
EARLIER = Page(path="/lenses/wide", category="lenses")


def on(*patterns: str, **asked: Any) -> Behaviour:
    return Behaviour("viewed", (Field("path", PathIs(patterns)),), **asked)


def who_viewed(recent: str, *, lost: Mapping[str, int] | None = None) -> Profile:
    """Who viewed a page lately, and another one nine days ago, which is only counted."""
    past = [Past(LEFT, PAGE_VIEWED, EARLIER, {})]
    counts = with_past(EMPTY, past, calendar=Calendar(Site()), known=frozenset())
    profile = profile_of(views=[{"ago": 60, "path": recent}])
    return structs.replace(
        profile,
        recents=structs.replace(profile.recents, left=LEFT),
        counts=structs.replace(counts, lost=lost or {}),
    )


def is_in(condition: Condition, profile: Profile) -> bool:
    """As the roll has it; the condition itself, asked of the same visitor, must agree."""
    ruleset = Ruleset(segments={"s": Segment("s", when=condition)})
    found = classify(ruleset, profile, signals_of(), AT) == {"s"}
    assert found is (holds(condition, moment_at(ruleset, profile, signals_of(), AT)) is True)
    return found


@pytest.mark.parametrize(
    ("condition", "recent", "expected"),
    [
        (on("/bags/*"), "/bags/red", True),
        (on("/bags/**"), "/bags", True),
        (on("/bags/*"), "/shoes/red", False),
        (on("/"), "/", True),
        (on("/"), "/bags", False),
        (on("/shoes", "/bags/*"), "/bags/red", True),  # the second of its patterns
        (on("/*/red"), "/bags/red", True),  # a pattern of which no beginning is known
        (on("/lenses/*"), "/bags", True),  # which is only counted
        (on("/lenses/*", window=Window("seconds", 2.0 * DAY)), "/bags", False),
        (on("/bags/*", count=Range(high=0)), "/bags/red", False),
        (on("/bags/*", count=Range(high=0)), "/shoes", True),
        (on("/lenses/*", count=Range(high=0)), "/bags", False),
    ],
)
def test_the_beginning_of_a_path_is_a_cue(condition: Behaviour, recent: str, expected: bool) -> None:
    assert is_in(condition, who_viewed(recent)) is expected


WITHIN = Window("seconds", 20.0 * DAY)


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ({}, True),
        ({CATEGORY: AT - 10 * DAY}, False),  # in the window there may have been bags
        ({CATEGORY: AT - 20 * DAY}, False),  # the window's first second is in it
        ({CATEGORY: AT - 20 * DAY - 1}, True),
        ({PATH: AT - 10 * DAY}, True),  # of what is not asked for
    ],
    ids=str,
)
def test_what_is_not_known_any_more_is_a_cue_where_the_window_reaches_it(
    lost: Mapping[str, int], expected: bool
) -> None:
    bags = (Field("category", AnyOf(frozenset({"bags"}))),)
    never = Behaviour("viewed", bags, window=WITHIN, count=Range(high=0))
    assert is_in(never, who_viewed("/bags", lost=lost)) is expected


def test_of_paths_that_are_not_known_any_more_each_window_is_judged_for_itself() -> None:
    conditions = {
        "long": on("/bags/*", window=WITHIN, count=Range(high=0)),
        "short": on("/bags/*", window=Window("seconds", 2.0 * DAY), count=Range(high=0)),
    }
    ruleset = Ruleset(segments={name: Segment(name, when=when) for name, when in conditions.items()})
    profile = who_viewed("/shoes", lost={PATH: AT - 10 * DAY})
    assert classify(ruleset, profile, signals_of(), AT) == {"short"}
    assert classify(ruleset, who_viewed("/shoes"), signals_of(), AT) == {"long", "short"}


@given(st.lists(st.text(st.sampled_from("aB \t\n\r\x1c\x85É|"), max_size=6) | st.text(max_size=4), max_size=6))
def test_texts_fold_together_as_each_does_alone(texts: list[str]) -> None:
    assert fold_texts(texts) == [fold_text(text) for text in texts]


PATHS = st.lists(st.sampled_from(["a", "b", "", "a b"]), max_size=4).map(lambda parts: "/" + "/".join(parts))
PATTERNS = st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "", "*b"]), max_size=4).map(
    lambda one: "/" + "/".join(one)
)


@given(st.lists(PATHS, unique=True), PATTERNS)
def test_paths_within_a_pattern_are_those_that_it_fits(paths: list[str], pattern: str) -> None:
    assert Paths(paths).within(pattern) == [path for path in paths if path_pattern(pattern).match(path)]


@given(st.lists(PATTERNS, min_size=1, max_size=3), PATHS)
def test_a_slot_is_for_the_addresses_that_its_patterns_fit(patterns: list[str], path: str) -> None:
    slot = Slot("s", pages=tuple(patterns))
    assert pages_of(slot).hold(signals_of(path=path)) is any(
        path_pattern(one).match(path) is not None for one in patterns
    )
