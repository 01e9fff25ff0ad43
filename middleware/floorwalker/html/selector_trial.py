"""A selector tried on one page, by the rewriter that would serve it."""

from typing import Final

import lolhtml
from msgspec import Struct

from floorwalker.html.selector_check import SelectorProblem, check_selector
from floorwalker.html.selectors import Event, Mark, Place, SelectorMarks, SelectorSlot

_CLOSED_HERE: Final = (
    "this page writes the end tag, as it must: a page that leaves it out, as HTML allows for this element, keeps its "
    "default"
)
_NOT_CLOSED: Final = (
    "this page does not close the element where it ends, so the slot would keep its default; point at an element "
    "within or around it"
)


class Found(Struct, frozen=True):
    """An element as its start tag writes it."""

    tag: str
    id: str = ""
    classes: tuple[str, ...] = ()


class Verdict(Struct, frozen=True):
    """error, warning: what is wrong and what to write, if anything. matches: in the page; None is unknown."""

    selector: str
    error: str = ""
    warning: str = ""
    matches: int | None = None
    first: Found | None = None


def try_selector(selector: str, place: str, html: str | None, *, token: str) -> Verdict:
    """What becomes of a selector in a page; without the page, of the selector alone. token: as of SelectorMarks."""
    problem = check_selector(selector, place)
    if problem is not None and problem.kind == "error":
        return Verdict(selector, error=_words(problem))
    warning = "" if problem is None else _words(problem)
    if html is None:
        return Verdict(selector, warning=warning)
    page = html.encode("utf-8", "replace")
    marks = _marks(SelectorSlot("slot", selector, Place(place)), page, token)
    if not marks:
        return Verdict(selector, matches=0)
    matches, first = len({mark.match for mark in marks}), _first(selector, page)
    if any(mark.event is Event.IS_LOST and mark.match == 1 for mark in marks):
        return Verdict(selector, error=warning or _NOT_CLOSED, matches=matches, first=first)
    return Verdict(selector, warning=_CLOSED_HERE if warning else "", matches=matches, first=first)


def _marks(slot: SelectorSlot, page: bytes, token: str) -> list[Mark]:
    """What the rewriter finds of it, everywhere in the page."""
    marks = SelectorMarks([slot], token=token, every=True)
    pieces = [*marks.feed(page), *marks.close()]
    return [piece for piece in pieces if isinstance(piece, Mark)]


def _first(selector: str, page: bytes) -> Found | None:
    found: list[Found] = []
    try:
        rewriter = lolhtml.HTMLRewriter(_let_go)
        rewriter.on(selector, _Noting(found))
        rewriter.write(page)
        rewriter.end()
    except RuntimeError:  # it gave up on the page, as it may on a live one
        return None
    return found[0] if found else None


def _let_go(_: object) -> None:
    """Nobody wants the page back."""


class _Noting:
    def __init__(self, found: list[Found]) -> None:
        self._found = found

    def element(self, element: lolhtml.Element) -> None:
        if not self._found:
            own = dict(element.attributes)
            self._found.append(Found(element.tag_name.lower(), own.get("id", ""), tuple(own.get("class", "").split())))


def _words(problem: SelectorProblem) -> str:
    return f"{problem.message}; {problem.hint}"
