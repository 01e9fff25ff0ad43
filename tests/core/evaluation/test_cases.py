"""The table of conditions: what an editor writes, what is known, and whether it holds."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.core.evaluation.evaluate import explain, holds
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import read
from tests.core.visitors import moment_of, profile_of, signals_of, when

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "conditions.yaml").read_text("utf-8")
)

RULES = """
site: {{timezone: Europe/Berlin, price_tiers: {{low: up to 100, high: above 100}}}}
places:
  shops: [{{lat: 52.52, lon: 13.40}}, {{lat: 53.55, lon: 9.99}}]
topics: {{wildlife: {{}}, lenses: {{}}, birds: {{}}}}
blocks:
  workshop: {{text: Come and see}}
slots:
  hero: {{show: [{{block: workshop}}]}}
  ribbon: {{show: [{{block: workshop}}]}}
funnels:
  purchase: [{{viewed: /cart}}, {{viewed: /checkout}}, {{did: Order Completed}}]
segments:
  phones: {{when: {{device: mobile}}}}
  regulars: {{when: {{visits: {{at_least: 3}}}}}}
  asked:
    when: {{{ask}}}
"""


def ruleset_of(ask: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": RULES.format(ask=ask).encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{group}-{number}") for group, some in CASES.items() for number, case in enumerate(some)
    ]


@pytest.mark.parametrize("case", cases())
def test_a_condition_holds_as_the_table_says_and_so_does_its_explanation(case: dict[str, Any]) -> None:
    ruleset = ruleset_of(case["ask"])
    condition = ruleset.segments["asked"].when
    assert condition is not None
    at = when(case.get("at"))
    profile = profile_of(at, **case["profile"]) if "profile" in case else None
    expected = None if case["holds"] == "unknown" else case["holds"]

    def moment() -> Any:
        return moment_of(ruleset, profile, signals_of(at, **case.get("signals", {})), at=at)

    assert holds(condition, moment()) is expected
    why = explain(condition, moment())
    assert why.holds is expected
    assert why.condition


def test_every_condition_of_this_release_is_in_the_table() -> None:
    tabled = {*CASES, "all", "any", "none", "not"}
    assert set(DEFINITIONS) <= tabled


@pytest.mark.parametrize("name", list(DEFINITIONS))
def test_the_example_of_every_definition_is_a_rule(name: str) -> None:
    example = DEFINITIONS[name].example.replace("bargain-hunter", "phones")
    ruleset, problems = read({"rules.yaml": RULES.format(ask=example).encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
