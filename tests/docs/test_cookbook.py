"""The cookbook: every recipe is free of problems, and its people get what it promises."""

import re
from pathlib import Path

import pytest

from floorwalker.asgi.rules.rulebook import load_rulebook
from floorwalker.asgi.verdicts import judge
from floorwalker.rulefile import check

PAGE = Path(__file__).resolve().parents[2] / "docs" / "editors" / "cookbook.md"
NOW = 1_795_600_000.0  # 25 November 2026
FEWEST = 45


def _recipes() -> dict[str, str]:
    found = re.findall(r"(?ms)^### ([^\n]+)\n.*?^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"))
    return dict(found)


SHOP = re.findall(r"(?ms)^<!-- shop -->\n```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"))[0]
RECIPES = _recipes()


def _folder(folder: Path, recipe: str) -> Path:
    (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (folder / "recipe.yaml").write_text(recipe, encoding="utf-8")
    return folder


def test_there_are_many_and_no_two_bear_one_name() -> None:
    headings = re.findall(r"(?m)^### (.+)$", PAGE.read_text(encoding="utf-8"))
    assert len(headings) == len(set(headings)) == len(RECIPES) >= FEWEST


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_no_problems(name: str, tmp_path: Path) -> None:
    ruleset, problems = check(_folder(tmp_path, RECIPES[name]))
    assert [str(problem) for problem in problems] == []
    assert ruleset is not None


@pytest.mark.parametrize("name", RECIPES)
def test_its_people_get_what_it_promises(name: str, tmp_path: Path) -> None:
    rulebook = load_rulebook(_folder(tmp_path, RECIPES[name]), tmp_path / "none", now=NOW)
    assert rulebook.ruleset.tests
    wrong = [verdict for one in rulebook.ruleset.tests if not (verdict := judge(rulebook, one, now=NOW)).holds]
    assert wrong == []
