"""Matchers and patterns: what each asks of one value, and that none can be made slow or be made to fail."""

import fnmatch
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.conditions.asking import UNKNOWN, Partial, answer, check_of, holds_for
from floorwalker.core.conditions.matchers import (
    AnyOf,
    Both,
    Dates,
    Exists,
    Flag,
    Matcher,
    Near,
    Networks,
    PathIs,
    Range,
    Text,
    TimeOfDay,
    Version,
    Words,
    fold_text,
    kilometres_between,
    words_of,
)
from floorwalker.core.conditions.patterns import path_pattern, phrase_pattern, wildcard


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/", "/", True),
        ("/", "/a", False),
        ("/a", "/a/", True),
        ("/a", "/a\n", False),
        ("/x/**", "/x", True),
        ("/x/**", "/x/a/b", True),
        ("/x/**", "/xy", False),
        ("/**", "/", True),
        ("/*", "/", False),
        ("/*.pdf", "/guide.pdf", True),
        ("/a/*/c", "/a/b/d/c", False),
        ("/a/**/c", "/a/c", True),
        ("/a/**/c", "/a/b/d/c", True),
        ("/a/**/c", "/a/b/d/cx", False),
        ("/**/b/c/**", "/a/b/b/c/d", True),
        ("/**/b/**/b", "/b", False),
        ("/a*b*c/d", "/axbxbc/d", True),
        ("/a*b*c/d", "/axbxbcx/d", False),
        ("/**/a*b/c", "/ab/axb/c", True),
    ],
)
def test_a_star_is_one_segment_and_two_are_any_number(pattern: str, path: str, matches: bool) -> None:
    assert bool(path_pattern(pattern).match(path)) is matches


_FEW = st.text(alphabet="ab*", max_size=8)


@given(_FEW, st.text(alphabet="ab", max_size=12))
def test_a_wildcard_matches_as_a_shell_does(pattern: str, text: str) -> None:
    assert bool(wildcard(pattern).match(text)) is fnmatch.fnmatchcase(text, pattern)


def matches_by_segments(pattern: list[str], path: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(matches_by_segments(pattern[1:], path[start:]) for start in range(len(path) + 1))
    return bool(path) and fnmatch.fnmatchcase(path[0], pattern[0]) and matches_by_segments(pattern[1:], path[1:])


@given(
    st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "*b", "a*b*"]), max_size=5),
    st.lists(st.sampled_from(["a", "b", "ab", "ba", "abab"]), max_size=6),
)
def test_a_path_matches_segment_by_segment(pattern: list[str], path: list[str]) -> None:
    found = path_pattern("/" + "/".join(pattern)).match("/" + "/".join(path))
    assert bool(found) is matches_by_segments(pattern, path)


def test_no_pattern_is_slow_on_a_hostile_value() -> None:
    long = "a" * 20_000
    assert not wildcard("*a*a*a*a*a*b").match(long)
    assert not path_pattern("/**/a*a*a*b/**/a*a*b/c").match("/" + long + "/a" * 5_000)
    assert not phrase_pattern("*a*a*a*b c*").search(f" {long}{' a' * 5_000} ")


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Café  Noir", "cafe noir"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ﬁne", "fine"), ("  A\tb ", "a b")],
)
def test_case_accents_and_spaces_do_not_count(written: str, folded: str) -> None:
    assert fold_text(written) == folded


