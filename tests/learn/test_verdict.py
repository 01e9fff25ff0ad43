"""Counters of many days become comparisons, and those a verdict."""

from collections import Counter
from math import isclose

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from floorwalker.core.conditions.model import Not
from floorwalker.core.ruleset import Goal, Promotion, Ruleset, Site, Slot
from floorwalker.learn.earned import Days, earned
from floorwalker.learn.verdict import Terms, judge

RULES = Ruleset(
    site=Site(control=0.05, currency="EUR"),
    goals={name: Goal(name, Not(())) for name in ("order", "letter")},
    slots={"hero": Slot("hero", goal="order", control=0.2), "ribbon": Slot("ribbon", goal="letter")},
    promotions={"friday": Promotion("friday", control=0.1)},
)


def counters(*facts: tuple[str, int], day: str = "2026-11-20") -> Days:
    """Facts as `unit/block/arm/name/…`, with `-` for nothing."""
    return {day: {"\x1f".join("" if part == "-" else part for part in fact.split("|")): by for fact, by in facts}}


def rates(unit: str, shown: tuple[int, int], did: tuple[int, int], goal: str = "order") -> list[tuple[str, int]]:
    found = []
    for arm, visitors, converted in zip(("treatment", "control"), shown, did, strict=True):
        found += [(f"{unit}|-|{arm}|shown", visitors), (f"{unit}|-|{arm}|converted|{goal}", converted)]
    return found


def judged(*facts: tuple[str, int], rules: Ruleset = RULES, splits: Days | None = None):
    return judge(earned(counters(*facts), splits, currency="EUR"), rules, Terms())


def test_comparisons_stand_in_the_order_of_the_rules_and_say_what_they_are():
    units = ["ribbon", "hero", "hero promotion:friday", "promotion:friday", "-", "gone"]
    verdicts = judged(*((f"{unit}|-|treatment|shown", 10) for unit in units))
    assert [(one.kind, one.name) for one in verdicts] == [
        ("site", "site"),
        ("promotion", "friday"),
        ("slot", "hero"),
        ("promotion in a slot", "hero, friday"),
        ("slot", "ribbon"),
        ("slot", "gone"),
    ]


def test_a_clear_lift_is_clear_and_says_by_how_much():
    (hero,) = judged(*rates("hero", (8000, 2000), (960, 160)))
    (order,) = hero.goals
    assert order.goal == "order"
    assert order.conversions.estimate == pytest.approx(0.5)
    assert 0 < order.conversions.low < order.at_end.low < 0.5 < order.at_end.high < order.conversions.high
    assert order.rises
    assert not order.falls


def test_a_guardrail_that_falls_is_told():
    (hero,) = judged(*rates("hero", (8000, 2000), (400, 200), goal="letter"))
    letter = next(one for one in hero.goals if one.goal == "letter")
    assert letter.falls
    assert not letter.rises


def test_the_slots_own_goal_is_told_even_where_nobody_reached_it():
    (hero,) = judged(("hero|-|treatment|shown", 3))
    assert [one.goal for one in hero.goals] == ["order"]
    assert hero.goals[0].conversions is None
    assert hero.goals[0].needed is None


def test_where_a_place_has_no_goal_of_its_own_those_that_are_reached_come_before_the_guardrails():
    rules = structs.replace(RULES, site=structs.replace(RULES.site, guardrails=("letter",)))
    facts = [*rates("", (800, 200), (400, 90), goal="order"), ("|-|treatment|converted|letter", 500)]
    (site,) = judged(*facts, rules=rules)
    assert [(one.goal, one.guardrail) for one in site.goals] == [("order", False), ("letter", True)]


def test_its_blocks_are_told_by_the_same_goals_whether_or_not_anybody_reached_them_there():
    facts = [*rates("", (800, 200), (400, 90)), ("|a|treatment|shown", 5), ("|a|treatment|converted|other", 1)]
    (site,) = judged(*facts)
    assert [one.goal for one in site.parts[0].goals] == [one.goal for one in site.goals] == ["order"]


def test_money_is_compared_in_the_sites_currency_alone():
    facts = []
    for arm, visitors, each, buyers in (("treatment", 1000, 5000, 100), ("control", 500, 4000, 50)):
        facts += [
            (f"hero|-|{arm}|shown", visitors),
            (f"hero|-|{arm}|converted|order", buyers),
            (f"hero|-|{arm}|revenue|order|EUR", each * buyers),
            (f"hero|-|{arm}|square|order|EUR", each**2 * buyers % (1 << 32)),
            (f"hero|-|{arm}|square-high|order|EUR", each**2 * buyers >> 32),
            (f"hero|-|{arm}|revenue|order|JPY", 7000),
        ]
    (hero,) = judged(*facts)
    (order,) = hero.goals
    assert order.treatment_revenue.mean == pytest.approx(5.0)
    assert order.control_revenue.mean == pytest.approx(4.0)
    expected = (50.0**2 * 100 - 5.0 * 5000) / 999
    assert order.treatment_revenue.variance == pytest.approx(expected)
    assert order.revenue.estimate == pytest.approx(0.25)
    assert hero.figures.treatment.goals["order"].others == {"JPY": 7000.0}


