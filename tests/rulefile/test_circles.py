"""Segments that ask for each other: circles are errors that show the way round, chains of any length work."""

import pytest

from floorwalker.core.deciding.classify import classify, explain_segment
from floorwalker.core.deciding.decide import decide
from floorwalker.core.evaluation.evaluate import explain, moment_at
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import Problem, Severity, read
from tests.core.visitors import AT, signals_of

MOBILE = signals_of(device={"type": "mobile"})


def errors(rules: str) -> list[Problem]:
    _, problems = read({"r.yaml": rules.encode()})
    return [problem for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("segments", "place", "circle"),
    [
        ("a: {when: {in: a}}", "2:3", "a → a"),
        ("a: {when: {in: b}}\n  b: {when: {not: {in: a}}}", "2:3", "a → b → a"),
        ("x: {when: {in: b}}\n  b: {when: {in: c}}\n  c: {when: {any: [{device: tv}, {in: b}]}}", "3:3", "b → c → b"),
        (
            "a: {score: {at_least: 1}, points: [{points: 1, when: {in: [b, a]}}]}\n  b: {when: {device: tv}}",
            "2:3",
            "a → a",
        ),
    ],
)
def test_a_circle_is_an_error_that_shows_the_way_round(segments: str, place: str, circle: str) -> None:
    (problem,) = errors(f"segments:\n  {segments}\n")
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, "cycle")
    assert problem.message == f"segments ask each other in a circle: {circle}"


def test_two_circles_are_two_errors() -> None:
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]
    found = errors("segments:\n" + "".join(f"  {one}: {{when: {{in: {other}}}}}\n" for one, other in pairs))
    assert [problem.message.rpartition(": ")[2] for problem in found] == ["a → b → a", "c → d → c"]


def test_of_a_long_circle_only_some_is_shown() -> None:
    names = [f"s{number}" for number in range(2000)]
    circle = zip(names, [*names[1:], "s0"], strict=True)
    (problem,) = errors("segments:\n" + "".join(f"  {one}: {{when: {{in: {other}}}}}\n" for one, other in circle))
    assert problem.message.startswith("segments ask each other in a circle: s0 → s1 → s2 → ")
    assert problem.message.endswith(" → … → s1999 → s0")


LENGTH = 1000


@pytest.fixture(scope="module", params=["last first", "first first"])
def chain(request: pytest.FixtureRequest) -> Ruleset:
    """Each segment asks for the one before, in two ways; the slot is for the last."""
    asks = "[{any: [{device: tv}, {in: s%d}]}, {not: {not: {in: s%d}}}]"
    lines = ["  s0: {when: {device: mobile}}", *(f"  s{n + 1}: {{when: {asks % (n, n)}}}" for n in range(LENGTH - 1))]
    lines = lines[::-1] if request.param == "last first" else lines
    slots = f"slots: {{hero: {{show: [{{to: s{LENGTH - 1}, text: hello, name: it}}]}}}}"
    ruleset, problems = read({"r.yaml": "\n".join(["segments:", *lines, slots, ""]).encode()})
    assert ruleset is not None, problems
    return ruleset


def test_a_chain_of_a_thousand_segments_is_classified(chain: Ruleset) -> None:
    assert len(classify(chain, None, MOBILE, AT)) == LENGTH
    assert classify(chain, None, signals_of(), AT) == frozenset()


def test_a_chain_of_a_thousand_segments_is_decided_before_anybody_is_classified(chain: Ruleset) -> None:
    assert decide(chain, None, MOBILE, AT)["hero"].block == "it"
    assert decide(chain, None, signals_of(), AT)["hero"].block == ""
    assert decide(chain, None, MOBILE, AT)["hero"].why.holds


def test_a_chain_of_a_thousand_segments_is_explained_from_either_end(chain: Ruleset) -> None:
    last = chain.segments[f"s{LENGTH - 1}"]
    assert explain_segment(last, moment_at(chain, None, MOBILE, AT)).holds is True
    assert last.when is not None
    assert explain(last.when, moment_at(chain, None, signals_of(), AT)).holds is False
    assert moment_at(chain, None, MOBILE, AT).member(last.name) is True


def nested(kind: str, depth: int) -> str:
    """One condition inside so many others."""
    opens, closes = {
        "not": ("{not: ", "}"),
        "any": ("{any: [{device: tv}, ", "]}"),
        "all": ("{all: [", ", {device: mobile}]}"),
        "none": ("{none: [", "]}"),
    }[kind]
    return opens * depth + "{device: mobile}" + closes * depth


@pytest.mark.parametrize(("kind", "depth"), [("not", 94), ("any", 46), ("all", 46), ("none", 46)])
def test_conditions_nest_as_deep_as_anybody_writes(kind: str, depth: int) -> None:
    slots = "slots: {hero: {show: [{to: it, text: x, name: x}]}}"
    text = f"segments: {{it: {{when: {nested(kind, depth)}}}}}\n{slots}\n"
    ruleset, problems = read({"r.yaml": text.encode()})
    assert ruleset is not None, problems
    assert classify(ruleset, None, MOBILE, AT) == {"it"}
    assert explain_segment(ruleset.segments["it"], moment_at(ruleset, None, MOBILE, AT)).holds
    assert decide(ruleset, None, MOBILE, AT)["hero"].block == "x"


def test_what_is_nested_deeper_is_an_error_that_says_so() -> None:
    for depth in (100, 100_000):
        (problem,) = errors(f"segments: {{it: {{when: {nested('not', depth)}}}}}\n")[:1]
        assert (problem.code, problem.line) == ("too-deep", 1)
        assert problem.message == "this is nested more than 100 levels deep"
