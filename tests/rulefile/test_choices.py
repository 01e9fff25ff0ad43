"""Slots, entries and promotions as they are written: what is read, and what is warned of as probably not meant."""

from pathlib import Path

import pytest

from floorwalker.core.ruleset import Content, Entry, Promotion, Ruleset, Schedule, Slot
from floorwalker.rulefile import Checks, Problem, Severity, names_of, read


def checked(rules: str, *, now: float | None = None) -> tuple[Ruleset, list[Problem]]:
    found, problems = read({"r.yaml": rules.encode()}, checks=Checks(now=now))
    assert found is not None, "\n".join(map(str, problems))
    return found, problems


def warnings(rules: str) -> list[tuple[str, int, str]]:
    """Each warning's code, line and message."""
    return [(problem.code, problem.line, problem.message) for problem in checked(rules)[1]]


def test_an_entry_says_how_it_ranks() -> None:
    ruleset, problems = checked("""
segments: {keen: {score: {at_least: 5}, points: [{points: 5, when: {device: mobile}}]}}
slots:
  hero:
    choose: best
    show:
      - {hide: yes, score: keen, priority: 2}
      - {name: test, score: 12.5, choose: weighted, show: [{default: yes, weight: 3}, {hide: yes, weight: 0}]}
""")
    assert problems == []
    assert ruleset.slots["hero"] == Slot(
        "hero",
        choose="best",
        show=(
            Entry(content=Content("hide", "hide"), score="keen", priority=2.0, where="r.yaml:7"),
            Entry(
                score=12.5,
                name="test",
                choose="weighted",
                show=(
                    Entry(content=Content("default", "default"), weight=3.0, where="r.yaml:8"),
                    Entry(content=Content("hide", "hide"), weight=0.0, where="r.yaml:8"),
                ),
                where="r.yaml:8",
            ),
        ),
    )


def test_a_promotion_stands_in_the_slots_before_their_own_entries() -> None:
    ruleset, problems = checked("""
site: {timezone: Europe/Berlin}
slots:
  hero: {at: "#hero", show: [{hide: yes}]}
promotions:
  black-friday:
    about: The whole week
    from: 2026-11-27
    until: 2026-11-30
    control: 10 %
    slots:
      hero: {default: yes}
      ribbon: [{hide: yes, from: 2026-11-30}, {default: yes}]
  cyber-monday: {draft: yes, slots: {hero: {hide: yes}}}
""")
    assert problems == []
    assert ruleset.promotions == {
        "black-friday": Promotion("black-friday", Schedule(1795734000.0, 1796079600.0), 0.1),
        "cyber-monday": Promotion("cyber-monday", draft=True),
    }
    assert [entry.promotion for entry in ruleset.slots["hero"].show] == ["black-friday", "cyber-monday", ""]
    assert ruleset.slots["hero"].at == "#hero"
    assert list(ruleset.slots) == ["hero", "ribbon"]
    assert [entry.promotion for entry in ruleset.slots["ribbon"].show] == ["black-friday", "black-friday"]


def test_a_slot_that_a_promotion_names_may_be_asked_for_by_name() -> None:
    _, problems = checked("""
segments: {saw-it: {when: {saw: {slot: ribbon}}}}
slots: {hero: {show: [{to: saw-it, hide: yes}]}}
promotions: {sale: {slots: {ribbon: {hide: yes}}}}
""")
    assert problems == []


def test_a_promotion_is_a_name_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("promotions: {sale: {slots: {hero: {hide: yes}}}}\n", encoding="utf-8")
    assert (names_of(tmp_path)["promotion"], names_of(tmp_path)["slot"]) == (["sale"], ["hero"])


def test_a_promotion_that_is_over_is_warned_of_where_the_time_is_known() -> None:
    rules = "promotions: {sale: {until: 2026-11-30, slots: {hero: {hide: yes}}}}\n"
    assert [problem.code for problem in checked(rules, now=1796083199.0)[1]] == []
    (problem,) = checked(rules, now=1796083200.0)[1]
    assert (problem.code, problem.message) == ("over", "the schedule of the promotion sale is over")


SHOW = "slots:\n  hero:\n    choose: {}\n    show:\n      - {}\n      - {{hide: yes{}}}\n"


@pytest.mark.parametrize(
    ("choose", "first", "rest", "message"),
    [
        ("first", "{name: a, text: A, to: a, weight: 2}", "", "weight does not count where choose: first"),
        ("best", "{name: a, text: A, weight: 2, score: 1}", "", "weight does not count where choose: best"),
        ("first", "{name: a, text: A, to: a, score: 2}", "", "score does not count where choose: first"),
        ("weighted", "{name: a, text: A, score: 2}", "", "score does not count where choose: weighted"),
        ("weighted", "{name: a, text: A, priority: 2}", "", "priority does not count where choose: weighted"),
        ("best", "{name: a, text: A}", "", "no entry has a score, so that their order decides"),
        ("weighted", "{name: a, text: A, weight: 0}", ", weight: 0", "all weights are 0, so that none is shown"),
    ],
)
def test_what_is_written_in_vain_is_warned_of(choose: str, first: str, rest: str, message: str) -> None:
    rules = "segments: {a: {when: {device: tv}}}\n" + SHOW.format(choose, first, rest)
    assert [(code, line, said) for code, line, said in warnings(rules) if code != "unused-segment"] == [
        ("choose", 6, message)
    ]


