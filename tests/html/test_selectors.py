"""Slots that CSS selectors point at."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.selectors import FIRST_SLICE_BYTES, Place, SelectorMarks, SelectorSlot
from floorwalker.html.weave import Outcome
from tests.html.conftest import TOKEN, Rewrite, pieces_of, run, ways_to_cut
from tests.html.test_context import FRAGMENTS

CHANGED, KEPT, UNCLOSED, CUT_OFF = Outcome.CHANGED, Outcome.KEPT, Outcome.UNCLOSED, Outcome.CUT_OFF

CLOSED = b"<p>1</p><DIV id=a>2</Div >3<div id=a>4</div>"
EMPTY = b"<p>1</p><img id=a>3"
UNENDED = b"<section><div id=a>2<div>3</div></section>"
IMPLIED = b"<ul><li id=a>1<li>2</ul>3"

PLACES = [
    (Place.INSIDE, CLOSED, b"<p>1</p><DIV id=a>[s]</Div >3<div id=a>4</div>", CHANGED),
    (Place.REPLACE, CLOSED, b"<p>1</p>[s]3<div id=a>4</div>", CHANGED),
    (Place.HIDE, CLOSED, b"<p>1</p>3<div id=a>4</div>", CHANGED),
    (Place.BEFORE, CLOSED, b"<p>1</p>[s]<DIV id=a>2</Div >3<div id=a>4</div>", CHANGED),
    (Place.AFTER, CLOSED, b"<p>1</p><DIV id=a>2</Div >[s]3<div id=a>4</div>", CHANGED),
    (Place.FIRST, CLOSED, b"<p>1</p><DIV id=a>[s]2</Div >3<div id=a>4</div>", CHANGED),
    (Place.LAST, CLOSED, b"<p>1</p><DIV id=a>2[s]</Div >3<div id=a>4</div>", CHANGED),
    (Place.INSIDE, EMPTY, EMPTY, UNCLOSED),
    (Place.REPLACE, EMPTY, b"<p>1</p>[s]3", CHANGED),
    (Place.HIDE, EMPTY, b"<p>1</p>3", CHANGED),
    (Place.BEFORE, EMPTY, b"<p>1</p>[s]<img id=a>3", CHANGED),
    (Place.AFTER, EMPTY, b"<p>1</p><img id=a>[s]3", CHANGED),
    (Place.FIRST, EMPTY, EMPTY, UNCLOSED),
    (Place.LAST, EMPTY, EMPTY, UNCLOSED),
    (Place.INSIDE, UNENDED, UNENDED, UNCLOSED),
    (Place.REPLACE, UNENDED, UNENDED, UNCLOSED),
    (Place.HIDE, UNENDED, UNENDED, UNCLOSED),
    (Place.BEFORE, UNENDED, b"<section>[s]<div id=a>2<div>3</div></section>", CHANGED),
    (Place.AFTER, UNENDED, UNENDED, UNCLOSED),
    (Place.FIRST, UNENDED, b"<section><div id=a>[s]2<div>3</div></section>", CHANGED),
    (Place.LAST, UNENDED, UNENDED, UNCLOSED),
    (Place.INSIDE, IMPLIED, IMPLIED, UNCLOSED),
    (Place.REPLACE, IMPLIED, IMPLIED, UNCLOSED),
    (Place.HIDE, IMPLIED, IMPLIED, UNCLOSED),
    (Place.BEFORE, IMPLIED, b"<ul>[s]<li id=a>1<li>2</ul>3", CHANGED),
    (Place.AFTER, IMPLIED, IMPLIED, UNCLOSED),
    (Place.FIRST, IMPLIED, b"<ul><li id=a>[s]1<li>2</ul>3", CHANGED),
    (Place.LAST, IMPLIED, IMPLIED, UNCLOSED),
]


@pytest.mark.parametrize(("place", "page", "expected", "outcome"), PLACES)
def test_every_place_is_served_or_left_as_it_was(
    rewrite: Rewrite, place: Place, page: bytes, expected: bytes, outcome: Outcome
) -> None:
    assert rewrite(page, {"s": "[s]"}, selectors=[SelectorSlot("s", "#a", place)]) == (expected, {"s": outcome})
    kept = KEPT if outcome is CHANGED else outcome
    assert rewrite(page, {"s": None}, selectors=[SelectorSlot("s", "#a", place)]) == (page, {"s": kept})


def test_an_element_without_any_end_is_cut_off(rewrite: Rewrite) -> None:
    page = b"<div id=a>2<div>3</div>"
    assert rewrite(page, {"s": "[s]"}, selectors=[SelectorSlot("s", "#a")]) == (page, {"s": CUT_OFF})


def test_two_slots_about_one_element_lie_within_each_other(rewrite: Rewrite) -> None:
    for first, second in [("s", "t"), ("t", "s")]:
        selectors = [SelectorSlot(first, "#a"), SelectorSlot(second, "div")]
        out, _ = rewrite(b"<div id=a>1</div>2", {"s": "[s]"}, selectors=selectors)
        assert out == b"<div id=a>[s]</div>2"


def test_raw_text_elements_can_be_pointed_at(rewrite: Rewrite) -> None:
    page = b"<title>old</title><script>old</script><textarea id=a>old</textarea>"
    selectors = [SelectorSlot("s", "title"), SelectorSlot("t", "script"), SelectorSlot("u", "#a")]
    out, _ = rewrite(page, {"s": "new", "t": "new", "u": "new"}, selectors=selectors)
    assert out == page.replace(b"old", b"new")


def test_markers_of_the_page_and_selectors_work_side_by_side(rewrite: Rewrite) -> None:
    page = b"<!--slot:x-->1<div id=a>2</div>3<!--/slot:x--><p><!--slot:y-->4<!--/slot:y--></p>"
    contents = {"s": "[s]", "y": "[y]", "x": None}
    selectors = [SelectorSlot("s", "#a"), SelectorSlot("z", "p")]
    out, outcomes = rewrite(page, contents, selectors=selectors)
    assert out == page.replace(b"2", b"[s]").replace(b"4", b"[y]")
    assert outcomes == {"s": CHANGED, "x": KEPT, "y": CHANGED, "z": KEPT}
    out, outcomes = rewrite(page, {**contents, "x": "[x]"}, selectors=selectors)
    assert out == b"<!--slot:x-->[x]<!--/slot:x--><p><!--slot:y-->[y]<!--/slot:y--></p>"
    assert outcomes["s"] is Outcome.NOT_SHOWN


def test_a_marker_of_the_page_cannot_end_what_a_selector_began(rewrite: Rewrite) -> None:
    page = b"<div id=a>1<!--/slot:s-->2</div><!--slot:s-->3</div>"
    out, _ = rewrite(page, {"s": "[s]"}, selectors=[SelectorSlot("s", "#a")])
    assert out == b"<div id=a>[s]</div><!--slot:s-->3</div>"


def test_a_page_cannot_pose_as_the_marks_of_another_response(rewrite: Rewrite) -> None:
    page = b"<!--fedcba9876543210000001s-->1<!--fedcba9876543210000001c--><div id=a>2</div>"
    out, _ = rewrite(page, {"s": "[s]"}, selectors=[SelectorSlot("s", "#a")])
    assert out == page.replace(b">2<", b">[s]<")


def test_the_token_never_leaves(rewrite: Rewrite) -> None:
    for place in Place:
        for page in (CLOSED, EMPTY, UNENDED, IMPLIED):
            for content in ("[s]", None):
                out, _ = rewrite(page, {"s": content}, selectors=[SelectorSlot("s", "#a", place)])
                assert TOKEN.encode() not in out


@pytest.mark.parametrize("token", ["", "short", "0123456789abcde-", "0123456789abcdeé"])
def test_a_weak_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        SelectorMarks([], token=token)


selected_pages = st.lists(
    st.sampled_from(
        [*FRAGMENTS, b"<div id=a>", b"</div>", b"<ul>", b"<li>", b"</li>", b"</ul>", b"<svg>", b"<br id=a>"]
    ),
    max_size=40,
).map(b"".join)
places = st.sampled_from(Place)
selectors = st.sampled_from(["#a", "li", "script", "div > p", "title", "*", "br", "a[b]"])


@given(selected_pages, st.data(), places, selectors, st.booleans())
def test_output_does_not_depend_on_where_a_page_is_cut(
    page: bytes, data: st.DataObject, place: Place, selector: str, every: bool
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(page)), max_size=8))
    results = []
    for pieces in ([page], pieces_of(page, cuts), pieces_of(page, range(len(page)))):
        marks = SelectorMarks([SelectorSlot("s", selector, place)], token=TOKEN, every=every)
        results.append(run(SlotRewriter({"s": "[s]", "a": "[a]"}.get, selectors=marks), pieces))
        if marks.failure is not None:
            return
    assert results[1:] == [results[0]] * 2


@given(selected_pages, st.data(), places, selectors, st.booleans())
def test_with_nothing_to_replace_the_bytes_are_the_same(
    page: bytes, data: st.DataObject, place: Place, selector: str, every: bool
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(page)), max_size=8))
    marks = SelectorMarks([SelectorSlot("s", selector, place)], token=TOKEN, every=every)
    assert run(SlotRewriter(lambda _: None, selectors=marks), pieces_of(page, cuts))[0] == page


def test_malformed_pages_go_through_unchanged(shared_data: Path) -> None:
    slots = [SelectorSlot("s", "*", place) for place in Place]
    for line in (shared_data / "html5lib_tokenizer_inputs.jsonl").read_bytes().splitlines():
        page = json.loads(line)["input"].encode("utf-8", "surrogatepass")
        for pieces in ([page], [page[at : at + 1] for at in range(len(page))]):
            marks = SelectorMarks(slots, token=TOKEN, every=True)
            assert run(SlotRewriter(lambda _: None, selectors=marks), pieces)[0] == page


def test_the_cases_of_the_lolhtml_suite_pass(shared_data: Path) -> None:
    """All of them whole, and cut by sevens; byte by byte the small ones, for time's sake."""
    cases = [
        json.loads(line)
        for line in (shared_data / "lolhtml_element_content_replacement.jsonl").read_bytes().splitlines()
    ]
    supported = [case for case in cases if case["supported"]]
    assert len(supported) == 593
    for case in supported:
        page, selector = case["src"].encode(), case["selector"]
        widths = [len(page), 7] + ([1] if len(page) < 1_000 else [])
        for width in widths:
            marks = SelectorMarks([SelectorSlot("s", selector)], token=TOKEN, every=True)
            rewriter = SlotRewriter({"s": f"<!--Replaced ({selector}) -->"}.get, selectors=marks)
            out, _ = run(rewriter, [page[at : at + width] for at in range(0, len(page), width)])
            assert out == case["expected"].encode(), case["case"]


