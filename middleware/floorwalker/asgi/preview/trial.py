"""Selectors that an editor tries, as the overlay sends them."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from floorwalker.html.selector_trial import TriedPage, Verdict, read_page, try_selector

SELECTORS_AT_MOST: Final = 16
SELECTOR_CHARS_AT_MOST: Final = 300


class Trial(Struct, frozen=True):
    """html: the page as the app made it; None where it could not be had, and nothing is counted then."""

    selectors: tuple[str, ...]
    place: str = "inside"
    html: str | None = None


def tried(trial: Trial, *, random: Callable[[int], bytes]) -> list[Verdict]:
    """What becomes of each selector. random: n random bytes."""
    page = None if trial.html is None else read_page(trial.html)
    return [_tried(selector, trial.place, page, random(16).hex()) for selector in trial.selectors[:SELECTORS_AT_MOST]]


def _tried(selector: str, place: str, page: TriedPage | None, token: str) -> Verdict:
    if len(selector) > SELECTOR_CHARS_AT_MOST:
        return Verdict(selector, error="the selector is too long to be read again")
    return try_selector(selector, place, page, token=token)
