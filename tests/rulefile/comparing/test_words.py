"""Words for values, names for what is new, and which part of a condition's words differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.rulefile.comparing.flow import taken_apart, was
from floorwalker.rulefile.comparing.mixing import fresh_name
from floorwalker.rulefile.comparing.words import duration, listed, quoted


@pytest.mark.parametrize(
    ("name", "fresh"),
    [
        ("hero", "hero-2"),
        ("hero-2", "hero-3"),
        ("spring-10", "spring-10-2"),
        ("hero/clearance.html", "hero/clearance-2.html"),
        ("hero/clearance-2.html", "hero/clearance-3.html"),
        ("taken", "taken-4"),
    ],
)
def test_a_fresh_name_is_like_the_old_one_and_nobody_has_it(name: str, fresh: str) -> None:
    assert fresh_name(name, ["taken", "taken-2", "taken-3"]) == fresh


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, ""), (1, "1 second"), (90, "90 seconds"), (3600, "1 hour"), (129_600, "36 hours"), (172_800, "2 days")],
)
def test_a_duration_is_told_whole(seconds: float, told: str) -> None:
    assert duration(seconds) == told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("device: mobile", "device: mobile", ""),
        ("device: mobile", "device: tv", "was mobile"),
        ("device: mobile", "os: iOS", "was device: mobile"),
        ("device: [tv, mobile]", "device: [mobile]", "gone: tv"),
        ("device: [tv, mobile]", "device: console", "was [tv, mobile]"),
        ("page: {type: a, path: /x}", "page: {path: /y}", "was path: /x; was also type: a"),
        ("page: {path: /x}", "page: {path: /x, type: a}", "was without type"),
        ('did: {where: {name: "a, b"}}', 'did: {where: {name: "a, c"}}', 'was where: {name: "a, b"}'),
        ("did: {event: it's}", "did: {event: it's, at_least: 2}", "was without at_least"),
    ],
)
def test_only_what_differs_of_a_condition_is_told(old: str, new: str, told: str) -> None:
    assert was(old, new) == told


@given(st.text(alphabet="ab:,{}[]'\" ", max_size=30), st.text(alphabet="ab:,{}[]'\" ", max_size=30))
def test_any_two_texts_can_be_told_apart(old: str, new: str) -> None:
    assert was(old, old) == ""
    taken_apart(new)
    assert "\n" not in was(f"a: {old}", f"a: {new}")


def test_lists_read_as_they_are_spoken() -> None:
    assert [listed("a"), listed("ab"), listed("abc", "and"), listed("")] == ["a", "a or b", "a, b and c", ""]
    assert quoted("a  long\ntext", 8) == "a long …"
