"""`floorwalker visitor import`: purchases over the counter, traits of a CRM, whatever happened elsewhere."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from floorwalker.cli.importing.file import RowFile, open_rows
from floorwalker.cli.importing.importing import Imported, Importing, read_all
from floorwalker.cli.importing.spool import Spool, open_spool
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.reports.visitor_import_report import WRONG_TOLD, as_json, report
from floorwalker.cli.walks.visitor_walk import Counter, add_place, counter_of
from floorwalker.errors import ConfigurationError

_DESCRIPTION = """\
Reads a CSV file (a header row; commas, semicolons or tabs) or JSON Lines, UTF-8, also gzip; - is standard input. Each
row says whose it is (user, visitor or email) and what is known: traits (trait.city), an order (order_id, at, total or
revenue, currency, product_id, name, category, brand, price, quantity; several rows may be one order), or any event
(event, at, properties.NAME). What cannot be taken is said with its line and why; the rest is imported. Importing the
same again changes nothing. All columns: docs/people.md
"""


def add(what: Any) -> None:
    """Add the command."""
    p = what.add_parser(
        "import",
        help="a file of purchases, traits and events",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("file", metavar="FILE", help="CSV or JSON Lines; - for standard input")
    p.add_argument("--dry-run", action="store_true", help="read and look people up, and store nothing")
    p.add_argument("--rejected", metavar="FILE", help="write the rows that cannot be taken into this file")
    add_place(p)
    p.add_argument("--json", action="store_true", help="print what became of it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import, and say what became of it; 1 where a row was rejected."""
    return asyncio.run(_import(args))


class _Bars(Struct, frozen=True):
    """Two bars: what is read, and what is told."""

    read: Callable[[int], None]
    told: Callable[[int], None]
    rows: Callable[[int], None]


async def _import(args: argparse.Namespace) -> int:
    with open_spool() as spool:
        async with counter_of(args) as counter:
            with open_rows(args.file) as file, _bars(file.size) as bars:
                read_all(file, spool, counter, keeps_raw=args.rejected is not None, seen=bars.read)
                bars.rows(spool.counts()[0])
                imported = await _told(args, counter, spool, bars)
                if args.rejected is not None:
                    _write_rejected(args.rejected, file, spool)
        return _said(args, imported, spool)


async def _told(args: argparse.Namespace, counter: Counter, spool: Spool, bars: _Bars) -> Imported:
    return await Importing(counter, spool, dry_run=args.dry_run, told=bars.told).run()


def _said(args: argparse.Namespace, imported: Imported, spool: Spool) -> int:
    rows, rejected = spool.counts()
    wrong = list(islice(spool.wrong(), WRONG_TOLD))
    if args.json:
        told = as_json(imported, wrong, rows=rows + spool.unread, rejected=rejected, dry_run=args.dry_run)
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        written = (args.rejected or "") if rejected else ""
        lines = report(imported, wrong, rejected, Paper(sys.stdout), dry_run=args.dry_run, written=written)
        print("\n".join(lines))
    return 1 if rejected else 0


def _write_rejected(name: str, file: RowFile, spool: Spool) -> None:
    """The rows as they stood in the file, under its header."""
    path = Path(name)
    try:
        path.touch(mode=0o600)  # it is about people
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = file.writer(out)
            for raw in spool.rejected():
                writer.write(raw)
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be written: {error.strerror or error}") from error


@contextmanager
def _bars(size: int | None) -> Iterator[_Bars]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        read, told = progress.add_task("read  ", total=size), progress.add_task("told  ", total=None)
        yield _Bars(
            read=lambda position: progress.update(read, completed=position),
            told=lambda rows: progress.advance(told, rows),
            rows=lambda rows: progress.update(told, total=rows),
        )
