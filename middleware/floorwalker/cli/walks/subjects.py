"""Whom `explain` speaks of: a request that was described, a persona, a visitor of the store, a line of a log."""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence

from msgspec import Struct, structs

from floorwalker.accesslog import LogLine, Rejected, open_log
from floorwalker.accesslog.hits import LogHit, hit_of
from floorwalker.accesslog.lines import read_line
from floorwalker.accesslog.replay import Replay
from floorwalker.asgi.keeping.population import read_priors
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.verdicts import walk_of
from floorwalker.asgi.walk import Walk
from floorwalker.cli.request import RequestUnreadable, read_moment, request_hit
from floorwalker.cli.walks.log_walk import host_of
from floorwalker.cli.walks.replay_walk import choose
from floorwalker.cli.walks.shelf import data_keys_of
from floorwalker.core.consent import EVERYTHING_PERMITTED
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.personas import Persona
from floorwalker.core.priors import Priors
from floorwalker.core.trying.rehearsal import rehearse
from floorwalker.errors import ConfigurationError
from floorwalker.rulefile.problems import did_you_mean
from floorwalker.store import open_store

_OF_REQUEST = ("url", "referrer", "user_agent", "header", "at", "address")
_BESIDE = {"persona": ("url", "at"), "visitor": _OF_REQUEST, "line": (), "log": ()}


class Subject(Struct):
    """Somebody at one moment. title: who that is. is_page: whether a page is looked at, and not the moment alone.
    note: what else there is to know, for people."""

    walk: Walk
    title: str
    is_page: bool = True
    note: str = ""


def add_subjects(p: argparse.ArgumentParser) -> None:
    """The options that name somebody, beside those that describe a request."""
    p.add_argument("--persona", metavar="NAME", help="somebody of `personas:`, on their own page or that of --url")
    p.add_argument("--visitor", metavar="ID", help="a visitor of the store, at this moment or on the page of --url")
    p.add_argument("--store", default="embedded:var/floorwalker", help="where --visitor is looked up")
    p.add_argument("--line", metavar="'…'", help="a line of an access log: somebody new")
    p.add_argument("--log", metavar="FILE", help="an access log; with --at-line, whose line that is")
    p.add_argument("--at-line", type=int, metavar="N", help="the line; what the same visitor did before is their past")
    p.add_argument("--host", help="the site's own host, for --line and --log (default: found from the log)")


def subject_of(args: argparse.Namespace, rulebook: Rulebook) -> Subject:
    """Whom the options name. Raises ConfigurationError where they name nobody, or several."""
    named = [name for name in _BESIDE if getattr(args, name)]
    if len(named) > 1:
        raise RequestUnreadable(f"--{named[0]} and --{named[1]} name two people; keep one of them")
    if named:
        _refuse_beside(args, named[0])
    match named:
        case ["persona"]:
            return _persona(args, rulebook)
        case ["visitor"]:
            return _visitor(args, rulebook)
        case ["line"]:
            return _line(args, rulebook)
        case ["log"]:
            return _in_log(args, rulebook)
        case _:
            return _described(args, rulebook)


def _refuse_beside(args: argparse.Namespace, named: str) -> None:
    for name in _OF_REQUEST:
        if getattr(args, name) and name not in _BESIDE[named]:
            raise RequestUnreadable(f"--{name.replace('_', '-')} says nothing beside --{named}; leave it out")


def _described(args: argparse.Namespace, rulebook: Rulebook) -> Subject:
    if not args.url and any((args.referrer, args.user_agent, args.header, args.address)):
        args.url = "/"
    if not args.url:
        ways = "--persona NAME, --visitor ID, or --log FILE --at-line N"
        raise RequestUnreadable(f"say --url https://shop.example/ for a made-up request, or {ways}")
    hit = request_hit(args, timezone=rulebook.ruleset.site.timezone)
    return Subject(_walk(rulebook, hit, None, "somebody new"), "Somebody new")


def _walk(rulebook: Rulebook, hit: Hit, base: Profile | None, visitor: str) -> Walk:
    return Walk(rulebook, hit, base, visitor=visitor, degraded=False, permission=EVERYTHING_PERMITTED)


