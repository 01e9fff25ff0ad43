"""Promotions: their control groups, what is told and remembered of them, and drafts in previews."""

from math import sqrt

from floorwalker.core.calendar import Calendar
from floorwalker.core.deciding.decide import decide, explain_all, showing_of
from floorwalker.core.decision import Arm, Reason
from floorwalker.core.hashing import seed_of, share
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.proof import fold_shown
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Ruleset, Site
from floorwalker.core.trying.drafts import with_drafts
from floorwalker.rulefile import read
from tests.core.visitors import AT, profile_of, signals_of

CALENDAR = Calendar(Site())
SEEDS = [seed_of(f"visitor {number}") for number in range(3000)]
SALE = """
slots:
  hero: {control: 20 %, show: [{name: own, text: O}]}
promotions:
  sale: {control: 30 %, slots: {hero: {name: a, text: A}, ribbon: {name: r, text: R}}}
"""


def rules(text: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


def in_control(ruleset: Ruleset, slot: str) -> list[bool]:
    pages = [decide(ruleset, profile_of(seed=seed), signals_of(), AT) for seed in SEEDS]
    return [page[slot].arm is Arm.CONTROL for page in pages]


def within_tolerance(count: int, expected: float) -> bool:
    return abs(count - expected * len(SEEDS)) <= 4 * sqrt(len(SEEDS) * expected * (1 - expected))


def test_a_promotions_control_group_is_one_for_all_its_slots_and_has_its_share() -> None:
    ribbon = in_control(rules(SALE), "ribbon")
    assert ribbon == [share(seed, "promotion:sale") < 0.3 for seed in SEEDS]
    assert within_tolerance(sum(ribbon), 0.3)


def test_a_slots_control_group_is_kept_beside_the_promotions() -> None:
    ruleset = rules(SALE)
    hero, ribbon = in_control(ruleset, "hero"), in_control(ruleset, "ribbon")
    assert all(kept for kept, promoted in zip(hero, ribbon, strict=True) if promoted)
    assert within_tolerance(sum(hero), 1 - 0.7 * 0.8)


def test_raising_a_promotions_control_keeps_those_who_are_in_it() -> None:
    before, after = in_control(rules(SALE), "ribbon"), in_control(rules(SALE.replace("30 %", "50 %")), "ribbon")
    assert all(later for earlier, later in zip(before, after, strict=True) if earlier)
    assert sum(after) > sum(before)


def test_control_groups_of_two_promotions_are_independent() -> None:
    ruleset = rules("""
promotions:
  one: {control: 50 %, slots: {a: {name: x, text: X}}}
  two: {control: 50 %, slots: {b: {name: y, text: Y}}}
""")
    both = [one and other for one, other in zip(in_control(ruleset, "a"), in_control(ruleset, "b"), strict=True)]
    assert within_tolerance(sum(both), 0.25)


def test_where_control_groups_are_left_aside_so_is_a_promotions() -> None:
    page = decide(rules(SALE.replace("30 %", "100 %")), profile_of(), signals_of(), AT, compared=False)
    assert (page["ribbon"].block, page["ribbon"].arm) == ("r", Arm.TREATMENT)


def test_a_decision_names_its_promotion_and_where_in_it_the_entry_stands() -> None:
    page = decide(rules(SALE.replace("30 %", "0 %").replace("20 %", "0 %")), profile_of(), signals_of(), AT)
    assert (page["hero"].promotion, page["hero"].entry, page["hero"].reason) == (
        "sale",
        "promotion sale[1]",
        Reason.ENTRY,
    )
    assert (
        decide(rules("slots: {hero: {show: [{name: own, text: O}]}}"), None, signals_of(), AT)["hero"].promotion == ""
    )


def test_explain_names_the_promotion_its_dates_and_its_control_group() -> None:
    text = SALE.replace("30 %", "100 %, from: 2026-11-27, until: 2026-11-30").replace("20 %", "0 %")
    hero = explain_all(rules(text), profile_of(), signals_of(), AT)["slots"]["hero"]
    assert (hero["promotion"], hero["arm"], hero["block"]) == ("sale", "control", "a")
    entry, group = hero["why"]["of"]
    assert entry["condition"] == "promotion sale[1] a"
    assert [(one["condition"], one["holds"]) for one in entry["of"]] == [
        ("promotion sale: from 2026-11-27 00:00 UTC, until 2026-12-01 00:00 UTC", True),
        ("compares with a control group of 100 %", True),
    ]
    assert (group["condition"], group["observed"], group["holds"]) == (
        "control of the promotion sale: 100 %",
        "in the control group",
        False,
    )


def test_explain_says_that_a_promotion_that_compares_needs_consent() -> None:
    hero = explain_all(rules(SALE), None, signals_of(), AT)["slots"]["ribbon"]["why"]["of"][0]
    assert (hero["holds"], hero["of"][0]["observed"]) == (None, "needs consent")


def shown(profile: Profile, slot: str, block: str, arm: str, promotion: str = "") -> Profile:
    return fold_shown(profile, [Showing(slot, block, arm, promotion=promotion)], at=AT, terms=Terms(CALENDAR))[0]


def test_what_was_shown_remembers_its_promotion() -> None:
    decision = decide(rules(SALE.replace("30 %", "0 %").replace("20 %", "0 %")), profile_of(), signals_of(), AT)["hero"]
    profile, effects = fold_shown(Profile(seed=1), [showing_of(decision, rules="v")], at=AT, terms=Terms(CALENDAR))
    assert effects.events[0].properties == {
        "slot": "hero",
        "block": "a",
        "arm": "treatment",
        "promotion": "sale",
        "rules": "v",
    }
    assert profile.responses is not None
    assert [(one.unit, one.block) for one in profile.responses.exposures] == [
        ("", ""),
        ("hero", ""),
        ("hero", "a"),
        ("promotion:sale", ""),
        ("hero promotion:sale", ""),
        ("hero promotion:sale", "a"),
    ]


def test_a_promotions_control_group_is_not_mixed_with_the_slots_own_arms() -> None:
    profile = shown(Profile(seed=1), "hero", "a", "control", "sale")
    assert shown(profile, "hero", "own", "treatment").mixed == ()
    assert shown(profile, "hero", "b", "control", "sale").mixed == ()


def test_who_saw_two_arms_of_a_promotion_in_a_slot_is_mixed_there_alone() -> None:
    profile = shown(Profile(seed=1), "hero", "a", "control", "sale")
    profile = shown(profile, "hero", "a", "treatment", "sale")
    assert profile.mixed == ("promotion:sale", "hero promotion:sale")
    assert shown(shown(profile, "hero", "own", "treatment"), "hero", "own", "control").mixed == (
        "promotion:sale",
        "hero promotion:sale",
        "hero",
    )


DRAFTS = """
segments: {phones: {draft: yes, when: {device: mobile}}}
blocks: {a: {text: A, draft: yes}}
slots:
  one: {show: [{block: a}]}
  two: {show: [{to: phones, name: b, text: B}]}
  three: {show: [{choose: weighted, name: w, draft: yes, show: [{name: c, text: C, draft: yes}]}]}
promotions: {sale: {draft: yes, slots: {four: {name: d, text: D}}}}
"""


def test_drafts_are_live_in_previews_alone() -> None:
    live, preview, signals = rules(DRAFTS), with_drafts(rules(DRAFTS)), signals_of(device={"type": "mobile"})
    assert [one.block for one in decide(live, profile_of(), signals, AT).values()] == ["", "", "", ""]
    assert [one.block for one in decide(preview, profile_of(), signals, AT).values()] == ["a", "b", "c", "d"]
    assert preview.version == f"{live.version}+drafts"
    assert with_drafts(preview).slots == preview.slots


def test_what_counts_is_what_was_changed_and_what_was_kept_as_one_side_of_a_comparison() -> None:
    text = "slots: {hero: {show: [{default: yes}]}, side: {choose: weighted, show: [{default: yes, name: as-is}]}}"
    page = decide(rules(text), profile_of(), signals_of(), AT)
    assert [(page[slot].block, page[slot].kept_counts) for slot in ("hero", "side")] == [
        ("default", False),
        ("as-is", True),
    ]
    controlled = decide(rules(f"site: {{control: 100 %}}\n{text}"), profile_of(), signals_of(), AT)
    assert [controlled[slot].kept_counts for slot in ("hero", "side")] == [False, True]
    block = decide(rules("slots: {hero: {control: 100 %, show: [{name: a, text: A}]}}"), profile_of(), signals_of(), AT)
    assert (block["hero"].arm, block["hero"].kept_counts) == (Arm.CONTROL, True)
