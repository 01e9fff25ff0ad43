"""The rewriter of one page: bytes in, bytes out, slots filled on the way."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final, assert_never

from floorwalker.html.markers import Marker, MarkerScanner, PageMemory, SlotKey
from floorwalker.html.selectors import Event, Mark, Piece, SelectorMarks
from floorwalker.html.weave import Outcome, Weave

HELD_CAP_BYTES: Final = 65_536
_WORTH_A_VIEW_BYTES: Final = 2_048


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
        self._scanner = MarkerScanner(memory if selectors is None else None)
        self._weave = Weave(contents.of, held_cap_bytes=held_cap_bytes)
        self._selectors = selectors
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

    def feed(self, chunk: bytes) -> bytes:
        """The next bytes of the page; returns what is decided by now."""
        if self._selectors is not None:
            self._weave_pieces(self._selectors.feed(chunk))
            return self._weave.take()
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
        self._weave.text(self._scanner.flush())
        return self._weave.finish()

    def release(self) -> bytes:
        """Every byte not sent yet, with the defaults of slots still open: for a caller that gives up on the page."""
        pieces = [self._weave.release(), self._data[self._pos :], self._scanner.release()]
        pieces += (piece for piece in self._pieces if isinstance(piece, bytes))
        if self._selectors is not None:
            pieces.append(self._selectors.release())
        self._data = b""
        self._pieces.clear()
        return b"".join(pieces)

    def _scanned(self, text: bytes) -> list[Marker]:
        """The markers in what comes next, which `_data` is from here on; nothing is lost where that fails."""
        kept = self._scanner.kept
        try:
            self._data, markers = self._scanner.feed(text)
        except Exception:
            self._scanner.release()
            self._data, self._pos = kept + text, 0
            raise
        self._pos = 0
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
            is_copied = self._weave.is_within_slot or end - self._pos < _WORTH_A_VIEW_BYTES
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
                    self._weave_text(self._scanned(text))
                case mark:
                    self._weave.text(self._scanner.flush())
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
