"""Why somebody is in a group, told to them: what was found of them, and nothing of the rule's own text."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.core.deciding.decide import PageDecisions, decide
from floorwalker.core.decision import Explanation
from floorwalker.me.reasons import TOLD, Found, Place, groups_of, in_words, places_of, reasons_of
from tests.core.evaluation.stories import ruleset_of
from tests.core.visitors import AT, profile_of, signals_of

NIGHT = int(datetime(2026, 11, 28, 23, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
SITE = {"timezone": "Europe/Berlin"}


def decided(slots: dict[str, Any], segments: dict[str, Any] | None = None, at: int = AT, **told: Any) -> PageDecisions:
    rules = {"site": SITE, "segments": segments or {}, "slots": slots}
    profile = profile_of(at, visits=4, earlier=[90_000, 80_000, 70_000], events=[{"name": "Product Added", "ago": 60}])
    return decide(ruleset_of(rules), profile, signals_of(at, **told), at)


def places(slots: dict[str, Any], **options: Any) -> list[Place]:
    return places_of(decided(slots, **options))


def test_every_condition_has_words_for_the_visitor() -> None:
    assert DEFINITIONS.keys() - TOLD.keys() == {"any", "all", "none", "not"}


def test_of_several_ways_only_those_that_hold_are_told() -> None:
    why = Explanation(
        "any", None, True,
        (Explanation("visits: {at_least: 3}", 4, True), Explanation("searched: [cheap, secret word]", None, False)),
    )  # fmt: skip
    assert list(reasons_of(why)) == [Found("how often you were here", "4 times")]


def test_what_counts_because_it_is_not_so_says_so_without_naming_other_groups() -> None:
    absent = Explanation(
        "none", None, True, (Explanation("in: suspected-of-fraud", [], False), Explanation("did: X", 0, False))
    )
    assert list(reasons_of(absent)) == [
        Found("other groups", is_absent=True),
        Found("what you did", is_absent=True),
    ]


def test_points_tell_what_brought_them() -> None:
    score = Explanation(
        "score: at_least 20", 20, True,
        (
            Explanation("20 points", None, True, (Explanation("searched: [bird]", "a bird book", True),)),
            Explanation("5 points", None, False, (Explanation("daypart: night", "day", False),)),
        ),
    )  # fmt: skip
    assert list(reasons_of(score)) == [Found("what you searched for", "a bird book")]


@pytest.mark.parametrize("asked", ["attribute", "header", "cookie", "ip", "chance"])
def test_what_is_the_sites_own_is_named_and_not_shown(asked: str) -> None:
    assert list(reasons_of(Explanation(f"{asked}: x", "a secret", True))) == [Found(TOLD[asked])]


def test_groups_come_with_what_their_editors_say_and_what_was_found() -> None:
    segments = {
        "came-often": {"about": "Comes often", "when": {"visits": {"at_least": "3"}}},
        "never_here": {"when": {"visits": {"at_least": "9"}}},
    }
    decisions = decided({}, segments)
    (group,) = groups_of(decisions, decisions.moment.ruleset)
    assert (group.name, group.about) == ("Came often", "Comes often")
    assert group.because == (Found("how often you were here", "4 times"),)


def test_a_place_tells_its_block_and_what_it_rests_on() -> None:
    segments = {"came-often": {"when": {"visits": {"at_least": "3"}}}}
    entries = [
        {"when": {"device": "tablet"}, "name": "wide", "text": "W"},
        {"to": ["came-often"], "when": {"device": "mobile"}, "name": "for-phones", "text": "X"},
    ]
    (place,) = places({"hero-band": {"show": entries}}, segments=segments, device={"type": "mobile"})
    assert (place.name, place.block) == ("Hero band", "For phones")
    assert place.because == (Found("the group", "Came often"), Found("your device", "mobile"))


def test_of_an_entry_within_another_both_are_told() -> None:
    inside = {"choose": "weighted", "show": [{"name": "a", "text": "A"}], "when": {"device": "mobile"}, "name": "test"}
    (place,) = places({"hero": {"show": [inside]}}, device={"type": "mobile"})
    assert Found("your device", "mobile") in place.because


def test_what_everybody_sees_and_what_is_kept_back_says_so() -> None:
    shown = {"name": "a", "text": "A"}
    plain, empty, held = places(
        {
            "for-all": {"show": [shown]},
            "nothing": {"show": [{"when": {"device": "tv"}, **shown}]},
            "held-back": {"show": [shown], "control": "99.9 %"},
        }
    )
    assert (plain.block, plain.why) == ("A", "Everybody on this page sees this.")
    assert (empty.block, empty.because) == ("", ())
    assert (held.block, "kept back" in held.why) == ("", True)


def test_places_of_other_pages_are_left_out() -> None:
    assert places({"hero": {"pages": ["/elsewhere"], "show": [{"name": "a", "text": "A"}]}}) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("cheap-tripod-seeker", "Cheap tripod seeker"), ("a_b", "A b"), ("", ""), ("Ärzte", "Ärzte"), ("  x ", "X")],
)
def test_names_are_read_as_people_read_them(name: str, words: str) -> None:
    assert in_words(name) == words


def test_what_was_found_is_cut() -> None:
    (found,) = reasons_of(Explanation("searched: x", "y" * 500, True))
    assert (len(found.found), found.found[-1]) == (160, "…")


@pytest.mark.parametrize(
    ("condition", "observed", "told"),
    [
        ("searched: tripod", ["cheap tripod", "tripod", "tripod"], "cheap tripod, tripod"),
        ("did_in_order: {steps: [a, b]}", 1, "once"),
        ("time: {from: 22:00}", "Monday 2026-11-23 03:50", "Monday 23 Nov 2026 03:50"),
    ],
)
def test_what_was_found_is_told_once_and_in_words(condition: str, observed: Any, told: str) -> None:
    assert [one.found for one in reasons_of(Explanation(condition, observed, True))] == [told]
