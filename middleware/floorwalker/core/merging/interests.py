"""The interests of two histories in one: weights added, once each has faded by what happened later in the other."""

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct, structs

from floorwalker.core.events import PRODUCT_VIEWED
from floorwalker.core.memory.affinity import COUNTED, HISTORY_EVENTS, met_again, page_topics, standing_out
from floorwalker.core.memory.kept.holdings import FEW_EVENTS, Interests
from floorwalker.core.memory.kept.recents import Recents
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms

_NONE = Interests()


class Gain(Struct, frozen=True, gc=False):
    """A remembered event that counted towards the topics of its page, when it was, and what it weighed."""

    at: int
    weight: float
    topics: tuple[str, ...]


def interests_of(person: Profile, anonymous: Profile, latest: Profile, terms: Terms) -> Interests | None:
    """The weights of both: what each remembered event gave fades by the events of the other history since, and the
    rest by those since its own history ended. latest: whose visit goes on, and so whose session it is.

    The person's dominant interest stays, else the anonymous one, unless another topic leads by now.
    """
    if anonymous.interests is None and (person.interests is None or latest is person):
        return person.interests
    one, other = person.interests or _NONE, anonymous.interests or _NONE
    mine, theirs = _gains(person.recents, terms), _gains(anonymous.recents, terms)
    history = _faded(one, mine, theirs, person.recents.last)
    for topic, weight in _faded(other, theirs, mine, anonymous.recents.last).items():
        history[topic] = round(history.get(topic, 0.0) + weight, 6)
    again = {*met_again(one), *met_again(other)} | (one.history.keys() & other.history.keys())
    repeated = sum([1 << number for number, topic in enumerate(history) if topic in again])
    session = latest.interests.of_visit(latest.visits) if latest.interests else {}
    visit, events = person.visits + anonymous.visits, one.events + other.events
    whole = Interests(session, history, events, one.dominant or other.dominant, visit, repeated).within_bounds()
    label = whole.session if events < FEW_EVENTS else whole.history
    return structs.replace(whole, dominant=standing_out(label, whole.dominant, again.__contains__, terms.priors))


def _faded(interests: Interests, own: Sequence[Gain], others: Sequence[Gain], last: int) -> dict[str, float]:
    """The weights of a history, by what the other one's events leave of them. last: when it ended."""
    rest, found = dict(interests.history), dict.fromkeys(interests.history, 0.0)
    for number, gain in enumerate(reversed(own)):
        left, gave = _left_after(_later(others, gain.at)), gain.weight * _left_after(number)
        for topic in gain.topics:
            part = min(gave, rest.get(topic, 0.0))
            if part:
                rest[topic] -= part
                found[topic] += part * left
    left = _left_after(_later(others, last))
    return {topic: weight + rest[topic] * left for topic, weight in found.items()}


def _left_after(events: int) -> float:
    return float(2 ** (-events / HISTORY_EVENTS))


def _later(gains: Sequence[Gain], at: int) -> int:
    return len(gains) - bisect_right(gains, at, key=_at)


def _at(gain: Gain) -> int:
    return gain.at


def _gains(recents: Recents, terms: Terms) -> list[Gain]:
    """What is remembered and counted by its page, in order. A product's view mostly counted as its page did."""
    weights = {recents.number(name): weight for name, weight in COUNTED.items() if name != PRODUCT_VIEWED}
    found = []
    for at, name, row in zip(recents.times(), recents.names(), recents.rows(), strict=True):
        page = recents.page(row) if name in weights else None
        topics = page_topics(page, by_category=terms.by_category) if page is not None else ()
        if topics:
            found.append(Gain(at, weights[name], topics))
    return found
