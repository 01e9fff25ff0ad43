"""Affinity: what somebody is interested in. Weights per topic that fade with every event, of this visit and of all.

With each event that has topics every weight decays by 2^(-1/h), h counted in events, and the event's topics gain its
weight. The visit forgets fast (h = 1.25), the history slowly (h = 16). A topic stands out once it leads clearly, and
stays until another leads it; one action alone never makes it. How the figures were chosen: docs/interests.md.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import TEXT_BYTES, short
from floorwalker.core.events import Event, Page
from floorwalker.core.memory.kept.holdings import (
    FEW_EVENTS,
    INTEREST_BYTES,
    LEAST_WEIGHT,
    MOST_TOPICS,
    Interests,
)
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.memory.visits import is_running
from floorwalker.core.priors import Priors

VISIT_EVENTS = 1.25  # half-lives, in events that have topics
HISTORY_EVENTS = 16
VIEW, CART, PURCHASE = 1.0, 3.0, 5.0
LEAD_TO_DECLARE = 1.2  # in event weights
LEAD_TO_REPLACE = 0.8
_TOPIC_BYTES = 11  # of a weight and its topic's head

_KEPT_IN_VISIT = 2 ** (-1 / VISIT_EVENTS)
_KEPT_IN_HISTORY = 2 ** (-1 / HISTORY_EVENTS)
COUNTED = {
    names.PAGE_VIEWED: VIEW,
    names.PRODUCT_VIEWED: VIEW,
    names.PRODUCTS_SEARCHED: VIEW,
    names.PRODUCT_ADDED: CART,
    names.ORDER_COMPLETED: PURCHASE,
}
"""What an event weighs, by its name."""

Weights = Mapping[str, float]


def interested(profile: Profile, event: Event, *, at: int, terms: Terms) -> Profile:
    """The profile once an event counted towards its topics; the same where it has none."""
    gain = COUNTED.get(event.name)
    if gain is None:
        return profile
    topics = _topics(profile, event, at=at, terms=terms)
    if not topics:
        return profile
    after = with_topics(profile.interests or Interests(), topics, gain, visit=profile.visits, priors=terms.priors)
    return structs.replace(profile, interests=after)


def interests_after(profile: Profile, page: Page, *, terms: Terms) -> Interests | None:
    """The interests once a page was viewed in the visit that runs; the same where it has no topics."""
    topics = page.topics
    if not topics:
        if not page.category or not terms.by_category:
            return profile.interests
        topics = (page.category,)
    return with_topics(profile.interests or Interests(), topics, VIEW, visit=profile.visits, priors=terms.priors)


def page_topics(page: Page, *, by_category: bool) -> tuple[str, ...]:
    """The topics that a page counts towards. by_category: the site names no topics, so that categories serve."""
    if page.topics or not by_category or not page.category:
        return page.topics
    return (page.category,)


def with_topics(interests: Interests, topics: Collection[str], gain: float, *, visit: int, priors: Priors) -> Interests:
    """The interests after one more event of these topics. visit: the number of the visit in which it happened."""
    before, events = interests.history, interests.events + 1
    history = faded(before, topics, gain, kept=_KEPT_IN_HISTORY)
    session = faded(interests.of_visit(visit), topics, gain, kept=_KEPT_IN_VISIT)
    order, dominant = list(history), interests.dominant
    repeated = _marked(interests, order, topics)
    label = session if events < FEW_EVENTS else history
    if max(label, key=label.__getitem__) != dominant:  # what leads already stays; priors are less than any lead
        dominant = standing_out(
            label, dominant, lambda topic: topic in history and repeated >> order.index(topic) & 1 == 1, priors
        )
    return Interests(session, history, events, dominant, visit, repeated)


def faded(weights: Weights, topics: Collection[str], gain: float, *, kept: float) -> dict[str, float]:
    """The weights after one more event of these topics. kept: what is left of a weight after each event."""
    found: dict[str, float] = {}
    for topic, weight in weights.items():
        weight *= kept
        if weight >= LEAST_WEIGHT:
            found[topic] = weight
    known = len(found)
    for topic in topics:
        found[topic] = found.get(topic, 0.0) + gain
    return found if len(found) == known else _bounded(found, topics)


def standing_out(
    weights: Weights, dominant: str, repeated: Callable[[str], bool], priors: Priors, *, lead: float = LEAD_TO_REPLACE
) -> str:
    """The topic that stands out, or none. dominant: the one that did so far. repeated: whether a topic was met twice or
    more. lead: by more than which another one takes its place."""
    strength, shares = priors.strength, priors.topics
    first = second = 0.0
    top = ""
    for topic, weight in weights.items():
        weight += strength * shares.get(topic, 0.0)
        if weight > first:
            first, second, top = weight, first, topic
        elif weight > second:
            second = weight
    if not top or top == dominant or not repeated(top):
        return dominant
    if weights[top] <= shares.get(top, 0.0) * sum(weights.values()):
        return dominant
    if dominant:
        held = weights.get(dominant, 0.0) + strength * shares.get(dominant, 0.0)
        return top if first - held > lead else dominant
    second = max(second, strength * _most_unmet(weights, priors))
    return top if first - second >= LEAD_TO_DECLARE else ""


def met_again(interests: Interests) -> list[str]:
    """The topics of the history that were met more than once."""
    return [topic for number, topic in enumerate(interests.history) if interests.repeated >> number & 1]


def _topics(profile: Profile, event: Event, *, at: int, terms: Terms) -> tuple[str, ...]:
    """What the event counts towards."""
    page = event.page
    if event.name == names.PRODUCT_VIEWED and _has_pages(profile, at):
        return ()  # the page that shows it counted already
    if page is not None:
        found = page_topics(page, by_category=terms.by_category)
        if found or event.name == names.PAGE_VIEWED:
            return found
    if event.name == names.PRODUCTS_SEARCHED:
        query = event.properties.get("query")
        return terms.searched(query) if isinstance(query, str) and not _is_page_of(profile, query) else ()
    pages: Iterable[Page] = map(terms.product, event.items)
    return tuple(dict.fromkeys([topic for one in pages for topic in page_topics(one, by_category=terms.by_category)]))


def _marked(interests: Interests, order: list[str], topics: Collection[str]) -> int:
    """Which topics were met more than once, after one more event of these; order: of the history now."""
    before, repeated = interests.history, interests.repeated
    if order[: len(before)] != list(before):
        repeated = sum([1 << order.index(topic) for topic in met_again(interests) if topic in order])
    for topic in topics:
        if topic in before and topic in order:
            repeated |= 1 << order.index(topic)
    return repeated


def _has_pages(profile: Profile, at: int) -> bool:
    return profile.visit is not None and profile.visit.views > 0 and is_running(profile, at)


def _is_page_of(profile: Profile, query: str) -> bool:
    """Whether the page seen last is this search's result, which counted already."""
    rows = [row for row in profile.recents.rows() if row]
    page = profile.recents.page(rows[-1]) if rows else None
    return page is not None and page.search == short(query, TEXT_BYTES)


def _most_unmet(weights: Weights, priors: Priors) -> float:
    """The share of the most sought topic that has no weight."""
    for topic in priors.heaviest:
        if topic not in weights:
            return priors.topics[topic]
    return 0.0


def _bounded(weights: dict[str, float], latest: Collection[str]) -> dict[str, float]:
    """As many as there is room for: the lightest go, but never those of the latest event."""
    size = sum([len(topic.encode()) + _TOPIC_BYTES for topic in weights])
    if len(weights) <= MOST_TOPICS and size <= INTEREST_BYTES:
        return weights
    for topic in sorted(weights, key=lambda one: (one in latest, weights[one], one)):
        if len(weights) <= MOST_TOPICS and size <= INTEREST_BYTES:
            break
        del weights[topic]
        size -= len(topic.encode()) + _TOPIC_BYTES
    return weights
