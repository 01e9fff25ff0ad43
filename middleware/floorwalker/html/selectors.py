"""Slots that a CSS selector points at: lol-html finds the elements, and marks of ours are put around them.

lol-html only inserts short comments that carry a token of the response. What it gives back is checked against what
it was given: all else must be the same bytes in the same order. So at any failure, its or ours, it is known which
bytes went out, and the rest goes out raw.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cached_property, partial
from typing import Final, NamedTuple, SupportsIndex

import lolhtml

UNSENT_CAP_BYTES: Final = 1_048_576
FIRST_SLICE_BYTES: Final = 4_096
_LARGEST_SLICE_BYTES: Final = 65_536
_AS_HTML: Final = lolhtml.ContentType.HTML
_ID_DIGITS: Final = 6
_MOST_MATCHES: Final = 16**_ID_DIGITS - 1
_SUFFIX_BYTES: Final = _ID_DIGITS + len(b"s-->")
_HTML_NAMESPACE: Final = "http://www.w3.org/1999/xhtml"
_AFTER_TAG_NAME: Final = tuple(b"%c" % byte for byte in b"\t\n\f\r />")
_PANIC: Final = "PanicException"  # of Rust, by way of pyo3; it can't be imported, and is no Exception


class Place(StrEnum):
    """What of the element is the slot."""

    INSIDE = "inside"
    REPLACE = "replace"
    BEFORE = "before"
    AFTER = "after"
    FIRST = "first"
    LAST = "last"
    HIDE = "hide"


VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
NEEDS_CONTENT: Final = frozenset([Place.INSIDE, Place.FIRST, Place.LAST])


@dataclass(frozen=True, slots=True)
class SelectorSlot:
    """A slot, the CSS selector of the element it is about, and its place there."""

    name: str
    selector: str
    place: Place = Place.INSIDE


class Event(Enum):
    """What a mark says of its slot."""

    BEGINS = auto()
    ENDS = auto()
    IS_LOST = auto()


class Mark(NamedTuple):
    """An event between two bytes of the page; `match` tells the elements found apart, from 1."""

    event: Event
    name: str
    match: int


Piece = bytes | Mark


_START, _CONTENT_END, _END = b"s", b"c", b"e"  # which of the comments put in it is, by its byte there

_LAST_INSERTED: Final = {
    Place.INSIDE: _CONTENT_END,
    Place.REPLACE: _END,
    Place.BEFORE: _START,
    Place.AFTER: _END,
    Place.FIRST: _START,
    Place.LAST: _CONTENT_END,
    Place.HIDE: _END,
}
_TOLD: Final[Mapping[tuple[bytes, Place], tuple[Event, ...]]] = {
    (_START, Place.INSIDE): (Event.BEGINS,),
    (_CONTENT_END, Place.INSIDE): (Event.ENDS,),
    (_START, Place.REPLACE): (Event.BEGINS,),
    (_END, Place.REPLACE): (Event.ENDS,),
    (_START, Place.HIDE): (Event.BEGINS,),
    (_END, Place.HIDE): (Event.ENDS,),
    (_START, Place.BEFORE): (Event.BEGINS, Event.ENDS),
    (_END, Place.AFTER): (Event.BEGINS, Event.ENDS),
    (_START, Place.FIRST): (Event.BEGINS, Event.ENDS),
    (_CONTENT_END, Place.LAST): (Event.BEGINS, Event.ENDS),
}
"""What each comment says of its slot; those that are not here only tell whether the element has an end tag."""


class _Match(NamedTuple):
    slot: SelectorSlot
    tag: bytes
    takes_nothing: bool  # it has no content, and only there would something be put in


class _Finder:
    """The handler of one selector: puts comments around the first element it finds, or around all."""

    def __init__(self, slot: SelectorSlot, opening: str, matches: list[_Match], *, every: bool) -> None:
        self._slot, self._opening, self._matches, self._every = slot, opening, matches, every
        self._found = False

    def element(self, element: lolhtml.Element) -> None:
        if (self._found and not self._every) or len(self._matches) == _MOST_MATCHES:
            return
        self._found = True
        tag = element.tag_name.lower()
        takes_nothing = self._slot.place in NEEDS_CONTENT and tag in VOID and element.namespace_uri == _HTML_NAMESPACE
        self._matches.append(_Match(self._slot, tag.encode("utf-8", "replace"), takes_nothing))
        name = f"{self._opening}{len(self._matches):0{_ID_DIGITS}x}"
        start, content_end, end = f"{name}s-->", f"{name}c-->", f"{name}e-->"
        match self._slot.place:
            case Place.INSIDE:
                element.prepend(start, _AS_HTML)
                element.append(content_end, _AS_HTML)
            case Place.REPLACE | Place.HIDE:
                element.before(start, _AS_HTML)
                element.append(content_end, _AS_HTML)
                element.after(end, _AS_HTML)
            case Place.BEFORE:
                element.before(start, _AS_HTML)
            case Place.FIRST:
                element.prepend(start, _AS_HTML)
            case Place.LAST:
                element.append(content_end, _AS_HTML)
            case Place.AFTER:
                element.append(content_end, _AS_HTML)
                element.after(end, _AS_HTML)


def is_of_lolhtml(failure: BaseException) -> bool:
    """Whether lol-html gave up: it says so, or its own code broke."""
    return isinstance(failure, RuntimeError) or type(failure).__name__ == _PANIC


def _sink(sunk: list[bytes], out: bytes | bytearray | Iterable[SupportsIndex]) -> None:
    sunk.append(bytes(out))


class SelectorMarks:
    """Finds elements in one page while it streams through, and tells where their slots begin and end.

    `token` must be random, new for each response and never shown: ASCII letters and digits, at least 16. Each
    selector's first match is served, or with `every` all of them; what follows the last of the first matches is not
    read. The selectors must have passed `check_selector`.
    """

    def __init__(
        self,
        slots: Sequence[SelectorSlot],
        *,
        token: str,
        every: bool = False,
        unsent_cap_bytes: int = UNSENT_CAP_BYTES,
    ) -> None:
        if len(token) < 16 or not (token.isascii() and token.isalnum()):
            raise ValueError("a selector token has at least 16 ASCII letters and digits")
        self.slots = tuple(slots)
        self.hidden = frozenset(slot.name for slot in slots if slot.place is Place.HIDE)
        self.failure: str | None = None
        self.every = every
        self._opening = f"<!--{token}".encode()
        self._matches: list[_Match] = []
        self._awaited = None if every else len(slots)
        self._placed: set[int] = set()
        self._settled: set[int] = set()
        self._lost: set[int] = set()
        self._is_over = False
        self._slice_bytes = FIRST_SLICE_BYTES
        self._unsent = bytearray()
        self._ready: list[Piece] = []
        self._chunk, self._start = b"", 0
        self._unsent_cap_bytes = unsent_cap_bytes
        self._sunk: list[bytes] = []

    def feed(self, chunk: bytes) -> list[Piece]:
        """The page's bytes that are decided by now, with the marks between them."""
        self._chunk, self._start = chunk, 0
        while self._start < len(chunk) and not self._is_over:
            self._feed_slice()
            self._slice_bytes = min(2 * self._slice_bytes, _LARGEST_SLICE_BYTES)
        if len(self._unsent) > self._unsent_cap_bytes:
            self._fail(f"more than {self._unsent_cap_bytes} bytes would have to be held")
        if self._is_over:
            self._ready += (piece for piece in (self._taken_back(), chunk[self._start :]) if piece)
        pieces, self._ready, self._chunk, self._start = self._ready, [], b"", 0
        return pieces

    def close(self) -> list[Piece]:
        """The page is over: the rest of it."""
        if self.failure is not None:
            return []
        if self._is_over:
            return self._unplaced()
        self._attempt(self._rewriter.end)
        return [*self._read_sunk(), self._taken_back(), *self._unplaced()]

    def release(self) -> bytes:
        """The bytes that were fed and never came out, for a caller that gives up on the page."""
        ready, self._ready = self._ready, []
        chunk, self._chunk = self._chunk[self._start :], b""
        return b"".join((*(piece for piece in ready if isinstance(piece, bytes)), self._taken_back(), chunk))

    def _taken_back(self) -> bytes:
        """What lol-html was given and has not given back."""
        unsent, self._unsent = self._unsent, bytearray()
        return bytes(unsent)

    def _feed_slice(self) -> None:
        piece = self._chunk[self._start : self._start + self._slice_bytes]
        self._unsent += piece
        self._start += len(piece)
        self._attempt(partial(self._rewriter.write, piece))
        self._ready += self._read_sunk()
        self._is_over = self._is_over or self._is_settled()

    @cached_property
    def _rewriter(self) -> lolhtml.HTMLRewriter:
        """lol-html, made for the first bytes: a page that was met before needs none."""
        # It must end in the thread that made it: nothing it holds may lead back here, or the collector ends it.
        rewriter = lolhtml.HTMLRewriter(partial(_sink, self._sunk))
        for slot in self.slots:
            rewriter.on(slot.selector, _Finder(slot, self._opening.decode(), self._matches, every=self.every))
        return rewriter

    def _is_settled(self) -> bool:
        """Whether every selector has its match, and nothing will be put in any more."""
        return len(self._matches) == self._awaited and all(
            match.takes_nothing or number in self._settled for number, match in enumerate(self._matches, 1)
        )

    def _fail(self, reason: str) -> None:
        self.failure, self._is_over = reason, True

    def _attempt(self, step: Callable[[], None]) -> None:
        """Runs lol-html. It cannot be used after a failure, and what it holds then never comes out of it."""
        try:
            step()
        except BaseException as failure:
            if not is_of_lolhtml(failure):
                raise
            self._fail(str(failure).partition("\n")[0] or type(failure).__name__)

    def _read_sunk(self) -> list[Piece]:
        """What lol-html gave out since the last time, apart into the page's bytes and marks."""
        out = b"".join(self._sunk)
        self._sunk.clear()
        pieces: list[Piece] = []
        pos = sent = 0
        while True:
            at = out.find(self._opening, pos)
            text = out[pos:at] if at >= 0 else out[pos:]
            if not self._unsent.startswith(text, sent):
                self._fail("the bytes that came out were not those that went in")
                break
            if text:
                pieces.append(text)
                sent += len(text)
            if at < 0:
                break
            pos = at + len(self._opening) + _SUFFIX_BYTES
            pieces += self._marks(out, at, pos)
        del self._unsent[:sent]
        return pieces

    def _marks(self, out: bytes, start: int, end: int) -> list[Piece]:
        """What the comment put in between start and end says."""
        digits = start + len(self._opening)
        number = int(out[digits : digits + _ID_DIGITS], 16)
        slot, tag, _ = self._matches[number - 1]
        inserted = out[digits + _ID_DIGITS : digits + _ID_DIGITS + 1]
        self._placed.add(number)
        if inserted == _LAST_INSERTED[slot.place]:
            self._settled.add(number)
        if inserted == _CONTENT_END and not self._is_end_tag(out, end, tag):
            self._lost.add(number)
            return [Mark(Event.IS_LOST, slot.name, number)]
        if inserted == _END and number in self._lost:
            return []
        return [Mark(event, slot.name, number) for event in _TOLD.get((inserted, slot.place), ())]

    def _unplaced(self) -> list[Piece]:
        """The matches in which lol-html put nothing: an element without content, or one that never ends."""
        return [
            Mark(Event.IS_LOST, slot.name, number)
            for number, (slot, *_) in enumerate(self._matches, 1)
            if number not in self._placed
        ]

    def _is_end_tag(self, out: bytes, at: int, tag: bytes) -> bool:
        """Whether the element's own end tag stands here; else its end is only implied, by that of another."""
        while out.startswith(self._opening, at):
            at += len(self._opening) + _SUFFIX_BYTES
        name_end = at + 2 + len(tag)
        return out[at:name_end].lower() == b"</" + tag and out[name_end : name_end + 1] in _AFTER_TAG_NAME
