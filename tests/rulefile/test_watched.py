"""`watch: yes`: what check says of it."""

import pytest

from floorwalker.core.ruleset import Ruleset
from floorwalker.core.watching.definition import MOST_WATCHED
from floorwalker.rulefile import Severity, read
from floorwalker.rulefile.comparing.sections import segment_changes


def problems(rules: str) -> list[tuple[str, str]]:
    return [(one.severity.value, one.code) for one in read({"r.yaml": rules.encode()})[1]]


def ruleset(rules: str) -> Ruleset:
    found, _ = read({"r.yaml": rules.encode()})
    assert found is not None
    return found


@pytest.mark.parametrize(
    "condition",
    [
        "{time: {from: 18:00, zone: site}}",
        "{date: {from: 2026-12-01}}",
        "{first_touch: {campaign: spring}}",
        "{referrer: {medium: email}}",
        "{not: {cart: {items: {at_least: 1}}}}",
        "[{trait: {plan: gold}}, {lifecycle: loyal}]",
    ],
)
def test_what_is_remembered_can_be_watched_and_needs_no_other_use(condition: str) -> None:
    assert problems(f"segments: {{a: {{watch: yes, when: {condition}}}}}") == []


@pytest.mark.parametrize(
    "condition",
    [
        "{page: {type: home}}",
        "{country: DE}",
        "{header: {x: y}}",
        "{usual_time: yes}",
        "{date: {from: 2026-12-01, zone: visitor}}",
    ],
)
def test_what_only_a_request_tells_cannot(condition: str) -> None:
    asked = f"[{{viewed: /x}}, {{not: {condition}}}]"
    rules = f"pages: [{{path: /, type: home}}]\nsegments: {{a: {{watch: yes, when: {asked}}}}}"
    assert problems(rules) == [("error", "watch")]


def test_points_are_looked_into_as_well() -> None:
    points = "[{points: 3, when: {device: mobile}}]"
    assert problems(f"segments: {{a: {{watch: yes, score: {{at_least: 3}}, points: {points}}}}}") == [
        ("error", "watch")
    ]


def test_there_is_a_most() -> None:
    segments = "".join(
        f"  s{number}: {{watch: yes, when: {{viewed: /{number}}}}}\n" for number in range(MOST_WATCHED + 1)
    )
    (problem,) = [
        one for one in read({"r.yaml": f"segments:\n{segments}".encode()})[1] if one.severity is Severity.ERROR
    ]
    assert (problem.line, problem.code) == (MOST_WATCHED + 2, "watch")
    assert problem.message == "33 segments are watched, and 32 is the most"


def test_a_change_is_told_in_words() -> None:
    plain, watched = (
        ruleset(f"segments: {{a: {{watch: {word}, when: {{viewed: /x}}}}}}").segments["a"] for word in ("no", "yes")
    )
    assert segment_changes(plain, watched) == ["is watched now"]
    assert segment_changes(watched, plain) == ["is watched no more"]
