"""What is noted about somebody, and what they may set right themselves."""

from typing import Any

import pytest

from floorwalker.core.memory.profile import Profile
from floorwalker.me.traits import NotTaken, correction_of, own_traits, trait_rows

OWN = own_traits(["personal", "likes_*"])
AT = 1_790_000_000.0
TRAITS: dict[str, Any] = {
    "name": "Ada", "email": "ada@example.org", "age": 36, "vip": True, "score": 0.7, "address.city": "Bern",
    "likes_tea": True,
}  # fmt: skip


def profile(user: str = "", **traits: Any) -> Profile:
    return Profile(seed=1, user=user, traits=traits or TRAITS)


def told(name: str, value: str, *, user: str = "") -> Any:
    """What is said of the trait after a form with this value."""
    events = correction_of(profile(user), {"trait": name, "value": value}, OWN, at=AT)
    return events[0].properties[name] if events else None


@pytest.mark.parametrize(
    ("name", "value", "after"),
    [
        ("name", " Ada  Lovelace ", "Ada Lovelace"),
        ("age", "37", 37),
        ("age", "36,5", 36.5),
        ("age", "36", None),
        ("likes_tea", "no", False),
        ("address.city", "Thun", "Thun"),
        ("email", "ada@lovelace.example", "ada@lovelace.example"),
        ("name", "Ada", None),
    ],
)
def test_a_value_is_read_as_the_kind_that_it_was(name: str, value: str, after: Any) -> None:
    assert told(name, value) == after
    assert type(told(name, value)) is type(after)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", "old"), ("age", "1e9"), ("age", "nan"), ("age", "٣"), ("likes_tea", "maybe"), ("name", "  "),
        ("name", "ü" * 41), ("vip", "yes"), ("score", "1"), ("nothing", "x"), ("", "x"),
    ],
)  # fmt: skip
def test_what_is_no_such_value_or_not_theirs_is_not_taken(name: str, value: str) -> None:
    with pytest.raises(NotTaken):
        told(name, value)


def test_who_is_known_by_name_changes_what_they_are_found_by_in_their_account_and_may_take_it_away_here() -> None:
    with pytest.raises(NotTaken, match="in your account"):
        told("email", "victim@example.org", user="u1")
    said, word = correction_of(profile("u1"), {"trait": "email", "remove": "yes"}, OWN, at=AT)
    assert said.properties == {"email": ""}
    assert (word.name, word.properties) == ("Trait Corrected", {"trait": "email", "removed": True})
    rows = {row.name: row for row in trait_rows(profile("u1"), OWN)}
    assert (rows["email"].kind, rows["email"].may_go) == ("", True)


def test_word_to_the_site_holds_no_value() -> None:
    _, word = correction_of(profile(), {"trait": "name", "value": "Eve"}, OWN, at=AT)
    assert word.properties == {"trait": "name", "removed": False}


def test_rows_say_what_can_be_changed_and_how() -> None:
    rows = {row.name: (row.value, row.kind, row.may_go) for row in trait_rows(profile(), OWN)}
    assert rows == {
        "name": ("Ada", "text", True),
        "email": ("ada@example.org", "text", True),
        "age": ("36", "number", True),
        "vip": ("yes", "", False),
        "score": ("0.7", "", False),
        "address.city": ("Bern", "text", True),
        "likes_tea": ("yes", "choice", True),
    }


def test_a_site_may_let_nothing_be_changed() -> None:
    assert all(not row.kind and not row.may_go for row in trait_rows(profile(), own_traits([])))
