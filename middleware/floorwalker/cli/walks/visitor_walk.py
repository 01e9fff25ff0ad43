"""One person of a store: who is meant, and what is known of them."""

import argparse
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from floorwalker.asgi.keeping.population import read_priors
from floorwalker.cli.rule_options import add_rules, open_rules
from floorwalker.cli.walks.shelf import DEFAULT_STORE, open_existing
from floorwalker.core.advance import Corridor
from floorwalker.errors import FloorwalkerError
from floorwalker.store import Loaded, Store


class NobodyThere(FloorwalkerError):
    """The store knows nobody of that name."""


class Counter(Struct, frozen=True):
    """Where people are asked about: a store, and the rules by which they are judged. now: seconds since 1970."""

    store: Store
    corridor: Corridor
    now: float


def add_place(p: argparse.ArgumentParser) -> None:
    """The options that name the store and the rules."""
    add_rules(p)
    p.add_argument("--store", default=DEFAULT_STORE, help="where the profiles are (default: %(default)s)")


def add_who(p: argparse.ArgumentParser) -> None:
    """The options that name one person."""
    who = p.add_mutually_exclusive_group(required=True)
    who.add_argument("--visitor", metavar="ID", help="the visitor's id, as in their cookie before the first dot")
    who.add_argument("--user", metavar="ID", help="what your site calls them, as in visitor.identify")
    who.add_argument("--email", metavar="ADDRESS", help="their e-mail address, if one person alone has it")


@asynccontextmanager
async def counter_of(args: argparse.Namespace) -> AsyncIterator[Counter]:
    """The store that is named, open, with the rules and what is known of everybody."""
    rulebook = open_rules(args)
    store, now = open_existing(args.store), time.time()
    try:
        await store.ping()
        store.joining = rulebook.corridor.join
        priors = await read_priors(store, rulebook.corridor.named_topics, now=now)
        yield Counter(store, rulebook.corridor.with_priors(priors), now)
    finally:
        await store.close()


async def one_person(store: Store, args: argparse.Namespace) -> Loaded:
    """Who is named; pointers are followed. Raises NobodyThere."""
    if args.email is not None:
        return await person_by_email(store, args.email)
    visitor = await store.person(args.user) if args.user is not None else args.visitor
    loaded = await store.load(visitor)
    if loaded.profile is None:
        named = f"user {args.user}" if args.user is not None else f"visitor {args.visitor}"
        gone = "was erased" if loaded.erased else "is not known here"
        raise NobodyThere(f"The {named} {gone}. `floorwalker visitor find --trait email=…` looks people up.")
    return loaded


async def person_by_email(store: Store, email: str) -> Loaded:
    """The one person who has this e-mail address. Raises NobodyThere, also where it is several's.

    Who never signed in is not meant: a browser can tell any address as its own.
    """
    found = [await store.load(visitor) for visitor in await store.find("email", email)]
    people = [one for one in found if one.profile is not None and one.profile.user]
    if len(people) == 1:
        return people[0]
    ids = ", ".join([one.visitor for one in (people or found)[:5]])
    if people:
        raise NobodyThere(f"{len(people)} people have this e-mail address: {ids}. Say --visitor with one of them.")
    if found:
        raise NobodyThere(
            f"Only visitors who never signed in say that this is their e-mail address: {ids}. "
            "Anybody can say so; if you know that it is true, say --visitor with the id."
        )
    raise NobodyThere("Nobody is found by this e-mail address.")
