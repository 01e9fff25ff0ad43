"""`floorwalker replay`: an access log through the same pipeline as live traffic; who would have come, and seen what."""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from floorwalker.accesslog import AccessLog, LogLine, Rejected, guess_host, open_log
from floorwalker.accesslog.replay import Replay, Summary
from floorwalker.asgi.context import block_context
from floorwalker.asgi.places import open_places
from floorwalker.asgi.rulebook import Rulebook, load_rulebook
from floorwalker.cli.paper import Paper
from floorwalker.cli.replay_report import report
from floorwalker.core.decide import PageDecisions, decide
from floorwalker.core.profile import Profile
from floorwalker.core.ruleset import Content, Ruleset
from floorwalker.core.signals import Signals
from floorwalker.errors import ConfigurationError
from floorwalker.store import Outcome, StoreSettings, open_store

_GUESSED_FROM = 5000  # lines read ahead to find the site's own host
_AT_ONCE = 256  # commits under way together


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "replay",
        help="an access log through the rules: who would have come, and seen what",
        description="Reads an access log (Combined Log Format, plain or gz, or - for standard input).",
    )
    p.add_argument("log", metavar="ACCESS_LOG", help="the log's file, or - for standard input")
    p.add_argument("--rules", help="the folder of rule files (default: rules, if it is there)")
    p.add_argument("--templates", help="the folder of templates (default: templates)")
    p.add_argument("--host", help="the site's own host (default: found from the log)")
    p.add_argument("--places", help="a MaxMind-format file, to tell places from addresses")
    p.add_argument("--store", help="also write the profiles there; a second time changes nothing")
    p.add_argument("--json", action="store_true", help="print the summary as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay the log and print the summary."""
    rulebook = _rulebook(args)
    try:
        with open_log(args.log) as log:
            lines, host = _with_host(log.lines(), args.host)
            replay = Replay(
                rulebook.corridor,
                choose=lambda profile, signals: _choose(rulebook, profile, signals),
                host=host,
                keep_hits=bool(args.store),
            )
            began = time.perf_counter()
            summary = replay.walk(_with_progress(lines, log))
            took_s = time.perf_counter() - began
    except OSError as error:
        raise ConfigurationError(f"{args.log} cannot be read: {error.strerror or error}") from error
    stored = asyncio.run(_store(replay, args.store)) if args.store else None
    if args.json:
        print(json.dumps(as_json(summary), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report(summary, Paper(sys.stdout), host=host, took_s=took_s, stored=stored)))
    return 0


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
        "media": dict(summary.media.most_common()),
        "sources": dict(summary.sources.most_common()),
        "keywords": dict(summary.keywords.most_common()),
        "devices": dict(summary.devices.most_common()),
        "pages": dict(summary.pages.most_common()),
        "robot_names": dict(summary.robot_names.most_common()),
        "segments": dict(summary.segments.most_common()),
        "slots": {slot: dict(blocks.most_common()) for slot, blocks in summary.slots.items()},
    }


def _rulebook(args: argparse.Namespace) -> Rulebook:
    """The rules named, or those that lie here, or none at all: arrivals and devices need no rules."""
    places = open_places(args.places) if args.places else None
    if args.rules is None and not Path("rules").is_dir():
        return Rulebook(Ruleset(), {}, places=places)
    rules = Path(args.rules or "rules")
    templates = Path(args.templates) if args.templates else rules.parent / "templates"
    return load_rulebook(rules, templates, now=time.time(), places=places)


def _choose(rulebook: Rulebook, profile: Profile, signals: Signals) -> PageDecisions:
    """The page's decisions, blocks rendered: one that uses something unknown is passed over, as on the site."""
    context: Mapping[str, Any]

    def render(content: Content) -> str | None:
        return rulebook.render(content, context)

    page = decide(rulebook.ruleset, profile, signals, signals.at, render=render)
    context = block_context(page, nonce=None)
    return page


def _with_host(lines: Iterator[LogLine | Rejected], host: str | None) -> tuple[Iterator[LogLine | Rejected], str]:
    if host is not None:
        return lines, host
    ahead = list(itertools.islice(lines, _GUESSED_FROM))
    return itertools.chain(ahead, lines), guess_host(line for line in ahead if isinstance(line, LogLine))


def _with_progress(lines: Iterable[LogLine | Rejected], log: AccessLog) -> Iterator[LogLine | Rejected]:
    """The lines, with a bar on standard error where that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from lines
        return
    columns = (TextColumn("{task.fields[lines]:>10,} lines"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=log.size, lines=0)
        for number, line in enumerate(lines, 1):
            yield line
            if number % 500 == 0:
                progress.update(task, completed=log.position(), lines=number)


async def _store(replay: Replay, address: str) -> int:
    """Commit every visitor's hits; the number of profiles that stand in the store."""
    store = open_store(address, settings=StoreSettings(new_profiles_per_s=1e9))
    try:
        stored = 0
        visitors = iter(replay.profiles)
        while batch := list(itertools.islice(visitors, _AT_ONCE)):
            commits = (store.commit(visitor, None, replay.step_of(visitor)) for visitor in batch)
            results = await asyncio.gather(*commits)
            stored += sum(result.outcome is Outcome.STORED for result in results)
        return stored
    finally:
        await store.close()
