"""The history of the rules, as a table and as JSON."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from floorwalker.asgi.rules.rulebook import read_site_files
from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.cli.reports.rules_words import changes_in_words
from floorwalker.cli.rule_options import templates_of
from floorwalker.cli.walks.shelf import DEFAULT_STORE, Shelf, files_of, shown_at
from floorwalker.errors import ConfigurationError
from floorwalker.store import KeptRules, Publication, Store

_WORDS_SHOWN = 3
_LONGEST = 110


class Changes(Struct, frozen=True):
    """What differs from the version in force before, by file."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class Line(Struct, frozen=True):
    """changes: None where the files of this version, or of the one before, are not kept.

    words: the same as an editor says it; none where one of the two has errors, or is so large that it takes too long.
    """

    publication: Publication
    changes: Changes | None
    words: tuple[str, ...]
    is_first: bool


async def read_lines(shelf: Shelf, store: Store, *, most: int) -> list[Line]:
    """The newest publications, each with what changed against the one before it."""
    lines: list[Line] = []
    known: dict[str, KeptRules | None] = {}
    for place, one in enumerate(shelf.publications[:most]):
        before = next((other for other in shelf.publications[place + 1 :] if not other.aside), None)
        for each in (before, one):
            if each is not None and each.version not in known:
                known[each.version] = await store.rules(each.version)
        old, new = known[before.version] if before is not None else None, known[one.version]
        if old is None or new is None:
            lines.append(Line(one, None, (), is_first=before is None))
        else:
            changes = _changes(files_of(old), files_of(new))
            lines.append(Line(one, changes, changes_in_words(old, new), is_first=False))
    return lines


def report(shelf: Shelf, lines: Iterable[Line], args: argparse.Namespace, paper: Paper) -> Iterator[str]:
    """The lines to print; the last says what to do next."""
    if not shelf.publications:
        yield "No rules are kept there yet: a running site keeps what it puts in force, where its rules are a folder."
        return
    yield paper.quiet(f"  {f'when ({shelf.zone})':<24}  {'version':<16}  what changed")
    for line in lines:
        one = line.publication
        is_now = one is shelf.in_force
        sign = paper.accent("●") if is_now else " "
        version = paper.strong(one.version) if is_now else one.version
        told = "; ".join([*(["now"] if is_now else []), *_told(line)])
        yield f"{sign} {shown_at(one.at, shelf.zone):<24}  {version:<16}  {told}"
        yield from (paper.quiet(f"      {words}") for words in _some(line.words))
    if hidden := len(shelf.publications) - len(list(lines)):
        yield paper.quiet(f"  and {hidden:,} more; --last {len(shelf.publications)} shows them all")
    yield ""
    yield from _folder_told(shelf, args)
    now = shelf.in_force
    past = [one for one in shelf.publications if one.kept and not one.aside and now and one.version != now.version]
    if past:
        other = past[0]
        store = "" if args.store == DEFAULT_STORE else " --store … --words"
        yield f"What changed, in words: floorwalker diff {other.version} {args.rules}{store}"
        yield f"Have it back:          floorwalker rules restore {other.version}"


def as_json(shelf: Shelf, lines: Iterable[Line], args: argparse.Namespace) -> dict[str, Any]:
    """The published shape."""
    in_force = shelf.in_force
    return {
        "timezone": str(shelf.zone),
        "in_force": in_force.version if in_force is not None else None,
        "folder": folder_version(args),
        "publications": [_line_as_json(line, shelf) for line in lines],
    }


def folder_version(args: argparse.Namespace) -> str | None:
    """The version that the folders hold now; None where they cannot be read."""
    try:
        return read_site_files(Path(args.rules), templates_of(args)).version
    except ConfigurationError:
        return None


def _line_as_json(line: Line, shelf: Shelf) -> dict[str, Any]:
    one = line.publication
    changes = None
    if line.changes is not None:
        changes = {name: list(getattr(line.changes, name)) for name in line.changes.__struct_fields__}
    return {
        "at": datetime.fromtimestamp(one.at, shelf.zone).isoformat(timespec="seconds"),
        "version": one.version,
        "kept": one.kept,
        "put_aside": one.aside,
        "in_force": one is shelf.in_force,
        "changes": changes,
        "words": list(line.words),
    }


def _folder_told(shelf: Shelf, args: argparse.Namespace) -> Iterator[str]:
    try:
        version = read_site_files(Path(args.rules), templates_of(args)).version
    except ConfigurationError as failure:
        yield f"{str(failure)[:1].upper()}{str(failure)[1:]}."
        return
    in_force = shelf.in_force
    if in_force is not None and version == in_force.version:
        yield f"The folder {args.rules} holds what is in force."
        return
    known = next((one for one in shelf.publications if one.version == version), None)
    what = f"the version {version}" if known is not None else f"something else, {version}"
    yield (
        f"The folder {args.rules} holds {what}, which is not in force: no site has taken it, as "
        f"`floorwalker check {args.rules}` and the site's log may tell."
    )


def _told(line: Line) -> Iterator[str]:
    if line.publication.aside:
        yield "never in force, put aside by a restore"
    if not line.publication.kept:
        yield "its files are not kept"
    elif line.is_first:
        yield "the first that is known"
    elif line.changes is None:
        yield "what was before is not kept"
    else:
        yield _changes_told(line.changes)


def _some(words: tuple[str, ...]) -> Iterator[str]:
    shown = words if len(words) <= _WORDS_SHOWN else words[: _WORDS_SHOWN - 1]
    yield from (printable(one, longest=_LONGEST) for one in shown)
    if len(words) > len(shown):
        yield f"and {len(words) - len(shown)} changes more"


def _changes_told(changes: Changes) -> str:
    groups = [(changes.changed, "changed"), (changes.added, "new"), (changes.removed, "gone")]
    told = [f"{_listed(names)} {word}" for names, word in groups if names]
    return ", ".join(told) or "nothing"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(printable, names)) if len(names) <= 2 else counted(len(names), "file")


def _changes(old: dict[str, bytes], new: dict[str, bytes]) -> Changes:
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )
