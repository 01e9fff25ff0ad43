"""`floorwalker preview-link`: a signed link that shows the site as somebody made up, at any time."""

import argparse
import os
import sys
import time
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from floorwalker.asgi.preview.links import PREFIX, preview_link
from floorwalker.asgi.preview.seal import LONGEST_LINK_S
from floorwalker.asgi.public import Ruleset
from floorwalker.asgi.settings import ENVIRONMENT_PREFIX
from floorwalker.cli.reports.paper import Paper
from floorwalker.errors import ConfigurationError, RuleErrors
from floorwalker.rulefile.problems import nearest

_KEY: Final = f"{ENVIRONMENT_PREFIX}SECRET_KEY"
_HOUR_S: Final = 3600


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "preview-link",
        help="a link that shows the site as somebody else, at any time",
        description="Prints a signed link. Whoever opens it sees the site as that persona would, drafts included; "
        "nothing is remembered or counted. The key that signs it is the site's own, and is never printed.",
    )
    p.add_argument("--persona", default="", help="a name under personas: in the rules; without it, somebody new")
    p.add_argument(
        "--segment", action="append", default=[], metavar="NAME", help="is in this segment anyway; repeatable"
    )
    p.add_argument("--at", default="", help="when: 2026-11-28T19:30, with an offset or in the site's zone")
    p.add_argument("--path", default="", help="the page to begin at, such as /sale; default: where the persona landed")
    p.add_argument("--site", default="http://127.0.0.1:8000", help="the site (default: http://127.0.0.1:8000)")
    p.add_argument("--hours", type=float, default=8.0, help="how long the link opens a preview, up to 168 (default: 8)")
    p.add_argument("--prefix", default=PREFIX, help="of floorwalker's own addresses, as the site sets it")
    p.add_argument("--secret-key-file", metavar="FILE", help=f"holds the site's key; default: the variable {_KEY}")
    p.add_argument("--rules", default="rules", help="where names are looked up, if it is there (default: rules)")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sign, and print the link; what it allows goes to stderr, so that the link alone can be piped on."""
    _check_names(args.persona, args.segment, Path(args.rules))
    until = time.time() + _seconds(args.hours)
    link = preview_link(
        secret_key=_secret(args.secret_key_file),
        until=until,
        persona=args.persona,
        segments=args.segment,
        at=args.at,
        path=args.path,
        site=args.site,
        prefix=args.prefix,
    )
    print(link)
    sys.stdout.flush()
    print(Paper(sys.stderr).quiet(_allows(args.persona, until)), file=sys.stderr)
    return 0


def _allows(persona: str, until: float) -> str:
    person = persona or "somebody new"
    end = datetime.fromtimestamp(until).astimezone()
    return (
        f"Until {end:%A %H:%M} whoever has this link may see the site as {person}, and from there as anybody, drafts "
        "included. It changes and counts nothing."
    )


def _secret(file: str | None) -> str:
    if file is None:
        if not os.environ.get(_KEY):
            raise ConfigurationError(f"the site's secret key is needed: set {_KEY}, or name its --secret-key-file")
        return os.environ[_KEY]
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise ConfigurationError(f"the secret key cannot be read from {file}") from failure


def _seconds(hours: float) -> float:
    if not 0 < hours * _HOUR_S <= LONGEST_LINK_S:
        raise ConfigurationError(f"--hours {hours:g} is not between 0 and {LONGEST_LINK_S // _HOUR_S}")
    return hours * _HOUR_S


def _check_names(persona: str, segments: Collection[str], folder: Path) -> None:
    """A misspelt name is told where the rules are at hand; those of the site may be others."""
    if not folder.is_dir():
        return
    try:
        rules = Ruleset.load(folder)
    except RuleErrors:
        return
    _check_known("persona", [persona] if persona else [], rules.personas, folder)
    _check_known("segment", segments, rules.segments, folder)


def _check_known(what: str, names: Collection[str], known: Collection[str], folder: Path) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"; the nearest is {near}" if near else ""
            raise ConfigurationError(f"the rules in {folder} know no {what} {name}{hint}")
