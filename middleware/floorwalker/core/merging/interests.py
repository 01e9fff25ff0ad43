"""The interests of two histories in one: weights added, once those of the earlier one have faded as far."""

from msgspec import structs

from floorwalker.core.memory.affinity import HISTORY_EVENTS, met_again, standing_out
from floorwalker.core.memory.kept.holdings import FEW_EVENTS, Interests
from floorwalker.core.memory.kept.recents import Recents
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms

_NONE = Interests()


def interests_of(person: Profile, anonymous: Profile, latest: Profile, terms: Terms) -> Interests | None:
    """The weights of both, as of the latest event of both: those of the history that ended first fade by the other's
    events since, as far as these are recent. latest: whose visit goes on, and so whose session it is.

    The person's dominant interest stays, else the anonymous one, unless another topic leads by now.
    """
    if anonymous.interests is None and (person.interests is None or latest is person):
        return person.interests
    one, other = person.interests or _NONE, anonymous.interests or _NONE
    history = _faded(one, _events_since(anonymous.recents, person.recents.last, terms))
    for topic, weight in _faded(other, _events_since(person.recents, anonymous.recents.last, terms)).items():
        history[topic] = round(history.get(topic, 0.0) + weight, 6)
    again = {*met_again(one), *met_again(other)} | (one.history.keys() & other.history.keys())
    repeated = sum([1 << number for number, topic in enumerate(history) if topic in again])
    session = latest.interests.of_visit(latest.visits) if latest.interests else {}
    visit, events = person.visits + anonymous.visits, one.events + other.events
    whole = Interests(session, history, events, one.dominant or other.dominant, visit, repeated).within_bounds()
    label = whole.session if events < FEW_EVENTS else whole.history
    return structs.replace(whole, dominant=standing_out(label, whole.dominant, again.__contains__, terms.priors))


def _faded(interests: Interests, events: int) -> dict[str, float]:
    left = 2 ** (-events / HISTORY_EVENTS)
    return {topic: weight * left for topic, weight in interests.history.items()}


def _events_since(recents: Recents, at: int, terms: Terms) -> int:
    """How many events of a topic are remembered that were later."""
    if recents.last <= at:
        return 0
    counting = [bool(page.topics or (terms.by_category and page.category)) for page in recents.pages]
    rows = zip(recents.times(), recents.rows(), strict=True)
    return sum([then > at and row > 0 and counting[row - 1] for then, row in rows])
