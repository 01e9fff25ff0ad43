"""YAML text to nodes: every scalar is the text that stands there, every node knows its place."""

import pytest

from floorwalker.rulefile import read
from floorwalker.rulefile.nodes import Mapping, Position, Scalar, Sequence
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.text.salvage import read_yaml


def composed(text: str) -> Mapping:
    findings = Findings()
    node = read_yaml("r.yaml", text, findings)
    assert findings.sorted() == []
    assert node is not None
    return node


@pytest.mark.parametrize(
    "written",
    [
        "NO",
        "yes",
        "on",
        "~",
        "null",
        "0123",
        "0x1F",
        "10.10",
        "1e3",
        "22:00",
        "2027-04-30",
        ".inf",
        "5 %",
        "12_000",
        "=x",
    ],
)
def test_a_scalar_is_the_text_that_stands_there(written: str) -> None:
    value = composed(f"a: {written}\n").get("a")
    assert isinstance(value, Scalar)
    assert value.text == written


def test_keys_are_texts_too() -> None:
    assert [key.text for key, _ in composed("on: a\n10: b\nno: c\n")] == ["on", "10", "no"]


def test_places_count_from_one_and_in_characters() -> None:
    node = composed("ä: 😀 x\nb:\n  - 'q'\n  - {c: d}\n")
    places = {key.text: (key.at.line, key.at.column) for key, _ in node}
    assert places == {"ä": (1, 1), "b": (2, 1)}
    listed = node.get("b")
    assert isinstance(listed, Sequence)
    assert [item.at for item in listed.items] == [Position("r.yaml", 3, 5), Position("r.yaml", 4, 5)]


def test_quotes_and_blocks_keep_their_texts() -> None:
    node = composed("a: \"x: #y\"\nb: 'it''s'\nc: |\n  one\n  two # not a comment\nd: >\n  one\n  two\n")
    found = {key.text: value.text for key, value in node if isinstance(value, Scalar)}
    assert found == {"a": "x: #y", "b": "it's", "c": "one\ntwo # not a comment\n", "d": "one two\n"}


def test_a_comment_set_apart_by_two_spaces_is_a_comment() -> None:
    value = composed("a: one  # two\n").get("a")
    assert isinstance(value, Scalar)
    assert (value.text, value.cut) == ("one", "")


def test_an_empty_file_and_one_of_comments_hold_nothing_and_no_problem() -> None:
    for text in ("", "\n\n", "# nothing yet\n", "---\n"):
        findings = Findings()
        read_yaml("r.yaml", text, findings)
        assert findings.sorted() == []


def test_one_slip_does_not_hide_the_others() -> None:
    findings = Findings()
    node = read_yaml("r.yaml", "a:\n  b: x: y\n  c: @z\nd: {e: 1,000}\nf:\n  g: h\n", findings)
    assert [(p.line, p.column) for p in findings.sorted()] == [(2, 6), (3, 6), (4, 10)]
    assert node is not None
    assert [key.text for key, _ in node] == ["a", "d", "f"]
    assert findings.unreadable


HOSTILE = {
    "brackets": "a: " + "[" * 500_000,
    "braces": "a: " + "{x: " * 200_000,
    "dashes": "a:\n  " + "- " * 300_000,
    "anchors": "a: " + "&b " * 300_000,
    "a billion laughs": "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a, *a]\n" for i in range(20_000)),
    "deep blocks": "".join(" " * i + "a:\n" for i in range(1000)),
    "strays": "a: {" + "b," * 400_000,
    "an open quote": "a: '" + "x\n" * 300_000,
    "escapes": 'a: "' + "\\q" * 300_000,
    "broken sections": "".join(f"a{i}: @\n" for i in range(60_000)),
    "broken entries": "a:\n" + "  b: @\n" * 60_000,
    "wrong sections": "".join(f"segment{i}: x\n" for i in range(30_000)),
    "wrong conditions": "segments:\n" + "".join(f"  a{i}: {{when: {{viewd{i}: x}}}}\n" for i in range(10_000)),
    "wrong words": "segments:\n  a: {when: {device: [" + "mobil, " * 45_000 + "tv]}}\n",
    "tags": "a: !!python/object:os.system x\n" * 30_000,
    "merge keys": "a: {<<: *b}\n" * 80_000,
    "documents": "---\na: b\n" * 90_000,
    "the same key": "segments:\n" + "  a: {when: {device: tv}}\n" * 38_000,
    "a huge number": "segments: {a: {when: {visits: {at_least: " + "9" * 900_000 + "}}}}",
    "a huge sentence": "segments: {a: {when: {visits: " + "1 to " * 180_000 + "}}}",
    "a huge expression": "segments: {a: {when: {city: {matches: '" + "(a*)*" * 190_000 + "'}}}}",
    "a huge path": "segments: {a: {when: {viewed: '/" + "**/" * 300_000 + "'}}}",
    "a huge duration": "segments: {a: {when: {away: {at_least: " + "1 day " * 150_000 + "}}}}",
    "signs for colons": "segments:\n" + "".join(f"  s{i} = x: y\n" for i in range(60_000)),
    "invisible spaces": "segments:\n" + "".join(f"\u00a0\u00a0s{i}: x\n" for i in range(60_000)),
    "price tiers": "site: {price_tiers: {" + "".join(f"t{i}: up to {i + 1}, " for i in range(20_000)) + "z: above 9}}",
    "nearly known names": "segments:\n"
    + "".join(f"  seg{i}: {{when: {{device: tv}}}}\n" for i in range(8_000))
    + "slots:\n  h:\n    show:\n"
    + "".join(f"      - {{to: segm{i}, hide: yes}}\n" for i in range(600)),
    "unused names": "site: {currency: x}\nsegments:\n"
    + "".join(f"  a{i}: {{when: {{device: tv}}}}\n" for i in range(9_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_yaml_is_refused_and_the_problems_are_bounded(text: str) -> None:
    assert len(text) <= 1_000_000, "else it is refused for its size alone"
    found, problems = read({"r.yaml": text.encode()})
    assert found is None
    assert 0 < len(problems) <= 2000


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 900_000,
        b"\xff" * 900_000,
        b"a: " + b"\x80" * 900_000,
        "a: b\n".encode("utf-16") * 90_000,
        b"x" * 2_000_000,
    ],
    ids=["zeros", "no letters", "broken letters", "UTF-16", "two megabytes"],
)
def test_what_is_no_text_of_ours_is_refused_with_one_problem(content: bytes) -> None:
    found, problems = read({"r.yaml": content})
    assert found is None
    assert len(problems) == 1
