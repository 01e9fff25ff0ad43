"""The interests of two histories in one: weights added, once those of the earlier one have faded as far."""

from floorwalker.core.memory.affinity import met_again
from floorwalker.core.memory.holdings import Interests
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.recents import Recents

HALF_LIFE_EVENTS = 16


def interests_of(person: Profile, anonymous: Profile, latest: Profile) -> Interests | None:
    """The weights of both, as of the latest event of both: those of the history that ended first fade by the other's
    events since, as far as these are recent. latest: whose visit goes on, and so whose session it is.

    The person's dominant interest stays until the next event of a topic; who had none has the anonymous one.
    """
    one, other = person.interests, anonymous.interests
    if one is None or other is None:
        return one or other
    history = _faded(one, _events_since(anonymous.recents, person.recents.last))
    for topic, weight in _faded(other, _events_since(person.recents, anonymous.recents.last)).items():
        history[topic] = round(history.get(topic, 0.0) + weight, 6)
    again = {*met_again(one), *met_again(other)} | (one.history.keys() & other.history.keys())
    repeated = sum([1 << number for number, topic in enumerate(history) if topic in again])
    session = latest.interests.of_visit(latest.visits) if latest.interests else {}
    visit, events = person.visits + anonymous.visits, one.events + other.events
    return Interests(session, history, events, one.dominant or other.dominant, visit, repeated).within_bounds()


def _faded(interests: Interests, events: int) -> dict[str, float]:
    left = 2 ** (-events / HALF_LIFE_EVENTS)
    return {topic: weight * left for topic, weight in interests.history.items()}


def _events_since(recents: Recents, at: int) -> int:
    """How many events of a topic are remembered that were later."""
    rows = zip(recents.times(), recents.rows(), strict=True)
    return sum([then > at and row > 0 and bool(recents.pages[row - 1].topics) for then, row in rows])
