"""`floorwalker visitor`: one person, for whoever speaks with them, and files of what happened elsewhere."""

import argparse
from typing import Any, Final

from floorwalker.cli import visitor_erase, visitor_find, visitor_import, visitor_note, visitor_one, visitor_rewrite

_PARTS: Final = (visitor_one, visitor_find, visitor_note, visitor_import, visitor_erase, visitor_rewrite)


def add(subparsers: Any) -> None:
    """Add the command; each of its own is in a module beside this one."""
    p: argparse.ArgumentParser = subparsers.add_parser(
        "visitor", help="one person: show, find, note, export, erase, traces; and import a file of them"
    )
    what = p.add_subparsers(dest="what", metavar="WHAT", required=True)
    for part in _PARTS:
        part.add(what)
