"""Interests read naively: from the whole past, anew at every event."""

from typing import Any

Events = list[tuple[int, set[str]]]


def naive_interests(seen: Events, *, last: int) -> dict[str, Any]:
    """What page views left. seen: the number of the visit of each, and its topics. last: that of the one that runs."""
    dominant = ""
    for upto in range(1, len(seen) + 1):
        past = seen[:upto]
        label = faded(_of_visit(past, past[-1][0]), 1.25) if upto < 5 else faded(_topics(past), 16)
        dominant = standing_out(label, dominant, _topics(past))
    return {
        "session": faded(_of_visit(seen, last), 1.25),
        "history": faded(_topics(seen), 16),
        "events": len(seen),
        "dominant": dominant,
    }


def _topics(seen: Events) -> list[set[str]]:
    return [topics for _, topics in seen]


def _of_visit(seen: Events, visit: int) -> list[set[str]]:
    return [topics for number, topics in seen if number == visit]


def faded(events: list[set[str]], half_life: float) -> dict[str, float]:
    """Each topic's weight after these events, of which each halves what was, over so many; none below a twentieth."""
    weights: dict[str, float] = {}
    for topics in events:
        weights = {topic: one * 2 ** (-1 / half_life) for topic, one in weights.items()}
        weights = {topic: one for topic, one in weights.items() if one >= 0.05}
        for topic in topics:
            weights[topic] = weights.get(topic, 0.0) + 1
    return weights


def standing_out(weights: dict[str, float], before: str, events: list[set[str]]) -> str:
    """The topic that leads the next one by 1.2, or by more than 0.8 the one that stood out before."""
    first, second = [*sorted(weights, key=lambda topic: -weights[topic]), ""][:2]
    if sum(first in topics for topics in events) < 2:
        return before
    if before:
        return first if weights[first] - weights.get(before, 0.0) > 0.8 else before
    return first if weights[first] - weights.get(second, 0.0) >= 1.2 else ""
