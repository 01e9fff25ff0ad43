"""Control groups of the site, of promotions and of slots: in every combination each comparison has its own arms."""

from collections.abc import Iterator
from itertools import product

import pytest

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.decide import decide, showing_of
from floorwalker.core.decision import Arm, Keeper
from floorwalker.core.hashing import seed_of
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.proof import read_fact
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import read
from tests.core.visitors import AT, profile_of, signals_of

SITE, PROMOTION, SLOT = Keeper


def rules(*, site: int = 0, slot: int = 0, promotion: int = 0) -> Ruleset:
    ruleset, problems = read(
        {
            "rules.yaml": f"""
site: {{control: {site} %}}
slots: {{hero: {{control: {slot} %, show: [{{name: own, text: O}}]}}, side: {{show: [{{name: s, text: S}}]}}}}
promotions: {{sale: {{control: {promotion} %, slots: {{hero: {{name: a, text: A}}}}}}}}
""".encode()
        }
    )
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


def units(ruleset: Ruleset, seed: int, *slots: str) -> dict[str, str]:
    """What one page counts: unit → arm, of a visitor who met nothing before."""
    page = decide(ruleset, profile_of(seed=seed), signals_of(), AT)
    shown = [showing_of(page[slot]) for slot in slots]
    _, effects = Corridor(ruleset).show(Profile(seed=seed), shown, at=AT)
    facts = [read_fact(count.field) for count in effects.counts]
    assert all(fact is not None and fact.name == "shown" for fact in facts)
    return {fact.unit: fact.arm for fact in facts if fact and not fact.block}


ALL = {"": "treatment", "hero": "treatment", "promotion:sale": "treatment", "hero promotion:sale": "treatment"}
BY_SLOT = {"": "treatment", "hero": "control"}
BY_PROMOTION = {"": "treatment", "promotion:sale": "control", "hero promotion:sale": "control"}


def combinations() -> Iterator[tuple[int, int, int, tuple[Keeper, ...], dict[str, str]]]:
    for site, slot, promotion in product((0, 100), repeat=3):
        if site:
            yield site, slot, promotion, (SITE,), {"": "control"}
        elif slot and promotion:
            yield site, slot, promotion, (PROMOTION, SLOT), {"": "treatment"}
        elif slot:
            yield site, slot, promotion, (SLOT,), BY_SLOT
        elif promotion:
            yield site, slot, promotion, (PROMOTION,), BY_PROMOTION
        else:
            yield site, slot, promotion, (), ALL


@pytest.mark.parametrize(("site", "slot", "promotion", "kept_by", "counted"), list(combinations()))
def test_who_keeps_a_block_back_tells_in_which_comparisons_it_counts(
    site: int, slot: int, promotion: int, kept_by: tuple[Keeper, ...], counted: dict[str, str]
) -> None:
    ruleset = rules(site=site, slot=slot, promotion=promotion)
    decision = decide(ruleset, profile_of(), signals_of(), AT)["hero"]
    assert (decision.kept_by, decision.fitted, decision.block) == (kept_by, True, "a")
    assert decision.arm is (Arm.CONTROL if kept_by else Arm.TREATMENT)
    assert units(ruleset, 1, "hero") == counted


def test_the_arms_of_each_comparison_are_as_many_as_its_group_says_whatever_the_others_hold_back() -> None:
    ruleset = rules(site=10, slot=30, promotion=50)
    found = [units(ruleset, seed_of(f"visitor {number}"), "hero") for number in range(3000)]
    for unit, share in (("", 0.1), ("hero", 0.3), ("promotion:sale", 0.5), ("hero promotion:sale", 0.5)):
        arms = [one[unit] for one in found if unit in one]
        assert abs(arms.count("control") / len(arms) - share) < 0.04


def test_the_sites_group_is_in_no_comparison_but_the_sites() -> None:
    ruleset = rules(site=20)
    for number in range(200):
        found = units(ruleset, seed_of(f"visitor {number}"), "hero", "side")
        assert found[""] == "treatment" or found == {"": "control"}


def test_what_stands_under_otherwise_is_in_no_comparison_though_it_counts_for_caps() -> None:
    ruleset, _ = read(
        {"rules.yaml": b"slots: {hero: {show: [{when: {device: tv}, hide: yes}], otherwise: {name: f, text: F}}}"}
    )
    assert ruleset is not None
    decision = decide(ruleset, profile_of(), signals_of(), AT)["hero"]
    assert (decision.block, decision.fitted) == ("f", False)
    profile, effects = Corridor(ruleset).show(Profile(seed=1), [showing_of(decision)], at=AT)
    assert effects.counts == ()
    assert profile.responses is not None
    assert [(one.block, one.arm) for one in profile.responses.exposures] == [("f", "")]


def test_nobody_is_in_a_control_group_where_these_are_left_aside() -> None:
    page = decide(rules(site=100, slot=100, promotion=100), profile_of(), signals_of(), AT, compared=False)
    assert page["hero"].kept_by == ()
