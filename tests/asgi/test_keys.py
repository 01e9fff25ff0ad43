"""Every key of every section does what tests/cases/keys.yaml says, and none lacks its row."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from floorwalker import PersonalizationMiddleware
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.verdicts import judge
from floorwalker.rulefile import load
from floorwalker.rulefile.tables import persona_keys, sections
from floorwalker.rulefile.tables.keys import Key, Shape
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import KEY, Clock

TABLES = Path(__file__).parent.parent / "cases"
CASES: list[dict[str, Any]] = yaml.safe_load((TABLES / "keys.yaml").read_text("utf-8"))
CHOOSING: list[dict[str, Any]] = yaml.safe_load((TABLES / "choosing.yaml").read_text("utf-8"))


def written(case: dict[str, Any], folder: Path) -> Path:
    """The case's folder of rules, its templates beside it."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "rules.yaml").write_text(case["rules"], "utf-8")
    for path, source in case.get("templates", {}).items():
        (folder / "templates" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "templates" / path).write_text(source, "utf-8")
    return rules


def named(some: Sequence[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in some]


@pytest.mark.parametrize("case", named([case for case in CASES if "before" not in case]))
def test_a_key_does_what_its_tests_expect(case: dict[str, Any], tmp_path: Path) -> None:
    rulebook = Rulebook(load(written(case, tmp_path)), {})
    assert rulebook.ruleset.tests
    for expectation in rulebook.ruleset.tests:
        assert judge(rulebook, expectation, now=Clock().now).misses == ()


@pytest.mark.parametrize("case", named([case for case in CASES if "before" in case]))
async def test_a_key_changes_the_page_as_the_table_says(case: dict[str, Any], tmp_path: Path) -> None:
    headers = [(b"cache-control", b"public, max-age=60")] if case.get("public") else []
    app = PersonalizationMiddleware(
        page_app(case["before"].encode(), headers=headers),
        rules=written(case, tmp_path),
        templates=tmp_path / "templates",
        store="unix:///nonexistent/floorwalker.sock",
        secret_key=KEY,
        clock=Clock(),
    )
    assert (await Browser(app).get(case.get("path", "/"))).body.decode() == case["after"]


NESTED: dict[str, Sequence[Key]] = {
    "points": sections.POINTS_KEYS,
    "entries": sections.ENTRY_KEYS,
    "otherwise": sections.OTHERWISE_KEYS,
    "history": persona_keys.HISTORY_KEYS,
    "page": persona_keys.SAID_KEYS,
    "place": persona_keys.PLACE_KEYS,
    "cart": persona_keys.CART_KEYS,
    "orders": persona_keys.ORDER_KEYS,
    "bought": persona_keys.BOUGHT_KEYS,
}
INSIDE = {"show": "entries", **{name: name for name in NESTED}}


def keys_in(where: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Every key that stands in a mapping, or in each of a list, and in what is nested there."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            for key, inner in one.items():
                yield where, key, inner
                if key in INSIDE and (where, key) != ("page", "page"):
                    yield from keys_in(INSIDE[key], inner)
                if (where, key) == ("promotions", "slots"):
                    yield from (found for entries in inner.values() for found in keys_in("entries", entries))


def keys_of(rules: str) -> Iterator[tuple[str, str, Any]]:
    """Every key of a rule file: its section, its name, its value."""
    for section, value in yaml.load(rules, yaml.BaseLoader).items():
        shape = sections.SECTIONS[section].shape
        if shape in (Shape.RECORD, Shape.LIST):
            yield from keys_in(section, value)
        elif shape is not Shape.STEPS:
            yield from (found for one in value.values() for found in keys_in(section, one))


FOUND = [found for case in (*CASES, *CHOOSING) for found in keys_of(case["rules"])]
KEYS = [(name, key) for name, section in sections.SECTIONS.items() for key in section.keys]
KEYS += [(name, key) for name, keys in NESTED.items() for key in keys]
SEVERAL = [
    ("slots", "place", sections.PLACES),
    ("slots", "choose", sections.CHOOSE),
    ("entries", "choose", sections.CHOOSE),
    ("slots", "deliver", sections.DELIVER),
    ("entries", "stop_after", sections.STOPS),
    ("entries", "at_most", ("per visit", "per day", "per week", "ever")),
]


@pytest.mark.parametrize(("section", "key"), [pytest.param(*one, id=f"{one[0]}.{one[1].name}") for one in KEYS])
def test_every_key_of_every_section_has_its_row(section: str, key: Key) -> None:
    assert (section, key.name) in {(where, name) for where, name, _ in FOUND}


@pytest.mark.parametrize(("section", "key", "words"), SEVERAL)
def test_every_word_of_a_key_has_its_row(section: str, key: str, words: Sequence[str]) -> None:
    values = str([value for where, name, value in FOUND if (where, name) == (section, key)])
    assert [word for word in words if word not in values] == []


def test_every_section_has_its_row() -> None:
    assert {section for case in CASES for section in yaml.safe_load(case["rules"])} == set(sections.SECTIONS)
