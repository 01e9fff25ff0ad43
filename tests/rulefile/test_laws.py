"""Laws: any text is a Ruleset or Problems and nothing else, each problem lies in its file, loading is deterministic."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.conditions.definitions import DEFINITIONS, OPERATORS
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import Problem, Severity, read
from floorwalker.rulefile.tables.sections import (
    BLOCK_KEYS,
    ENTRY_KEYS,
    PAGE_KEYS,
    SECTIONS,
    SEGMENT_KEYS,
    SITE_KEYS,
    SLOT_KEYS,
)

COOKBOOK = (Path(__file__).parent.parent / "cases" / "rules" / "cookbook.yaml").read_text(encoding="utf-8")
LINES = COOKBOOK.split("\n")
WORDS = sorted(
    {*SECTIONS, *DEFINITIONS, "at_least", "between", "within", "ago", "share", "sum", "exists", "matches", "is", "of"}
    | {key.name for keys in (BLOCK_KEYS, ENTRY_KEYS, PAGE_KEYS, SEGMENT_KEYS, SITE_KEYS, SLOT_KEYS) for key in keys}
    | {field.name for definition in DEFINITIONS.values() for field in definition.fields}
    | {operator for operators in OPERATORS.values() for operator in operators}
)
TEXTS = [
    *("3", "50 %", "30 days", "this week", "yes", "/x/**", "2027-04-30", "22:00", "(", "*", "a b"),
    *("at least 3", "last 7 days", "24.12.2026", "7pm", "mon-fri", "DE, AT", "not DE", "Germany", "10 miles", "0-100"),
    *("", "#x", "{{ a }}", "\t", "“x”"),
]
SIGNS = [
    *("{", "}", "[", "]", ": ", ":", "- ", ", ", "\n", "\n  ", "\n    ", " #", "'", '"', "|\n"),
    *("&a ", "*a", "!t ", "? ", "%", "@", "---\n"),
    *("- ", "-", "= ", "=> ", "• ", "– ", "\u00a0", "\ufeff", "\uff1b", "\uff1a", ";"),
    *("// ", "<p>", "> ", ">= 3", "'s ", "}", "]"),
]


def judged(text: str) -> None:
    """The law itself, of a text."""
    judged_bytes(text.encode("utf-8", errors="surrogatepass"), text)


def judged_bytes(content: bytes, text: str) -> None:
    """The law itself. text: the content as somebody sees it."""
    ruleset, problems = read({"r.yaml": content})
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert isinstance(ruleset, Ruleset) or any(problem.severity is Severity.ERROR for problem in problems)
    for problem in problems:
        assert isinstance(problem, Problem)
        assert problem.file == "r.yaml"
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert "\n" not in str(problem)
    assert read({"r.yaml": content}) == (ruleset, problems)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS) | st.sampled_from(TEXTS) | st.sampled_from(SIGNS), max_size=40).map("".join))
def test_any_yaml_ish_text_is_a_ruleset_or_problems(text: str) -> None:
    judged(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_ruleset_or_problems(text: str) -> None:
    judged(text)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"\xef\xbb\xbf", b"site: {timezone: ", b"segments:\n  a: "]))
def test_any_bytes_are_a_ruleset_or_problems(content: bytes, before: bytes) -> None:
    content = before + content
    judged_bytes(content, content.decode("utf-8", errors="replace"))


QUOTED = [
    "? ---",
    "segments: {a: {when: {device: {? ---\n: 1}}}}",
    'segments: {a: {when: {"x\\ny": 1}}}',
    'segments: {a: {when: {device: "x\\ny"}}}',
    'segments: {a: {when: {country: {"x\\ny": 1}}}}',
    'segments: {a: {when: "x\\ny"}}',
    'segments: {a: {when: {trait: {"x\\ny": {"a\\nb": 1}}}}}',
    'slots: {a: {"x\\ny": 1}}',
    'slots: {a: {show: {"x\\ny": "\\n"}}}',
    'slots: {a: {show: [{block: "x\\ny"}]}}',
    'blocks: {"x\\ny": {text: "\\n", rest: "1\\nday", from: "2\\n7", at_most: "3\\nper"}}',
    'site: {timezone: "x\\ny", currency: "E\\nR", control: "5\\n", price_tiers: {"a\\nb": "up\\n1"}}',
    'funnels: {"x\\ny": [{"x\\ny": "a"}, "x\\ny"]}',
    'promotions: {p: {slots: {"x\\ny": {text: "a"}}, from: "a\\nb"}}',
    'personas: {p: {"x\\ny": 1, url: "x\\ny", device: "x\\ny"}}',
    'tests: [{persona: "x\\ny", in: ["a\\nb"], slots: {"x\\ny": "z\\n"}}]',
    'segments: {a: {when: {searched: {matches: "(\\n"}}}}',
    '"x\\ny": 1',
    "? |\n  a\n  b\n: x",
]


@pytest.mark.parametrize("text", QUOTED)
def test_a_problem_is_one_line_whatever_it_quotes(text: str) -> None:
    judged(text)


VALUES = st.recursive(
    st.sampled_from(TEXTS[:-3]).map(repr) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=6,
)


@settings(max_examples=180, deadline=None)
@given(st.sampled_from(list(DEFINITIONS)), VALUES)
def test_any_value_of_a_condition_is_a_tree_or_problems(name: str, value: str) -> None:
    judged(f"segments:\n  a:\n    when: {{{name}: {value}}}\n")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [(section, key.name) for section, keys in (("blocks", BLOCK_KEYS), ("slots", SLOT_KEYS)) for key in keys]
    ),
    VALUES,
)
def test_any_value_of_a_key_is_read_or_reported(place: tuple[str, str], value: str) -> None:
    section, key = place
    judged(f"{section}:\n  a: {{{key}: {value}}}\n")


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, len(LINES) - 1),
    st.sampled_from(["cut", "double", "indent", "dedent", "insert", "replace", "swap"]),
    st.sampled_from([*SIGNS, *TEXTS]),
    st.integers(0, 2**32 - 1),
)
def test_a_mutated_cookbook_is_a_ruleset_or_problems(number: int, how: str, sign: str, seed: int) -> None:
    lines, dice = list(LINES), random.Random(seed)
    line = lines[number]
    at = dice.randrange(len(line) + 1)
    match how:
        case "cut":
            lines[number] = line[:at]
        case "double":
            lines.insert(number, line)
        case "indent":
            lines[number] = f"  {line}"
        case "dedent":
            lines[number] = line[2:]
        case "insert":
            lines[number] = line[:at] + sign + line[at:]
        case "replace":
            lines[number] = line[:at] + sign + line[at + 1 :]
        case _:
            other = dice.randrange(len(lines))
            lines[number], lines[other] = lines[other], line
    judged("\n".join(lines))
