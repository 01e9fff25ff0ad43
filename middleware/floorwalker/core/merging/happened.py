"""What happened in two histories, in one: recent events interleaved by time, and the counts of what is older."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from heapq import merge as interleaved

from msgspec import structs

from floorwalker.core.memory.kept.counts import EMPTY, Counts
from floorwalker.core.memory.kept.ledger import united
from floorwalker.core.memory.kept.recents import Past, Recents, overflow, with_event
from floorwalker.core.memory.terms import Terms


def recents_of(one: Recents, other: Recents) -> tuple[Recents, list[Past]]:
    """The recent events of both in order of time, exact, and those that are only counted from now on, oldest first.

    Of one second those of `one` come first. What is recent begins where both still remember everything, so that
    nothing that was forgotten lies between what is remembered.
    """
    if not other.last:
        return one, []
    if not one.last:
        return other, []
    left = max(one.left, other.left)
    events = list(interleaved(one.past(), other.past(), key=lambda event: event.at))
    before = bisect_right if other.left == left else bisect_left  # what the other forgot then came after what `one` did
    first = before(one.times(), left) + bisect_left(other.times(), left)
    recents = Recents(left=left)
    for event in events[first:]:
        recents = with_event(recents, at=event.at, name=event.name, page=event.page, properties=event.properties)
    recents = structs.replace(recents, last=max(one.last, other.last, recents.last))
    recents, more = overflow(recents)
    return recents, events[:first] + more


def counts_of(
    one: Counts | None, other: Counts | None, leaving: Sequence[Past], visits: Sequence[int], terms: Terms
) -> Counts | None:
    """The counts of both. leaving, visits: what is only counted from now on, oldest first."""
    if not leaving and not visits and (one is None or other is None):
        return one or other
    return united(one or EMPTY, other or EMPTY, leaving, visits, calendar=terms.calendar, known=terms.known)