@pytest.mark.parametrize(
    ("unit", "planned"), [("-", 0.05), ("hero", 0.2), ("promotion:friday", 0.1), ("hero promotion:friday", 0.1)]
)
def test_the_sample_ratio_is_held_against_what_the_rules_say(unit, planned):
    filled = (round(10_000 * (1 - planned)), round(10_000 * planned))
    (fine,) = judged(*rates(unit, filled, (0, 0)))
    assert fine.ratio.planned == pytest.approx(planned)
    assert not fine.ratio.alarm
    (wrong,) = judged(*rates(unit, (filled[0] + filled[1] // 2, filled[1] // 2), (0, 0)))
    assert wrong.ratio.alarm


def test_without_a_control_group_there_is_no_ratio_and_no_lift():
    (ribbon,) = judged(("ribbon|-|treatment|shown", 100), ("ribbon|-|treatment|converted|letter", 20))
    assert ribbon.ratio is None
    assert ribbon.goals[0].conversions is None


def test_blocks_segments_mixed_and_days_are_told_apart():
    more = counters(("hero|-|treatment|shown", 4), day="2026-11-21")
    days = counters(
        ("hero|-|treatment|shown", 6),
        ("hero|-|mixed|mixed", 2),
        ("hero|a|treatment|shown", 5),
        ("hero|b|treatment|shown", 7),
        ("hero|b|treatment|clicked", 3),
    )
    splits = counters(("birds|hero|-|treatment|shown", 3), ("sky|hero|-|treatment|shown", 9))
    (hero,) = judge(earned({**days, **more}, splits, currency="EUR"), RULES, Terms())
    assert hero.figures.daily == {"2026-11-20": 6, "2026-11-21": 4}
    assert hero.figures.mixed == 2
    assert [(one.name, one.figures.treatment.clicked) for one in hero.parts] == [("b", 3), ("a", 0)]
    assert [(one.name, one.figures.shown) for one in hero.segments] == [("sky", 9), ("birds", 3)]


def test_counters_that_are_none_of_ours_are_passed_over():
    assert judged(("whatever", 3), ("a|b", 1), ("hero|-|treatment|shown|x|y|z", 2)) == []


field = st.tuples(
    st.sampled_from(["-", "hero", "promotion:friday", "ribbon", "née"]),
    st.sampled_from(["-", "a", "b/c.html"]),
    st.sampled_from(["treatment", "control"]),
    st.sampled_from(["shown", "clicked", "converted|order", "revenue|order|EUR", "square|order|EUR", "mixed"]),
)


@example({}, {("-", "-", "control", "shown"): -5})
@given(st.dictionaries(field, st.integers(-5, 10**12)), st.dictionaries(field, st.integers(-5, 10**12)))
def test_whatever_was_counted_there_is_a_verdict_and_days_add_up(first, second):
    """Negative sums cannot be, but a day may hold what is taken back of another."""
    days = {
        "2026-11-20": counters(*(("|".join(key), by) for key, by in first.items()))["2026-11-20"],
        "2026-11-21": counters(*(("|".join(key), by) for key, by in second.items()))["2026-11-20"],
    }
    verdicts = judge(earned(days, currency="EUR"), RULES, Terms())
    shown = Counter()
    for counted in (first, second):
        for (unit, block, _, name), by in counted.items():
            if block == "-" and name == "shown":
                shown[unit] += by
    names = {"-": "site", "promotion:friday": "friday"}
    for unit, sum_ in shown.items():
        verdict = next(one for one in verdicts if one.name == names.get(unit, unit))
        assert verdict.figures.shown == sum_
        assert isclose(sum(verdict.figures.daily.values()), sum_)


def test_channels_are_counted_in_messages_and_not_compared():
    days = counters(
        ("channel:email|-|-|shown", 90), ("channel:email|may|-|shown", 60), ("channel:email|may|-|clicked", 9)
    )
    (slot, email) = judge(
        earned({**days, **counters(("hero|-|treatment|shown", 1), day="2026-11-21")}, currency="EUR"), RULES, Terms()
    )
    assert slot.counted == "visitors"
    assert (email.kind, email.name, email.counted, email.goals, email.ratio) == (
        "channel",
        "email",
        "messages",
        (),
        None,
    )
    assert (email.figures.treatment.shown, email.parts[0].name, email.parts[0].figures.treatment.clicked) == (
        90,
        "may",
        9,
    )