class _Broken(SelectorMarks):
    """Selectors whose parser fails after some bytes."""

    def fail_after(self, written: int) -> "_Broken":
        left, write = [written], self._rewriter.write

        def failing(chunk: bytes) -> None:
            write(chunk[: left[0]])
            left[0] -= len(chunk)
            if left[0] < 0:
                raise RuntimeError("out of memory\nmore")

        self._rewriter = type("Failing", (), {"write": staticmethod(failing), "end": self._rewriter.end})()
        return self


@pytest.mark.parametrize("page", [CLOSED, UNENDED, b"<ul><li id=a>1<!--slot:x-->2<!--/slot:x--></li></ul>"])
def test_when_lolhtml_fails_the_rest_of_the_page_goes_out_as_it_is(page: bytes) -> None:
    for written in range(len(page)):
        for pieces in ways_to_cut(page):
            slots = [SelectorSlot("s", "#a", Place.REPLACE), SelectorSlot("t", "#nowhere")]
            marks = _Broken(slots, token=TOKEN).fail_after(written)
            rewriter = SlotRewriter({"x": "[x]"}.get, selectors=marks)
            assert run(rewriter, pieces)[0] == page.replace(b"2<!--/slot", b"[x]<!--/slot")
            assert rewriter.failure == "out of memory"


