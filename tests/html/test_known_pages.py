"""A page that was met before goes out as it did when it was new."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.html.markers import PageMemory
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.selectors import Place, SelectorMarks, SelectorSlot
from floorwalker.html.weave import Outcome
from tests.html.conftest import TOKEN, Rewritten, pieces_of, run

MARKED = (b"<!--slot:x-->", b"<!--/slot:x-->", b"<!--slot:y-->", b"<!--/slot:y-->", b"<!--slot:x-->1<!--/slot:x-->")
ELEMENTS = (b"<div id=a>", b"<p id=a>1</p>", b"</div>", b"<p class=b>2</p>", b"<br id=a>", b"<li class=b>", b"</li>")
OTHERS = (b"text", b"<script>", b"</script>", b"<!--", b"-->", b'<a title="', b'">', b"<", b"x" * 3_000, b"\xff")
SLOTS = [SelectorSlot(name, at, place) for name, at in (("x", "#a"), ("z", ".b")) for place in Place]

pages = st.lists(st.sampled_from([*MARKED, *ELEMENTS, *OTHERS]), max_size=14).map(b"".join)
selected = st.lists(st.sampled_from(SLOTS), max_size=2, unique_by=lambda slot: slot.name)
contents = st.fixed_dictionaries({name: st.sampled_from([None, "", "<i>new</i>"]) for name in ("x", "y", "z")})


def _rewriter(
    render: Callable[[str], str | None], slots: Sequence[SelectorSlot], memory: PageMemory | None, cap: int = 65_536
) -> SlotRewriter:
    marks = SelectorMarks(slots, token=TOKEN) if slots else None
    return SlotRewriter(render, selectors=marks, memory=memory, held_cap_bytes=cap)


def _whole(rewriter: SlotRewriter, page: bytes) -> Rewritten:
    out = rewriter.refill(page)
    return run(rewriter, [page]) if out is None else (out, dict(rewriter.report))


@given(pages, st.lists(selected, min_size=1, max_size=3), st.lists(contents, min_size=4, max_size=4), st.data())
def test_what_is_remembered_of_pages_changes_nothing(
    page: bytes, rules: list[list[SelectorSlot]], shown: list[Mapping[str, str | None]], data: st.DataObject
) -> None:
    memory, cap = PageMemory(), data.draw(st.sampled_from([2, 65_536]))
    for content in shown:
        slots = data.draw(st.sampled_from(rules))
        cuts = data.draw(st.lists(st.integers(0, len(page)), max_size=2))
        expected = run(_rewriter(content.get, slots, None, cap), [page])
        assert _whole(_rewriter(content.get, slots, memory, cap), page) == expected
        assert run(_rewriter(content.get, slots, memory, cap), pieces_of(page, cuts)) == expected
        assert run(_rewriter(content.get, slots, memory, cap), [page, page]) == run(
            _rewriter(content.get, slots, None, cap), [page, page]
        )


PAGE = b"<main><p id=a>old</p>" + b"<hr>" * 900 + b"<!--slot:y-->2<!--/slot:y--></main>"
AT_A = [SelectorSlot("x", "#a", Place.INSIDE)]


def _nothing(_: str) -> str | None:
    return None


def _met(page: bytes, slots: Sequence[SelectorSlot]) -> PageMemory:
    memory = PageMemory()
    for _ in range(2):
        assert _rewriter(_nothing, slots, memory).refill(page) is None
        run(_rewriter(_nothing, slots, memory), [page])
    return memory


@pytest.mark.parametrize("slots", [AT_A, []])
def test_a_page_met_twice_is_known(slots: list[SelectorSlot]) -> None:
    memory, rewriter = _met(PAGE, slots), _rewriter({"y": "[y]"}.get, slots, None)
    assert _rewriter({"y": "[y]"}.get, slots, memory).refill(PAGE) == run(rewriter, [PAGE])[0]
    assert _rewriter({"y": "[y]"}.get, slots, memory).refill(PAGE.replace(b"old", b"new")) is None


def test_nothing_to_show_leaves_the_very_bytes() -> None:
    assert _rewriter(_nothing, AT_A, _met(PAGE, AT_A)).refill(PAGE) is PAGE


def test_a_page_is_known_for_the_selectors_that_it_was_searched_for() -> None:
    memory = _met(PAGE, AT_A)
    assert _rewriter(_nothing, [SelectorSlot("x", "#a", Place.HIDE)], memory).refill(PAGE) is None
    assert _rewriter(_nothing, [], memory).refill(PAGE) is None
    equal = [SelectorSlot("x", "#a", Place.INSIDE)]
    assert _rewriter(_nothing, equal, memory).refill(PAGE) is PAGE


@pytest.mark.parametrize(
    "page",
    [
        b"<!--slot:x-->1<!--slot:y-->2<!--/slot:y--><!--/slot:x-->",
        b"<p id=a>never closed",
        b"<!--slot:y-->2<!--/slot:y--><!--slot:x-->",
    ],
)
def test_slots_that_do_not_lie_side_by_side_are_woven_each_time(page: bytes) -> None:
    slots = AT_A if b"id=a" in page else []
    assert _rewriter(_nothing, slots, _met(page, slots)).refill(page) is None


def test_a_content_that_fails_in_a_known_page_costs_none_of_its_bytes() -> None:
    def render(name: str) -> str | None:
        raise RuntimeError(name)

    rewriter = _rewriter(render, AT_A, _met(PAGE, AT_A))
    with pytest.raises(RuntimeError):
        rewriter.refill(PAGE)
    assert rewriter.release() == PAGE
    assert not rewriter.report


def test_what_follows_a_known_page_is_read_on_from_its_end() -> None:
    memory, rest = _met(PAGE, []), b"<textarea><!--slot:y-->3<!--/slot:y--></textarea><!--slot:x-->4<!--/slot:x-->"
    out, outcomes = run(_rewriter({"x": "[x]", "y": "[y]"}.get, [], memory), [PAGE, rest])
    assert out == PAGE.replace(b"-->2<", b"-->[y]<") + rest.replace(b"4", b"[x]")
    assert outcomes == {"x": Outcome.CHANGED, "y": Outcome.CHANGED}
