"""`floorwalker train`: what is learned of all visitors together."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.reports.train_report import as_json, report
from floorwalker.cli.rule_options import add_rules, open_rules
from floorwalker.cli.walks.shelf import DEFAULT_STORE, open_existing
from floorwalker.cli.walks.store_walk import Walk, each_profile
from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.errors import ConfigurationError
from floorwalker.learn.returns import Sample, person_of
from floorwalker.store import Survey

if TYPE_CHECKING:
    from floorwalker.learn.training import Trained

HOLDOUT_WEEKS = 4.0
_DESCRIPTION = """\
Fits how people come back (MBG/NBD, by maximum likelihood) to every visitor of a store, checks what it foretells against
the last weeks, says how many people stand where, and keeps the table in the store: `lifecycle` goes by it from then on.
Needs the extra learn: pip install 'floorwalker[learn]'.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser("train", help="learn from all visitors of a store how they come back")
    what = p.add_subparsers(dest="what", metavar="WHAT", required=True)
    one = what.add_parser(
        "lifecycle",
        help="who is loyal, at risk or gone",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_rules(one)
    one.add_argument("--store", default=DEFAULT_STORE, help="where the profiles are (default: %(default)s)")
    one.add_argument("--of", choices=("visits", "orders"), default="visits", help="what counts as coming back")
    one.add_argument(
        "--holdout-weeks", type=_weeks, default=HOLDOUT_WEEKS, help="the last weeks, to check by (default: %(default)g)"
    )
    one.add_argument("--dry-run", action="store_true", help="keep nothing")
    one.add_argument("--json", action="store_true", help="print it as JSON")
    one.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Fit, print, keep; too little to go by is a finding, and nothing is kept."""
    missing, trained = _learn()
    currency = open_rules(args).ruleset.site.currency
    now = time.time()
    sample = asyncio.run(_sample(args.store, args.of, currency=currency, holdout_weeks=args.holdout_weeks, now=now))
    if lacking := missing(sample):
        print(f"floorwalker train: too little to go by, nothing is kept: {lacking}", file=sys.stderr)
        return 1
    found = trained(sample, args.of, currency=currency, holdout_weeks=args.holdout_weeks)
    if not args.dry_run:
        asyncio.run(_keep(args.store, found.table))
    if args.json:
        print(json.dumps(as_json(found, kept=not args.dry_run), indent=2))
    else:
        print("\n".join(report(found, Paper(sys.stdout), kept=not args.dry_run)))
    return 0


def _learn() -> "tuple[Callable[[Sample], str], Callable[..., Trained]]":
    """What needs numpy and scipy. Raises ConfigurationError where they are not installed."""
    try:
        from floorwalker.learn.training import missing, trained
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{error.name} is not installed, which fitting needs; write pip install 'floorwalker[learn]'"
        ) from error
    return missing, trained


async def _sample(address: str, counted: str, *, currency: str, holdout_weeks: float, now: float) -> Sample:
    """Every visitor of the store, or as many as fit, by lot."""
    sample, dice = Sample(), Random(0)
    async for profile in each_profile(address, Walk(Survey())):
        person = person_of(profile, counted, now=now, holdout_weeks=holdout_weeks, currency=currency)
        if person is not None:
            sample.add(person, dice)
    return sample


async def _keep(address: str, table: LifecycleTable) -> None:
    store = open_existing(address)
    try:
        await store.population.keep_lifecycle(table)
    finally:
        await store.close()


def _weeks(text: str) -> float:
    weeks = float(text)
    if not 1 <= weeks <= 52:
        raise argparse.ArgumentTypeError("it is a number of weeks from 1 to 52")
    return weeks
