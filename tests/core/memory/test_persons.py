"""Who somebody is: traits that are told, taken away and found by; notes that stay out of the stream."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.calendar import Calendar
from floorwalker.core.effects import Effects, Mark
from floorwalker.core.events import NOTE_TAKEN, Event
from floorwalker.core.happening import identified_of
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.kept.holdings import NOTE_BYTES, Note, Notes
from floorwalker.core.memory.persons import MARK_BYTES, MARKED, TRAIT_BYTES, marks, user_kept
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Site

AT = 1_772_000_000
TERMS = Terms(Calendar(Site()))


def told(*traits: dict[str, Any], profile: Profile | None = None) -> Profile:
    profile = profile or Profile(seed=1)
    for one in traits:
        profile, _ = fold(profile, identified_of("", one, at=AT), TERMS)
    return profile


def noted(properties: dict[str, Any], profile: Profile | None = None, *, at: float = AT) -> tuple[Profile, Effects]:
    return fold(profile or Profile(seed=1), Event(NOTE_TAKEN, at, properties), TERMS)


@pytest.mark.parametrize("begin", ["x" * 119, "x" * 120, "é" * 60, "cn=" + "o" * 400])
def test_long_ids_of_two_people_stay_two(begin: str) -> None:
    one, other = user_kept(begin + "-one"), user_kept(begin + "-other")
    assert one != other
    assert max(len(kept.encode()) for kept in (one, other)) <= 120
    assert user_kept("user-17") == "user-17"


def test_a_trait_is_what_was_said_last() -> None:
    profile = told({"plan": "basic", "age": 41, "address": {"city": "Berlin", "zip": "10115"}}, {"plan": "pro"})
    assert profile.traits == {"plan": "pro", "age": 41, "address.city": "Berlin", "address.zip": "10115"}
    assert not profile.traits_left


@pytest.mark.parametrize("gone", [None, "", []])
def test_null_takes_a_trait_away_with_all_under_its_name(gone: Any) -> None:
    profile = told({"plan": "basic", "address": {"city": "Berlin"}, "addressee": "x"}, {"address": gone})
    assert profile.traits == {"plan": "basic", "addressee": "x"}


def test_a_note_is_kept_and_its_words_go_nowhere_else() -> None:
    profile, effects = noted({"text": " asked about a 600 mm ", "by": "Ann"})
    assert profile.notes == Notes((Note(AT, "asked about a 600 mm", "Ann"),))
    assert effects.events == (Event(NOTE_TAKEN, AT),)
    assert "600" not in str(profile.recents)


def test_a_note_without_words_is_none() -> None:
    for text in ("", "  ", 5, None):
        profile, _ = noted({} if text is None else {"text": text})
        assert profile.notes is None


def test_a_long_note_is_cut_and_an_old_one_stands_where_it_belongs() -> None:
    profile, _ = noted({"text": "x" * 900, "by": "y" * 90})
    profile, _ = noted({"text": "earlier"}, profile, at=AT - 500)
    notes = (profile.notes or Notes()).latest
    assert [(note.at, len(note.text)) for note in notes] == [(AT - 500, 7), (AT, NOTE_BYTES)]


MARKS = [
    ({}, {"email": " Anna@Shop.Example "}, (Mark("email", "anna@shop.example"),)),
    ({"email": "a@b.example"}, {"email": "A@B.example"}, ()),
    ({"email": "a@b.example"}, {"email": None}, (Mark("email", "a@b.example", gone=True),)),
    ({"name": "Zoë"}, {"name": "Zoe  Möller"}, (Mark("name", "zoe", gone=True), Mark("name", "zoe moller"))),
    ({}, {"phone": "+49 (30) 12-34.5/6"}, (Mark("phone", "+4930123456"),)),
    ({}, {"phone": 491234}, (Mark("phone", "491234"),)),
    ({}, {"username": True}, ()),
    ({}, {"plan": "pro"}, ()),
    ({"email": "a@b.example"}, {"plan": "pro"}, ()),
]


@pytest.mark.parametrize(("before", "then", "expected"), MARKS)
def test_who_can_be_found_by_a_trait_is_marked(
    before: dict[str, Any], then: dict[str, Any], expected: tuple[Mark, ...]
) -> None:
    base = told(before) if before else None
    assert marks(base, told(then, profile=base)) == expected


VALUES = st.none() | st.integers() | st.text(max_size=300) | st.booleans()
TRAITS = st.dictionaries(st.sampled_from([*MARKED, "plan", "address"]), VALUES, max_size=5)


@given(st.lists(TRAITS, max_size=6))
def test_marks_added_up_are_the_traits_that_stand(said: list[dict[str, Any]]) -> None:
    found: set[tuple[str, str]] = set()
    before: Profile | None = None
    for traits in said:
        after = told(traits, profile=before)
        for mark in marks(before, after):
            (found.remove if mark.gone else found.add)((mark.trait, mark.value))
            assert len(mark.value.encode()) <= MARK_BYTES
        before = after
    assert found == {(mark.trait, mark.value) for mark in (marks(None, before) if before else ())}


def test_traits_have_room_for_so_much_and_the_latest_stay() -> None:
    profile = told({f"t{number}": "x" * 60 for number in range(40)})
    assert profile.traits_left
    assert sum(len(name) + len(str(value)) for name, value in profile.traits.items()) <= TRAIT_BYTES
    assert "t39" in profile.traits
