"""Laws: whatever is claimed of conditions is so at every moment of every made-up visitor."""

from collections.abc import Iterator
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.conditions.model import All, AnyCondition, Condition, InSegment, Not
from floorwalker.core.evaluation.evaluate import holds
from floorwalker.core.reasoning import Reasoning
from tests.core.reasoning.pool import conditions, moments, segments

SIMPLE = conditions()
REASONING = Reasoning(segments())
COMPOSED: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(SIMPLE)
    | st.lists(st.sampled_from(["seen", "bird", "keen", "never-drafted", "nobody"]), min_size=1, max_size=2)
    .map(tuple)
    .map(InSegment),
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyCondition, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, st.lists(inner, min_size=1, max_size=2).map(tuple)),
    ),
    max_leaves=5,
)


def answers(condition: Condition) -> Iterator[bool | None]:
    return (holds(condition, moment) for moment in moments())


def test_what_follows_from_a_condition_holds_wherever_it_does() -> None:
    truth = {condition: list(answers(condition)) for condition in SIMPLE}
    followed = 0
    for one in SIMPLE:
        for other in SIMPLE:
            if one is not other and REASONING.implies(one, [other]):
                followed += 1
                wrong = [pair for pair in zip(truth[one], truth[other], strict=True) if pair[0] and not pair[1]]
                assert not wrong, (one, other, wrong[:3])
    assert followed > 60


def test_what_never_holds_together_does_so_at_no_moment() -> None:
    truth = {condition: list(answers(condition)) for condition in SIMPLE}
    found = 0
    for one, other in combinations(SIMPLE, 2):
        if REASONING.never(one, other):
            found += 1
            assert not any(a and b for a, b in zip(truth[one], truth[other], strict=True)), (one, other)
    assert found > 30


@settings(max_examples=150, deadline=None)
@given(COMPOSED, COMPOSED)
def test_what_is_claimed_of_composed_conditions_is_so(one: Condition, other: Condition) -> None:
    if REASONING.implies(one, [other]):
        assert not any(a and not b for a, b in zip(answers(one), answers(other), strict=True))
    if REASONING.never(one, other):
        assert not any(a and b for a, b in zip(answers(one), answers(other), strict=True))
    for each in (one, other):
        if REASONING.never(each):
            assert not any(answers(each))
        if REASONING.always(each):
            assert False not in list(answers(each))


@settings(max_examples=100, deadline=None)
@given(COMPOSED, st.lists(COMPOSED, min_size=1, max_size=4))
def test_several_conditions_together_take_everyone_that_they_are_said_to(
    one: Condition, others: list[Condition]
) -> None:
    either = AnyCondition((*others, one))
    assert REASONING.implies(one, [either])
    if REASONING.implies(one, others):
        for moment in moments():
            assert holds(one, moment) is not True or any(holds(other, moment) for other in others)


@settings(max_examples=150, deadline=None)
@given(COMPOSED, COMPOSED)
def test_laws_of_logic_are_known(one: Condition, other: Condition) -> None:
    assert REASONING.implies(All((one, other)), [one])
    assert REASONING.implies(one, [AnyCondition((other, one))])
    assert REASONING.implies(Not((AnyCondition((one, other)),)), [Not((one,))])
    assert REASONING.never(one, Not((one,)))
    assert REASONING.always(AnyCondition((one, Not((one,)))))
