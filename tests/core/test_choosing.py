"""How one of several entries is chosen: the table of cases, and the laws of lots."""

import re
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.deciding.decide import decide, explain_all
from floorwalker.core.decision import Arm, Decision, Explanation
from floorwalker.core.hashing import draw, seed_of
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Content, Ruleset
from floorwalker.core.signals import Signals
from floorwalker.rulefile import read
from tests.core.visitors import AT, profile_of, signals_of, when

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "choosing.yaml").read_text(encoding="utf-8"))
SEEDS = [seed_of(f"visitor {number}") for number in range(4000)]


def rules(text: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


def said(decision: Decision) -> str:
    block = decision.block or decision.content.kind
    return f"control: {block}" if decision.arm is Arm.CONTROL else block


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_slot_shows(case: dict[str, Any]) -> None:
    at = when(case.get("at"))
    visitor = dict(case.get("visitor", {}))
    profile = None if visitor.pop("forgotten", False) else profile_of(at, **visitor)
    cannot = case.get("cannot", [])

    def render(content: Content) -> str | None:
        return None if content.name in cannot else content.source

    ruleset, signals = rules(case["rules"]), signals_of(at, **case.get("told", {}))
    page = dict(decide(ruleset, profile, signals, at, render=render))
    assert {slot: said(decision) for slot, decision in page.items()} == case["shown"]
    explained = explain_all(ruleset, profile, signals, at, render=render)["slots"]
    for slot, decision in page.items():
        assert explained[slot]["block"] == (decision.block or decision.content.kind)
        assert explained[slot]["promotion"] == (decision.promotion or None)


def weighted(weights: dict[str, float], *, slot: str = "hero", more: str = "") -> Ruleset:
    """One slot whose blocks have these weights; `more` is written into the entry of block a."""
    entries = "\n".join(
        f"      - {{name: {name}, text: x, weight: {weight}{more if name == 'a' else ''}}}"
        for name, weight in weights.items()
    )
    return rules(f"slots:\n  {slot}:\n    choose: weighted\n    show:\n{entries}\n")


def drawn(ruleset: Ruleset, slot: str = "hero") -> list[str]:
    """The block that each visitor sees."""
    signals = signals_of()
    return [decide(ruleset, profile_of(seed=seed), signals, AT)[slot].block for seed in SEEDS]


def within_tolerance(count: int, share: float) -> bool:
    """Four standard deviations of a binomial count."""
    return abs(count - share * len(SEEDS)) <= 4 * sqrt(len(SEEDS) * share * (1 - share))


def test_each_weight_gets_its_share() -> None:
    found = drawn(weighted({"a": 50, "b": 30, "c": 15, "d": 5}))
    for name, share in {"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05}.items():
        assert within_tolerance(found.count(name), share)


def test_one_that_does_not_fit_gives_its_part_by_weight_and_nobody_else_moves() -> None:
    before = drawn(weighted({"a": 50, "b": 30, "c": 20}))
    after = drawn(weighted({"a": 50, "b": 30, "c": 20}, more=", until: 2026-01-01"))
    assert all(now == then for then, now in zip(before, after, strict=True) if then != "a")
    assert within_tolerance(after.count("b"), 0.6)
    assert "a" not in after


def test_taking_one_out_or_adding_one_moves_only_those_whom_it_gives_or_takes() -> None:
    two, three = drawn(weighted({"a": 50, "b": 50})), drawn(weighted({"a": 50, "b": 50, "c": 25}))
    assert {(then, now) for then, now in zip(two, three, strict=True) if then != now} == {("a", "c"), ("b", "c")}
    assert within_tolerance(three.count("c"), 0.2)


def test_a_greater_weight_only_moves_people_towards_it() -> None:
    before, after = drawn(weighted({"a": 20, "b": 50, "c": 30})), drawn(weighted({"a": 60, "b": 50, "c": 30}))
    moved = {(then, now) for then, now in zip(before, after, strict=True) if then != now}
    assert moved == {("b", "a"), ("c", "a")}


def test_the_order_of_the_file_and_all_weights_times_ten_move_nobody() -> None:
    assert drawn(weighted({"a": 2, "b": 3, "c": 5})) == drawn(weighted({"c": 50, "b": 30, "a": 20}))


def test_two_experiments_are_independent() -> None:
    hero, side = drawn(weighted({"a": 50, "b": 50})), drawn(weighted({"a": 50, "b": 50}, slot="side"), "side")
    both = sum(one == "a" and other == "a" for one, other in zip(hero, side, strict=True))
    assert within_tolerance(both, 0.25)


def test_an_experiment_is_independent_of_control_groups_and_chances() -> None:
    ruleset = rules("""
slots:
  hero: {control: 50 %, choose: weighted, show: [{name: a, text: A}, {name: b, text: B}]}
  side: {show: [{when: {chance: {percent: 50 %, of: hero}}, name: c, text: C}]}
""")
    pages = [decide(ruleset, profile_of(seed=seed), signals_of(), AT) for seed in SEEDS]
    assert within_tolerance(sum(page["hero"].arm is Arm.CONTROL and page["hero"].block == "a" for page in pages), 0.25)
    assert within_tolerance(sum(page["side"].block == "c" and page["hero"].block == "a" for page in pages), 0.25)


NESTED = """
slots:
  {slot}:
    show:
{above}
      - {{{name}choose: weighted, show: [{{name: a, text: A}}, {{name: b, text: B}}]}}
"""
DRAWN_BY_NAME = (
    "slots: {hero: {show: [{name: test, choose: weighted, show: [{name: a, text: A}, {name: b, text: B}]}]}}"
)


def nested(*, slot: str = "hero", above: str = "", name: str = "") -> list[str]:
    return drawn(rules(NESTED.format(slot=slot, above=above, name=name)), slot)


def test_what_is_written_around_an_experiment_moves_nobody() -> None:
    assert nested() == nested(above="      - {when: {device: tv}, name: tv, text: T}")
    assert nested(name="name: test, ") == drawn(rules(DRAWN_BY_NAME))
    assert nested() == drawn(rules(NESTED.format(slot="hero", above="", name="") + "  other: {show: [{hide: yes}]}\n"))


def test_an_experiment_of_another_name_is_drawn_anew() -> None:
    once, again = nested(name="name: one, "), nested(name="name: two, ")
    same = sum(then == now for then, now in zip(once, again, strict=True))
    assert within_tolerance(same, 0.5)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**64 - 1),
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 1000), min_size=2),
    st.data(),
)
def test_a_lot_depends_on_nothing_but_the_seed_the_name_and_the_weight(
    seed: int, weights: dict[str, float], data: st.DataObject
) -> None:
    def first(among: dict[str, float]) -> str:
        return min(among, key=lambda name: draw(seed, name, among[name]))

    winner = first(weights)
    other = data.draw(st.sampled_from(sorted(weights)))
    without = {name: weight for name, weight in weights.items() if name != other}
    raised = {**weights, other: weights[other] * 2}
    assert other == winner or first(without) == winner
    assert first(raised) in (winner, other)


