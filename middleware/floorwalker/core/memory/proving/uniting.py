"""Uniting: the exposures of somebody who was counted as two. What both had counted is taken back once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from floorwalker.core.effects import Count
from floorwalker.core.memory.kept.purchases import NO_ORDERS, trace
from floorwalker.core.memory.kept.responses import (
    ASIDE,
    CONTROL,
    MIXED,
    MOST_TRACES,
    NONE,
    SEEN,
    TREATMENT,
    Exposure,
    Reached,
)
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.comparisons import Key, key_of, mixed_units, set_aside, that_fit
from floorwalker.core.memory.proving.facts import as_kept, difference, expanded, minor_units, traces_in

Amounts = Mapping[bytes, tuple[str, int]]

_RANKS = (TREATMENT, ASIDE, CONTROL, SEEN)  # of a block that each side met in another way, what stays known


def merged(person: Profile, anonymous: Profile) -> tuple[tuple[Exposure, ...], tuple[str, ...], tuple[Count, ...]]:
    """The exposures of both, the comparisons of which both arms were met, and how the counters change.

    What both met counts once, from the earlier time on, with what each was credited with; an order that both know,
    once. Who was in another arm on each side is mixed.
    """
    for one, other in ((person, anonymous), (anonymous, person)):
        if not (other.responses or NONE).exposures:  # nothing is to be joined, nor to be fitted in anew
            exposures = (one.responses or NONE).exposures
            return exposures, mixed_units(exposures), ()
    mine, theirs = (expanded((one.responses or NONE).exposures) for one in (person, anonymous))
    both = _joined(mine, theirs, _amounts(anonymous))
    kept, exposures = as_kept(that_fit(_without_mixed(both.values())))
    return exposures, mixed_units(exposures), difference([*mine, *theirs], kept)


def _joined(mine: Sequence[Exposure], theirs: Sequence[Exposure], amounts: Amounts) -> dict[Key, Exposure]:
    found: dict[Key, Exposure] = {key_of(one): one for one in mine}
    for other in theirs:
        one = found.get(key_of(other))
        found[key_of(other)] = other if one is None else _together(one, other, amounts)
    return found


def _together(one: Exposure, other: Exposure, amounts: Amounts) -> Exposure:
    """The same met on two sides. Of a block in two arms nothing counts, as of its comparison; it may have been seen."""
    at, sides = min(one.at, other.at), (one.side[:1], other.side[:1])
    if sides[0] != sides[1]:
        if not one.block:
            return structs.replace(one, side=MIXED, at=at, clicked=False, reached=())
        return min(one, other, key=lambda each: _RANKS.index(each.side[:1]))
    reached = _reached(one, other, amounts) if one.arm else ()
    return structs.replace(one, at=at, clicked=one.clicked or other.clicked, reached=reached)


def _without_mixed(exposures: Iterable[Exposure]) -> list[Exposure]:
    """Of a mixed comparison nothing else counts; what was seen in it stays known."""
    listed = list(exposures)
    mixed = {(one.slot, one.promotion) for one in listed if one.side == MIXED}
    found = []
    for one in listed:
        if not one.block or (one.slot, one.promotion) not in mixed:
            found.append(one)
        elif one.side[:1] != CONTROL:
            found.append(set_aside(one))
    return found


def _reached(one: Exposure, other: Exposure, amounts: Amounts) -> tuple[Reached, ...]:
    mine, theirs = ({reached.goal: reached for reached in side.reached or ()} for side in (one, other))
    return tuple(
        [
            _credited_to_both(mine[goal], theirs[goal], amounts)
            if goal in mine and goal in theirs
            else mine.get(goal) or theirs[goal]
            for goal in {**mine, **theirs}
        ]
    )


def _credited_to_both(one: Reached, other: Reached, amounts: Amounts) -> Reached:
    """What both brought; an order in both, once."""
    orders, twice = one.orders, Counter[str]()
    for order in traces_in(other.orders):
        if order not in traces_in(one.orders):
            orders += order
        elif order in amounts:
            currency, amount = amounts[order]
            twice[currency] += amount
    revenue = {}
    for currency in {**one.revenue, **other.revenue}:
        had, more = one.revenue.get(currency, 0), other.revenue.get(currency, 0)
        revenue[currency] = had + more - min(twice[currency], had, more)
    otherwise = one.otherwise or other.otherwise or len(orders) > MOST_TRACES
    return Reached(one.goal, orders[-MOST_TRACES:], otherwise, revenue)


def _amounts(profile: Profile) -> Amounts:
    """What the latest orders came to, by their traces: currency and minor units."""
    orders = (profile.orders or NO_ORDERS).latest
    return {trace(one.id): (one.currency, minor_units(one.amount, one.currency)) for one in orders}
