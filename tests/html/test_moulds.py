"""Slots lie in a page of a known form where they would be found without it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.html.markers import PageMemory
from floorwalker.html.moulds import Example, Moulds
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.selectors import Place, SelectorMarks, SelectorSlot
from tests.html.conftest import TOKEN, Rewritten, run

CONTENTS = {"x": "[x]", "y": "<b>[y]</b>", "z": None}
SLOTS = [
    SelectorSlot(name, at, place)
    for name, at in (("x", "#a"), ("z", ".b"), ("y", "main > p"), ("y", "[data-q=v]"), ("y", "li:nth-child(2)"))
    for place in Place
]
# What stands between the gaps; a gap is a % each.
PARTS = [
    *(
        "<div id=a>%</div>",
        "<p id=a>%",
        "</p>",
        "<p class=b>%</p>",
        "<br id=a>",
        "<li class=b>%",
        "</li>",
        "<ul>",
        "</ul>",
    ),
    *("<!--slot:x-->%<!--/slot:x-->", "<!--slot:y-->%<!--/slot:y-->", "<main>%", "</main>", "<p>%</p>", "%", "% text"),
    *(
        '<a href="%">',
        "<a title='%' class=b>",
        '<i data-q="%">',
        '<b id="%">%</b>',
        '<p class="%">',
        "<a href=%>",
        "</a>",
    ),
    *("<script>%</script>", "<script nonce='%'>a<b;%</script>", "<script><!--%--></script>", "<style>%</style>"),
    *("<title>%</title>", "<textarea>%</textarea>", "<textarea>%", "<noscript><p id=a>%</p></noscript>"),
    *("<!-- % -->", "<!--%-->", "<!doctype %>", "<!%>", "<?%>", "</%>", "<%>", "<![CDATA[%]]>"),
    *("<svg viewBox='%'><title>%</title><path d='%'/></svg>", "<svg>%", "</svg>", "<svg/>", "<desc>", "</desc>"),
    *("<math>%", "</math>", "<mi>", "</mi>", "<plaintext>", "<select>", "</select>", "<template>%", "</template>"),
    *("<a =%>", "<a b%c>", "<a b='c'd=\"%\">", "<", ">", '"', "'", '<a b="%', "<!--%", "<xmp>%</xmp>", "<p a=%/>"),
]
VALUES = [
    "",
    "Ann",
    "it's",
    'x"y',
    "v",
    "a",
    "b",
    ">",
    "<",
    "-",
    "--",
    "-->",
    "<!--",
    "<!--slot:x-->",
    "</p>",
    "slot:x",
]
VALUES += [
    "<p id=a>",
    "</script>",
    "</title>",
    "]]>",
    "<b class=b>",
    "/",
    "a>",
    "\x00",
    "é",
    " c=d",
    "id=a",
    "<script>",
]

PLAIN = [
    part for part in PARTS if part.startswith(("<div", "<p", "<a", "<b", "<i", "<title", "<!--slot:", "<script>", "%"))
]
forms = st.lists(st.sampled_from(PLAIN), min_size=1, max_size=5), st.lists(st.sampled_from(PARTS), max_size=2)
selected = st.lists(st.sampled_from(SLOTS), max_size=2, unique_by=lambda slot: slot.name) | st.lists(
    st.sampled_from(SLOTS), min_size=1, max_size=1
)


def _rewriter(slots: Sequence[SelectorSlot], memory: PageMemory | None) -> SlotRewriter:
    marks = SelectorMarks(slots, token=TOKEN) if slots else None
    return SlotRewriter(CONTENTS.get, selectors=marks, memory=memory)


def _shown(slots: Sequence[SelectorSlot], memory: PageMemory, page: bytes) -> Rewritten:
    rewriter = _rewriter(slots, memory)
    out = rewriter.refill(page)
    return run(rewriter, [page]) if out is None else (out, dict(rewriter.report))


@st.composite
def _alike(draw: st.DrawFn) -> list[bytes]:
    """Pages of one form: two with plain texts, and others with all that could break out of a gap."""
    parts = draw(st.permutations(["<div id=a>%</div>", *(part for form in forms for part in draw(form))]))
    gaps = "".join(parts).split("%")
    made = []
    for turn in range(draw(st.integers(5, 9))):
        values = [f"v{turn}"] * (len(gaps) - 1)
        if turn > 2:
            for at in draw(st.lists(st.integers(0, len(gaps) - 2), max_size=2)):
                values[at] = draw(st.sampled_from(VALUES))
        made.append("".join((gaps[0], *(value + gap for value, gap in zip(values, gaps[1:], strict=True)))).encode())
    return made


@given(_alike(), selected)
def test_a_page_of_a_known_form_goes_out_as_it_would_if_it_were_new(
    pages: list[bytes], slots: list[SelectorSlot]
) -> None:
    memory = PageMemory()
    for page in pages:
        assert _shown(slots, memory, page) == run(_rewriter(slots, None), [page])


PAGE = """<!doctype html><title>Shop</title><meta name=csrf content="{token}"><!-- made at {time} -->
<nav>Hello {name}</nav><script nonce='{token}'>let cart = {cart}, few = cart<2</script><noscript><img src=x></noscript>
<svg viewBox="0 0 1 1"><title>Cart</title><path d="M0"/></svg><main><section id=a class="b c">{name}</section></main>
<!--slot:y-->{cart}<!--/slot:y--><textarea>{name}</textarea><br/>"""
AT_A = [SelectorSlot("x", "main > #a", Place.INSIDE)]


def _page(**values: object) -> bytes:
    return PAGE.format(**{"token": "t0", "time": "9", "name": "", "cart": 0, **values}).encode()


def _taught(slots: Sequence[SelectorSlot]) -> PageMemory:
    memory = PageMemory()
    for number in range(3):
        page = _page(token=f"t{number}", time=number, name=f"Ann {number}", cart=number)
        _shown(slots, memory, page)
    return memory


@pytest.mark.parametrize("slots", [AT_A, []])
def test_pages_that_differ_in_texts_and_values_are_known_by_the_fourth(slots: list[SelectorSlot]) -> None:
    memory = _taught(slots)
    for name in ("Zoë", "it's > this", "", "x" * 70_000):
        page = _page(token="new", time="now", name=name, cart=12)
        rewriter = _rewriter(slots, memory)
        assert (rewriter.refill(page), dict(rewriter.report)) == run(_rewriter(slots, None), [page])


@pytest.mark.parametrize(
    "values",
    [
        {"name": "<b>Ann</b>"},
        {"name": "</nav>"},
        {"token": "\" id='a"},
        {"token": "' id='a"},
        {"time": "-->"},
        {"cart": "'</script>'"},
        {"cart": "'<!--'"},
        {"name": "<!--slot:y-->"},
    ],
)
def test_what_could_lead_out_of_a_gap_is_read_anew(values: dict[str, str]) -> None:
    memory, page = _taught(AT_A), _page(**values)
    assert _rewriter(AT_A, memory).refill(page) is None
    assert _shown(AT_A, memory, page) == run(_rewriter(AT_A, None), [page])


def test_what_a_selector_asks_for_is_no_gap() -> None:
    memory = PageMemory()
    slots = [SelectorSlot("x", "[name=one]", Place.INSIDE)]
    for number in range(6):
        page = b"<title>Shop</title><p name=%d>1</p><p name='%d' id='%d'>2</p>" % (number, number, number)
        assert _shown(slots, memory, page)[0] == page
    asked = b"<title>Shop</title><p name=7>1</p><p name='one' id='7'>2</p>"
    assert _shown(slots, memory, asked)[0] == asked.replace(b"2", b"[x]")


def test_a_form_is_known_for_the_selectors_that_it_was_learned_with() -> None:
    memory, page = _taught(AT_A), _page(name="Zoë")
    assert _rewriter([SelectorSlot("x", "#a", Place.HIDE)], memory).refill(page) is None
    assert _rewriter([], memory).refill(page) is None
    assert _rewriter(list(AT_A), memory).refill(page) is not None


def test_a_form_becomes_wider_by_what_differs_later() -> None:
    memory = _taught(AT_A)
    for number in range(3):
        page = _page(name="Zoë").replace(b"src=x", b"src=x%d" % number)
        rewriter = _rewriter(AT_A, memory)
        assert (rewriter.refill(page) is not None) == (number > 0)
        if number == 0:
            run(rewriter, [page])
    assert _rewriter(AT_A, memory).refill(_page(name="Zoë")) is not None


def test_learning_is_rare_where_it_teaches_nothing() -> None:
    memory, learned = Moulds(), 0
    for number in range(10_000):
        page = b"<title>Shop</title>" + b"<p>%d</p>" % number * (number % 40)
        if memory.is_worth_learning(page):
            memory.learn(Example(page, (), ()))
            learned += 1
    assert 40 < learned < 100


changes = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 9), st.sampled_from(VALUES)), min_size=1, max_size=3)


@given(changes, st.booleans())
def test_whatever_is_changed_anywhere_slots_lie_where_they_are_found(
    changed: list[tuple[int, int, str]], has_selectors: bool
) -> None:
    slots = AT_A if has_selectors else []
    memory, page = _taught(slots), _page(name="Zoë")
    for at, removed, value in changed:
        page = page[:at] + value.encode() + page[at + removed :]
    assert _shown(slots, memory, page) == run(_rewriter(slots, None), [page])