def test_a_lot_of_weight_0_never_comes_up() -> None:
    assert all(draw(seed, "a", 0) == float("inf") > draw(seed, "b", 1e-9) for seed in SEEDS)


BEST = """
segments: {keen: {score: {at_least: 5}, points: [{points: 30, when: {device: mobile}}]}}
slots:
  hero:
    choose: best
    show:
      - {name: a, text: A, score: 20}
      - {name: b, text: B, score: keen}
      - {when: {device: tv}, name: c, text: C, score: 99}
"""


def why(text: str, seed: int | None = 7) -> list[tuple[str, Any, bool | None]]:
    """What explain tells of the slot, one line for each entry and for the choice."""
    profile = None if seed is None else profile_of(seed=seed)
    told = explain_all(rules(text), profile, signals_of(device={"type": "mobile"}), AT)["slots"]["hero"]["why"]["of"]
    return [(one["condition"], one["observed"], one["holds"]) for one in told]


def test_explain_tells_the_scores_of_those_that_fit_and_who_won() -> None:
    assert why(BEST) == [
        ("choose: best", "b has the highest score of those that fit: b 30, a 20", True),
        ("hero[1] a", "a fit, but b is shown", False),
        ("hero[2] b", None, True),
        ("hero[3] c", None, False),
    ]
    assert why(BEST.replace("score: 20", "score: 30"))[0][1] == (
        "a stands before others of the same score; of those that fit: a 30, b 30"
    )
    assert why(BEST.replace("score: keen", "score: keen, draft: yes"))[0][1] == "only a fits"


