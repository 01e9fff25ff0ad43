"""What clients, pages and servers send: events over HTTP, what a page tells, lines of access logs."""

import json
from typing import Any, Final

from floorwalker.accesslog.lines import LogLine, Rejected, read_line
from floorwalker.asgi.client.told import read_told
from floorwalker.collect.bodies import read_batch, read_message, unpack
from floorwalker.collect.keys import Access
from floorwalker.collect.limits import BODY_BYTES
from floorwalker.collect.messages import Kind, Message
from floorwalker.collect.reading import read_messages
from floorwalker.collect.refusals import Refused
from floorwalker.collect.steps import step_of
from floorwalker.core.advance import Corridor
from floorwalker.core.memory.guard import MOST_BYTES
from floorwalker.core.memory.profile import Profile
from floorwalker.core.portrait import portrait
from floorwalker.core.ruleset import Ruleset
from floorwalker.store.records.codec import decode_profile, encode_profile
from fuzz.of_visitors import NOW

_CORRIDOR: Final = Corridor(Ruleset())
_KINDS: Final = (None, *Kind)
_REFUSED: Final = range(400, 500)


def a_log_line(data: bytes) -> None:
    """Any line is read or rejected with a word of why, and a line that was read is a real request."""
    line = read_line(data.decode("latin-1"), 7)
    assert line.number == 7
    match line:
        case Rejected(why=why):
            assert why
        case LogLine():
            assert 0 <= line.status <= 999
            assert not set("\r\n") & set(line.method)


def what_a_page_tells(data: bytes) -> None:
    """Any body is taken or refused with 4xx; what is taken folds into a profile that stays small."""
    try:
        told = read_told(data, at=NOW)
    except Refused as refusal:
        _check(refusal)
        return
    assert told.happenings


def messages(data: bytes) -> None:
    """Any body is taken or refused with 4xx, and what is taken folds into a profile that is small, and can be told.

    The first byte says by which address and with which key it comes.
    """
    how, body = (data[0], data[1:]) if data else (0, b"")
    kind = _KINDS[how % len(_KINDS)]
    access = Access.BROWSER if how & 0x80 else Access.SERVER
    try:
        text = unpack(body)
        assert len(text) <= max(BODY_BYTES, len(body))
        envelope = read_batch(text) if kind is None else read_message(text)
        taken = read_messages(envelope, kind, now=NOW, access=access)
    except Refused as refusal:
        _check(refusal)
        return
    _fold(taken, access)


def _check(refusal: Refused) -> None:
    assert refusal.status in _REFUSED
    json.dumps([refusal.detail, *((fault.field, fault.detail) for fault in refusal.faults)]).encode("ascii")


def _fold(taken: list[Message], access: Access) -> None:
    profile: Profile | None = None
    for message in taken[:20]:
        step = step_of(message, "v" * 22, _CORRIDOR, now=NOW, access=access)
        if step is not None:
            profile, _ = step(profile)
    if profile is None:
        return
    stored = encode_profile(profile)
    assert len(stored) <= MOST_BYTES
    assert encode_profile(decode_profile(stored)) == stored
    drawn: Any = portrait(_CORRIDOR, profile, at=NOW)
    json.dumps(drawn, allow_nan=False)
