"""`python -m demo_site.crowd`: made-up shoppers of the past two weeks, so that reports have something to show.

Each walks through the shop as a browser would, days ago by its clock, and does what chance and the pages that it got
make of it. The same seed makes the same shoppers. It ends by itself.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from demo_site.app import create_demo
from demo_site.browser import Browser, lifespan_of
from demo_site.keys import KEY_FILE, session_key
from demo_site.nightwatch import Nightwatch
from demo_site.play import DAY
from demo_site.shopper import Errand, Shopper, errand_of

MOST = 20_000
DEFAULT_STORE = "embedded:var/floorwalker"
AT_ONCE = 8
AHEAD: ContextVar[float] = ContextVar(
    "seconds that the clock of this shopper is ahead, below 0 in the past", default=0.0
)
DICE: ContextVar[random.Random] = ContextVar("what falls for this shopper")


def main(arguments: Sequence[str] | None = None) -> int:
    """Play them, and say what there is to see now."""
    args = _read(arguments)
    began = time.monotonic()
    asyncio.run(_play(args))
    store = f" --store {args.store}" if args.store != DEFAULT_STORE else ""
    took = f"{args.shoppers:,} shoppers in {time.monotonic() - began:.0f} s. To see what it all earned:"
    sys.stdout.write(f"{took}\n\n  floorwalker report{store} --html report.html\n")
    return 0


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="python -m demo_site.crowd", description=(__doc__ or "").partition("\n\n")[2])
    p.add_argument("--shoppers", type=int, default=2000, help="how many (default: %(default)s)")
    p.add_argument("--days", type=int, default=14, help="over so many days until now (default: %(default)s)")
    p.add_argument("--seed", type=int, default=1, help="another one makes other shoppers (default: %(default)s)")
    p.add_argument("--store", default=DEFAULT_STORE, help="the demo's store (default: %(default)s)")
    p.add_argument("--rules", type=Path, default=Path("rules"), help="the folder of rule files (default: %(default)s)")
    p.add_argument("--templates", type=Path, help="the folder of templates (default: templates beside the rules)")
    args = p.parse_args(arguments)
    if not 0 < args.shoppers <= MOST:
        p.error(f"--shoppers is a number from 1 to {MOST}")
    if not 0 < args.days <= 365:
        p.error("--days is a number from 1 to 365")
    args.templates = args.templates or args.rules.parent / "templates"
    return args


async def _play(args: argparse.Namespace) -> None:
    DICE.set(random.Random(f"{args.seed} site"))  # for what falls before anybody comes
    app = create_demo(
        store=args.store,
        rules=args.rules,
        templates=args.templates,
        now=lambda: time.time() + AHEAD.get(),
        random=lambda count: DICE.get().randbytes(count),
        quiet=True,
    )
    errands = [errand_of(random.Random(f"{args.seed} {number}")) for number in range(args.shoppers)]
    done, gate = 0, asyncio.Semaphore(AT_ONCE)

    async def walk(number: int, errand: Errand) -> None:
        nonlocal done
        async with gate:
            dice = random.Random(f"{args.seed} {number} walks")
            DICE.set(dice)
            shopper = Shopper(Browser(app, errand.device), dice, errand, goes=AHEAD.set)
            await shopper.walk(-DAY * args.days * dice.random())
            done += 1
            _tell(done, args.shoppers)

    async with lifespan_of(app):
        await asyncio.gather(*(walk(number, errand) for number, errand in enumerate(errands)))
    await _count_by_segment(args)


async def _count_by_segment(args: argparse.Namespace) -> None:
    """What a relay does beside a site."""
    key = session_key(path=args.rules.parent / KEY_FILE)
    relay = Nightwatch(store=args.store, rules=args.rules, templates=args.templates, secret_key=key, clock=time.time)
    await relay.look()


def _tell(done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % 20 == 0 or done == of):
        sys.stderr.write(f"\r{done:,} of {of:,}" + ("\n" if done == of else ""))


if __name__ == "__main__":
    sys.exit(main())
