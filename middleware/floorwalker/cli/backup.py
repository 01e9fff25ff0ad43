"""`floorwalker backup`: everything that the store holds of one site, as a file."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from floorwalker.cli.reports.paper import Paper, counted
from floorwalker.cli.walks.shelf import DEFAULT_STORE
from floorwalker.errors import ConfigurationError
from floorwalker.store.backup.backup import erased, take_backup
from floorwalker.store.backup.taking import Taken

_DESCRIPTION = """\
Writes profiles, events, counters and rules of one namespace to FILE, which `floorwalker restore` brings back, also into
another kind of server. The site may run meanwhile. What is encrypted stays so; all else can be read in the file, so
keep it as you keep the store, and no longer than you promise to remember anybody.

--erased writes who was erased lately, as hashes from which nobody can be told: so that a restore leaves them out.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "backup",
        help="write everything that the store holds to a file",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("file", metavar="FILE", type=Path, help="the file to write; it must not be there yet")
    p.add_argument("--store", default=DEFAULT_STORE, help="what to write (default: %(default)s)")
    p.add_argument("--erased", action="store_true", help="write instead who was erased; FILE is replaced")
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file, say what is in it."""
    if args.erased:
        return _write_erased(args)
    if args.file.exists():
        raise ConfigurationError(f"{args.file} is there already; name a new file")
    taken = asyncio.run(take_backup(args.store, args.file, told=progress("read")))
    size = args.file.stat().st_size
    if args.json:
        print(json.dumps({"file": str(args.file), "visitors": taken.visitors, "bytes": size}))
        return 0
    paper = Paper(sys.stdout)
    print(f"{paper.strong(str(args.file))}: {counted(taken.visitors, 'visitor')}, {_sized(size)}")
    print(f"Bring it back with: floorwalker restore {args.file} --store ADDRESS")
    return 0


def _sized(size_bytes: int) -> str:
    """`2.9 MB`, `31 kB`."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= 1e6 else f"{max(1, round(size_bytes / 1e3))} kB"


def progress(done: str) -> Any:
    """Says on a terminal how far it has come."""
    paper = Paper(sys.stderr)

    def told(taken: Taken) -> None:
        if paper.is_terminal:
            print(f"\r{taken.frames:,} pieces {done}", end="", file=sys.stderr, flush=True)

    return told


def _write_erased(args: argparse.Namespace) -> int:
    hashes = asyncio.run(erased(args.store))
    args.file.write_text("".join(f"{one}\n" for one in hashes))
    if args.json:
        print(json.dumps({"file": str(args.file), "erased": len(hashes)}))
    else:
        print(f"{args.file}: {len(hashes):,} erased. A restore leaves them out: --without {args.file}")
    return 0