def test_an_ambiguous_page_goes_out_as_it_is_with_its_markers_served(rewrite: Rewrite) -> None:
    page = b"<p id=a>1</p><select><xmp><script>2</script></xmp></select><!--slot:x-->3<!--/slot:x--><p class=b>4</p>"
    slots = [SelectorSlot("s", "#a"), SelectorSlot("t", "script"), SelectorSlot("u", ".b")]
    marks = SelectorMarks(slots, token=TOKEN)
    rewriter = SlotRewriter({"s": "[s]", "t": "[t]", "u": "[u]", "x": "[x]"}.get, selectors=marks)
    out, _ = run(rewriter, [page])
    assert out.endswith(b"<select><xmp><script>2</script></xmp></select><!--slot:x-->[x]<!--/slot:x--><p class=b>4</p>")
    assert "ambiguous" in (rewriter.failure or "")


def test_an_element_too_large_to_be_held_ends_the_selectors_work() -> None:
    page = b"<div id=a title='" + b"x" * 5_000 + b"'>1</div><p>2</p>"
    marks = SelectorMarks([SelectorSlot("s", "[title=q]"), SelectorSlot("t", "p")], token=TOKEN, unsent_cap_bytes=1_000)
    rewriter = SlotRewriter({"t": "[t]"}.get, selectors=marks)
    assert run(rewriter, [page[at : at + 100] for at in range(0, len(page), 100)])[0] == page
    assert "1000 bytes" in (rewriter.failure or "")


