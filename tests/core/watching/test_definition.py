"""What makes a watched segment another one, and what does not."""

import pytest

from floorwalker.core.ruleset import Ruleset
from floorwalker.core.watching.definition import fingerprint
from floorwalker.rulefile import read

RULES = """
site: {timezone: Europe/Berlin, currency: EUR, price_tiers: {low: up to 100, high: above 100}}
blocks: {spring: {text: S}, winter: {text: W}}
segments:
  readers: {when: {viewed: {path: /learn/**, at_least: 2}}}
  rich: {when: [{spent: {at_least: 500}}, {in: readers}]}
  saw: {when: {saw: {block: spring*}}}
  choosy: {when: {preferred_price_tier: high}}
  scored: {score: {at_least: 5}, points: [{points: 3, when: {visits: {at_least: 2}}}, {points: 2, when: {in: readers}}]}
"""


def prints(rules: str) -> dict[str, int]:
    ruleset, problems = read({"r.yaml": rules.encode()})
    assert isinstance(ruleset, Ruleset), problems
    return {name: fingerprint(ruleset, name) for name in ruleset.segments}


BEFORE = prints(RULES)


@pytest.mark.parametrize(
    ("old", "new", "others"),
    [
        ("at_least: 2}}}\n  rich", "at_least: 3}}}\n  rich", {"readers", "rich", "scored"}),
        ("[{spent: {at_least: 500}}, {in: readers}]", "[{in: readers}, {spent: {at_least: 500}}]", set()),
        ("{viewed: {path: /learn/**, at_least: 2}}", "[{viewed: {at_least: 2, path: /learn/**}}]", set()),
        ("readers: {when", "readers: {about: x, when", set()),
        ("readers: {when", "readers: {draft: yes, when", {"readers", "rich", "scored"}),
        ("winter: {text: W}", "summer: {text: W}", set()),
        ("winter: {text: W}", "spring-20: {text: W}", {"saw"}),
        ("currency: EUR", "currency: USD", {"rich"}),
        ("up to 100, high: above 100", "up to 90, high: above 90", {"choosy"}),
        ("Europe/Berlin", "UTC", {"readers", "rich", "saw", "choosy", "scored"}),
        ("points: 2,", "points: 4,", {"scored"}),
    ],
)  # fmt: skip
def test_what_it_depends_on_makes_it_another(old: str, new: str, others: set[str]) -> None:
    assert old in RULES
    after = prints(RULES.replace(old, new))
    assert {name for name in BEFORE if BEFORE[name] != after[name]} == others


def test_equal_conditions_under_two_names_are_two_definitions() -> None:
    found = prints("segments: {a: {when: {viewed: /x}}, b: {when: {viewed: /x}}}")
    assert found["a"] != found["b"]
    assert all(0 <= one < 1 << 31 for one in found.values())
