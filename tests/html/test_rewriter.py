"""Slots that a page marks itself."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.html.markers import PageMemory, may_hold_slot
from floorwalker.html.memory import Recollection
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.weave import Outcome
from tests.html.conftest import Rewrite, pieces_of, run, ways_to_cut
from tests.html.test_context import FRAGMENTS

CHANGED, KEPT, TOO_LONG = Outcome.CHANGED, Outcome.KEPT, Outcome.TOO_LONG
UNCLOSED, CUT_OFF, NOT_SHOWN = Outcome.UNCLOSED, Outcome.CUT_OFF, Outcome.NOT_SHOWN

CASES = [
    ("a<!--slot:x-->d<!--/slot:x-->b", "a<!--slot:x-->[x]<!--/slot:x-->b", {"x": CHANGED}),
    ("<!--slot:x--><!--/slot:x-->", "<!--slot:x-->[x]<!--/slot:x-->", {"x": CHANGED}),
    ("<!--slot:gone-->d<!--/slot:gone-->", "<!--slot:gone--><!--/slot:gone-->", {"gone": CHANGED}),
    ("<!--slot:no-->d<!--/slot:no-->", "<!--slot:no-->d<!--/slot:no-->", {"no": KEPT}),
    ("a<!--slot:x-->d", "a<!--slot:x-->d", {"x": CUT_OFF}),
    ("a<!--slot:x-->d<!--/slot:x", "a<!--slot:x-->d<!--/slot:x", {"x": CUT_OFF}),
    ("a<!--/slot:x-->d", "a<!--/slot:x-->d", {}),
    (
        "<!--slot:x-->1<!--slot:y-->2<!--/slot:y-->3<!--/slot:x-->",
        "<!--slot:x-->[x]<!--/slot:x-->",
        {"x": CHANGED, "y": NOT_SHOWN},
    ),
    (
        "<!--slot:no-->1<!--slot:y-->2<!--/slot:y-->3<!--/slot:no-->",
        "<!--slot:no-->1<!--slot:y-->[y]<!--/slot:y-->3<!--/slot:no-->",
        {"no": KEPT, "y": CHANGED},
    ),
    (
        "<!--slot:x-->1<!--slot:y-->2<!--/slot:y-->3",
        "<!--slot:x-->1<!--slot:y-->[y]<!--/slot:y-->3",
        {"x": CUT_OFF, "y": CHANGED},
    ),
    (
        "<!--slot:x-->1<!--slot:y-->2<!--/slot:x-->3<!--/slot:y-->",
        "<!--slot:x-->[x]<!--/slot:x-->3<!--/slot:y-->",
        {"x": CHANGED, "y": NOT_SHOWN},
    ),
    (
        "<!--slot:no-->1<!--slot:y-->2<!--/slot:no-->3<!--/slot:y-->",
        "<!--slot:no-->1<!--slot:y-->2<!--/slot:no-->3<!--/slot:y-->",
        {"no": KEPT, "y": UNCLOSED},
    ),
    (
        "<!--slot:x-->1<!--slot:x-->2<!--/slot:x-->3<!--/slot:x-->",
        "<!--slot:x-->[x]<!--/slot:x-->",
        {"x": CHANGED},
    ),
    (
        "<!--slot:x-->1<!--/slot:x--> <!--slot:x-->2<!--/slot:x-->",
        "<!--slot:x-->[x]<!--/slot:x--> <!--slot:x-->[x]<!--/slot:x-->",
        {"x": CHANGED},
    ),
    (
        "<!--slot:x-->123456789012345678901<!--/slot:x--><!--slot:y-->2<!--/slot:y-->",
        "<!--slot:x-->123456789012345678901<!--/slot:x--><!--slot:y-->[y]<!--/slot:y-->",
        {"x": TOO_LONG, "y": CHANGED},
    ),
    (
        "<!--slot:x-->12345678901234567890<!--/slot:x-->",
        "<!--slot:x-->[x]<!--/slot:x-->",
        {"x": CHANGED},
    ),
    (
        "<!--slot:x--><!--slot:y-->1<!--/slot:y-->123456<!--/slot:x-->",
        "<!--slot:x--><!--slot:y-->[y]<!--/slot:y-->123456<!--/slot:x-->",
        {"x": TOO_LONG, "y": CHANGED},
    ),
    ("<script><!--slot:x-->d<!--/slot:x--></script>", "<script><!--slot:x-->d<!--/slot:x--></script>", {}),
    (
        "<!--slot:x--><script>'<!--/slot:x-->'</script>",
        "<!--slot:x--><script>'<!--/slot:x-->'</script>",
        {"x": CUT_OFF},
    ),
    ("<!-- slot:x -->d<!-- /slot:x -->", "<!-- slot:x -->d<!-- /slot:x -->", {}),
    ("<!--slot:x/../y-->d<!--/slot:x/../y-->", "<!--slot:x/../y-->d<!--/slot:x/../y-->", {}),
    ("", "", {}),
    ("<!--slot:", "<!--slot:", {}),
]


class Contents(dict[str, str | None]):
    def get(self, name: str, default: str | None = None) -> str | None:
        return {"gone": "", "no": None}.get(name, f"[{name}]")


@pytest.mark.parametrize(("page", "expected", "outcomes"), CASES)
def test_a_page_is_rewritten_the_same_wherever_it_is_cut(
    rewrite: Rewrite, page: str, expected: str, outcomes: dict[str, Outcome]
) -> None:
    cap = 20 if "1234" in page else 65_536
    assert rewrite(page.encode(), Contents(), held_cap_bytes=cap) == (expected.encode(), outcomes)


marked_pages = st.lists(
    st.sampled_from(
        [*FRAGMENTS, *(b"<!--%sslot:%s-->" % mark for mark in [(b"", b"x"), (b"/", b"x"), (b"/", b"b.c_d-9")])]
    ),
    max_size=40,
).map(b"".join)


@given(marked_pages, st.data(), st.sampled_from([1, 10, 40, 65_536]))
def test_output_and_report_do_not_depend_on_where_a_page_is_cut(page: bytes, data: st.DataObject, cap: int) -> None:
    contents = {"a": "[a]", "x": None, "b.c_d-9": "<!--slot:a-->[b]<!--/slot:a-->"}
    cuts = data.draw(st.lists(st.integers(0, len(page)), max_size=8))
    whole = run(SlotRewriter(contents.get, held_cap_bytes=cap), [page])
    assert run(SlotRewriter(contents.get, held_cap_bytes=cap), pieces_of(page, cuts)) == whole
    assert run(SlotRewriter(contents.get, held_cap_bytes=cap), pieces_of(page, range(len(page)))) == whole


@given(marked_pages, st.data())
def test_with_nothing_to_replace_the_bytes_are_the_same(page: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(page)), max_size=8))
    assert run(SlotRewriter(lambda _: None), pieces_of(page, cuts))[0] == page


@given(st.binary(max_size=300))
def test_any_bytes_without_a_slot_go_through(page: bytes) -> None:
    for pieces in ways_to_cut(page):
        assert run(SlotRewriter(lambda _: "x"), pieces) == (page, {})


def test_malformed_pages_go_through_unchanged(shared_data: Path) -> None:
    for line in (shared_data / "html5lib_tokenizer_inputs.jsonl").read_bytes().splitlines():
        page = json.loads(line)["input"].encode("utf-8", "surrogatepass")
        for pieces in ([page], [page[at : at + 1] for at in range(len(page))]):
            assert run(SlotRewriter(lambda _: "x"), pieces) == (page, {})


def test_after_malformed_markup_a_slot_is_served_or_left_alone_alike(shared_data: Path) -> None:
    for line in (shared_data / "html5lib_tokenizer_inputs.jsonl").read_bytes().splitlines():
        page = json.loads(line)["input"].encode("utf-8", "surrogatepass") + b"<!--slot:x-->d<!--/slot:x-->"
        whole = run(SlotRewriter(lambda _: "n"), [page])
        assert run(SlotRewriter(lambda _: "n"), [page[at : at + 1] for at in range(len(page))]) == whole
        assert whole[0] in (page, page.replace(b"-->d<!--/slot", b"-->n<!--/slot"))


def test_a_piece_leaves_as_soon_as_it_is_decided() -> None:
    rewriter = SlotRewriter({"x": "[x]"}.get)
    assert rewriter.feed(b"<p>one</p>") == b"<p>one</p>"
    assert rewriter.feed(b"two <!--sl") == b"two "
    assert rewriter.feed(b"op--> three <!--slot:x-->def") == b"<!--slop--> three "
    assert rewriter.feed(b"ault<!--/slot:x") == b""
    assert rewriter.feed(b"--> four") == b"<!--slot:x-->[x]<!--/slot:x--> four"
    assert rewriter.feed(b"<!--slot:kept-->five") == b"<!--slot:kept-->five"
    assert rewriter.close() == b""


def test_a_default_past_the_cap_is_let_go_at_once() -> None:
    rewriter = SlotRewriter({"x": "[x]"}.get, held_cap_bytes=4)
    assert rewriter.feed(b"<!--slot:x-->1234") == b""
    assert rewriter.feed(b"5") == b"<!--slot:x-->12345"
    assert rewriter.feed(b"6<!--/slot:x-->") == b"6<!--/slot:x-->"
    assert rewriter.report == {"x": TOO_LONG}


def test_each_name_is_rendered_once_and_only_where_it_occurs() -> None:
    asked: list[str] = []

    def render(name: str) -> str:
        asked.append(name)
        return name

    page = b"<!--slot:x-->1<!--/slot:x--><script><!--slot:y--></script><!--slot:x-->2<!--/slot:x-->"
    run(SlotRewriter(render), [page])
    assert asked == ["x"]


@pytest.mark.parametrize(
    ("charset", "expected"),
    [("utf-8", "é€".encode()), ("cp1252", b"\xe9\x80"), ("ascii", b"&#233;&#8364;"), ("gb2312", b"\xa8\xa6&#8364;")],
)
def test_what_is_put_in_is_in_the_charset_of_the_page(rewrite: Rewrite, charset: str, expected: bytes) -> None:
    page = b"\xff<!--slot:x-->\xff<!--/slot:x-->\xff"
    out, _ = rewrite(page, {"x": "é€"}, charset=charset)
    assert out == b"\xff<!--slot:x-->" + expected + b"<!--/slot:x-->\xff"


def test_when_rendering_fails_every_byte_can_still_go_out() -> None:
    def render(name: str) -> str:
        if name == "bad":
            raise RuntimeError("bad")
        return f"[{name}]"

    page = b"1<!--slot:x-->2<!--slot:y-->3<!--/slot:y-->4<!--slot:bad-->5<!--/slot:bad-->6<!--/slot:x-->7<!--sl"
    for pieces in ways_to_cut(page):
        rewriter, out = SlotRewriter(render), b""
        for number, piece in enumerate(pieces):
            try:
                out += rewriter.feed(piece)
            except RuntimeError:
                out += rewriter.release() + b"".join(pieces[number + 1 :])
                break
        assert out == page.replace(b"<!--slot:y-->3", b"<!--slot:y-->[y]")


def test_beyond_the_deepest_nesting_the_outermost_keeps_its_default(rewrite: Rewrite) -> None:
    opening = b"".join(b"<!--slot:s%d-->" % number for number in range(65))
    out, outcomes = rewrite(opening + b"x<!--/slot:s64-->", {"s64": "[new]", "s0": "[no]"})
    assert out == opening + b"[new]<!--/slot:s64-->"
    assert outcomes["s64"] is CHANGED
    assert outcomes["s0"] is UNCLOSED


def test_a_remembered_page_is_rewritten_as_an_unknown_one() -> None:
    page = (
        b"<script><!--slot:x--></script><!--slot:x-->1<!--/slot:x-->\n" + b"<p>text</p>" * 20 + b"<!--slot:y-->2<!--/sl"
    )
    rest = [b"ot:y--><textarea>", b"<!--slot:x-->3<!--/slot:x--></textarea><!--slot:x-->4<!--/slot:x-->"]
    memory = PageMemory()
    expected = run(SlotRewriter(Contents().get), [page, *rest])
    whole = b"".join([page, *rest])
    for _ in range(4):
        assert run(SlotRewriter(Contents().get, memory=memory), [page, *rest]) == expected
        assert run(SlotRewriter(Contents().get, memory=memory), [whole]) == expected
    assert memory.pages.recall(whole, 0, len(whole)) is not None
    changed = whole.replace(b"1", b"5")
    assert memory.pages.recall(changed, 0, len(changed)) is None


def test_parts_that_stay_the_same_are_not_read_again() -> None:
    memory, long_part = PageMemory(), b"<p title='>'>it's <script>'<!--'</script></p>" * 40
    for number in range(4):
        page = b"<p>%d</p><!--slot:x-->1<!--/slot:x-->%s<!--slot:y-->2<!--/slot:y-->%d" % (number, long_part, number)
        assert run(SlotRewriter(Contents().get, memory=memory), [page]) == run(SlotRewriter(Contents().get), [page])
    assert memory.texts.recall(long_part, 0, len(long_part))


@given(st.lists(st.tuples(marked_pages, st.integers(0, 3)), max_size=6), st.data())
def test_a_memory_changes_nothing(parts: list[tuple[bytes, int]], data: st.DataObject) -> None:
    memory = PageMemory(pages=2, parts=2)
    contents = {"a": "[a]", "b.c_d-9": "[b]"}
    for _ in range(3):
        page = b"".join(part * times for part, times in data.draw(st.permutations(parts))) * 3
        assert run(SlotRewriter(contents.get, memory=memory), [page]) == run(SlotRewriter(contents.get), [page])


def test_a_memory_is_bounded() -> None:
    memory = Recollection[int](entries=2, entry_bytes=25)
    pieces = [b"d" * size for size in range(30)]
    for size, piece in enumerate(pieces):
        for _ in range(2):
            memory.remember(piece, 0, size, size)
    assert [piece for piece in pieces if memory.recall(piece, 0, len(piece)) is not None] == [pieces[24], pieces[25]]


def test_a_memory_is_bounded_in_all_that_it_holds() -> None:
    memory = Recollection[int](entries=10, entry_bytes=60, total_bytes=100)
    pieces = {size: b"d" * size for size in (61, 60, 30, 10, 40)}
    for size, piece in pieces.items():
        for finding in range(3):
            memory.remember(piece, 0, size, finding)
    found = {size: memory.recall(piece, 0, size) for size, piece in pieces.items()}
    assert found == {61: None, 60: None, 30: 2, 10: 2, 40: 2}


def test_pages_that_are_alike_and_never_the_same_are_kept_ever_more_rarely() -> None:
    memory = Recollection[int](entries=10, entry_bytes=1_000)
    pieces = [b"%03d" % number + b"d" * 200 for number in range(20)]
    kept = [number for number, piece in enumerate(pieces) if memory.meets_again(piece, 0, len(piece))]
    assert kept == [1, 2, 4, 8, 16]
    memory.keep(pieces[0], 0, len(pieces[0]), 7)
    assert memory.recall(pieces[0], 0, len(pieces[0])) == 7
    assert memory.meets_again(pieces[1], 0, len(pieces[1]))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<!--slot:x-->", True),
        (b"<p>slot:x</p>", False),
        (b"!" * 200, False),
        (b"!" * 200 + b"<!--slot:x-->", True),
        (b"!--slot:x-->", False),
        (b"", False),
    ],
)
def test_a_body_tells_whether_it_may_hold_a_slot(body: bytes, expected: bool) -> None:
    assert may_hold_slot(body) is expected


HOSTILE = {
    "comments that never end": b"<!--" * 200_000,
    "slots that never end": b"<!--slot:x-->" * 60_000,
    "ends that never began": b"<!--/slot:x-->" * 60_000,
    "markers in one attribute": b'<a title="' + b"<!--slot:x-->" * 60_000,
    "a megabyte attribute": b'<a title="' + b"x" * 1_000_000 + b'"><!--slot:x-->1<!--/slot:x-->',
    "a megabyte of quotes": b"='\"" * 300_000 + b"<!--slot:x-->1<!--/slot:x-->",
    "scripts in scripts": b"<script><!--<script>" * 40_000,
    "names that never end": b"<" + b"a" * 1_000_000,
    "brackets": b"<" * 1_000_000,
    "ever deeper slots": b"".join(b"<!--slot:s%d-->" % number for number in range(50_000)),
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_take_work_in_proportion_to_their_length(page: bytes) -> None:
    expected = run(SlotRewriter(lambda _: "n"), [page])
    assert run(SlotRewriter(lambda _: "n"), [page[at : at + 997] for at in range(0, len(page), 997)]) == expected
    tail = page[:60_000]
    run(SlotRewriter(lambda _: "n"), [tail[at : at + 1] for at in range(len(tail))])
