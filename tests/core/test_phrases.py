"""What people are called when one person tells another of them."""

from collections.abc import Mapping

import pytest

from floorwalker.core.phrases import called


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ({"name": "Ada Lind", "first_name": "Ada", "email": "ada@example.org"}, "Ada Lind"),
        ({"first_name": "Ada", "last_name": "Lind", "email": "ada@example.org"}, "Ada Lind"),
        ({"firstName": "Ada", "email": "ada@example.org"}, "Ada"),
        ({"email": "ada@example.org"}, "ada@example.org"),
        ({}, "user-17"),
    ],
)
def test_somebody_is_called_by_their_name_before_anything_else(traits: Mapping[str, str], name: str) -> None:
    assert called({"traits": traits, "user": "user-17"}) == name
