"""A selector tried on one page, by the rewriter that would serve it.

The page and the selector come from a browser: what lol-html would need minutes or gigabytes for is not tried.
"""

import re
from collections import Counter
from math import comb
from typing import Final

import lolhtml
from msgspec import Struct

from floorwalker.html.selector_check import SelectorProblem, check_selector, descents
from floorwalker.html.selectors import VOID, Event, Mark, Place, SelectorMarks, SelectorSlot

_CLOSED_HERE: Final = (
    "this page writes the end tag, as it must: a page that leaves it out, as HTML allows for this element, keeps its "
    "default"
)
_NOT_CLOSED: Final = (
    "this page does not close the element where it ends, so the slot would keep its default; point at an element "
    "within or around it"
)


_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_WAYS_AT_MOST: Final = 20_000_000  # lol-html follows some 30 millions a second, and keeps them
_SLICE_BYTES: Final = 65_536


class TriedPage(Struct, frozen=True):
    """A page as the app made it. elements: how many it has; depth: how many lie within each other at most."""

    html: bytes
    elements: int
    depth: int


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


def read_page(html: str) -> TriedPage:
    """A page to try selectors on. What is not closed holds the rest, as it does for the rewriter."""
    elements = depth = 0
    within: list[str] = []
    known: Counter[str] = Counter()
    for end, written in _TAG.findall(html):
        tag = written.lower()
        if not end:
            elements += 1
            if tag not in VOID:
                within.append(tag)
                known[tag] += 1
                depth = max(depth, len(within))
        elif known[tag]:
            while (closed := within.pop()) != tag:
                known[closed] -= 1
            known[tag] -= 1
    return TriedPage(html.encode("utf-8", "replace"), elements, depth)


def try_selector(selector: str, place: str, page: TriedPage | None, *, token: str) -> Verdict:
    """What becomes of a selector in a page; without the page, of the selector alone. token: as of SelectorMarks."""
    problem = check_selector(selector, place)
    if problem is not None and problem.kind == "error":
        return Verdict(selector, error=_words(problem))
    warning = "" if problem is None else _words(problem)
    if page is None or _ways(selector, page) > _WAYS_AT_MOST:
        return Verdict(selector, warning=warning)
    marks = _marks(SelectorSlot("slot", selector, Place(place)), page.html, token)
    if not marks:
        return Verdict(selector, matches=0)
    matches, first = len({mark.match for mark in marks}), _first(selector, page.html)
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
        for start in range(0, len(page), _SLICE_BYTES):
            if found:
                return found[0]
            rewriter.write(page[start : start + _SLICE_BYTES])
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


def _ways(selector: str, page: TriedPage) -> int:
    """In how many ways its steps may be found in the page, at most; the rewriter follows each of them."""
    return sum(page.elements * comb(page.depth, len(steps)) for steps in descents(selector))