def test_words_are_letters_and_digits() -> None:
    assert words_of("Second-Hand: 600mm, f/4!") == "second hand 600mm f 4"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@pytest.mark.parametrize(
    ("matcher", "value", "holds"),
    [
        (Range(low=3), 3, True),
        (Range(low=3, low_open=True), 3, False),
        (Range(high=3, high_open=True), 3, False),
        (Range(low=1, high=2), "1.5", True),
        (Range(low=1), "nan", False),
        (Range(low=1), True, False),
        (Range(low=1), "1e999", True),
        (Range(high=1), 10**400, False),
        (Text("contains", ("tele",)), "Super-Tele", True),
        (Text("ends_with", (".de",)), "shop.DE", True),
        (Text("matches", (r"^\d+mm$",)), "600MM", True),
        (Words(("second hand",)), "a second-hand lens", True),
        (Words(("hand",)), "handy", False),
        (Version(low=(17,)), "17.4", True),
        (Version(high=(17,), high_open=True), "17.0", False),
        (Version(low=(10, 9), low_open=True), "10.10", True),
        (Version(low=(1,)), "x", False),
        (Flag(True), True, True),
        (Flag(False), False, True),
        (Flag(True), "yes", False),
        (Exists(True), "", False),
        (Exists(False), "", True),
        (AnyOf(frozenset({"yes"})), True, True),
        (AnyOf(frozenset({"17"})), 17, True),
        (AnyOf(frozenset({"1.5"})), 1.5, True),
        (Both((Text("starts_with", ("a",)), Text("ends_with", ("z",)))), "a to z", True),
        (Networks(("10.0.0.0/8",)), "10.1.2.3", True),
        (Networks(("10.0.0.0/8",)), "::1", False),
    ],
)
def test_a_matcher_asks_one_value(matcher: Matcher | Both, value: object, holds: bool) -> None:
    assert holds_for(matcher, (value,)) is holds  # type: ignore[arg-type]


def test_several_values_are_asked_in_turn_and_operators_together() -> None:
    both = Both((Text("starts_with", ("a",)), Text("ends_with", ("z",))))
    assert holds_for(both, ("b", "a-z"))
    assert not holds_for(both, ("a", "z"))


def test_absent_values_hold_for_nothing_but_exists_no() -> None:
    assert holds_for(Exists(False), ())
    assert not holds_for(Exists(True), ())
    assert not holds_for(AnyOf(frozenset({""})), ("",))
    assert not holds_for(Range(high=5), ())


def test_values_beside_which_others_may_be_hold_or_are_unknown() -> None:
    matcher = AnyOf(frozenset({"a"}))
    assert answer(matcher, Partial(("a",))) is True
    assert answer(matcher, Partial(("b",))) is None
    assert answer(Exists(False), UNKNOWN) is None


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((52.52, 13.405), (48.137, 11.575), 504),
        ((0, 0), (0, 180), 20015),
        ((90, 0), (-90, 0), 20015),
        ((5, 5), (5, 5), 0),
    ],
)
def test_distances_are_great_circles(one: tuple[float, float], other: tuple[float, float], km: float) -> None:
    assert kilometres_between(one, other) == pytest.approx(km, abs=1.5)


_MATCHERS: list[Matcher | Both] = [
    AnyOf(frozenset({"a"}), ("b*",)),
    PathIs(("/a/**",)),
    Text("contains", ("a",)),
    Text("matches", ("a.c",)),
    Words(("a b*",)),
    Range(1, 2),
    Version((1,), (2,)),
    Flag(True),
    Exists(False),
    Networks(("10.0.0.0/8",)),
    Near(((1, 1),), 5),
    TimeOfDay(),
    Dates("2026-01-01T00:00"),
    Both((Exists(True), Range(1))),
]

_ANYTHING = st.one_of(
    st.text(st.characters()),
    st.text(st.characters(categories=["Cs", "Cc", "Nd"])),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),
)


@given(st.sampled_from(_MATCHERS), st.lists(_ANYTHING, max_size=3))
def test_no_matcher_fails_on_any_value(matcher: Matcher | Both, values: list[object]) -> None:
    assert holds_for(matcher, values) in (True, False)  # type: ignore[arg-type]


@given(st.sampled_from(_MATCHERS), _ANYTHING)
def test_a_prepared_check_is_the_same_question(matcher: Matcher | Both, value: object) -> None:
    if value != "":
        assert bool(check_of(matcher)(value)) is holds_for(matcher, (value,))  # type: ignore[arg-type]
