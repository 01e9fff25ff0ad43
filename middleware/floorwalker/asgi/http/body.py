"""A page's body: what its first bytes tell, and how it goes out. At a failure of ours, the app's bytes do."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from floorwalker.asgi.http.replies import Reply
from floorwalker.errors import BodyUndecodable
from floorwalker.html.charset import can_hold_markers, can_use_selectors, read_charset
from floorwalker.html.encoding import decoder_for, encoder_for
from floorwalker.html.markers import may_hold_slot
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.weave import Outcome

logger = logging.getLogger(__name__)

_STEP_BYTES: Final = 262_144
_GIVEN_UP: Final = "a page could not be rewritten and goes on as the app made it"


class Opening:
    """The first message of a page's body, decoded. `readable` is False where it cannot be, or bears no markers."""

    def __init__(self, reply: Reply, body: bytes, *, whole: bool) -> None:
        """whole: no more of the body follows, so what is not in it is not in the page."""
        self._whole = whole
        self.decoder = decoder_for(reply.codings) if reply.codings else None
        self.first = body
        self.readable = reply.codings is not None
        try:
            if self.decoder is not None:
                self.first = b"".join(self.decoder.feed(body))
        except BodyUndecodable as damage:
            logger.warning("a page passes through: %s", damage)
            self.readable = False
        self.charset = read_charset(reply.content_type, self.first)
        self.readable = self.readable and can_hold_markers(self.charset)
        self.takes_selectors = self.readable and can_use_selectors(self.charset)

    def may_hold(self, *, marked: bool, selected: bool) -> bool:
        """Whether a slot may be in this page, given that such slots may: by marker, by selector."""
        if selected and self.takes_selectors:
            return True
        return marked and self.readable and (not self._whole or may_hold_slot(self.first))


class PageBody:
    """Bytes in, bytes out, of a page that may be changed. Raises nothing: a failure is logged once, defaults go out."""

    _rewriting = True
    _has_sent = False
    _fed = 0
    _damaged = False

    def __init__(
        self,
        rewriter: SlotRewriter,
        opening: Opening,
        *,
        coding: str | None,
        tail: Callable[[Mapping[str, Outcome]], bytes] | None = None,
    ) -> None:
        """The opening's bytes stand for the first message that is fed. coding: what goes out, None for plain.

        tail: what follows the page, given the outcomes of its slots.
        """
        self._rewriter = rewriter
        self._first: bytes | None = opening.first
        self._decoder, self._tail = opening.decoder, tail
        self._encoder = None if coding is None else encoder_for(coding)
        self._is_plain = self._decoder is None and coding is None
        self._due: list[bytes] = []
        self._unsent: list[bytes] = []  # as it came, as long as nothing went out

    @property
    def has_failed(self) -> bool:
        """Whether we failed in it, so that it went on as the app made it."""
        return not self._rewriting

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What became of each slot so far."""
        return self._rewriter.report

    @property
    def can_be_left(self) -> bool:
        """Whether the app's own bytes may follow what has gone out: what is encoded must not be mixed."""
        return self._decoder is None if self._encoder is None else not self._has_sent

    def release(self, data: bytes) -> bytes:
        """What has not gone out, for a caller that gives up on a page amid these bytes."""
        if self._decoder is not None:
            return b"".join(self._unsent) or data
        due, self._due = self._due, []
        return b"".join((*due, self._rewriter.release(), data[self._fed :]))

    def feed(self, data: bytes, *, last: bool) -> bytes:
        """The next bytes as the app sent them; out comes what is decided by now."""
        known = self._known_whole(self._first) if last and self._is_plain and self._first is not None else None
        if known is not None:
            return known
        self._fed = 0
        self._unsent.append(data)
        for piece in self._pieces(data):
            self._due.append(self._rewritten(piece))
        if last:
            self._due.append(self._end())
        out = self._encoded(b"".join(self._due), last=last)
        self._sent(out)
        self._due = []
        return out

    def takes_long(self, data: bytes) -> bool:
        """Whether these bytes may be so much work that they should be fed in steps."""
        return len(data) > _STEP_BYTES or self._decoder is not None

    def steps(self, data: bytes, *, last: bool) -> Iterator[bytes]:
        """As `feed`, a few milliseconds of work at a time, so that others can have their turn in between. What goes
        out comes at the end."""
        known = self._known_whole(self._first) if last and self._is_plain and self._first is not None else None
        if known is not None:
            yield known
            return
        self._fed = 0
        self._unsent.append(data)
        for piece in self._pieces(data):
            for start in range(0, len(piece), _STEP_BYTES):
                self._due.append(self._encoded(self._rewritten(piece[start : start + _STEP_BYTES]), last=False))
                yield b""
        if last:
            self._due.append(self._encoded(self._end(), last=True))
        out = b"".join(self._due)
        self._sent(out)
        self._due = []
        yield out

    def _sent(self, out: bytes) -> None:
        self._has_sent = self._has_sent or bool(out)
        if self._has_sent or self._decoder is None:
            self._unsent.clear()

    def _pieces(self, data: bytes) -> Iterable[bytes]:
        """What is to be rewritten next, decoded."""
        if self._first is not None:
            data, self._first = self._first, None
            return (data,)
        return (data,) if self._decoder is None else self._decoded(self._decoder.feed(data))

    def _encoded(self, out: bytes, *, last: bool) -> bytes:
        if self._encoder is None:
            return out
        encoded = self._encoder.feed(out)
        return encoded + self._encoder.close() if last else encoded

    def _end(self) -> bytes:
        """The rest of the page, and what follows it."""
        return self._rest() + self._following()

    def _following(self) -> bytes:
        if self._tail is None or self._damaged:
            return b""
        try:
            return self._tail(self.outcomes)
        except Exception:
            logger.exception("a page ends without what should follow it")
            return b""

    def _known_whole(self, page: bytes) -> bytes | None:
        """A whole page that was met before; None for others. It goes past all that only pages in pieces need."""
        try:
            known = self._rewriter.refill(page)
        except Exception:
            logger.exception(_GIVEN_UP)
            self._rewriting, known = False, page
        return known + self._following() if known is not None and self._tail is not None else known

    def _rest(self) -> bytes:
        out = b""
        if self._decoder is not None:
            out = b"".join(map(self._rewritten, self._decoded(self._decoder.close())))
        if not self._rewriting:
            return out
        try:
            return out + self._rewriter.close()
        except Exception:  # noqa: BLE001 - it is logged where the page is given up
            return out + self._released()

    def _rewritten(self, data: bytes) -> bytes:
        if not self._rewriting:
            return data
        self._fed += len(data)
        try:
            return self._rewriter.feed(data)
        except Exception:  # noqa: BLE001 - it is logged where the page is given up
            return self._released()

    def _released(self) -> bytes:
        logger.exception(_GIVEN_UP)
        self._rewriting = False
        return self._rewriter.release()

    def _decoded(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces as far as they can be decoded; what follows the damage is left out."""
        if self._damaged:
            return
        try:
            yield from pieces
        except BodyUndecodable as damage:
            logger.warning("a page breaks off: %s", damage)
            self._damaged = True
