"""A comparison of two editions, as a person reads it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from floorwalker.cli.reports.paper import Paper, counted, printable, table
from floorwalker.cli.walks.diff_walk import Moved
from floorwalker.cli.walks.editions import NamedEdition
from floorwalker.core.trying.movement import DEFAULT, Shift
from floorwalker.rulefile.comparing import Change, Comparison, Mixing

_LONGEST = 400
_SHIFTS_SHOWN = 12


def report(
    old: NamedEdition, new: NamedEdition, compared: Comparison, moved: Moved | None, paper: Paper
) -> Iterator[str]:
    """The lines to print; the last says what to do next."""
    versions = [paper.quiet(f"(version {one.rulebook.ruleset.version})") for one in (old, new)]
    yield f"{paper.strong(old.name)} {versions[0]} → {paper.strong(new.name)} {versions[1]}"
    yield ""
    yield from _changes(compared.changes, paper, same_files=old.files.version == new.files.version)
    if moved is not None:
        yield from _movement(moved, paper)
    yield from _mixing(compared.mixing, paper)
    yield _next(compared, moved, paper)


def _changes(changes: Iterable[Change], paper: Paper, *, same_files: bool) -> Iterator[str]:
    listed = list(changes)
    if not listed:
        yield "Nothing is different." if same_files else "Nothing is different but notes, order and layout."
        yield ""
    for section, group in groupby(listed, key=lambda one: one.section):
        yield paper.strong(section.capitalize())
        yield from _by_name(list(group))
        yield ""


def _by_name(changes: list[Change]) -> Iterator[str]:
    """Sentences beside the name that they begin with, which is said once."""
    width = max(len(printable(one.name)) for one in changes)
    last = None
    for one in changes:
        name = "" if one.name == last else printable(one.name)
        last = one.name
        told = printable(one.told, longest=_LONGEST)
        yield f"  {name:<{width}}  {told}" if width else f"  {told}"


def _movement(moved: Moved, paper: Paper) -> Iterator[str]:
    movement = moved.movement
    who = counted(movement.visitors, "visitor")
    if moved.source == "log":
        yield paper.strong(f"For {who} of the log, on {counted(movement.pages, 'page view')}")
    else:
        yield paper.strong(f"For {who} of the store, as they are now, on the page that each saw last")
    yield from _moves(moved)
    for slot, shifts in sorted(movement.slots.items()):
        yield f"  Slot {slot} would show"
        yield from _shifts(shifts, is_log=moved.source == "log")
    if not movement.slots:
        yield "  Every slot would show what it showed."
    yield from (paper.quiet(f"  {line}") for line in _reservations(moved))
    yield ""


def _moves(moved: Moved) -> Iterator[str]:
    """The segments that somebody comes into or leaves."""
    moves = {name: one for name, one in sorted(moved.movement.segments.items()) if one.into or one.out}
    if not moves:
        yield "  Everybody would be in the segments they were in."
        return
    rows = [("segment", "before", "after", "come in", "go out")]
    rows += [
        (name, f"{one.before:,}", f"{one.after:,}", f"{one.into:+,}", f"{-one.out:+,}" if one.out else "0")
        for name, one in moves.items()
    ]
    yield from table(rows)


def _shifts(shifts: Mapping[tuple[str, str], Shift], *, is_log: bool) -> Iterator[str]:
    ranked = sorted(shifts.items(), key=lambda one: (-one[1].pages, one[0]))
    rows = [
        (_shift_words(*names), counted(shift.pages, "page view"), counted(shift.visitors, "visitor"))
        for names, shift in ranked[:_SHIFTS_SHOWN]
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for told, pages, visitors in rows:
        on = f"on {pages:>{widths[1]}}, to " if is_log else "to "
        yield f"    {told:<{widths[0]}}  {on}{visitors:>{widths[2]}}"
    if rest := ranked[_SHIFTS_SHOWN:]:
        yield f"    and {len(rest):,} more (--json lists them)"


def _shift_words(before: str, after: str) -> str:
    if before == after:
        return f"{printable(after)} with another text"
    old, new = ("its own content" if name == DEFAULT else printable(name) for name in (before, after))
    return f"{new} instead of {old}"


def _reservations(moved: Moved) -> Iterator[str]:
    """What this count cannot know."""
    if moved.source == "log":
        yield "A log does not say which slots a page holds: each counts on every page that it is meant for."
        return
    asking = {name: need.request for name, need in moved.needs.items() if need.request}
    if asking:
        yield f"Only a request can tell, so counted as not known: {_asking(asking)}."
    visiting = {name: need.visit for name, need in moved.needs.items() if need.visit}
    if visiting:
        yield f"Counted as at the latest visit: {_asking(visiting)}."
    if moved.passed_by is not None and (left_out := moved.passed_by.told()):
        yield f"Left out: {left_out}."


def _asking(asked: Mapping[str, tuple[str, ...]]) -> str:
    """Each condition once, with the segments that ask it."""
    by_condition: dict[str, list[str]] = {}
    for segment, conditions in asked.items():
        for condition in conditions:
            by_condition.setdefault(condition, []).append(segment)
    return "; ".join(f"{condition} (asked by {', '.join(names)})" for condition, names in by_condition.items())


def _mixing(mixing: Iterable[Mixing], paper: Paper) -> Iterator[str]:
    listed = list(mixing)
    if not listed:
        return
    yield paper.accent("Old and new figures would be mixed under one name")
    for one in listed:
        yield f"  {paper.strong(f'{one.kind} {printable(one.name)}')}: {printable(one.why, longest=_LONGEST)}"
        yield f"    to keep them apart: {printable(one.instead, longest=_LONGEST)}"
    yield ""


def _next(compared: Comparison, moved: Moved | None, paper: Paper) -> str:
    if compared.mixing:
        names = counted(len(compared.mixing), "name")
        return f"{names} would mix old and new figures. Give what is new a name of its own."
    if not compared.changes:
        return "Nothing to publish."
    if moved is None:
        again = paper.accent("--log access.log or --store redis://…")
        return f"Nothing is mixed under one name. To see who would be touched, add {again}."
    return "Nothing is mixed under one name."
