"""`floorwalker reach`: how many people a segment is, lately and altogether."""

import argparse
import json
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from floorwalker.asgi.places import open_places
from floorwalker.asgi.rules.rulebook import Rulebook, read_site_files, rulebook_of
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.reports.reach_report import report
from floorwalker.cli.rule_options import add_rules, templates_of
from floorwalker.cli.walks.reach_walk import Reached, reach_in_log, reach_in_store
from floorwalker.cli.walks.shelf import DEFAULT_STORE
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.trying.reach import WINDOWS, Reach
from floorwalker.core.trying.standing import Need
from floorwalker.errors import ConfigurationError, FloorwalkerError, RuleErrors
from floorwalker.rulefile import Problem, RuleFiles, Severity
from floorwalker.rulefile.comparing.renames import with_names
from floorwalker.rulefile.problems import did_you_mean

AD_HOC = "this-condition"
_WHEN = "--when"
DRAFT = " (draft)"
_WINDOW_KEYS = {**{days: f"days_{days}" for days in WINDOWS}, 0: "all"}
_DESCRIPTION = """\
Counts the people of a segment: those seen in the last 7 and 30 days, and all that are known. Without SEGMENT, of every
segment, drafts too. --when counts a condition that stands in no file yet.

From a store: who is in the segment now. What only a request can tell (device, place, time of day, …) is counted as not
known. With --log: who was in it on any page, counted back from the end of the log.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "reach",
        help="how many people a segment is",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("segment", nargs="?", metavar="SEGMENT", help="the segment's name (default: all of them)")
    p.add_argument("--when", metavar="CONDITION", help="instead: a condition such as '{viewed: {type: article}}'")
    add_rules(p)
    p.add_argument("--store", default=DEFAULT_STORE, help="where the profiles are (default: %(default)s)")
    p.add_argument("--log", help="count in this access log instead; - for standard input")
    p.add_argument("--host", help="the site's own host (default: found from the log)")
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Count and print; a segment that there is not is an error of usage."""
    if args.when is not None and args.segment is not None:
        raise ConfigurationError("write SEGMENT or --when, not both")
    rulebook = _rulebook(args)
    segments = {name: one for name, one in rulebook.ruleset.segments.items() if not one.draft}
    asked = AD_HOC if args.when is not None else args.segment
    name = _found(asked, segments) if asked is not None else None
    reached = _reached(rulebook, args)
    names = [name] if name is not None else list(segments)
    if args.json:
        print(json.dumps(as_json(reached, names), ensure_ascii=False, indent=2))
    else:
        print(
            "\n".join(report(reached, [segments[one] for one in names], Paper(sys.stdout), one_only=name is not None))
        )
    return 0


def _found(name: str, segments: Collection[str]) -> str:
    """The segment of that name, or the draft."""
    if name not in segments and name + DRAFT not in segments:
        known = [one.removesuffix(DRAFT) for one in segments]
        raise ConfigurationError(f"there is no segment {name}; {did_you_mean(name, known, instead='none is defined')}")
    return name if name in segments else name + DRAFT


def _rulebook(args: argparse.Namespace) -> Rulebook:
    """The rules, drafts beside them; with the condition of --when as a segment of its own."""
    files = read_site_files(Path(args.rules), templates_of(args))
    places = open_places(args.places) if args.places else None
    try:
        rulebook = rulebook_of(_with_condition(files, args.when), now=time.time(), places=places)
    except RuleErrors as errors:
        raise _refused(errors) from errors
    return rulebook.deciding_by(with_drafts_beside(rulebook.ruleset))


def with_drafts_beside(ruleset: Ruleset) -> Ruleset:
    """The same rules and, beside each segment that is a draft, what it would be; the live ones are as they are."""
    drafts = {name: name + DRAFT for name, one in ruleset.segments.items() if one.draft}
    beside = {drafts[name]: with_names(ruleset.segments[name], {"segments": drafts}) for name in drafts}
    live = {name: replace(one, draft=False) for name, one in beside.items()}
    return replace(ruleset, segments={**ruleset.segments, **live})


def _with_condition(files: RuleFiles, condition: str | None) -> RuleFiles:
    if condition is None:
        return files
    written = f"segments:\n  {AD_HOC}:\n    when:\n      {condition}\n"
    return RuleFiles({**files.rules, _WHEN: written.encode()}, files.templates)


def _refused(errors: RuleErrors) -> FloorwalkerError:
    """Where the condition of --when is wrong, only that."""
    problems = [one for one in errors.problems if isinstance(one, Problem) and one.severity is Severity.ERROR]
    own = [f"{one.message}; {one.hint}" if one.hint else one.message for one in problems if one.file == _WHEN]
    return ConfigurationError(f"--when: {own[0]}") if own else errors


def _reached(rulebook: Rulebook, args: argparse.Namespace) -> Reached:
    if args.log is None:
        return reach_in_store(rulebook, args.store)
    rulebook.reader.warm()
    try:
        return reach_in_log(rulebook, args.log, host=args.host)
    except OSError as error:
        raise ConfigurationError(f"{args.log} cannot be read: {error.strerror or error}") from error


def as_json(reached: Reached, names: list[str]) -> dict[str, Any]:
    """The published shape."""
    census = reached.census
    return {
        "source": reached.source,
        "seen": {key: census.seen[window] for window, key in _WINDOW_KEYS.items()},
        "segments": {name.removesuffix(DRAFT): _segment_json(reached, name) for name in names},
        "passed_by": None if reached.passed_by is None else reached.passed_by.as_json(),
    }


def _segment_json(reached: Reached, name: str) -> dict[str, Any]:
    reach, need = reached.census.reaches.get(name, Reach()), reached.needs.get(name, Need())
    return {
        "draft": name.endswith(DRAFT),
        "people": {key: reach.people[window] for window, key in _WINDOW_KEYS.items()},
        "unsure": {key: reach.unsure[window] for window, key in _WINDOW_KEYS.items()},
        "channels": dict(reach.channels.most_common()),
        "devices": dict(reach.devices.most_common()),
        "needs_request": list(need.request),
        "by_last_visit": list(need.visit),
    }
