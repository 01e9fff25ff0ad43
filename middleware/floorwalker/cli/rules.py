"""`floorwalker rules`: which rules were in force when, what was in them, and how to have them back."""

import argparse
import asyncio
import json
import sys
import time
from typing import Any

from floorwalker.cli.reports.paper import Paper, printable
from floorwalker.cli.rules_history import as_json, read_lines, report
from floorwalker.cli.rules_restore import restore
from floorwalker.cli.walks.shelf import DEFAULT_STORE, Shelf, files_of, open_existing, open_shelf, take
from floorwalker.errors import ConfigurationError
from floorwalker.store import KeptRules, Store

_RESTORE = """\
Writes the rules of a version back into the folders, whole or not at all: a running site takes them within two seconds.
What stood there before is kept, so that this can be undone.

WHICH is a version that `floorwalker rules history` lists (four digits are enough) or a time: yesterday, 2026-11-21,
2026-11-21T18:00. Without it, the version before the one that stands there now.
"""


def add(subparsers: Any) -> None:
    """Add the command with its parts."""
    p = subparsers.add_parser("rules", help="which rules were in force when; yesterday's rules back in one command")
    parts = p.add_subparsers(dest="part", metavar="PART", required=True)
    history = parts.add_parser("history", help="which version was in force when, and what changed with each")
    history.add_argument("--last", type=_count, default=20, metavar="N", help="how many (default: 20)")
    history.add_argument("--json", action="store_true", help="print it as JSON")
    history.set_defaults(run=run_history)
    show = parts.add_parser("show", help="the files of a version, or one of them")
    show.add_argument("version", metavar="VERSION", help="a version; four digits are enough")
    show.add_argument("file", metavar="FILE", nargs="?", help="the file to print, as in rules/site.yaml")
    show.set_defaults(run=run_show)
    back = parts.add_parser(
        "restore",
        help="write a version back into the folders",
        description=_RESTORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    back.add_argument("which", metavar="WHICH", nargs="?", help="a version or a time (default: the version before)")
    back.add_argument("--at", metavar="TIME", help="what was in force at that time, in the site's zone")
    back.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    back.set_defaults(run=run_restore)
    for part in (history, show, back):
        part.add_argument("--store", default=DEFAULT_STORE, help=f"the site's store (default: {DEFAULT_STORE})")
    for part in (history, back):
        part.add_argument("--rules", default="rules", help="the folder of rule files (default: rules)")
        part.add_argument(
            "--templates", metavar="DIR", help="the folder of templates (default: templates beside RULES)"
        )


def run_history(args: argparse.Namespace) -> int:
    """Print the history, the newest first."""
    return asyncio.run(_history(args))


def run_show(args: argparse.Namespace) -> int:
    """Print the names of a version's files, or one of them as it was."""
    kept = asyncio.run(_kept(args))
    files = files_of(kept)
    if args.file is None:
        paper = Paper(sys.stdout)
        for name in sorted(files):
            print(f"{len(files[name]):>9,}  {printable(name)}")
        print(paper.quiet(f"One of them: floorwalker rules show {kept.version} {printable(sorted(files)[0])}"))
        return 0
    found = [name for name in files if args.file in (name, name.partition("/")[2])]
    if len(found) != 1:
        raise ConfigurationError(f"the version {kept.version} has no file {args.file}; it has {', '.join(files)}")
    sys.stdout.write(files[found[0]].decode("utf-8-sig", errors="replace"))
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Restore, or say what would be done; 1 where the version has errors and is not written."""
    if args.at and args.which:
        raise ConfigurationError("say either a version or --at, not both")
    return asyncio.run(restore(args, now=time.time(), paper=Paper(sys.stdout)))


async def _history(args: argparse.Namespace) -> int:
    store = open_existing(args.store)
    try:
        shelf = await open_shelf(store)
        lines = await read_lines(shelf, store, most=args.last)
    finally:
        await store.close()
    if args.json:
        print(json.dumps(as_json(shelf, lines, args), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report(shelf, lines, args, Paper(sys.stdout))))
    return 0


async def _kept(args: argparse.Namespace) -> KeptRules:
    store: Store = open_existing(args.store)
    try:
        shelf: Shelf = await open_shelf(store)
        return await take(store, shelf.named(args.version))
    finally:
        await store.close()


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return number
