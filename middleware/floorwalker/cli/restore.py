"""`floorwalker restore`: a backup brought back into an empty store."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from floorwalker.cli.backup import progress
from floorwalker.cli.reports.paper import counted
from floorwalker.cli.walks.shelf import DEFAULT_STORE
from floorwalker.store.backup.backup import read_without, restore_backup

_DESCRIPTION = """\
Brings FILE, which `floorwalker backup` wrote, back into a namespace that holds nothing yet. Start the site afterwards.
What would have expired by now stays gone. Whoever was erased since the backup comes back with it, unless --without
names a list of `floorwalker backup --erased` that knows them.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "restore",
        help="bring a backup back into an empty store",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("file", metavar="FILE", type=Path, help="a file of `floorwalker backup`")
    p.add_argument("--store", default=DEFAULT_STORE, help="where to write (default: %(default)s)")
    p.add_argument("--without", metavar="LIST", type=Path, help="who was erased since: a file of `backup --erased`")
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write to the store, say what came back."""
    without = read_without(args.without) if args.without is not None else frozenset()
    taken, erased = asyncio.run(restore_backup(args.store, args.file, without=without, told=progress("written")))
    if args.json:
        print(json.dumps({"visitors": taken.visitors, "erased": erased}))
        return 0
    print(f"{counted(taken.visitors, 'visitor')} from {args.file}" + (f", {erased:,} erased again" if erased else ""))
    print(
        "Next: floorwalker doctor" if args.without else "Nobody was left out; see --without for who was erased since."
    )
    return 0
