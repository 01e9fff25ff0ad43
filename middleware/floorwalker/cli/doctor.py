"""`floorwalker doctor`: what is wrong with an installation, why it matters, and what to do."""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from floorwalker.asgi.settings import Settings
from floorwalker.cli.diagnosis.files import folder_findings, place_findings, rule_findings
from floorwalker.cli.diagnosis.finding import Finding, Level, fine, wrong
from floorwalker.cli.diagnosis.pages import AREA as PAGES
from floorwalker.cli.diagnosis.pages import page_findings, see
from floorwalker.cli.diagnosis.report import as_json, report
from floorwalker.cli.diagnosis.settings import read, setting_findings
from floorwalker.cli.diagnosis.store import AREA as STORE
from floorwalker.cli.diagnosis.store import store_findings
from floorwalker.cli.reports.paper import Paper
from floorwalker.core.ruleset import Ruleset
from floorwalker.store import Store
from floorwalker.store.inspection import inspect_store
from floorwalker.store.link.address import EmbeddedAddress, read_address

_DESCRIPTION = """\
Looks at the settings, keys, rules, templates, folders and the store of a site, and says what is wrong, why it matters
and what to do. Run it where the site runs, with the site's environment (FLOORWALKER_*). Nothing is changed anywhere.
Exit status 1 where something is wrong.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "doctor",
        help="what is wrong with an installation, and what to do",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--store", help="the address of the store (default: as the site has it)")
    p.add_argument("--rules", help="the folder of rule files (default: as the site has it)")
    p.add_argument("--templates", help="the folder of templates (default: as the site has it)")
    p.add_argument("--url", help="a page of the running site, to be fetched and looked at")
    p.add_argument("--prefix", help="of our own addresses on that site (default: as the site has it)")
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at everything, and print it; 1 where something is wrong."""
    named = {name: getattr(args, name) for name in ("store", "rules", "templates", "prefix")}
    settings, unreadable = read({name: value for name, value in named.items() if value}, os.environ)
    findings = [*unreadable, *_findings(settings, args.url)]
    if args.json:
        print(json.dumps(as_json(findings), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report(findings, Paper(sys.stdout))))
    return 1 if any(one.level is Level.WRONG for one in findings) else 0


def _findings(settings: Settings, url: str | None) -> Iterator[Finding]:
    yield from setting_findings(settings)
    if not isinstance(settings.rules, Ruleset):
        yield from rule_findings(settings.rules, settings.templates)
    yield from place_findings(settings.places, now=time.time())
    if settings.metrics_folder is not None:
        yield from folder_findings(settings.metrics_folder, "metrics_folder")
    if settings.spool is not None:
        yield from folder_findings(settings.spool, "spool")
    if not isinstance(settings.store, Store):
        yield from _store(settings.store, budget_s=settings.budget_ms / 1000)
    if url:
        yield from _pages(url, settings.prefix)


def _store(url: str, *, budget_s: float) -> Iterator[Finding]:
    address = read_address(url)
    ours = isinstance(address, EmbeddedAddress)
    if isinstance(address, EmbeddedAddress):
        yield from folder_findings(Path(address.folder), "store")
        if not Path(address.folder).is_dir():
            yield fine(STORE, "There is no embedded store yet; the site makes one when it starts.")
            return
    facts = asyncio.run(inspect_store(address))
    yield from store_findings(facts, budget_s=budget_s, ours=ours)


def _pages(url: str, prefix: str) -> Iterator[Finding]:
    try:
        yield from page_findings(see(url, prefix=prefix))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
        why = "So what visitors and caches get could not be looked at."
        yield wrong(PAGES, f"{url} cannot be fetched: {failure}.", why, "Start the site, or correct --url.")
