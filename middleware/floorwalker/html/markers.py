"""The markers that a page bears: `<!--slot:hero-->default<!--/slot:hero-->`.

A slot's name is `[A-Za-z0-9][A-Za-z0-9_.-]{0,63}`; in a marker nothing may stand beside it, not even a space.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from floorwalker.html.context import UNREAD_CAP_BYTES, PageContext
from floorwalker.html.memory import Recollection
from floorwalker.html.moulds import Moulds, Place
from floorwalker.html.selectors import SelectorSlot

SLOT_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
_NAME: Final = SLOT_NAME.encode()
_MARKER: Final = re.compile(rb"<!--(/?)slot:(" + _NAME + rb")-->")
_BEGUN: Final = re.compile(rb"<!--/?slot:(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,65})?")
_BEGINNINGS: Final = frozenset(
    marker[:end] for marker in (b"<!--slot:", b"<!--/slot:") for end in range(1, len(marker))
)
_LONGEST_BEGUN: Final = len(b"<!--/slot:") + 66
_EXCLAMATIONS_LOOKED_AT: Final = 48
WORTH_A_VIEW_BYTES: Final = 2_048
_LARGEST_KNOWN_BYTES: Final = 1_048_576
_KNOWN_PAGES_BYTES: Final = 4 * 1_048_576


class SlotKey(NamedTuple):
    """Which marks belong together: those of one slot that the page bears, or that a selector's match put in."""

    name: str
    match: int = 0


class Marker(NamedTuple):
    """A marker that is a comment in the page, by where it lies in the bytes it was found in.

    Where a selector's slot begins or ends it is empty.
    """

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
    if data.startswith(b"<!--slot:"):
        return 0
    at = 1  # that of a doctype is passed over
    for _ in range(_EXCLAMATIONS_LOOKED_AT):
        at = data.find(b"!", at + 1)
        if at < 0:
            return -1
        if data.startswith(b"<!--slot:", at - 1):
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


def places_of(markers: list[Marker]) -> tuple[Place, ...] | None:
    """Where the slots' defaults lie; None where slots lie within each other, or do not end."""
    pairs = list(zip(markers[::2], markers[1::2], strict=False))
    if 2 * len(pairs) != len(markers) or not all(opening.is_ended_by(closing) for opening, closing in pairs):
        return None
    return tuple(Place(opening.key.name, opening.end, closing.start) for opening, closing in pairs)


class CutPage:
    """A page in parts, every second one of which is a slot's default, so that one `join` makes a page of them.

    has_twins: whether a slot lies in it more than once.
    """

    __slots__ = ("has_twins", "longest_bytes", "names", "parts")

    def __init__(self, page: bytes, places: Sequence[Place]) -> None:
        self.parts: list[bytes | memoryview] = []
        self.names: list[str] = []
        self.longest_bytes = at = 0
        for name, start, end in places:
            self.parts += _part(page, at, start), _part(page, start, end)
            self.names.append(name)
            self.longest_bytes = max(self.longest_bytes, end - start)
            at = end
        self.parts.append(_part(page, at, len(page)))
        self.has_twins = len(set(self.names)) < len(self.names)


class KnownPage:
    """A page that was read before; cut is None where its slots lie within each other, or do not end.

    selected: for which selectors it was searched.
    """

    __slots__ = ("cut", "markers", "places", "selected")

    def __init__(self, page: bytes, markers: list[Marker], selected: tuple[SelectorSlot, ...] = ()) -> None:
        self.markers, self.selected = markers, selected
        self.places = places_of(markers)
        self.cut = None if self.places is None else CutPage(page, self.places)


def _part(page: bytes, start: int, end: int) -> bytes | memoryview:
    """What lies there, not copied where it is long: the page is remembered anyway."""
    return page[start:end] if end - start < WORTH_A_VIEW_BYTES else memoryview(page)[start:end]


class PageMemory:
    """What is known of pages and their parts; one serves all requests of an event loop, in about 17 MB at most."""

    def __init__(self, *, pages: int = 32, parts: int = 128, part_bytes: int = 65_536) -> None:
        self.pages: Recollection[KnownPage] = Recollection(
            entries=pages, entry_bytes=_LARGEST_KNOWN_BYTES, total_bytes=_KNOWN_PAGES_BYTES
        )
        self.texts: Recollection[bool] = Recollection(entries=parts, entry_bytes=part_bytes)
        self.moulds = Moulds()


class MarkerScanner:
    """Finds the markers in a page that comes in pieces; keeps back only what may be the beginning of one: `kept`.

    texts: remembers parts of pages that need not be read again.
    """

    __slots__ = ("_context", "_offset", "has_looks", "kept")

    def __init__(self, texts: Recollection[bool] | None = None, *, unread_cap_bytes: int = UNREAD_CAP_BYTES) -> None:
        self._context = PageContext(texts, unread_cap_bytes=unread_cap_bytes)
        self._offset = 0
        self.has_looks = False
        """Whether anything looked like a marker by now."""
        self.kept = b""

    def pass_over(self, chunk: bytes, markers: list[Marker]) -> None:
        """The first bytes, of which is known that these are the markers in them, and that nothing is kept back."""
        self._context.add(chunk)
        self._offset = len(chunk)
        if markers:
            self._context.skip(markers[-1].end)

    def feed(self, chunk: bytes) -> tuple[bytes, list[Marker]]:
        """The bytes that are decided by now, and the markers in them."""
        data = self._decided(chunk)
        looks = _matches(data)
        self._context.add(data)
        markers = self._judge(looks) if looks else []
        self.has_looks = self.has_looks or bool(looks)
        self._offset += len(data)
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
