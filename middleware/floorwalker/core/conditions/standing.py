"""Which conditions can be answered by what is remembered alone, and which only by a request."""

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.core.conditions.matchers import Dates, TimeOfDay
from floorwalker.core.conditions.model import Test

OF_THE_VISIT = ("page", "pages_this_visit", "away", "exit_page", "bounced", "new_visitor")
_OF_THE_RULES = ("date",)  # a date is that of the moment at which it is asked


def needs_request(name: str) -> bool:
    """Whether only a request can answer a condition of that name; for `page` the one that was seen last will do."""
    group = DEFINITIONS[name].group if name in DEFINITIONS else ""
    if name in OF_THE_VISIT or name in _OF_THE_RULES:
        return False
    return group in ("this page", "device", "place and time") or name == "time_this_visit"


def asks_request(test: Test) -> bool:
    """Whether only a request can answer this test, the page at hand included; the site's own clock needs none."""
    if test.touch != "visit":
        return False
    if test.name in ("time", "date"):
        return any(isinstance(one.matcher, TimeOfDay | Dates) and one.matcher.zone != "site" for one in test.fields)
    return test.name == "page" or needs_request(test.name)
