"""A middleware that does the least a personalized page asks for, step by step: what is left of it is I/O and C.

It knows everything beforehand: a visitor's key, the very command that stores their page, the texts for the slots, and
where these go. So whatever floorwalker takes beyond it is Python: ours.
"""

import asyncio
from collections.abc import Mapping, Sequence
from enum import IntEnum, auto

from msgspec import Struct, msgpack

from benchmarks.site.pages import App, Message, Receive, Scope, Send
from floorwalker.asgi.cookie import VisitorCookie
from floorwalker.core.memory.profile import Profile
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.link.resp import Packed

STORED = 1
"""What the commit's script answers where the commit stands."""


class Depth(IntEnum):
    """How far it goes; each does what those before it do, too."""

    PASSED = auto()
    COOKIE = auto()
    LOADED = auto()
    COMMITTED = auto()
    DECODED = auto()
    SPLICED = auto()


class Known(Struct, frozen=True):
    """What is known of a visitor. commit: a command that puts the same record in the place of itself. payload: their
    profile, encoded."""

    key: str
    commit: Packed
    payload: bytes


class Ready(Struct):
    """What is known before any request comes. now: seconds since 1970. pages: by their length, with the pieces between
    which contents go. stored, refused: commits that stand, and those that do not."""

    link: Link
    cookie: VisitorCookie
    now: float
    visitors: Mapping[str, Known]
    pages: Mapping[int, tuple[bytes, Sequence[bytes]]]
    contents: Sequence[bytes]
    stored: int = 0
    refused: int = 0

    def answered(self, reply: "asyncio.Future[Reply]") -> None:
        """Count a commit."""
        if reply.result() == STORED:
            self.stored += 1
        else:
            self.refused += 1

    def visitor(self, scope: Scope) -> Known:
        """Whom a request is of, by its cookie."""
        identity = self.cookie.read(_cookies(scope), secure=False, now=self.now)
        assert identity is not None
        return self.visitors[identity.visitor]

    def spliced(self, page: bytes) -> bytes:
        """The page with the contents in it."""
        known, (first, second, third, rest) = self.pages[len(page)]
        assert known == page  # its bytes are the same as ever, as most sites send them
        one, two, three = self.contents
        return b"".join((first, one, second, two, third, three, rest))


def least(inner: App, ready: Ready, depth: Depth) -> App:
    """The app with the least around it."""
    match depth:
        case Depth.PASSED:
            return _passing(inner)
        case Depth.COOKIE:
            return _knowing(inner, ready)
        case _:
            return _storing(inner, ready, depth)


def _passing(inner: App) -> App:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        async def pass_on(message: Message) -> None:
            await send(message)

        await inner(scope, receive, pass_on)

    return call


def _knowing(inner: App, ready: Ready) -> App:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        async def pass_on(message: Message) -> None:
            await send(message)

        ready.visitor(scope)
        await inner(scope, receive, pass_on)

    return call


def _storing(inner: App, ready: Ready, depth: Depth) -> App:
    """With the store. The record is asked for before the app is, and awaited before the page goes out."""
    decode, encode, link = msgpack.Decoder(Profile).decode, msgpack.Encoder().encode, ready.link

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        visitor, began = ready.visitor(scope), list[Message]()
        loading = link.call("GET", visitor.key)

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                began.append(message)
                return
            await loading
            if depth >= Depth.DECODED:
                encode(decode(visitor.payload))
            if depth >= Depth.SPLICED:
                message["body"] = ready.spliced(message["body"])
                began[0]["headers"] = _with_length(began[0]["headers"], len(message["body"]))
            await send(began[0])
            await send(message)

        await inner(scope, receive, hold)
        if depth >= Depth.COMMITTED:
            link.send(visitor.commit).add_done_callback(ready.answered)

    return call


def _cookies(scope: Scope) -> bytes:
    return next((value for name, value in scope["headers"] if name == b"cookie"), b"")


def _with_length(headers: Sequence[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    return [*[one for one in headers if one[0] != b"content-length"], (b"content-length", b"%d" % length)]
