"""The threats of the docs have each a test that exists, and the limits are those of the code."""

import ast
from functools import cache
from pathlib import Path

import pytest

from floorwalker.asgi import limits
from floorwalker.console import attempts, door
from floorwalker.pacing.pace import _CELLS
from fuzz.targets import TARGETS
from tests.docs.pages import ROOT, table

THREATS = table("security.md", "<!-- threats -->")
TEXT = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())


@cache
def functions_in(path: str) -> frozenset[str]:
    """The functions of a file that pytest collects: those of the module itself."""
    file = ROOT / path
    assert file.name.startswith("test_")
    assert (ROOT / "tests") in file.parents
    found = [one for one in ast.parse(file.read_text(encoding="utf-8")).body if hasattr(one, "name")]
    return frozenset(one.name for one in found if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)))


@pytest.mark.parametrize("row", THREATS, ids=lambda row: row[0])
def test_a_threat_has_a_defence_and_a_test(row: list[str]) -> None:
    threat, could, defence, test = row
    assert threat
    assert could
    assert defence
    path, _, name = test.partition("::")
    assert name.startswith("test_")
    assert name in functions_in(path)


@pytest.mark.parametrize("row", THREATS, ids=lambda row: row[0])
def test_where_a_defence_stands_is_there(row: list[str]) -> None:
    package = ROOT / "middleware" / "floorwalker"
    places = [place for place in row[2].replace("`", " ").replace(",", " ").replace(")", " ").split() if "/" in place]
    for place in places:
        if place.endswith((".py", "/")) and not place.startswith("/"):
            assert (package / Path(place)).exists(), place


def test_no_threat_stands_twice() -> None:
    assert len({row[0] for row in THREATS}) == len(THREATS) > 40


def test_the_limits_are_those_of_the_code() -> None:
    wrong = limits.WRONG_KEYS
    assert f"`visitor_limit`: {limits.VISITOR_LIMIT} a minute" in TEXT
    assert f"`address_limit`: {limits.ADDRESS_LIMIT:,} a minute" in TEXT
    assert f"(`/me.json`) | {limits.COPIES.burst:g} a minute" in TEXT
    assert wrong.per_minute == wrong.burst
    assert f"wrong keys from one address | {wrong.burst:g} a minute" in TEXT
    assert attempts.WINDOW_S == 15 * 60
    assert f"from one network | {attempts.MOST_OF_BOTH} in a quarter" in TEXT
    most = (attempts.MOST_OF_NETWORK, attempts.MOST_OF_SITE, attempts.MOST_OF_NAME)
    assert "{}; {}; {} in a quarter".format(*most) in TEXT
    assert f"is being looked at | {door._MOST_WAITING} in one worker" in TEXT
    assert f"one of {_CELLS:,} cells" in TEXT


def test_every_fuzzer_is_in_its_page() -> None:
    page = (ROOT / "fuzz" / "README.md").read_text(encoding="utf-8")
    assert [name for name in TARGETS if f"`{name}`" not in page] == []
    assert len(TARGETS) == 15
