"""Segments that other segments and entries ask for: what somebody reads next who wants to know why."""

from collections import deque
from collections.abc import Iterable, Iterator

from floorwalker.core.conditions.model import Condition
from floorwalker.core.deciding.classify import explain_segment
from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.ruleset import Entry, Segment, Slot
from floorwalker.rulefile.people import asked_segments

MOST = 8
"""Segments in one answer: a chain of a thousand is none."""


def asked_by_segment(segment: Segment) -> list[str]:
    """The segments that it asks for, itself left out."""
    conditions = [points.when for points in segment.points]
    return _asked([*conditions, segment.when])


def asked_by_entries(entries: Iterable[Entry]) -> list[str]:
    """The segments that these entries ask for, in the order of the file."""
    found: list[str] = []
    for entry in entries:
        found += [*entry.to, *_asked([entry.when]), *asked_by_entries(entry.show)]
    return list(dict.fromkeys(found))


def entries_showing(slot: Slot, blocks: Iterable[str]) -> list[Entry]:
    """The slot's entries that show one of these blocks, or hold an entry that does."""
    wanted = frozenset(blocks)
    return [entry for entry in slot.show if _shows(entry, wanted)]


def referred(names: Iterable[str], moment: Moment) -> Iterator[Explanation]:
    """Why somebody is in each of these segments, and in those that they ask for in turn, or is not; at most MOST."""
    segments = moment.ruleset.segments
    waiting = deque(dict.fromkeys(names))
    known = set(waiting)
    left = MOST
    while waiting and left:
        name = waiting.popleft()
        left -= 1
        yield Explanation(f"segment {name}", None, moment.member(name), (why_of(segments[name], moment),))
        further = [one for one in asked_by_segment(segments[name]) if one not in known]
        known.update(further)
        waiting.extend(further)


def why_of(segment: Segment, moment: Moment) -> Explanation:
    """Why they are in the segment or not; nobody is in a draft."""
    return Explanation("draft: yes", None, False) if segment.draft else explain_segment(segment, moment)


def _asked(conditions: Iterable[Condition | None]) -> list[str]:
    return [name for one in conditions if one is not None for name in sorted(asked_segments(one))]


def _shows(entry: Entry, blocks: frozenset[str]) -> bool:
    if entry.content is not None:
        return (entry.content.name or entry.content.kind) in blocks
    return any(_shows(inner, blocks) for inner in entry.show)
