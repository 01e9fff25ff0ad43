"""The rules that a command works with: the options that name them, and the Rulebook they make."""

import argparse
import time
from pathlib import Path

from floorwalker.asgi.places import open_places
from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook


def add_rules(p: argparse.ArgumentParser, *, positional: bool = False) -> None:
    """The options that name rules, templates and a file of places; positional: RULES itself is an argument."""
    if positional:
        p.add_argument(
            "rules", nargs="?", default="rules", metavar="RULES", help="the folder of rule files (default: rules)"
        )
    else:
        p.add_argument("--rules", default="rules", help="the folder of rule files (default: rules)")
    p.add_argument("--templates", metavar="DIR", help="the folder of templates (default: templates beside the rules)")
    p.add_argument("--places", help="a MaxMind-format file, to tell places from addresses")


def open_rules(args: argparse.Namespace) -> Rulebook:
    """The rules named. Raises RuleErrors with every problem, or ConfigurationError."""
    places = open_places(args.places) if args.places else None
    return load_rulebook(Path(args.rules), templates_of(args), now=time.time(), places=places)


def templates_of(args: argparse.Namespace) -> Path:
    """The folder of templates that was named, or that lies beside the rules."""
    return Path(args.templates) if args.templates else Path(args.rules or "rules").parent / "templates"
