"""`floorwalker relay`: beside the site, it tells webhooks, sees to time, and counts by segment."""

import argparse
import asyncio
import json
import logging
import os
import random
import secrets
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from floorwalker.asgi.keeping.population import Population
from floorwalker.asgi.rules import publishing
from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook, rulebook_of
from floorwalker.cli.reports.paper import Paper, counted
from floorwalker.cli.reports.relay_report import as_json, report, told_undelivered
from floorwalker.cli.rule_options import templates_of
from floorwalker.cli.terminal_log import log_to_terminal
from floorwalker.cli.walks.shelf import DEFAULT_STORE, open_existing
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import ConfigurationError, StoreError
from floorwalker.relay.deliverer import stopped_note
from floorwalker.relay.endpoint import Endpoint, read_endpoint
from floorwalker.relay.relay import Relay
from floorwalker.relay.settings import RelaySettings
from floorwalker.relay.signing import read_secrets
from floorwalker.relay.standing import standing_of
from floorwalker.rulefile import RuleFiles
from floorwalker.rulefile.problems import did_you_mean
from floorwalker.store import Store

logger = logging.getLogger(__name__)

SECRET_ENV = "FLOORWALKER_WEBHOOK_SECRET"  # noqa: S105 - its name, not the secret
_AWAY_S = 2.0
_DESCRIPTION = """\
Runs beside the site, as one or several processes. It tells webhooks who came into a watched segment (`watch: yes`) or
left it, by an action or by time alone, and counts by segment what blocks bring, for `floorwalker report`. It ends well
on SIGTERM and goes on where any relay stopped.

Webhooks are signed as standardwebhooks.com says. The secrets stand in an environment variable, several with spaces
between while one takes another's place.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "relay",
        help="tell webhooks, see to time, count by segment",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--rules", default="rules", help="the folder of rule files, looked at again when saved")
    p.add_argument("--templates", help="the folder of templates (default: templates beside the rules)")
    p.add_argument("--store", default=DEFAULT_STORE, help="where the profiles are (default: %(default)s)")
    p.add_argument("--webhook", metavar="URL", action="append", default=[], help="whom to tell; may be repeated")
    p.add_argument(
        "--secret-env", metavar="NAME", default=SECRET_ENV, help="the variable with the secrets (default: %(default)s)"
    )
    p.add_argument("--segments", metavar="A,B", help="tell of these alone (default: of all that are watched)")
    p.add_argument("--with-traits", action="store_true", help="tell the person's traits, too")
    p.add_argument("--once", action="store_true", help="do what there is to do now, and end")
    p.add_argument("--status", action="store_true", help="instead: show how relays stand")
    p.add_argument("--undelivered", action="store_true", help="instead: list the webhooks that were given up")
    p.add_argument("--resend", metavar="ID", help="instead: try one that was given up again, or `all` of them")
    p.add_argument("--resume", metavar="WEBHOOK", help="instead: tell a webhook again that once answered 410")
    p.add_argument("--json", action="store_true", help="with --status and --undelivered: print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C, or look once."""
    if args.status or args.undelivered:
        return asyncio.run(_show(args))
    if args.resend or args.resume:
        return asyncio.run(_change(args))
    publisher = _publisher(args)
    endpoints = _endpoints(args, publisher.rulebook.ruleset)
    _log_to_terminal()
    return asyncio.run(_relay(args, publisher, endpoints))


async def _relay(args: argparse.Namespace, publisher: Publisher, endpoints: Sequence[Endpoint]) -> int:
    store, settings = open_existing(args.store), RelaySettings()
    async with httpx.AsyncClient(follow_redirects=False, timeout=settings.timeout_s, trust_env=False) as client:
        relay = Relay(
            store,
            lambda: publisher.rulebook.corridor,
            endpoints,
            client,
            consumer=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}",
            clock=time.time,
            dice=random.random,
            settings=settings,
        )
        population = Population(store, clock=time.time, random=secrets.token_bytes)
        try:
            if args.once:
                await population.refresh(publisher)
                await relay.run_once()
            else:
                await _run_on(relay, publisher, population)
        finally:
            await population.close()
            await store.close()
    return 0