def test_what_lolhtml_holds_back_can_be_released() -> None:
    page = b"<p>1</p><div id=a>2<b titl"
    rewriter = SlotRewriter({"s": "[s]"}.get, selectors=SelectorMarks([SelectorSlot("s", "#a")], token=TOKEN))
    assert rewriter.feed(page) + rewriter.release() == page


class _Watched(SelectorMarks):
    """Selectors that tell how much of the page their parser saw, and in pieces of what size."""

    def watch(self) -> list[int]:
        written, write = list[int](), self._rewriter.write

        def watched(chunk: bytes) -> None:
            written.append(len(chunk))
            write(chunk)

        self._rewriter = type("Watched", (), {"write": staticmethod(watched), "end": self._rewriter.end})()
        return written


SETTLED = [(place, CLOSED) for place in Place] + [(place, EMPTY) for place in Place]
SETTLED += [(place, page) for place in Place for page in (IMPLIED, UNENDED)]


@pytest.mark.parametrize(("place", "page"), SETTLED)
def test_the_parser_sees_no_more_than_it_takes_to_settle_every_slot(place: Place, page: bytes) -> None:
    rest = b"y<i>" * 50_000 + b"<!--slot:x-->1<!--/slot:x--><p id=a>2</p>"
    marks = _Watched([SelectorSlot("s", "#a", place), SelectorSlot("t", "section, p, ul", Place.BEFORE)], token=TOKEN)
    written = marks.watch()
    out, outcomes = run(SlotRewriter({"s": "[s]", "t": "[t]", "x": "[x]"}.get, selectors=marks), [page + rest])
    expected = next(row for row in PLACES if row[:2] == (place, page))
    assert sum(written) <= FIRST_SLICE_BYTES
    assert out.replace(b"[t]", b"", 1) == expected[2] + rest.replace(b">1<", b">[x]<")
    assert outcomes == {"s": expected[3], "t": CHANGED, "x": CHANGED}


def test_the_parser_goes_on_while_a_slot_may_still_begin_or_end() -> None:
    page = b"<p id=a>1" + b"y<i>z</i>" * 5_000 + b"</p><p id=b>2</p>" + b"y<i>" * 20_000
    for slots in ([SelectorSlot("s", "#a")], [SelectorSlot("s", "#a"), SelectorSlot("t", "#b")]):
        marks = _Watched(slots, token=TOKEN)
        written = marks.watch()
        out, _ = run(SlotRewriter({"s": "[s]", "t": "[t]"}.get, selectors=marks), [page])
        assert page.find(b"</p>") < sum(written) < 2 * page.find(b"</p>")
        assert out.startswith(b"<p id=a>[s]</p><p id=b>" + (b"2", b"[t]")[len(slots) - 1])


def test_a_large_element_in_one_piece_is_served() -> None:
    page = b"<img src='" + b"x" * 400_000 + b"'><p id=a>1</p>"
    for pieces, shown in (([page], b">[s]<"), ([page[at : at + 1_000] for at in range(0, len(page), 1_000)], b">1<")):
        marks = SelectorMarks([SelectorSlot("s", "[src=q], #a")], token=TOKEN, unsent_cap_bytes=262_144)
        assert run(SlotRewriter({"s": "[s]"}.get, selectors=marks), pieces)[0] == page.replace(b">1<", shown)
