"""`floorwalker replay`: an access log through the same pipeline as live traffic; who would have come, and seen what."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from floorwalker.accesslog.replay import Summary
from floorwalker.asgi.places import open_places
from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.reports.replay_report import report
from floorwalker.cli.rule_options import templates_of
from floorwalker.cli.walks.log_walk import host_of
from floorwalker.cli.walks.replay_walk import ask_store, walk_log
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import ConfigurationError


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "replay",
        help="an access log through the rules: who would have come, and seen what",
        description="Reads an access log (Combined Log Format, plain or gz, or - for standard input).",
    )
    p.add_argument("log", metavar="ACCESS_LOG", help="the log's file, or - for standard input")
    p.add_argument("--rules", help="the folder of rule files (default: rules, if it is there)")
    p.add_argument("--templates", help="the folder of templates (default: templates beside the rules)")
    p.add_argument("--host", help="the site's own host (default: found from the log)")
    p.add_argument("--places", help="a MaxMind-format file, to tell places from addresses")
    p.add_argument("--store", help="also write the profiles there; a second time changes nothing")
    p.add_argument("--processes", type=int, help="how many share the work (default: one a core, for a large file)")
    p.add_argument("--json", action="store_true", help="print the summary as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay the log and print the summary; 1 where not a single line could be read."""
    rulebook = _rulebook(args)
    if args.store is not None:
        asyncio.run(ask_store(args.store))
    rulebook.reader.warm()
    began = time.perf_counter()
    try:
        host = args.host if args.host is not None else host_of(args.log)
        walked = walk_log(rulebook, args.log, host=host, store=args.store, processes=args.processes)
    except OSError as error:
        raise ConfigurationError(f"{args.log} cannot be read: {error.strerror or error}") from error
    took_s = time.perf_counter() - began
    if args.json:
        print(json.dumps(as_json(walked.summary), ensure_ascii=False, indent=2))
    else:
        shown = report(walked.summary, Paper(sys.stdout), host=walked.host, took_s=took_s, stored=walked.stored)
        print("\n".join(shown))
    return 1 if walked.summary.lines == walked.summary.rejected else 0


def ranked(counter: Counter[str]) -> dict[str, int]:
    """A counter by size, then by name, so that the same log gives the same answer."""
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def as_json(summary: Summary) -> dict[str, Any]:
    """The published shape; counters by size."""
    return {
        "lines": summary.lines,
        "rejected": summary.rejected,
        "rejected_lines": [{"line": line.number, "why": line.why} for line in summary.rejected_lines],
        "hits": summary.hits,
        "other": summary.other,
        "robots": summary.robots,
        "visitors": summary.visitors,
        "returning": summary.returning,
        "visits": summary.visits,
        "searches": summary.searches,
        "media": ranked(summary.media),
        "sources": ranked(summary.sources),
        "keywords": ranked(summary.keywords),
        "devices": ranked(summary.devices),
        "pages": ranked(summary.pages),
        "robot_names": ranked(summary.robot_names),
        "segments": ranked(summary.segments),
        "slots": {slot: ranked(blocks) for slot, blocks in summary.slots.items()},
    }


def _rulebook(args: argparse.Namespace) -> Rulebook:
    """The rules named, or those that lie here, or none at all: arrivals and devices need no rules."""
    places = open_places(args.places) if args.places else None
    if args.rules is None and not Path("rules").is_dir():
        return Rulebook(Ruleset(), {}, places=places)
    return load_rulebook(Path(args.rules or "rules"), templates_of(args), now=time.time(), places=places)
