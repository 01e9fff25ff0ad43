"""The rewriter of one page: bytes in, bytes out, slots filled on the way."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final, assert_never

from floorwalker.html.markers import (
    WORTH_A_VIEW_BYTES,
    KnownPage,
    Marker,
    MarkerScanner,
    PageMemory,
    SlotKey,
    Span,
    cut,
    places_of,
)
from floorwalker.html.moulds import Example
from floorwalker.html.selectors import Event, Mark, Piece, SelectorMarks, SelectorSlot
from floorwalker.html.weave import Outcome, Weave

HELD_CAP_BYTES: Final = 65_536


class _Contents:
    """What each slot of one page shows, asked for once. It knows no rewriter, so a page leaves no cycle behind."""

    def __init__(self, render: Callable[[str], str | None], charset: str, *, hidden: frozenset[str]) -> None:
        self._render, self._charset, self._hidden = render, charset, hidden
        self._known: dict[str, bytes | None] = {}

    def of(self, name: str) -> bytes | None:
        """What stands in the slot's place, encoded; None for its default."""
        if name not in self._known:
            markup = self._render(name)
            if markup is not None and name in self._hidden:
                markup = ""
            self._known[name] = None if markup is None else markup.encode(self._charset, "xmlcharrefreplace")
        return self._known[name]


class _Findings:
    """Where slots begin and end in a page with selectors, by marker or by match, to be remembered of it."""

    def __init__(
        self, memory: PageMemory, selected: tuple[SelectorSlot, ...], page: bytes, *, keeps: bool, learns: bool
    ) -> None:
        """keeps: the page is to be known again; learns: pages that are like it."""
        self._memory, self._selected, self._keeps, self._learns = memory, selected, keeps, learns
        self._page: bytes | None = page
        self._markers: list[Marker] = []
        self._at = 0

    def text(self, size: int, markers: list[Marker]) -> None:
        """So many bytes with these markers in them."""
        self._markers += (Marker(self._at + at, self._at + end, key, closes) for at, end, key, closes in markers)
        self._at += size

    def mark(self, kept_bytes: int, mark: Mark) -> None:
        """A mark after so many bytes."""
        self._at += kept_bytes
        if mark.event is Event.IS_LOST:
            self.give_up()
        self._markers.append(Marker(self._at, self._at, SlotKey(mark.name, mark.match), mark.event is Event.ENDS))

    def give_up(self) -> None:
        """Nothing is to be remembered of it."""
        self._page = None

    def remember(self) -> None:
        """The page is over."""
        if self._page is None:
            return
        known = KnownPage(self._page, self._markers, self._selected)
        if known.places is None:
            return
        if self._keeps:
            self._memory.pages.keep(self._page, 0, len(self._page), known)
        if self._learns:
            self._memory.moulds.learn(Example(self._page, known.places, self._selected))


