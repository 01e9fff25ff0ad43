"""Consent: what a visitor allows, and what follows from it. Pure; where it is read from is not known here.

The categories are kept apart: `analytics` is what is counted and kept of what happened, `personalization` is what is
remembered to choose content by, `tests` is taking part in comparisons (which needs `personalization`: without it
there is nothing to compare). Whatever is not allowed is neither stored nor counted, and unknown means no.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

UNDECIDED = "undecided"
"""What the condition `consent` is answered with where the site asks and the visitor has not answered."""


class Category(StrEnum):
    """What may be done with what is known of somebody."""

    ANALYTICS = "analytics"
    PERSONALIZATION = "personalization"
    TESTS = "tests"


_ANALYTICS: Final = Category.ANALYTICS  # an enum's attributes cost more than a name
_PERSONALIZATION: Final = Category.PERSONALIZATION
_TESTS: Final = Category.TESTS

EVERYTHING = frozenset(Category)
NOTHING_ALLOWED: frozenset[Category] = frozenset()


class Mode(StrEnum):
    """What holds before a visitor has answered: the stricter, the further down."""

    NONE = "none"  # nothing is asked: everything is allowed until they refuse it
    OPT_OUT = "opt-out"  # they are asked, and everything is allowed until they refuse it
    OPT_IN = "opt-in"  # they are asked, and nothing is allowed before


class Choice(Struct, frozen=True):
    """What a visitor said. day: days since 1970, UTC. policy: the version of what they read, empty where not known.

    is_own: said here, to this site's own question. is_clear: it was said by the visitor, and can be read; else it is
    what a consent tool goes by before they have answered, or what is left of something that cannot be read: no yes.
    """

    granted: frozenset[Category] = NOTHING_ALLOWED
    day: int = 0
    policy: str = ""
    is_own: bool = False
    is_clear: bool = True


UNCLEAR = Choice(is_clear=False)


def together(one: Choice | None, other: Choice | None) -> Choice | None:
    """What two choices of one visitor come to: what both allow; but a clear one goes before one that is not."""
    if one is None or other is None:
        return one or other
    if one.is_clear is not other.is_clear:
        return one if one.is_clear else other
    is_own, policy = one.is_own or other.is_own, one.policy or other.policy
    return Choice(one.granted & other.granted, max(one.day, other.day), policy, is_own, one.is_clear)


class Permission(Struct, frozen=True):
    """What may be done in one request. undecided: the site asks this visitor, and they have not answered yet.

    granted: the categories. refused: the visitor said so themselves, here or by their browser, rather than not at all.
    choice: what they said, where they said anything that holds.
    """

    granted: frozenset[Category] = EVERYTHING
    undecided: bool = False
    refused: bool = False
    choice: Choice | None = None

    @property
    def stores(self) -> bool:
        """Whether anything may be kept: a cookie that names the visitor, a profile."""
        granted = self.granted
        return granted is EVERYTHING or _ANALYTICS in granted or _PERSONALIZATION in granted

    @property
    def remembers(self) -> bool:
        """Whether content may be chosen by what is remembered."""
        return self.granted is EVERYTHING or _PERSONALIZATION in self.granted  # to hash a member costs a call

    @property
    def counts(self) -> bool:
        """Whether what happens goes into the stream and into what is counted over all visitors."""
        return self.granted is EVERYTHING or _ANALYTICS in self.granted

    @property
    def compares(self) -> bool:
        """Whether the visitor takes part in comparisons: control groups, exposures and what comes of them."""
        granted = self.granted
        return granted is EVERYTHING or (_TESTS in granted and _PERSONALIZATION in granted)

    @property
    def said(self) -> tuple[str, ...] | None:
        """What the visitor said of it, for rules; None where they were not asked and said nothing."""
        if self.undecided:
            return (UNDECIDED,)
        if self.choice is not None:
            return tuple(sorted(self.granted))
        return () if self.refused else None


EVERYTHING_PERMITTED = Permission()
NOTHING_PERMITTED = Permission(NOTHING_ALLOWED)


class Asking(Struct, frozen=True):
    """Whom a site asks. elsewhere: in every country that is not named. countries: upper-case ISO 3166 codes."""

    elsewhere: Mode = Mode.NONE
    countries: Mapping[str, Mode] = {}

    @property
    def by_country(self) -> bool:
        """Whether it matters where somebody is."""
        return bool(self.countries)

    def mode_in(self, country: str | None) -> Mode:
        """What holds in that country; where it is not known, the strictest of all that hold anywhere."""
        if not self.countries:
            return self.elsewhere
        if country is None:
            modes = {self.elsewhere, *self.countries.values()}
            return next(mode for mode in reversed(Mode) if mode in modes)
        return self.countries.get(country.upper(), self.elsewhere)


NOBODY_ASKED = Asking()


def permission_of(mode: Mode, choice: Choice | None, *, policy: str = "", refuses: bool = False) -> Permission:
    """What is allowed where this mode holds, somebody made this choice, and their browser refuses in general.

    policy: the version that is asked for now; a choice of another version is asked for anew. What it refused stays
    refused meanwhile, and what it allowed holds on only where nothing had to be allowed in the first place.

    A general refusal (Global Privacy Control, Do Not Track) holds unless the visitor chose otherwise in answer to this
    site's own question: the signal has no syntax for an exception, so an exception is what the site was told apart
    from it (GPC, "Consent to Disregard a Universal GPC Signal"). What a consent tool left in a cookie may be
    its own default and makes no exception.
    """
    holds = (
        choice is not None and choice.is_clear and (mode is Mode.NONE or choice.policy == policy or not choice.is_own)
    )
    if choice is not None and holds and (choice.is_own or not refuses):
        return _chosen(choice)
    if refuses:
        return Permission(NOTHING_ALLOWED, refused=True)
    asks = mode is not Mode.NONE
    if choice is None:
        return Permission(NOTHING_ALLOWED if mode is Mode.OPT_IN else EVERYTHING, undecided=asks)
    return Permission(NOTHING_ALLOWED if mode is Mode.OPT_IN else choice.granted, undecided=asks)


def _chosen(choice: Choice) -> Permission:
    permission = Permission(choice.granted, choice=choice)
    return permission if permission.stores else Permission(choice.granted, refused=True, choice=choice)
