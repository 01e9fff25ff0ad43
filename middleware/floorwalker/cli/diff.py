"""`floorwalker diff`: what one edition of the rules changes against another, in words and in visitors."""

import argparse
import json
import sys
import time
from typing import Any

from floorwalker.asgi.places import open_places
from floorwalker.cli.reports.diff_report import report
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.walks.diff_walk import Moved, moved_in_log, moved_in_store
from floorwalker.cli.walks.editions import NamedEdition, find_edition
from floorwalker.core.trying.movement import Movement
from floorwalker.errors import ConfigurationError
from floorwalker.html.references import references
from floorwalker.rulefile.comparing import Comparison, Edition, compare

_DESCRIPTION = """\
Says in words what NEW changes against OLD. With --log or --store also how many visitors would move between segments,
and which slots would show something else. Warns where figures from before and after would be added up under one name.

OLD and NEW: a folder of rule files with the templates beside it; such a folder at a git revision, as in HEAD:rules; or
what the store keeps: yesterday, a day, or a version that `floorwalker rules history` lists.

Exit status 1 where something would be mixed, else 0.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "diff",
        help="what changed rules change, in words and in visitors",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("old", metavar="OLD", help="the rules before")
    p.add_argument("new", metavar="NEW", nargs="?", default="rules", help="the rules after (default: rules)")
    p.add_argument("--templates-old", metavar="DIR", help="the templates of OLD (default: templates beside it)")
    p.add_argument("--templates-new", metavar="DIR", help="the templates of NEW (default: templates beside it)")
    p.add_argument("--log", help="replay this access log through both, page by page; - for standard input")
    p.add_argument("--host", help="the site's own host (default: found from the log)")
    p.add_argument("--places", help="a MaxMind-format file, to tell places from the log's addresses")
    p.add_argument("--store", help="look at every visitor of this store, as they are now; nothing is written")
    p.add_argument("--words", action="store_true", help="only what changes; count no visitors")
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, count, print; 1 where figures would be mixed."""
    now, places = time.time(), open_places(args.places) if args.places else None
    old = find_edition(args.old, templates=args.templates_old, store=args.store, now=now, places=places)
    new = find_edition(args.new, templates=args.templates_new, store=args.store, now=now, places=places)
    compared = compare(_edition(old), _edition(new), references=references)
    moved = None if args.words else _moved(args, old, new, compared)
    if args.json:
        print(json.dumps(as_json(old, new, compared, moved), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report(old, new, compared, moved, Paper(sys.stdout))))
    return 1 if compared.mixing else 0


def _edition(named: NamedEdition) -> Edition:
    return Edition(named.rulebook.ruleset, named.files.templates or {})


def _moved(args: argparse.Namespace, old: NamedEdition, new: NamedEdition, compared: Comparison) -> Moved | None:
    """Who would move; a log goes before a store, which may be named for its versions alone."""
    if args.log is not None:
        new.rulebook.reader.warm()
        try:
            return moved_in_log(old.rulebook, new.rulebook, compared.renames, args.log, host=args.host)
        except OSError as error:
            raise ConfigurationError(f"{args.log} cannot be read: {error.strerror or error}") from error
    if args.store is not None:
        changed = {one.name for one in compared.changes if one.section == "segments"}
        return moved_in_store(old.rulebook, new.rulebook, compared.renames, args.store, changed=changed)
    return None


def as_json(old: NamedEdition, new: NamedEdition, compared: Comparison, moved: Moved | None) -> dict[str, Any]:
    """The published shape."""
    return {
        "old": {"name": old.name, "version": old.rulebook.ruleset.version},
        "new": {"name": new.name, "version": new.rulebook.ruleset.version},
        "changes": [{"section": one.section, "name": one.name, "told": one.told} for one in compared.changes],
        "renames": compared.renames,
        "mixing": [
            {"kind": one.kind, "name": one.name, "why": one.why, "instead": one.instead} for one in compared.mixing
        ],
        "movement": None if moved is None else _moved_json(moved),
    }


def _moved_json(moved: Moved) -> dict[str, Any]:
    movement = moved.movement
    return {
        "source": moved.source,
        "visitors": movement.visitors,
        "pages": movement.pages,
        "segments": {
            name: {
                "before": one.before,
                "after": one.after,
                "in": one.into,
                "out": one.out,
                "net": one.into - one.out,
            }
            for name, one in sorted(movement.segments.items())
        },
        "slots": _slots_json(movement),
        "needs_request": {name: list(need.request) for name, need in moved.needs.items() if need.request},
        "by_last_visit": {name: list(need.visit) for name, need in moved.needs.items() if need.visit},
        "passed_by": None if moved.passed_by is None else moved.passed_by.as_json(),
    }


def _slots_json(movement: Movement) -> dict[str, list[dict[str, Any]]]:
    return {
        slot: [
            {"before": before, "after": after, "pages": shift.pages, "visitors": shift.visitors}
            for (before, after), shift in sorted(shifts.items(), key=lambda one: (-one[1].pages, one[0]))
        ]
        for slot, shifts in sorted(movement.slots.items())
    }
