"""Selectors tried on a page as the app made it, by the very rewriter that would serve them."""

import secrets
from typing import Final

from msgspec import Struct

from floorwalker.html.selector_check import SelectorProblem, check_selector
from floorwalker.html.selectors import Event, Mark, Place, SelectorMarks, SelectorSlot

SELECTORS_AT_MOST: Final = 16
SELECTOR_CHARS_AT_MOST: Final = 300
_REWRITTEN: Final = "slot"


class Trial(Struct, frozen=True):
    """html: the page as the app made it; None where it could not be had, and nothing is counted then."""

    selectors: tuple[str, ...]
    place: str = "inside"
    html: str | None = None


class Verdict(Struct, frozen=True):
    """error, warning: what is wrong and what to write, if anything. matches: in the page; None is unknown."""

    selector: str
    error: str = ""
    warning: str = ""
    matches: int | None = None


def tried(trial: Trial) -> list[Verdict]:
    """What becomes of each selector."""
    return [_tried(selector, trial.place, trial.html) for selector in trial.selectors[:SELECTORS_AT_MOST]]


def _tried(selector: str, place: str, html: str | None) -> Verdict:
    if len(selector) > SELECTOR_CHARS_AT_MOST:
        return Verdict(selector, error="the selector is too long to be read again")
    problem = check_selector(selector, place)
    if problem is not None and problem.kind == "error":
        return Verdict(selector, error=_words(problem))
    if html is None:
        return Verdict(selector, warning="" if problem is None else _words(problem))
    marks = _marks(selector, Place(place), html)
    matches = len({mark.match for mark in marks})
    if not marks:
        return Verdict(selector, matches=0)
    if any(mark.event is Event.IS_LOST and mark.match == 1 for mark in marks):
        return Verdict(selector, error=_NOT_CLOSED if problem is None else _words(problem), matches=matches)
    return Verdict(selector, warning="" if problem is None else _CLOSED_HERE, matches=matches)


def _marks(selector: str, place: Place, html: str) -> list[Mark]:
    """What the rewriter finds of it, everywhere in the page."""
    marks = SelectorMarks([SelectorSlot(_REWRITTEN, selector, place)], token=secrets.token_hex(16), every=True)
    pieces = [*marks.feed(html.encode("utf-8", "replace")), *marks.close()]
    return [piece for piece in pieces if isinstance(piece, Mark)]


def _words(problem: SelectorProblem) -> str:
    return f"{problem.message}; {problem.hint}"


_CLOSED_HERE: Final = (
    "this page writes the end tag, as it must: a page that leaves it out, as HTML allows for this element, keeps its "
    "default"
)
_NOT_CLOSED: Final = (
    "this page does not close the element where it ends, so the slot would keep its default; point at an element "
    "within or around it"
)