def test_one_name_that_is_weighed_twice_is_warned_of() -> None:
    assert warnings(SHOW.format("weighted", "{hide: yes, weight: 2}", "")) == [
        ("choose", 6, "hide is weighed twice, as in line 5; where both fit, the greater weight counts")
    ]


def test_a_show_without_a_name_is_warned_of_where_lots_are_drawn() -> None:
    rules = SHOW.format("weighted", "{show: [{default: yes}]}", "")
    assert [(code, line) for code, line, _ in warnings(rules)] == [("no-name", 5)]
    assert warnings(rules.replace("{show:", "{name: as-is, show:")) == []
    assert warnings(rules.replace("weighted", "best").replace("show: [{d", "score: 1, show: [{d")) == []


def test_no_entry_is_out_of_reach_where_not_the_first_is_shown() -> None:
    for choose, first in (("best", "{default: yes, score: 1}"), ("weighted", "{default: yes}")):
        assert warnings(SHOW.format(choose, first, "")) == []
    nested = "slots: {hero: {show: [{choose: weighted, show: [{default: yes}]}, {hide: yes}]}}\n"
    assert warnings(nested) == []


def test_an_entry_of_a_promotion_may_be_out_of_reach_of_another_and_never_the_slots_own() -> None:
    rules = """
slots: {hero: {show: [{hide: yes}]}}
promotions:
  sale:
    until: 2026-11-30
    slots:
      hero:
        - default: yes
        - hide: yes
"""
    assert [(code, line) for code, line, _ in warnings(rules)] == [("unreachable", 9)]


def test_dates_outside_the_promotions_are_warned_of() -> None:
    rules = """
promotions:
  sale:
    from: 2026-11-27
    until: 2026-11-30
    slots:
      a: {hide: yes, from: 2026-12-01}
      b: {hide: yes, until: 2026-11-26}
      c: {hide: yes, from: 2026-11-30, until: 2026-12-24}
"""
    message = "its dates lie outside those of the promotion sale, so it is never shown"
    assert warnings(rules) == [("never", 7, message), ("never", 8, message)]


def test_a_slot_of_a_promotion_that_is_nearly_one_of_slots_is_warned_of() -> None:
    _, (problem,) = checked("""
slots: {hero: {show: [{hide: yes}]}}
promotions: {sale: {slots: {heros: {hide: yes}, ribbon: {hide: yes}}}}
""")
    assert (problem.code, problem.line, problem.hint) == ("unknown-slot", 3, "did you mean hero?")


DRAFT = """
segments:
  a: {draft: yes, when: {device: tv}}
  b: {when: {in: a}}
  c: {draft: yes, when: {in: a}}
blocks: {x: {text: X, draft: yes}}
slots:
  hero:
    show:
      - {to: [a, b], hide: yes}
      - {to: a, draft: yes, hide: yes}
      - {draft: yes, show: [{when: {in: a}, hide: yes}]}
promotions: {sale: {draft: yes, slots: {hero: {to: c, block: x}}}}
"""


def test_a_draft_that_something_live_asks_for_is_warned_of() -> None:
    message = "the segment a is a draft, so that nobody is in it"
    assert warnings(DRAFT) == [("draft", 4, message), ("draft", 10, message)]


@pytest.mark.parametrize(
    ("slot", "code"),
    [
        ("at: '#a', place: hide, show: [{name: x, text: X}]", "place"),
        ("at: '#a', place: hide, show: [{hide: yes}], otherwise: {name: x, text: X}", "place"),
        ("at: '#a', place: after, show: [{show: [{hide: yes}]}]", "place"),
        ("at: '#a', place: first, show: [{hide: yes}]", "place"),
        ("place: before, show: [{hide: yes}]", "place"),
        ("show: [{stop_after: goal, hide: yes}]", "goal"),
        ("show: [{block: g}]", "goal"),
        ("at: '#a', place: hide, show: [{hide: yes}, {default: yes}]", ""),
        ("place: hide, show: [{hide: yes}]", ""),
        ("at: '#a', place: replace, show: [{hide: yes}]", ""),
        ("goal: order, show: [{block: g}]", ""),
    ],
)
def test_what_a_slots_place_or_its_missing_goal_makes_meaningless_is_warned_of(slot: str, code: str) -> None:
    rules = f"""
goals: {{order: {{did: Order Completed}}}}
blocks: {{g: {{text: G, stop_after: [click, goal]}}}}
slots: {{hero: {{{slot}}}}}
"""
    found = [(problem.code, problem.severity) for problem in checked(rules)[1] if problem.code in ("place", "goal")]
    assert found == ([(code, Severity.WARNING)] if code else [])
