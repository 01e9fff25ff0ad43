"""Watched segments that cannot be: what is judged without a request can ask nothing that only a request tells."""

from collections.abc import Mapping

from floorwalker.core.conditions.model import Test
from floorwalker.core.conditions.standing import asks_request
from floorwalker.core.ruleset import Segment
from floorwalker.core.watching.definition import MOST_WATCHED, asked_by, conditions_of, leaves
from floorwalker.rulefile.reading import Reading

_NAMED = 5  # conditions told of one segment


def report_watched(segments: Mapping[str, Segment], reading: Reading) -> None:
    """Errors of watched segments: too many of them, or a condition that no memory can answer."""
    watched = [one for one in segments.values() if one.watch]
    for segment in watched:
        _report_own(segment, reading)
        _report_asked(segment, segments, reading)
    at = None if len(watched) <= MOST_WATCHED else reading.names.defined_at("segment", watched[MOST_WATCHED].name)
    if at is not None:
        message = f"{len(watched)} segments are watched, and {MOST_WATCHED} is the most"
        reading.findings.error(at, "watch", message, "take watch: out where nobody is told")


def _report_own(segment: Segment, reading: Reading) -> None:
    for test in _requests(segment):
        at = reading.whereabouts.of(test) or reading.names.defined_at("segment", segment.name)
        if at is not None:
            message = (
                f"{segment.name} is watched, which is done without a request, and only a request tells {test.name}"
            )
            reading.findings.error(at, "watch", message, _hint(test))


def _report_asked(segment: Segment, segments: Mapping[str, Segment], reading: Reading) -> None:
    """What the segments ask that it asks for."""
    at = reading.names.defined_at("segment", segment.name)
    for name, other in asked_by(segments, segment.name).items():
        asked = list(dict.fromkeys(test.name for test in _requests(other)))
        if at is not None and asked and name != segment.name:
            told = ", ".join(asked[:_NAMED]) + ("…" if len(asked) > _NAMED else "")
            message = (
                f"{segment.name} is watched, which is done without a request, and by way of {name} asks for {told}"
            )
            reading.findings.error(at, "watch", message, "ask for a segment of what is remembered, or take watch: out")


def _requests(segment: Segment) -> list[Test]:
    return [leaf for leaf in leaves(conditions_of(segment)) if isinstance(leaf, Test) and asks_request(leaf)]


def _hint(test: Test) -> str:
    if test.name in ("time", "date"):
        return "write zone: site, or take watch: out"
    return "ask what is remembered (viewed, did, cart, visits, …), or take watch: out"
