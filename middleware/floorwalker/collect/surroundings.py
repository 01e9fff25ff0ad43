"""A message's `context`: the page, the campaign, the visitor's agent, and what they agreed to."""

from collections.abc import Mapping
from typing import Final

from floorwalker.collect.limits import ADDRESS_CHARACTERS, NAME_CHARACTERS
from floorwalker.collect.messages import Surroundings
from floorwalker.collect.values import Fields
from floorwalker.core.consent import Category

_PAGE: Final = ("url", "path", "referrer", "search")
_CAMPAIGN: Final = ("source", "medium", "name", "term", "content")
_CATEGORIES: Final = {**{str(category): category for category in Category}, "personalisation": Category.PERSONALIZATION}
_OF_STORING: Final = (Category.ANALYTICS, Category.PERSONALIZATION)


def read_surroundings(context: Fields) -> Surroundings:
    """What a context tells; what we do not read in it may be anything."""
    campaign = context.inner("campaign")
    named = {name: _word(campaign, name) for name in _CAMPAIGN}
    return Surroundings(
        page=read_page(context.inner("page")),
        campaign={name: text for name, text in named.items() if text},
        agent=context.text("userAgent", most=ADDRESS_CHARACTERS),
        locale=context.text("locale", most=NAME_CHARACTERS),
        timezone=context.text("timezone", most=NAME_CHARACTERS),
        address=context.text("ip", most=NAME_CHARACTERS),
        allowed=_allowed(context.inner("consent").inner("categoryPreferences")),
    )


def read_page(page: Fields) -> Mapping[str, str]:
    """Where a page lies, as far as it is told; also of the properties that a page was sent with."""
    told = {name: page.text(name, most=ADDRESS_CHARACTERS) for name in _PAGE}
    return {name: text for name, text in told.items() if text}


def _word(campaign: Fields, name: str) -> str:
    """A campaign's word; some libraries read numbers out of an address."""
    value = campaign.value(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return campaign.text(name, most=NAME_CHARACTERS)


def _allowed(preferences: Fields) -> frozenset[Category] | None:
    """The categories that are said yes to. One that is not named goes with the others: a site that asks for analytics
    alone, and is told no, is allowed nothing; told yes, everything."""
    said: dict[Category, bool] = {}
    for name in preferences.names():
        value = preferences.value(name)
        if not isinstance(value, bool):
            preferences.fault(name[:60], "is neither true nor false")
        elif name.lower() in _CATEGORIES:
            said[_CATEGORIES[name.lower()]] = value
    if not said:
        return None
    rest = all(said.get(category, True) for category in _OF_STORING)
    return frozenset([category for category in Category if said.get(category, rest)])