WEIGHTED = """
slots:
  hero:
    choose: weighted
    show:
      - {name: a, text: A, weight: 3}
      - {name: b, text: B}
      - {name: c, text: C, weight: 0}
    otherwise: {name: d, text: D}
"""


def test_explain_tells_the_shares_of_those_that_fit_and_on_whom_the_lot_fell() -> None:
    seed = next(seed for seed in SEEDS if why(WEIGHTED, seed)[2][2])
    assert why(WEIGHTED, seed) == [
        ("choose: weighted", "the lot fell on b; shares of those that fit: a 75 %, b 25 %", True),
        ("hero[1] a", "a fit, but b is shown", False),
        ("hero[2] b", None, True),
        ("hero[3] c", None, False),
    ]


def test_explain_says_that_lots_need_consent() -> None:
    assert why(WEIGHTED, None) == [
        ("choose: weighted", "needs consent", None),
        ("hero[1] a", None, None),
        ("hero[2] b", None, None),
        ("hero[3] c", None, False),
        ("hero otherwise d", None, True),
    ]


def test_explain_says_so_where_nothing_fits() -> None:
    assert why("slots: {hero: {choose: best, show: [{when: {device: tv}, name: a, text: A, score: 1}]}}")[0] == (
        "choose: best",
        "nothing fits",
        False,
    )


EVERYTHING = rules("""
segments:
  back: {when: {visits: {at_least: 2}}}
  keen: {score: {at_least: 5}, points: [{points: 30, when: {device: mobile}}, {points: 20, when: {in: back}}]}
blocks: {a: {text: A, once_per_page: offers, at_most: 1 ever}}
slots:
  one:
    control: 20 %
    choose: best
    show:
      - {block: a, score: keen}
      - {score: 25, choose: weighted, show: [{name: b, text: B, weight: 3}, {block: a}, {default: yes, weight: 2}]}
      - {to: keen, name: c, text: C, score: 25, priority: 1}
  two: {choose: weighted, show: [{block: a, weight: 5}, {name: d, text: D}, {to: back, name: e, text: E}]}
promotions:
  sale: {control: 30 %, slots: {one: {when: {chance: {percent: 50 %, of: p}}, block: a}, three: {name: f, text: F}}}
  news:
    until: 2026-11-30
    slots: {two: {choose: best, show: [{name: g, text: G, score: keen}, {name: h, text: H, score: 40}]}}
""")


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.none(), st.integers(0, 2**64 - 1).map(lambda seed: profile_of(seed=seed, visits=1 + seed % 3))),
    st.permutations(["one", "two", "three"]),
    st.sampled_from([signals_of(), signals_of(device={"type": "mobile"}), signals_of(AT + 9 * 86400)]),
)
def test_every_decision_is_explained_by_the_entry_that_it_names(
    profile: Profile | None, order: list[str], signals: Signals
) -> None:
    decisions = decide(EVERYTHING, profile, signals, signals.at)
    for slot in order:
        decision, found = decisions[slot], list(_fitting(decisions[slot].why))
        if decision.block:
            assert found[-1] == f"{decision.entry} {decision.block}"
            assert all(decision.entry.startswith(place.split(" show")[0]) for place in found[:-1])
        else:
            assert found in ([], [f"{slot} otherwise default"])


def _fitting(why: Explanation) -> Iterator[str]:
    """The entries that fit and were chosen, each followed by the one inside it."""
    for one in why.of:
        if one.holds and re.search(r"\] |otherwise", one.condition):
            yield one.condition
            yield from _fitting(one)
