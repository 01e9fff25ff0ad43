"""Visitors who ask for nothing: what is remembered decides, what only a request tells is not known."""

import pytest
from msgspec.structs import replace

from floorwalker.core.advance import Corridor
from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.core.conditions.standing import needs_request
from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.trying.standing import Need, needs_of, standing_moment, without_request
from floorwalker.rulefile import read
from tests.core.visitors import AT, profile_of


def rules(text: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, [str(problem) for problem in problems]
    return ruleset


PHONE = rules(
    """
pages: [{path: "/{category}", type: category}]
segments:
  phone: {when: {device: mobile}}
  not-phone: {when: {not: {device: mobile}}}
  any-device: {when: {device: {type: {exists: no}}}}
  phone-or-back: {when: {any: [{device: mobile}, {visits: {at_least: 2}}]}}
  phone-and-back: {when: [{device: mobile}, {visits: {at_least: 2}}]}
  by-name: {when: {none: [{in: phone}]}}
  evening: {when: {time: {from: 18:00}}}
  from-search: {when: {referrer: {medium: search}}}
  first-from-search: {when: {first_touch: {referrer: {medium: search}}}}
  at-lenses: {when: {page: {category: lenses}}}
  scored:
    score: {at_least: 50, at_most: 60}
    points: [{points: 55, when: {visits: {at_least: 2}}}, {points: 10, when: {device: tv}}]
  this-year: {when: {date: {from: 2026-01-01, until: 2026-12-31}}}
"""
)


def members(**remembered: object) -> dict[str, bool | None]:
    moment = standing_moment(Corridor(without_request(PHONE)), profile_of(**remembered), AT)  # type: ignore[arg-type]
    segments_at(moment)
    return moment.members


def test_what_only_a_request_tells_is_not_known_under_not_neither() -> None:
    found = members(visits=1)
    assert [found[name] for name in ("phone", "not-phone", "any-device", "by-name", "evening")] == [None] * 5


def test_what_a_request_cannot_change_is_known() -> None:
    once, twice = members(visits=1), members(visits=2, earlier=[7000])
    assert (once["phone-or-back"], twice["phone-or-back"]) == (None, True)
    assert (once["phone-and-back"], twice["phone-and-back"]) == (False, None)
    assert (once["scored"], twice["scored"]) == (False, None)


def test_an_arrival_is_that_of_the_latest_visit() -> None:
    found = members(touch={"referrer": {"medium": "search"}})
    assert (found["from-search"], found["first-from-search"]) == (True, True)
    assert members()["from-search"] is False


def test_a_date_is_that_of_the_moment() -> None:
    assert members()["this-year"] is True


def test_the_page_is_the_one_seen_last() -> None:
    corridor = Corridor(without_request(PHONE))
    profile = profile_of()
    assert profile.visit is not None
    assert segments_at(standing_moment(corridor, profile, AT)) == {"this-year"}
    there = replace(profile, visit=replace(profile.visit, last_page="/lenses"))
    assert "at-lenses" in segments_at(standing_moment(corridor, there, AT))


@pytest.mark.parametrize(
    ("segment", "request_", "visit"),
    [
        ("phone", ("device",), ()),
        ("by-name", ("device",), ()),
        ("evening", ("time",), ()),
        ("from-search", (), ("referrer",)),
        ("first-from-search", (), ()),
        ("at-lenses", (), ("page",)),
        ("scored", ("device",), ()),
        ("this-year", (), ()),
        ("nobody", (), ()),
    ],
)
def test_what_a_segment_asks_that_no_profile_holds_is_named(
    segment: str, request_: tuple[str, ...], visit: tuple[str, ...]
) -> None:
    assert needs_of(PHONE, segment) == Need(request_, visit)


def test_every_condition_of_device_place_and_clock_needs_a_request() -> None:
    groups = ("device", "place and time")
    asked = [name for name, one in DEFINITIONS.items() if one.group in groups and name != "date"]
    assert len(asked) > 10
    assert all(map(needs_request, asked))
    remembered = ("visits", "viewed", "did", "saw", "orders", "trait", "first_touch", "interest", "chance", "funnel")
    assert not any(map(needs_request, remembered))
