"""`floorwalker visitor rewrite`: every record as it would be written now."""

import argparse
import asyncio
import json
from typing import Any, Final

from floorwalker.cli.reports.paper import counted
from floorwalker.cli.walks.shelf import DEFAULT_STORE, open_existing
from floorwalker.store import Renewal
from floorwalker.store.records.codec import LAYOUT_FULL, LAYOUT_SHORT

_DESCRIPTION: Final = """\
Walks over all records, beside the running site, and writes anew what would be written otherwise now: what is personal
and lies in the clear though there is a data key (FLOORWALKER_DATA_KEYS), or is sealed by an older one; and what has had
its time in a profile. After it nothing needs the older keys any more. The exit status is 1 if no key opens some of
them.

With --layout all records are laid out so from now on. A keyspace that was begun by a release before layout 2 stays in
layout 1 until then, since that release reads no other. Exchange all workers first, and restart them afterwards.
"""


def add(what: Any) -> None:
    """Add the command."""
    p = what.add_parser(
        "rewrite",
        help="every record as it would be written now: the newest data key, nothing older than it may be",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--store", default=DEFAULT_STORE, help="where the profiles are (default: %(default)s)")
    p.add_argument(
        "--layout", type=int, choices=(LAYOUT_FULL, LAYOUT_SHORT), help="how records are laid out from now on"
    )
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Walk, and say what was done; 1 where some records cannot be opened."""
    renewal = asyncio.run(_renewed(args.store, args.layout))
    survey = renewal.survey
    passed_by = {name: getattr(survey, name) for name in ("moved", "erased", "too_new", "unreadable")}
    counts = {"renewed": renewal.renewed, "current": renewal.current, "locked": renewal.locked, "passed_by": passed_by}
    if args.json:
        print(json.dumps(counts))
    else:
        print(f"{counted(renewal.renewed, 'record')} written anew; {renewal.current:,} lay as they should.")
        if renewal.locked:
            print(
                f"{counted(renewal.locked, 'record')} no data key opens: keep the keys that do, and run this with them."
            )
    return 1 if renewal.locked else 0


async def _renewed(address: str, layout: int | None) -> Renewal:
    store = open_existing(address)
    try:
        await store.ping()
        return await store.renew(layout=layout)
    finally:
        await store.close()
