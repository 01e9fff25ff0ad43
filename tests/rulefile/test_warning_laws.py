"""Laws: an entry that is said never to be shown is shown at no moment of any made-up visitor."""

import re
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.deciding.decide import decide
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import Checks, read
from tests.core.reasoning.pool import SEGMENTS, WRITTEN, moments

LINES = [line for line in WRITTEN.split("\n") if line.strip()]
TOPICS = "site: {timezone: Europe/Berlin}\ntopics: {wildlife: {keywords: bird}, travel: {keywords: rome}}\n"
NOW = 1_772_000_000.0
_NEVER = ("unreachable", "never")

CONDITION = st.sampled_from(LINES)
AUDIENCE = st.one_of(
    st.just(""),
    CONDITION.map(lambda one: f"when: {{{one}}}, "),
    st.tuples(CONDITION, CONDITION).map(lambda two: f"when: [{{{two[0]}}}, {{{two[1]}}}], "),
    CONDITION.map(lambda one: f"when: {{not: {{{one}}}}}, "),
    st.tuples(CONDITION, CONDITION).map(lambda two: f"when: {{any: [{{{two[0]}}}, {{{two[1]}}}]}}, "),
    st.sampled_from(["to: seen, ", "to: bird, ", "to: [keen, seen], "]),
)
LIMIT = st.sampled_from(["", "", "", "at_most: 1 ever, ", "rest: 1 day, ", "from: 2026-03-01, ", "until: 2026-06-01, "])
PRIORITY = st.sampled_from(["", "", "", "priority: 5, "])
PLAIN = st.tuples(AUDIENCE, LIMIT, PRIORITY).map("".join)
NESTED = st.tuples(PLAIN, st.sampled_from(["first", "weighted"]), st.lists(PLAIN, min_size=1, max_size=3))


def written(entries: list[object]) -> str:
    """The entries, one in each line, those inside another one included."""
    lines: list[str] = []
    for number, entry in enumerate(entries):
        match entry:
            case (str() as own, str() as choose, list() as inner):
                lines.append(f"      - {{{own.replace('rest: 1 day, ', '')}name: s{number}, choose: {choose}, show: [")
                for part, asked in enumerate(inner):
                    weight = "weight: 1, " if choose == "weighted" else ""
                    plain = asked.replace("priority: 5, ", "")
                    lines.append(f"          {{{plain}{weight}name: e{number}-{part}, text: x}},")
                lines.append("        ]}")
            case _:
                lines.append(f"      - {{{entry}name: e{number}, text: x}}")
    return "\n".join(lines)


@cache
def in_segments() -> str:
    return SEGMENTS.strip("\n")


def shown_names(ruleset: Ruleset) -> set[str]:
    """The block of every decision at all moments."""
    found = set()
    for moment in moments():
        decisions = decide(ruleset, moment.profile, moment.signals, moment.at, remembered=moment.profile is not None)
        found.add(decisions["hero"].block)
    return found


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(PLAIN, PLAIN, PLAIN, NESTED), min_size=2, max_size=6))
def test_what_is_said_never_to_be_shown_is_not(entries: list[object]) -> None:
    rules = f"{TOPICS}{in_segments()}\nslots:\n  hero:\n    show:\n{written(entries)}\n"
    ruleset, problems = read({"r.yaml": rules.encode()}, checks=Checks(now=NOW))
    assert ruleset is not None, [str(one) for one in problems]
    lines = rules.split("\n")
    hopeless = {
        name
        for problem in problems
        if problem.code in _NEVER
        for name in re.findall(r"name: (e[0-9-]+)", lines[problem.line - 1])
        if "hero" in rules[: rules.find(lines[problem.line - 1])]
    }
    assert not hopeless & shown_names(ruleset)
