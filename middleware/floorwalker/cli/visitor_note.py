"""`floorwalker visitor note`: what somebody said, kept for whoever speaks with them next."""

import argparse
import asyncio
import secrets
import sys
from typing import Any, Final

from floorwalker.cli.reports.paper import printable
from floorwalker.cli.walks.visitor_walk import NobodyThere, add_place, add_who, counter_of, one_person
from floorwalker.collect.keys import Access
from floorwalker.collect.messages import Kind, Message
from floorwalker.collect.steps import step_of
from floorwalker.core.events import NOTE_TAKEN
from floorwalker.core.memory.kept.holdings import NOTE_BYTES
from floorwalker.errors import ConfigurationError
from floorwalker.store import Outcome

_KEPT: Final = frozenset((Outcome.STORED, Outcome.KNOWN, Outcome.DEFERRED))


def add(what: Any) -> None:
    """Add the command."""
    p = what.add_parser("note", help="write down what somebody said")
    add_who(p)
    p.add_argument("text", help=f"the note; the latest 0.6 KB are kept, a note up to {NOTE_BYTES} bytes")
    p.add_argument("--by", default="", metavar="NAME", help="who took it")
    add_place(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Commit one event; 1 where nobody is there."""
    text = " ".join(args.text.split())
    if not text:
        raise ConfigurationError("the note is empty")
    if len(text.encode()) > NOTE_BYTES:
        raise ConfigurationError(f"the note has {len(text.encode())} bytes; {NOTE_BYTES} are kept, so write two")
    try:
        return asyncio.run(_note(args, text))
    except NobodyThere as nobody:
        print(nobody, file=sys.stderr)
        return 1


async def _note(args: argparse.Namespace, text: str) -> int:
    """The id is made once: a commit whose answer was lost is tried again under it, and counts once."""
    async with counter_of(args) as counter:
        loaded = await one_person(counter.store, args)
        told = {"text": text, "by": args.by}
        message = Message(
            kind=Kind.TRACK, at=counter.now, id=f"note {secrets.token_hex(16)}", name=NOTE_TAKEN, properties=told
        )
        step = step_of(message, loaded.visitor, counter.corridor, now=counter.now, access=Access.SERVER)
        assert step is not None  # nobody refuses a note
        committed = await counter.store.commit(
            loaded.visitor, loaded, step, message=message.id, confirmed=loaded.confirmed
        )
    if committed.outcome not in _KEPT:
        print(f"The note was not kept: {committed.outcome}.", file=sys.stderr)
        return 1
    print(f"Noted of the visitor {loaded.visitor}: {printable(text)}")
    return 0
