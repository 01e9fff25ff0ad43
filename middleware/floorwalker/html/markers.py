"""The markers that a page bears: `<!--slot:hero-->default<!--/slot:hero-->`.

A slot's name is `[A-Za-z0-9][A-Za-z0-9_.-]{0,63}`; in a marker nothing may stand beside it, not even a space.
"""

import re
from typing import Final, NamedTuple

from floorwalker.html.context import PageContext

SLOT_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
_NAME: Final = SLOT_NAME.encode()
_MARKER: Final = re.compile(rb"<!--(/?)slot:(" + _NAME + rb")-->")
_BEGUN: Final = re.compile(rb"<!--/?slot:(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,65})?")
_BEGINNINGS: Final = frozenset(
    marker[:end] for marker in (b"<!--slot:", b"<!--/slot:") for end in range(1, len(marker))
)
_LONGEST_BEGUN: Final = len(b"<!--/slot:") + 66
_EXCLAMATIONS_LOOKED_AT: Final = 48


class Marker(NamedTuple):
    """A marker that is a comment in the page, by where it lies in the bytes it was found in."""

    start: int
    end: int
    name: str
    closes: bool


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


class MarkerScanner:
    """Finds the markers in a page that comes in pieces; keeps back only what may be the beginning of one."""

    def __init__(self) -> None:
        self._context = PageContext()
        self._offset = 0
        self._kept = b""

    def feed(self, chunk: bytes) -> tuple[bytes, list[Marker]]:
        """The bytes that are decided by now, and the markers in them."""
        data = self._kept + chunk if self._kept else chunk
        decided = _begun_marker(data)
        self._kept = data[decided:]
        if self._kept:
            data = data[:decided]
        looks = _matches(data)
        self._context.add(data)
        offset, self._offset = self._offset, self._offset + len(data)
        return data, [marker for look in looks if (marker := self._judge(look, offset))]

    def flush(self) -> bytes:
        """What was kept back, by a caller who knows that no marker goes on here."""
        kept, self._kept = self._kept, b""
        self._context.add(kept)
        self._offset += len(kept)
        return kept

    def _judge(self, look: re.Match[bytes], offset: int) -> Marker | None:
        start, end = look.span()
        if not self._context.is_text(offset + start):
            return None
        self._context.skip(offset + end)
        return Marker(start, end, look[2].decode(), bool(look[1]))
