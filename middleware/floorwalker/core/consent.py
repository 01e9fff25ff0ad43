"""Consent: what a visitor allows, and what follows from it. Pure; where it is read from is not known here.

The categories are kept apart: `analytics` is what is counted and kept of what happened, `personalization` is what is
remembered to choose content by, `tests` is taking part in comparisons (which needs `personalization`: without it
there is nothing to compare). Whatever is not allowed is neither stored nor counted, and unknown means no.
"""

from enum import StrEnum

from msgspec import Struct


class Category(StrEnum):
    """What may be done with what is known of somebody."""

    ANALYTICS = "analytics"
    PERSONALIZATION = "personalization"
    TESTS = "tests"


EVERYTHING = frozenset(Category)
NOTHING_ALLOWED: frozenset[Category] = frozenset()


class Permission(Struct, frozen=True):
    """What may be done in one request. undecided: the site asks this visitor, and they have not answered yet.

    granted: the categories. refused: the visitor said so themselves, here or by their browser, rather than not at all.
    """

    granted: frozenset[Category] = EVERYTHING
    undecided: bool = False
    refused: bool = False

    @property
    def stores(self) -> bool:
        """Whether anything may be kept: a cookie that names the visitor, a profile."""
        return Category.ANALYTICS in self.granted or Category.PERSONALIZATION in self.granted

    @property
    def remembers(self) -> bool:
        """Whether content may be chosen by what is remembered."""
        return Category.PERSONALIZATION in self.granted

    @property
    def counts(self) -> bool:
        """Whether what happens goes into the stream and into what is counted over all visitors."""
        return Category.ANALYTICS in self.granted

    @property
    def compares(self) -> bool:
        """Whether the visitor takes part in comparisons: control groups, shares, exposures."""
        return Category.TESTS in self.granted and Category.PERSONALIZATION in self.granted


EVERYTHING_PERMITTED = Permission()
NOTHING_PERMITTED = Permission(NOTHING_ALLOWED)
