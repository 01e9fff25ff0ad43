"""`floorwalker schema`: the JSON Schema of rule files, for the YAML tools of editors."""

import argparse
import json
from pathlib import Path
from typing import Any

from floorwalker.rulefile import names_of, schema


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "schema",
        help="the JSON Schema of the rule files",
        description="Prints the JSON Schema of rule files, for completion and hints in an editor. With RULES it knows "
        "the names that this folder defines.",
    )
    p.add_argument("rules", nargs="?", metavar="RULES", help="a folder of rule files, for its names")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    names = None
    if args.rules is not None:
        beside = Path(args.rules).parent / "templates"
        names = names_of(args.rules, beside if beside.is_dir() else None)
        names = {**names, "block": [*names["block"], *names["template"]]}
    print(json.dumps(schema(names), indent=2, ensure_ascii=False))
    return 0
