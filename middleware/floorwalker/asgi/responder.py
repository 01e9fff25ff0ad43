"""The responder: one request's state while its response goes by, message for message."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from floorwalker.asgi.http.body import Opening, PageBody
from floorwalker.asgi.http.headers import accepts_coding, all_of, as_personal, lowered, may_be_shared, without
from floorwalker.asgi.http.kinds import hit_kind
from floorwalker.asgi.http.replies import Reply, read_reply
from floorwalker.asgi.http.types import App, Message, RawHeaders, Receive, Scope, Send
from floorwalker.asgi.meeting import Meeting
from floorwalker.asgi.rules.rulebook import MayHold
from floorwalker.asgi.walk import Walk
from floorwalker.core.hit import HitKind
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.selectors import SelectorMarks
from floorwalker.html.weave import Outcome

logger = logging.getLogger(__name__)

_AHEAD_OF_BODY = ("http.response.push", "http.response.early_hint", "http.response.debug")
_REWRITTEN = (HitKind.VIEW, HitKind.ERROR, HitKind.FRAGMENT, HitKind.PREFETCH)
_NONCE = re.compile(rb"'nonce-([A-Za-z0-9+/_=-]+)'")


class Responder:
    """Takes part in one HTTP response. What fails of ours is logged once, and the app's own bytes go out."""

    _held: tuple[Message, Reply] | None = None
    _behind: tuple[Message, ...] = ()  # what came between the start and the first of the body
    _body: PageBody | None = None

    def __init__(self, encounter: Meeting, send: Send) -> None:
        self._send = send
        self.encounter = encounter
        self._asked = encounter.request
        # A function rather than a bound method: a request that refers to itself waits for the garbage collector.
        self._stage: Callable[[Responder, Message], Awaitable[None]] | None = Responder._before_start

    async def run(self, app: App, scope: Scope, receive: Receive) -> None:
        """Run the app."""
        try:
            await app(scope, receive, self.on_message)
        except BaseException as failure:
            await self.break_off(failure)
            raise
        finally:
            self._body = None  # the app's frames may live on in a cycle, and lol-html's objects die in their own thread
        await self.end()

    def on_message(self, message: Message) -> Awaitable[None]:
        """What the app sends."""
        return self._send(message) if self._stage is None else self._stage(self, message)

    async def end(self) -> None:
        """The app is through."""
        self._body = None
        if self._held is not None:
            await self._let_out()
        try:
            if self.encounter.is_met:
                await self.encounter.end()
        except Exception:
            logger.exception("a request could not be ended")
            self.encounter.tallies.failure("end of a request")

    async def break_off(self, failure: BaseException) -> None:
        """The app failed, or was cancelled. A start that is held goes out all the same, as it would have without us."""
        self._body = None
        try:
            self.encounter.abandon()
        except Exception:
            logger.exception("a request could not be ended")
            self.encounter.tallies.failure("end of a request")
        if isinstance(failure, Exception):
            with suppress(Exception):  # the app's own failure is the one that counts
                await self._let_out()

    async def _before_start(self, message: Message) -> None:
        """The start of a page is held until the first of its body tells which headers change."""
        if message["type"] != "http.response.start":
            await self._send(message)
            return
        try:
            reply = read_reply(message)
            kind = hit_kind(self._asked.kind, status=reply.status, is_html=reply.is_page)
            self.encounter.became(kind, reply.status, is_page=reply.is_page)
            takes = reply.is_page and self._takes(reply)
            has_part = not takes and self.encounter.has_part
        except Exception:
            logger.exception("a response passes by: its start cannot be read")
            self.encounter.tallies.failure("start of a response")
            self._stage = None
            await self._send(message)
            return
        if takes:
            self._held, self._stage = (message, reply), Responder._before_body
            return
        self.encounter.tallies.pages_passed += reply.is_page
        if has_part:
            await self._take_part(message, reply)
        else:
            self._stage = None
            await self._send(message)

    def _takes(self, reply: Reply) -> bool:
        """Whether the page may be changed, as far as its start tells."""
        encounter = self.encounter
        if not encounter.may_change_pages:
            return False
        return not reply.public or encounter.takes_every_page or encounter.goes_public

    async def _take_part(self, start: Message, reply: Reply) -> None:
        """A response whose body is none of ours, but which counts, or whose handler said something."""
        self._stage = Responder._in_body
        try:
            headers = lowered(reply.headers)
        except Exception:
            logger.exception("a response passes by: its headers cannot be read")
            self.encounter.tallies.failure("start of a response")
            await self._send(start)
            return
        settled = await self._settled(headers, personal=False)
        await self._send(start if settled is headers else {**start, "headers": settled})

    async def _before_body(self, message: Message) -> None:
        kind, held = message["type"], self._held
        if kind in _AHEAD_OF_BODY:
            self._behind = (*self._behind, message)
            return
        if kind != "http.response.body" or held is None:
            self._stage = None
            await self._let_out()
            await self._send(message)
            return
        (start, reply), self._held = held, None
        last = not message.get("more_body", False)
        headers = await self._opened(reply, message.get("body", b""), last=last)
        self._stage = Responder._in_body
        await self._send(start if headers is reply.headers else {**start, "headers": headers})
        if self._behind:
            behind, self._behind = self._behind, ()
            for each in behind:
                await self._send(each)
        await self._changed(message, last=last)

    async def _let_out(self) -> None:
        """Send the start, if one waits, and what came after it."""
        if self._held is None:
            return
        (start, _), self._held = self._held, None
        behind, self._behind = self._behind, ()
        for message in (start, *behind):
            await self._send(message)

    async def _in_body(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        await self._changed(message, last=not message.get("more_body", False))

    async def _changed(self, message: Message, *, last: bool) -> None:
        """Send what becomes of a part of the body."""
        body = self._body
        if body is not None:
            data = message.get("body", b"")
            try:
                fed = await _in_turns(body, data, last=last) if body.takes_long(data) else body.feed(data, last=last)
            except Exception:
                if not body.can_be_left:
                    raise
                fed = self._left(body, data)
            message = {**message, "body": fed}
        await self._send(message)
        if last:
            self._stage = body = None  # an app's frames may live on, and lol-html's objects die in their own thread
            self._finish()

    def _left(self, body: PageBody, data: bytes) -> bytes:
        """What goes out of a page that is given up amid these bytes."""
        logger.exception("a page could not be changed and goes on as the app made it")
        self._body = None
        return body.release(data)

    def _finish(self) -> None:
        """The server has the last byte."""
        body, self._body = self._body, None
        try:
            outcomes = body.outcomes if body is not None else {}
            self.encounter.finish(outcomes)
            if body is not None:
                self._count(outcomes, has_failed=body.has_failed)
        except Exception:
            logger.exception("a request could not be ended")
            self.encounter.tallies.failure("end of a request")

    def _count(self, outcomes: Mapping[str, Outcome], *, has_failed: bool) -> None:
        """A page that may have held slots has gone out."""
        tallies = self.encounter.tallies
        if has_failed:
            tallies.pages_failed += 1
            tallies.failure("body of a page")
        else:
            tallies.page(outcomes, self.encounter.rulebook.ruleset.slots)

    async def _opened(self, reply: Reply, body: bytes, *, last: bool) -> RawHeaders:
        """The page's headers as they go out; from here on `_body` changes what follows, or is None."""
        headers, encounter = reply.headers, self.encounter
        personal: bool | None = None
        try:
            if reply.codings is None:
                encounter.note("pages pass through whose Content-Encoding is neither gzip nor deflate")
            opening = Opening(reply, body, whole=last and self._asked.method != "HEAD")
            walk = await encounter.walk()
            slots = encounter.may_hold(walk)
            taken = encounter.takes_every_page and opening.readable
            ours = not reply.public or slots.although_public
            if personal := taken or (ours and opening.may_hold(marked=slots.marked, selected=bool(slots.selectors))):
                headers = reply.personal()
                if encounter.kind in _REWRITTEN:
                    headers = self._rewriting(walk, reply, opening, slots, headers)
            encounter.tallies.pages_passed += self._body is None
        except Exception:
            logger.exception("a page goes out as the app made it")
            encounter.tallies.failure("page")
            encounter.tallies.pages_failed += 1
            self._body = None
            if personal is None:  # for all we know it may hold a slot, and caches are told so
                headers, personal = as_personal(headers), True
        return await self._settled(headers, personal=bool(personal))

    def _rewriting(self, walk: Walk, reply: Reply, opening: Opening, slots: MayHold, headers: RawHeaders) -> RawHeaders:
        """The headers of a page that is about to be rewritten."""
        encounter = self.encounter
        if walk.is_robot and not encounter.takes_every_page:
            return headers
        if reply.shape is None:
            walk.nonce = _nonce(headers)
        marks = None
        if slots.selectors and opening.takes_selectors:
            marks = SelectorMarks(slots.selectors, token=encounter.new_token())
        public = reply.public and not slots.although_public
        memory, markup = encounter.page_memory, encounter.markup(walk, public=public)
        rewriter = SlotRewriter(markup, charset=opening.charset, selectors=marks, memory=memory)
        tail = encounter.tail(walk, headers, public=public)
        coding = self._coding_of(reply) if reply.codings else None
        self._body = PageBody(rewriter, opening, coding=coding, tail=tail)
        if not reply.codings:
            return headers
        plain = without(headers, (b"content-encoding",))
        return plain if coding is None else [*plain, (b"content-encoding", coding.encode())]

    def _coding_of(self, reply: Reply) -> str | None:
        """In which coding a page goes out that came in one: in that, where the client takes it."""
        coding = reply.codings[-1] if reply.codings else None
        if coding is None or not accepts_coding(self._asked.header(b"accept-encoding"), coding):
            return None
        return coding

    async def _settled(self, headers: RawHeaders, *, personal: bool) -> RawHeaders:
        try:
            if not self.encounter.has_part:
                return headers
            return await self.encounter.settle(headers, shared=not personal and may_be_shared(headers))
        except Exception:
            logger.exception("a visitor is not remembered")
            self.encounter.tallies.failure("headers of a page")
            return headers


async def _in_turns(body: PageBody, data: bytes, *, last: bool) -> bytes:
    """What goes out for so many bytes; other requests have their turn between the steps."""
    out = []
    for step in body.steps(data, last=last):
        out.append(step)
        if not step:  # what goes out comes with the last one: a large page is sent before the next one is made
            await asyncio.sleep(0)
    return b"".join(out)


def _nonce(headers: RawHeaders) -> str | None:
    """The nonce of the page's content security policy, for blocks that bring a script or style."""
    if b"content-security-policy" not in dict(headers):  # as of most; to look at each header costs 45 bytecodes
        return None
    for policy in all_of(headers, b"content-security-policy"):
        if found := _NONCE.search(policy):
            return found[1].decode("ascii")
    return None
