"""Compiled evaluation is a naive reading of the same rules: any rules of the language, any journey."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.classify import explain_segment, segments_at
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.memory.kept import ledger, recents
from tests.core.evaluation.language import conditions
from tests.core.evaluation.naive import Naive
from tests.core.evaluation.stories import ZONES, moment_of_story, profile_of_story, rules_of, ruleset_of, story
from tests.core.long_run import law

Plain = dict[str, Any]
NOT_KEPT = ("saw", "clicked", "responds_to")
"""What is counted by day and not by slot, so that an answer may be unknown before anything is forgotten."""


BASE: Plain = {
    "phones": {"when": {"device": "mobile"}},
    "regulars": {"when": {"visits": {"at_least": "3"}}},
}
POINTS = st.fixed_dictionaries({"points": st.sampled_from(["3", "5", "-4", "0.5"]), "when": conditions(tuple(BASE))})
WHEN = conditions((*BASE, "scored"))
SEGMENTS = st.builds(
    lambda score, points, several: {
        **BASE,
        "scored": {"score": score, "points": points},
        **{f"s{number}": {"when": one} for number, one in enumerate(several)},
    },
    st.sampled_from([{"at_least": "5"}, {"more_than": "0", "at_most": "3"}, {"less_than": "1"}]),
    st.lists(POINTS, min_size=1, max_size=3),
    st.lists(WHEN | st.lists(WHEN, min_size=1, max_size=2), min_size=4, max_size=8),
)
RULES = st.builds(rules_of, st.sampled_from(ZONES), st.sampled_from(["monday", "sunday"]), SEGMENTS)


def may_be_unknown(rules: Plain, segment: Plain) -> bool:
    """Whether it asks, itself or by way of another segment, for what is not kept in full."""
    asked = json.dumps(segment) + json.dumps(rules["segments"]["scored"]) * ("scored" in json.dumps(segment))
    return any(f'"{name}"' in asked for name in NOT_KEPT)


def compare(rules: Plain, told: Plain, *, exactly: bool = True) -> Counter[bool | None]:
    """Every segment: as the naive reading has it, or, where it may be forgotten, unknown. Counts the answers."""
    ruleset = ruleset_of(rules)
    corridor = Corridor(ruleset)
    profile = profile_of_story(corridor, told)
    naive, answers, one_by_one = Naive(rules, told), Counter[bool | None](), dict[str, bool | None]()
    for name, segment in rules["segments"].items():
        compiled, expected = moment_of_story(ruleset, profile, told).member(name), naive.segment(name)
        allowed = [expected]
        if not exactly or may_be_unknown(rules, segment):
            allowed.append(None)
        assert compiled in allowed, (segment, told)
        inside: Moment = moment_of_story(ruleset, profile, told)
        inside.members[name] = False
        assert explain_segment(ruleset.segments[name], inside).holds is compiled, segment
        answers[compiled] += 1
        one_by_one[name] = compiled
    everybody = moment_of_story(ruleset, profile, told)
    assert segments_at(everybody) == {name for name, inside in one_by_one.items() if inside}
    assert {name: everybody.member(name) for name in one_by_one} == one_by_one
    return answers


@law(220)
@given(RULES, st.integers(0, 2**32), st.integers(0, 40))
def test_compiled_evaluation_is_a_naive_reading_of_the_same_rules(rules: Plain, seed: int, length: int) -> None:
    compare(rules, story(Random(seed), length))


@law(60)
@given(RULES, st.integers(0, 2**32))
def test_where_nothing_may_be_remembered_only_this_request_answers(rules: Plain, seed: int) -> None:
    compare(rules, {**story(Random(seed), 3), "remembered": False})


@law(60)
@given(
    RULES, st.integers(0, 2**32), st.integers(30, 120), st.sampled_from(((10, 3000, 32), (20, 600, 32), (8, 250, 4)))
)
def test_what_is_forgotten_is_never_answered_the_wrong_way(
    rules: Plain, seed: int, length: int, bounds: tuple[int, int, int]
) -> None:
    moments, count_bytes, keys = bounds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recents, "MOST_MOMENTS", moments)
        patch.setattr(ledger, "MOST_BYTES", count_bytes)
        patch.setattr(ledger, "MOST_DAYS", 12)
        patch.setattr(ledger, "MOST_MONTHS", 3)
        patch.setattr(ledger, "MOST_KEYS", {**dict.fromkeys(ledger.MOST_KEYS, keys), "v": 1, "w": 1})
        compare(rules, story(Random(seed), length), exactly=False)


def test_counts_of_days_tell_the_rhythm_of_an_ordinary_customer() -> None:
    """What is only counted answers nearly all that is asked of it, and some of it with yes."""
    what = [{"viewed": {"category": "lenses"}}, {"viewed": {"type": "article"}}, {"event": "Product Added"}]
    asked = [{name: one} for one in what for name in ("did_regularly", "stopped")]
    asked += [{"restarted": {**one, "after": "3 days", "within": "21 days"}} for one in what]
    rules = rules_of(
        "Europe/Berlin",
        "monday",
        {"scored": {"when": {"device": "tv"}}} | {f"s{number}": {"when": one} for number, one in enumerate(asked)},
    )
    answers = Counter[bool | None]()
    for seed in range(6):
        answers += compare(rules, story(Random(seed), 400, gaps=(60, 1800, 43200, 86400, 3 * 86400)), exactly=False)
    assert answers[None] < 0.1 * answers.total()
    assert answers[True] > 0.1 * answers.total()
