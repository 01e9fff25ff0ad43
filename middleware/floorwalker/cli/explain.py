"""`floorwalker explain`: for a made-up request or a visitor of the store, every segment and slot with its why."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from floorwalker.asgi.places import open_places
from floorwalker.asgi.rulebook import Rulebook, load_rulebook
from floorwalker.asgi.walk import Walk
from floorwalker.cli.paper import Paper, printable
from floorwalker.cli.request import RequestUnreadable, add_request, request_hit
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import ConfigurationError
from floorwalker.store import open_store

_SIGNS = {True: "✓", False: "✗", None: "?"}


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "explain",
        help="why somebody is in a segment, and why a slot shows what it shows",
        description="Decides for one request (--url …) or one visitor of the store (--visitor ID), and says why.",
    )
    add_request(p)
    p.add_argument("--visitor", metavar="ID", help="a visitor of the store, at this moment or on the page of --url")
    p.add_argument("--store", default="embedded:var/floorwalker", help="where --visitor is looked up")
    p.add_argument("--rules", default="rules", help="the folder of rule files (default: rules)")
    p.add_argument("--templates", help="the folder of templates (default: templates beside the rules)")
    p.add_argument("--places", help="a MaxMind-format file, to tell the place from --address")
    p.add_argument("--json", action="store_true", help="print the trees as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain, and print it."""
    if not args.url and not args.visitor:
        raise RequestUnreadable("say --url https://shop.example/ for a made-up request, or --visitor ID")
    rulebook = _rulebook(args)
    base = asyncio.run(_profile(args.store, args.visitor)) if args.visitor else None
    walk = Walk(
        rulebook, _hit(args, rulebook), base, visitor=args.visitor or "somebody new", degraded=False, remembered=True
    )
    explained = walk.explain()
    if args.json:
        print(json.dumps(explained, ensure_ascii=False, indent=2, default=str))
    else:
        print("\n".join(_report(explained, Paper(sys.stdout))))
    return 0


def _rulebook(args: argparse.Namespace) -> Rulebook:
    rules = Path(args.rules)
    templates = Path(args.templates) if args.templates else rules.parent / "templates"
    places = open_places(args.places) if args.places else None
    return load_rulebook(rules, templates, now=time.time(), places=places)


def _hit(args: argparse.Namespace, rulebook: Rulebook) -> Hit:
    """The page view that was described; for a visitor without one, the moment alone: nothing is seen."""
    if args.url:
        return request_hit(args, timezone=rulebook.ruleset.site.timezone)
    return Hit(at=time.time(), url="/", kind=HitKind.EVENTS)


async def _profile(address: str, visitor: str) -> Profile:
    store = open_store(address)
    try:
        loaded = await store.load(visitor)
    finally:
        await store.close()
    if loaded.profile is None:
        raise ConfigurationError(f"the store knows no visitor {visitor}; is --store right?")
    return loaded.profile


def _report(explained: dict[str, Any], paper: Paper) -> Iterator[str]:
    yield paper.strong("Segments")
    for name, segment in explained["segments"].items():
        yield from _headed(name, segment["in"], segment["why"], paper)
    if not explained["segments"]:
        yield "  none are defined"
    yield ""
    yield paper.strong("Slots")
    for name, slot in explained["slots"].items():
        shown = paper.accent(slot["block"]) if slot["block"] != "default" else "its own content"
        arm = ", control" if slot["arm"] == "control" else ""
        reason = paper.quiet(f"({slot['reason']}{arm})")
        yield f"  {name}: {shown} {reason}"
        for node in slot["why"]["of"]:
            yield from _tree(node, 2, paper)
    if not explained["slots"]:
        yield "  none are defined"


def _headed(name: str, is_in: bool, why: dict[str, Any], paper: Paper) -> Iterator[str]:
    yield f"  {_sign(is_in, paper)} {paper.strong(name) if is_in else name}"
    for node in why["of"] if why["of"] and why["condition"] == name else [why]:
        yield from _tree(node, 3, paper)


def _tree(node: dict[str, Any], depth: int, paper: Paper) -> Iterator[str]:
    found = _observed(node["observed"])
    observed = f"  found {found}" if found and found != node["condition"] else ""
    yield f"{'  ' * depth}{_sign(node['holds'], paper)} {printable(str(node['condition']))}{paper.quiet(observed)}"
    for inner in node["of"]:
        yield from _tree(inner, depth + 1, paper)


def _observed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return printable(", ".join(f"{name}: {found}" for name, found in value.items()))
    if isinstance(value, list | tuple):
        return printable(", ".join(map(str, value)))
    return printable(str(value))


def _sign(holds: bool | None, paper: Paper) -> str:
    sign = _SIGNS[holds]
    return paper.accent(sign) if holds else paper.quiet(sign)
