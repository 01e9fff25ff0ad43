"""Terms: what folding needs to know of the rules and of the whole population, made once for all visitors."""

from collections.abc import Callable

from msgspec import Struct

from floorwalker.core.calendar import Calendar
from floorwalker.core.events import Item, Page
from floorwalker.core.memory.goals import NO_GOALS, Goals
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Site


def told_page(item: Item) -> Page:
    """What an event itself tells of a product."""
    return Page(category=item.category, product=item.product or item.name, brand=item.brand, price=item.price)


def no_topics(_: str) -> tuple[str, ...]:
    """Where no rules say what counts towards which interest."""
    return ()


class Terms(Struct, frozen=True):
    """known: the keys of the counts that rules name themselves; they are forgotten last. product: what is known of a
    product that an event names, its price in the site's currency or None. priors: what is known of the population.
    by_category: the site names no topics, so that categories serve as topics. searched: the topics of search words.
    goals: what counts as success."""

    calendar: Calendar
    site: Site = Site()
    known: frozenset[str] = frozenset()
    product: Callable[[Item], Page] = told_page
    priors: Priors = NO_PRIORS
    by_category: bool = False
    searched: Callable[[str], tuple[str, ...]] = no_topics
    goals: Goals = NO_GOALS