async def _run_on(relay: Relay, publisher: Publisher, population: Population) -> None:
    """The site judges with what is known of the population, and so the relay begins with it."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # where the system has no such signals
            loop.add_signal_handler(one, stop.set)
    while not stop.is_set() and not await _knows(population, publisher):
        with suppress(TimeoutError):
            async with asyncio.timeout(_AWAY_S):
                await stop.wait()
    publisher.start(lambda _: None)
    population.start(publisher)
    try:
        await relay.run(stop, ready=lambda: print("The relay runs. Ctrl-C or SIGTERM ends it.", flush=True))
    finally:
        await publisher.stop()


async def _knows(population: Population, publisher: Publisher) -> bool:
    try:
        await population.refresh(publisher)
    except StoreError as failure:
        logger.warning("the store is away; the relay waits: %s", failure)
        return False
    return True


def _publisher(args: argparse.Namespace) -> Publisher:
    """The rules, and what is saved in their place later."""
    rules, templates = Path(args.rules), templates_of(args)

    def load(files: RuleFiles | None) -> Rulebook:
        now = time.time()
        return load_rulebook(rules, templates, now=now) if files is None else rulebook_of(files, now=now)

    return Publisher(load, rules=rules, templates=templates, reload_s=1.0)


def _endpoints(args: argparse.Namespace, ruleset: Ruleset) -> list[Endpoint]:
    segments = frozenset(one.strip() for one in (args.segments or "").split(",") if one.strip())
    watched = [name for name, one in ruleset.segments.items() if one.watch and not one.draft]
    for name in sorted(segments - set(watched)):
        hint = did_you_mean(name, watched, instead="no segment is watched; write watch: yes in one")
        raise ConfigurationError(f"--segments: {name} is not watched; {hint}")
    if not args.webhook:
        return []
    keys = read_secrets(os.environ.get(args.secret_env, ""), where=f"the environment variable {args.secret_env}")
    found = [read_endpoint(one, secrets=keys, segments=segments, with_traits=args.with_traits) for one in args.webhook]
    if len({one.key for one in found}) < len(found):
        raise ConfigurationError("two --webhook have the same address, but for what follows `?`; write it once")
    return found


async def _show(args: argparse.Namespace) -> int:
    store = open_existing(args.store)
    try:
        await store.ping()
        standing = await standing_of(store, time.time())
        ids = [(await store.relaying()).id_of(one.letter) for one in standing.undelivered]
    finally:
        await store.close()
    if args.json:
        print(json.dumps(as_json(standing, ids), ensure_ascii=False, indent=2))
    elif args.status:
        print("\n".join(report(standing, Paper(sys.stdout))))
    else:
        print("\n".join(told_undelivered(standing.undelivered, ids)))
    return 0


async def _change(args: argparse.Namespace) -> int:
    store = open_existing(args.store)
    try:
        await store.ping()
        if args.resume:
            await _resume(store, args.resume)
        if args.resend:
            print(f"{counted(await _resend(store, args.resend), 'webhook')} will be tried again.")
    finally:
        await store.close()
    return 0


async def _resume(store: Store, key: str) -> None:
    relaying = await store.relaying()
    stopped = [
        name.removeprefix(stopped_note("")) for name in await relaying.notes() if name.startswith(stopped_note(""))
    ]
    if key not in stopped:
        hint = did_you_mean(key, stopped, instead="none is stopped")
        raise ConfigurationError(f"no webhook {key} is stopped; {hint}")
    await relaying.note(stopped_note(key), "")
    print(f"The webhook {key} is told again.")


async def _resend(store: Store, asked: str) -> int:
    """How many were found and will be tried again."""
    relaying, now = await store.relaying(), time.time()
    wanted = [one for one in await relaying.undelivered() if asked in ("all", relaying.id_of(one.letter))]
    if not wanted and asked != "all":
        raise ConfigurationError(f"nothing of the id {asked} was given up; --undelivered lists what was")
    return sum([await relaying.resend(one, now=now) for one in wanted])


def _log_to_terminal() -> None:
    """What the relay says, and nothing of the client's own, which names whole addresses."""
    talkative = (__name__, "floorwalker.relay", publishing.__name__)
    log_to_terminal(*talkative, shown="%(asctime)s  %(levelname)s  %(message)s")
