"""The markers that a page bears: `<!--slot:hero-->default<!--/slot:hero-->`.

A slot's name is `[A-Za-z0-9][A-Za-z0-9_.-]{0,63}`; in a marker nothing may stand beside it, not even a space.
"""

import re
from typing import Final, NamedTuple

from floorwalker.html.context import UNREAD_CAP_BYTES, PageContext
from floorwalker.html.memory import Recollection

SLOT_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
_NAME: Final = SLOT_NAME.encode()
_MARKER: Final = re.compile(rb"<!--(/?)slot:(" + _NAME + rb")-->")
_BEGUN: Final = re.compile(rb"<!--/?slot:(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,65})?")
_BEGINNINGS: Final = frozenset(
    marker[:end] for marker in (b"<!--slot:", b"<!--/slot:") for end in range(1, len(marker))
)
_LONGEST_BEGUN: Final = len(b"<!--/slot:") + 66
_EXCLAMATIONS_LOOKED_AT: Final = 48


class SlotKey(NamedTuple):
    """Which marks belong together: those of one slot that the page bears, or that a selector's match put in."""

    name: str
    match: int = 0


class Marker(NamedTuple):
    """A marker that is a comment in the page, by where it lies in the bytes it was found in."""

    start: int
    end: int
    key: SlotKey
    closes: bool

    def is_ended_by(self, following: "Marker") -> bool:
        """Whether the marker that follows ends the slot that this one begins."""
        return following.closes and not self.closes and self.key == following.key


def may_hold_slot(body: bytes) -> bool:
    """Whether a slot may be marked in these bytes; a false alarm is possible, a miss is not."""
    return _find_opening(body) >= 0


def _find_opening(data: bytes) -> int:
    """Where the first `<!--slot:` stands, or -1; a byte that pages hardly hold is the fastest thing to look for."""
    at = -1
    for _ in range(_EXCLAMATIONS_LOOKED_AT):
        at = data.find(b"!", at + 1)
        if at < 0:
            return -1
        if data.startswith(b"!--slot:", at) and data[at - 1 : at] == b"<":
            return at - 1
    return data.find(b"<!--slot:", at)


def _matches(data: bytes) -> list[re.Match[bytes]]:
    """Everything that looks like a marker."""
    found: list[re.Match[bytes]] = []
    find, match, at = data.find, _MARKER.match, -1
    for _ in range(_EXCLAMATIONS_LOOKED_AT):
        at = find(b"!", at + 1)
        if at < 0:
            return found
        if at and (marker := match(data, at - 1)):
            found.append(marker)
    found.extend(_MARKER.finditer(data, at))
    return found


def _begun_marker(data: bytes) -> int:
    """Where a marker begins that the end of the data may cut; the length of the data if none does."""
    size = len(data)
    at = data.rfind(b"<", max(0, size - _LONGEST_BEGUN))
    if at < 0 or not (data[at:] in _BEGINNINGS or _BEGUN.fullmatch(data, at)):
        return size
    return at


class PageMemory:
    """What is known of pages and their parts; one serves all requests of an event loop, in about 10 MB at most."""

    def __init__(self, *, pages: int = 32, parts: int = 128, page_bytes: int = 131_072) -> None:
        self.pages: Recollection[list[Marker]] = Recollection(entries=pages, entry_bytes=page_bytes)
        self.texts: Recollection[bool] = Recollection(entries=parts, entry_bytes=page_bytes // 2)


class MarkerScanner:
    """Finds the markers in a page that comes in pieces; keeps back only what may be the beginning of one: `kept`."""

    __slots__ = ("_context", "_memory", "_offset", "kept")

    def __init__(self, memory: PageMemory | None = None, *, unread_cap_bytes: int = UNREAD_CAP_BYTES) -> None:
        self._memory = memory
        self._context = PageContext(memory.texts if memory else None, unread_cap_bytes=unread_cap_bytes)
        self._offset = 0
        self.kept = b""

    def feed(self, chunk: bytes) -> tuple[bytes, list[Marker]]:
        """The bytes that are decided by now, and the markers in them."""
        pages = self._memory.pages if self._memory and not self._offset and not self.kept else None
        known = pages.recall(chunk, 0, len(chunk)) if pages else None
        if known is not None:
            self._context.add(chunk)
            self._offset = len(chunk)
            if known:
                self._context.skip(known[-1].end)
            return chunk, known
        data = self._decided(chunk)
        looks = _matches(data)
        self._context.add(data)
        markers = self._judge(looks) if looks else []
        self._offset += len(data)
        if pages and looks and data is chunk:
            pages.remember(chunk, 0, len(chunk), markers)
        return data, markers

    def flush(self) -> bytes:
        """What was kept back, by a caller who knows that no marker goes on here."""
        kept, self.kept = self.kept, b""
        if kept:
            self._context.add(kept)
            self._offset += len(kept)
        return kept

    def release(self) -> bytes:
        """What was kept back, by a caller who gives up on the page."""
        kept, self.kept = self.kept, b""
        return kept

    def _decided(self, chunk: bytes) -> bytes:
        """What was kept back and this chunk, but for a marker that may begin at the end."""
        data = self.kept + chunk if self.kept else chunk
        decided = _begun_marker(data)
        if decided == len(data):
            self.kept = b""
            return data
        self.kept = data[decided:]
        return data[:decided]

    def _judge(self, looks: list[re.Match[bytes]]) -> list[Marker]:
        """Those that lie in text."""
        offset = self._offset
        in_text = self._context.comments_in_text({offset + look.start(): offset + look.end() for look in looks})
        return [
            Marker(look.start(), look.end(), SlotKey(look[2].decode()), bool(look[1]))
            for look in looks
            if offset + look.start() in in_text
        ]
