"""How many people segments are, as a person reads it."""

from collections.abc import Iterator, Sequence

from floorwalker.cli.reports.paper import Paper, bars, printable, table
from floorwalker.cli.walks.reach_walk import Reached
from floorwalker.core.evaluation.words import share_words
from floorwalker.core.ruleset import Segment
from floorwalker.core.trying.reach import WINDOWS, Reach
from floorwalker.core.trying.standing import Need


def report(reached: Reached, segments: Sequence[Segment], paper: Paper, *, one_only: bool) -> Iterator[str]:
    """The lines to print; the last says what to do next."""
    if not reached.census.seen[0]:
        yield "Nobody is in the store yet." if reached.source == "store" else "No page was asked for in this log."
        yield f"To try rules on the past: {paper.accent('floorwalker reach --log access.log')}"
        return
    yield from _of_one(reached, segments[0], paper) if one_only else _of_all(reached, segments, paper)
    if reached.passed_by is not None and (left_out := reached.passed_by.told()):
        yield paper.quiet(f"Left out: {left_out}.")
    yield _next(reached, paper, one_only=one_only)


def _of_one(reached: Reached, segment: Segment, paper: Paper) -> Iterator[str]:
    reach = reached.census.reaches.get(segment.name, Reach())
    about = f": {printable(segment.about)}" if segment.about else ""
    yield f"{paper.strong(printable(segment.name))}{about}"
    yield ""
    rows = [(_window_words(window, reached), *_figures(reached, reach, window)) for window in (*WINDOWS, 0)]
    yield from table([("", "people", "of all", "share"), *rows])
    yield ""
    yield from (f"  {line}" for line in _reservations(reached, segment.name, reach))
    for heading, counter in (("By channel", reach.channels), ("By device", reach.devices)):
        if counter:
            yield paper.strong(heading)
            yield from (f"  {row}" for row in bars(counter.most_common()))
            yield ""


def _window_words(window: int, reached: Reached) -> str:
    if window:
        return (
            f"seen in the last {window} days" if reached.source == "store" else f"in the last {window} days of the log"
        )
    return "all that are remembered" if reached.source == "store" else "in the whole log"


def _figures(reached: Reached, reach: Reach, window: int) -> tuple[str, str, str]:
    people, seen = reach.people[window], reached.census.seen[window]
    return f"{people:,}", f"{seen:,}", share_words(people / seen) if seen else ""


def _reservations(reached: Reached, name: str, reach: Reach) -> Iterator[str]:
    """What this count cannot know."""
    need = reached.needs.get(name, Need())
    if need.request:
        asks = ", ".join(need.request)
        unsure = reach.unsure[0]
        more = f"up to {unsure:,} more may be in it" if unsure else "it made no difference here"
        yield f"It asks the request for {asks}, which no profile holds: {more}. With --log it is known."
    if need.visit:
        yield f"Counted as at the latest visit: {', '.join(need.visit)}."
    if need.request or need.visit:
        yield ""


def _of_all(reached: Reached, segments: Sequence[Segment], paper: Paper) -> Iterator[str]:
    """Every segment, the largest first."""
    census = reached.census
    head = tuple(f"{days} days" for days in WINDOWS)
    rows = [("segment", *head, "all", "share", "")]
    ranked = sorted(segments, key=lambda one: (-census.reaches.get(one.name, Reach()).people[0], one.name))
    for segment in ranked:
        reach = census.reaches.get(segment.name, Reach())
        counts = [f"{reach.people[window]:,}" for window in (*WINDOWS, 0)]
        rows.append(
            (printable(segment.name), *counts, share_words(reach.people[0] / census.seen[0]), _note(reached, segment))
        )
    rows.append(("everybody", *(f"{census.seen[window]:,}" for window in (*WINDOWS, 0)), "", ""))
    yield paper.strong("People in each segment" + (" now" if reached.source == "store" else ", on any page of the log"))
    yield ""
    yield from table(rows, notes=1)
    yield ""


def _note(reached: Reached, segment: Segment) -> str:
    need, reach = reached.needs.get(segment.name, Need()), reached.census.reaches.get(segment.name, Reach())
    if not need.request:
        return ""
    return f"and up to {reach.unsure[0]:,} more: it asks the request for {', '.join(need.request)}"


def _next(reached: Reached, paper: Paper, *, one_only: bool) -> str:
    if not one_only:
        return f"For one of them, with channels: {paper.accent('floorwalker reach SEGMENT')}"
    if reached.source == "store":
        return f"To see why somebody is in it: {paper.accent('floorwalker explain --visitor ID')}"
    return f"To count the people of your store: {paper.accent('floorwalker reach SEGMENT --store redis://…')}"