class SlotRewriter:
    """Replaces the slots of one page while it streams through.

    `render` is asked once for each slot name that begins in the page, and answers the markup to show in its place
    (empty hides it), or None to keep the default. It should not raise; if it does, `release` still gives every byte.
    Bytes outside a changed slot are the app's own, exactly, wherever the page is cut. A slot is changed only once its
    end is seen within `held_cap_bytes` of default; else the default goes out. The markers that a page bears stay in
    it; those that selectors put in never leave. Slots that selectors point at are given as `selectors`. A `memory`
    shared between pages spares reading the same page twice.
    """

    def __init__(
        self,
        render: Callable[[str], str | None],
        *,
        charset: str = "utf-8",
        held_cap_bytes: int = HELD_CAP_BYTES,
        selectors: SelectorMarks | None = None,
        memory: PageMemory | None = None,
    ) -> None:
        contents = _Contents(render, charset, hidden=selectors.hidden if selectors is not None else frozenset())
        self._weave = Weave(contents.of, held_cap_bytes=held_cap_bytes)
        self._memory = None if selectors is not None and selectors.every else memory
        self._selectors = selectors
        self._scanner: MarkerScanner | None = None
        self._passed: tuple[bytes, list[Marker]] | None = None
        self._findings: _Findings | None = None
        self._has_begun = False
        self._worth_learning: bytes | None = None
        self._data = b""
        self._pos = 0
        self._pieces: deque[Piece] = deque()

    @property
    def report(self) -> Mapping[str, Outcome]:
        """What became of each slot met so far; complete after `close`."""
        return self._weave.outcomes

    @property
    def failure(self) -> str | None:
        """Why selectors are served no further in this page, if so; markers are."""
        return self._selectors.failure if self._selectors else None

    def refill(self, page: bytes) -> bytes | None:
        """All of a page that comes in one piece, if it or one like it was met before: instead of `feed` and `close`.
        Else None."""
        if self._memory is None:
            return None
        selected = () if self._selectors is None else self._selectors.slots
        known = self._recalled(page, selected)
        if known is not None:
            return None if known.spans is None else self._refilled(page, known.spans, known.rest)
        places = self._memory.moulds.places_in(page, selected)
        if places is not None:
            return self._refilled(page, *cut(page, places))
        self._worth_learning = page if self._memory.moulds.is_worth_learning(page) else None
        return None

    def feed(self, chunk: bytes) -> bytes:
        """The next bytes of the page; returns what is decided by now."""
        if self._selectors is not None:
            return self._feed_selectors(chunk, self._selectors)
        if self._passed is None and self._scanner is None:
            self._data, self._pos = chunk, 0  # so that it can be released wherever the next steps fail
            known = self._recalled(chunk, ())
            if known is not None:
                self._passed = chunk, known.markers
                if known.spans is not None:
                    return self._refilled(chunk, known.spans, known.rest)
            markers = self._read_first(chunk) if known is None else known.markers
        else:
            markers = self._scanned(chunk)
        if not markers and self._weave.is_idle:
            data, self._data = self._data, b""
            return data
        self._weave_text(markers)
        return self._weave.take()

    def close(self) -> bytes:
        """The page is over; returns the rest."""
        if self._selectors is not None:
            self._weave_pieces(self._selectors.close())
        if self._scanner is not None:
            self._weave.text(self._scanner.flush())
        if self._findings is not None and self.failure is None:
            self._findings.remember()
        return self._weave.finish()

    def release(self) -> bytes:
        """Every byte not sent yet, with the defaults of slots still open: for a caller that gives up on the page."""
        pieces = [self._weave.release(), self._data[self._pos :]]
        if self._scanner is not None:
            pieces.append(self._scanner.release())
        pieces += (piece for piece in self._pieces if isinstance(piece, bytes))
        if self._selectors is not None:
            pieces.append(self._selectors.release())
        self._data = b""
        self._pieces.clear()
        return b"".join(pieces)

    def _recalled(self, page: bytes, selected: tuple[SelectorSlot, ...]) -> KnownPage | None:
        known = None if self._memory is None else self._memory.pages.recall(page, 0, len(page))
        return known if known is not None and known.selected == selected else None

    def _refilled(self, page: bytes, spans: list[Span], rest: bytes | memoryview) -> bytes:
        """The page with what this visitor sees: 4.5 µs for three slots in 50 KB, by the weave 8."""
        self._data, self._pos = page, 0
        pieces: list[bytes | memoryview] = []
        is_changed = False
        try:
            for name, before, default, default_bytes in spans:
                content = self._weave.content_of_whole(name, default_bytes)
                is_changed = is_changed or content is not None
                pieces += (before, default if content is None else content)
            out = b"".join((*pieces, rest)) if is_changed else page
        except Exception:
            self._weave.forget()  # the whole page is released as it was
            raise
        self._data = b""
        return out

    def _scanning(self) -> MarkerScanner:
        if self._scanner is None:
            texts = None if self._memory is None or self._selectors is not None else self._memory.texts
            scanner = MarkerScanner(texts)
            if self._passed is not None:
                scanner.pass_over(*self._passed)
            self._scanner = scanner
        return self._scanner

    def _read_first(self, chunk: bytes) -> list[Marker]:
        """The markers in what a page begins with, which is remembered."""
        markers = self._scanned(chunk)
        if self._memory is not None and self._data is chunk and self._scanning().has_looks:
            pages = self._memory.pages
            if pages.meets_again(chunk, 0, len(chunk)):
                pages.keep(chunk, 0, len(chunk), KnownPage(chunk, markers))
            places = places_of(markers) if self._worth_learning is chunk else None
            if places:
                self._memory.moulds.learn(Example(chunk, places, ()))
        return markers

    def _feed_selectors(self, chunk: bytes, selectors: SelectorMarks) -> bytes:
        if self._findings is not None:
            self._findings.give_up()  # it goes out before lol-html has seen its end
        elif self._memory is not None and not self._has_begun:
            self._data, self._pos = chunk, 0  # so that it can be released where the next step fails
            keeps = self._memory.pages.meets_again(chunk, 0, len(chunk))
            learns = self._worth_learning is chunk
            if keeps or learns:
                self._findings = _Findings(self._memory, selectors.slots, chunk, keeps=keeps, learns=learns)
            self._data = b""
        self._has_begun = True
        self._weave_pieces(selectors.feed(chunk))
        return self._weave.take()

    def _scanned(self, text: bytes) -> list[Marker]:
        """The markers in what comes next, which `_data` is from here on; nothing is lost where that fails."""
        self._data, self._pos = text, 0
        scanner = self._scanning()
        kept = scanner.kept
        try:
            self._data, markers = scanner.feed(text)
        except Exception:
            scanner.release()
            self._data = kept + text
            raise
        return markers

    def _weave_text(self, markers: list[Marker]) -> None:
        """Weaves text with the markers found in it; `release` knows how far that came."""
        data = self._data
        weave, number, count = self._weave, 0, len(markers)
        while number < count:
            marker = markers[number]
            number += 1
            if number < count and not weave.is_within_slot and marker.is_ended_by(markers[number]):
                self._weave_whole(data, marker, markers[number])
                number += 1
            else:
                self._weave_marker(data, marker)
        self._weave_up_to(data, len(data))
        self._data = b""
        self._pos = 0

    def _weave_up_to(self, data: bytes, end: int) -> None:
        if self._pos < end:
            is_copied = self._weave.is_within_slot or end - self._pos < WORTH_A_VIEW_BYTES
            self._weave.text(data[self._pos : end] if is_copied else memoryview(data)[self._pos : end])
            self._pos = end

    def _weave_marker(self, data: bytes, marker: Marker) -> None:
        self._weave_up_to(data, marker.start)
        mark = self._weave.close if marker.closes else self._weave.open
        mark(marker.key, data[marker.start : marker.end])
        self._pos = marker.end

    def _weave_whole(self, data: bytes, opening: Marker, closing: Marker) -> None:
        """Weaves a slot that is here from end to end: the common case, at a third of the time."""
        content = self._weave.content_of_whole(opening.key.name, closing.start - opening.end)
        if content is not None:
            self._weave_up_to(data, opening.end)
            self._weave.text(content)
            self._pos = closing.start

    def _weave_pieces(self, pieces: Iterable[Piece]) -> None:
        self._pieces.extend(pieces)
        while self._pieces:
            match self._pieces.popleft():
                case bytes() as text:
                    markers = self._scanned(text)
                    if self._findings is not None:
                        self._findings.text(len(self._data), markers)
                    self._weave_text(markers)
                case mark:
                    kept = self._scanning().flush()
                    self._weave.text(kept)
                    if self._findings is not None:
                        self._findings.mark(len(kept), mark)
                    self._weave_mark(mark)

    def _weave_mark(self, mark: Mark) -> None:
        key = SlotKey(mark.name, mark.match)
        match mark.event:
            case Event.BEGINS:
                self._weave.open(key)
            case Event.ENDS:
                self._weave.close(key)
            case Event.IS_LOST:
                self._weave.lose(key)
            case never:
                assert_never(never)