def _persona(args: argparse.Namespace, rulebook: Rulebook) -> Subject:
    ruleset = rulebook.ruleset
    persona = ruleset.personas.get(args.persona)
    if persona is None:
        hint = did_you_mean(args.persona, ruleset.personas, instead="make somebody up under personas:")
        raise ConfigurationError(f"there is no persona {args.persona}; {hint}")
    if args.url:
        persona = structs.replace(persona, url=args.url, page=None)
    at = read_moment(args.at, ruleset.site.timezone).timestamp() if args.at else persona.moment(time.time())
    walk = walk_of(rulebook, rehearse(rulebook.corridor, persona, at=at))
    return Subject(walk, _title(persona), note="made up, so that no control group holds anything back")


def _title(persona: Persona) -> str:
    return f"{persona.name}: {persona.about}" if persona.about else persona.name


def _visitor(args: argparse.Namespace, rulebook: Rulebook) -> Subject:
    """On the page that was described; without one, at this moment alone: nothing is seen."""
    hit = Hit(at=time.time(), url="/", kind=HitKind.EVENTS)
    if args.url:
        hit = request_hit(args, timezone=rulebook.ruleset.site.timezone)
    base, priors = asyncio.run(_profile(args.store, args.visitor, rulebook))
    return Subject(
        _walk(rulebook.with_priors(priors), hit, base, args.visitor), f"The visitor {args.visitor}", bool(args.url)
    )


async def _profile(address: str, visitor: str, rulebook: Rulebook) -> tuple[Profile, Priors]:
    """What the store knows of them, and of everybody."""
    store = open_store(address, data_keys=data_keys_of(os.environ))
    store.joining = rulebook.corridor.join
    try:
        loaded = await store.load(visitor)
        priors = await read_priors(store, rulebook.corridor.named_topics, now=time.time())
    finally:
        await store.close()
    if loaded.profile is None:
        raise ConfigurationError(f"the store knows no visitor {visitor}; is --store right?")
    return loaded.profile, priors


def _line(args: argparse.Namespace, rulebook: Rulebook) -> Subject:
    found = _page_of(read_line(args.line.rstrip("\r\n"), 1), "this line", host=args.host or "")
    return Subject(_walk(rulebook, found.hit, None, found.visitor), "Somebody new, by one line of a log")


def _in_log(args: argparse.Namespace, rulebook: Rulebook) -> Subject:
    """Whose line it is; the lines of theirs before it are their past, as in `replay`."""
    if not args.at_line or args.at_line < 1:
        raise RequestUnreadable("--log needs --at-line: the number of a line, from 1 on")
    if args.log == "-":
        raise RequestUnreadable("--log needs a file: it is read twice")
    try:
        host = args.host if args.host is not None else host_of(args.log) or ""
        line = _line_at(args.log, args.at_line)
        found = _page_of(line, f"line {args.at_line}", host=host)
        earlier = _lines_of(line, args.log) if isinstance(line, LogLine) else []
    except OSError as error:
        raise ConfigurationError(f"{args.log} cannot be read: {error.strerror or error}") from error
    replay = Replay(rulebook.corridor, choose=lambda profile, signals: choose(rulebook, profile, signals), host=host)
    replay.walk(earlier)
    base = replay.profiles.get(found.visitor)
    past = f"{len(earlier)} earlier requests" if len(earlier) != 1 else "one earlier request"
    title = f"Whoever asked for line {args.at_line} of {args.log}, with {past}"
    return Subject(_walk(rulebook, found.hit, base, found.visitor), title)


def _line_at(log: str, number: int) -> LogLine | Rejected:
    with open_log(log) as opened:
        last = 0
        for line in opened.lines():
            last = line.number
            if last == number:
                return line
    raise ConfigurationError(f"{log} has {last} lines; --at-line {number} is beyond them")


def _lines_of(line: LogLine, log: str) -> Sequence[LogLine]:
    """The lines before it of the same address and user agent: a log knows a visitor by nothing else."""
    with open_log(log) as opened:
        found = []
        for one in opened.lines():
            if one.number >= line.number:
                break
            if isinstance(one, LogLine) and (one.address, one.user_agent) == (line.address, line.user_agent):
                found.append(one)
        return found


def _page_of(line: LogLine | Rejected, what: str, *, host: str) -> LogHit:
    if isinstance(line, Rejected):
        raise ConfigurationError(f"{what} cannot be read: {line.why}")
    found = hit_of(line, host=host)
    if found is None:
        raise ConfigurationError(f"{what} asks for {line.target[:80]}, which is no page; name a line that is one")
    return found
