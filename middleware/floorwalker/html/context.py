"""Which of a page's comments lie in text, and so are comments: not within a tag, another comment or raw text.

Before the exact reader stands a short cut that proves, from the few bytes before a place, that the place is in text;
it is exact too.
"""

import re
from collections.abc import Mapping
from typing import Final

import re2

from floorwalker.html.memory import Recollection
from floorwalker.html.reader import LONGEST_RAW_NAME, RAW_NAMES, REST_OF_TAG, SPACE, State, TextReader


def _latin1() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return options


_LANDMARK_PATTERN: Final = b"<(?:!--|!\\[CDATA\\[|(?i:" + b"|".join(RAW_NAMES) + b")[" + SPACE + b"/>])"
# Google's automaton passes over 50 KB in 25 µs, the standard library's `re` in 55 to 150.
_LANDMARK: Final = re2.compile(_LANDMARK_PATTERN, options=_latin1())
_LANDMARK_NEARBY: Final = re.compile(_LANDMARK_PATTERN)
# Whole tags and what lies between them, none of which leads out of text.
_PLAIN: Final = re.compile(
    b"(?:[^<]++|<(?![a-zA-Z/!?])|</?(?!(?i:" + b"|".join(RAW_NAMES) + b")[" + SPACE + b"/>])"
    b"[a-zA-Z][^" + SPACE + b"/>]*+" + REST_OF_TAG + b")*+"
)
_LONG: Final = 512
_LEAST_REMEMBERED: Final = 1024
_LONGEST_LANDMARK: Final = LONGEST_RAW_NAME + 2
_BEFORE_OPENING_QUOTE: Final = frozenset(b"=\t\n\f\r ")
_FARTHEST_SPACE: Final = 16
UNREAD_CAP_BYTES: Final = 65_536


class PageContext(TextReader):
    """Tells which of the comments in a page lie in text, and so are comments.

    Bytes are not read before something is asked, or more come after 64 KB have gathered; all work is linear in their
    number, however they are cut.
    """

    __slots__ = (
        "_base",
        "_later",
        "_later_bytes",
        "_texts",
        "_unread_cap_bytes",
    )

    def __init__(self, texts: Recollection[bool] | None = None, *, unread_cap_bytes: int = UNREAD_CAP_BYTES) -> None:
        """texts: remembers the parts that lead from text to text."""
        super().__init__()
        self._texts = texts
        self._unread_cap_bytes = unread_cap_bytes
        self._later: list[bytes] = []
        self._later_bytes = 0
        self._base = 0

    def add(self, data: bytes) -> None:
        """Takes the next bytes of the page; those before it can't be asked about any more."""
        if len(self._data) - self._pos + self._later_bytes > self._unread_cap_bytes:
            self._join()
            self._fold()
        self._later.append(data)
        self._later_bytes += len(data)

    def comments_in_text(self, comments: Mapping[int, int]) -> set[int]:
        """Which of these comments, from offset to offset in the page, begin in text, by where they begin.

        They must be added whole, lie in order, and begin after those asked about before.
        """
        self._join()
        self._settle()
        base = self._base
        in_text: set[int] = set()
        for start, end in comments.items():
            if self._reach(start - base):
                in_text.add(start)
                self._pos = end - base
        return in_text

    def skip(self, offset: int) -> None:
        """Goes on at this offset, which the caller knows to lie in text."""
        self._join()
        self._pos = offset - self._base

    def _join(self) -> None:
        if not self._later:
            return
        rest = self._data[self._pos :]
        self._base += self._pos
        self._data = b"".join([rest, *self._later]) if rest or len(self._later) > 1 else self._later[0]
        self._pos = self._later_bytes = 0
        self._later = []

    def _fold(self) -> None:
        """Reads all that is there but for a landmark that may be cut at the end."""
        size = len(self._data)
        cut = self._data.rfind(b"<", max(self._pos, size - _LONGEST_LANDMARK))
        self._settle()
        self._go_by_landmarks(size if cut < 0 else cut)
        self._data = self._data[self._pos :]
        self._base += self._pos
        self._pos = 0

    def _reach(self, target: int) -> bool:
        """Reads up to the target; whether the target lies in text."""
        start = self._pos
        if self._texts is None or target - start < _LEAST_REMEMBERED or self._state is not State.TEXT:
            return self._go_by_landmarks(target)
        if self._texts.recall(self._data, start, target):
            self._pos = target
            return True
        is_text = self._go_by_landmarks(target)
        if is_text:
            self._texts.remember(self._data, start, target, True)
        return is_text

    def _go_by_landmarks(self, target: int) -> bool:
        """Reads from landmark to landmark up to the target; whether the target lies in text."""
        is_long = target - self._pos > _LONG
        if not is_long and self._is_plain(target):
            self._pos = target
            return True
        landmarks = _LANDMARK if is_long else _LANDMARK_NEARBY
        for landmark in landmarks.finditer(self._data, self._pos, max(self._pos, target)):
            at = landmark.start()
            if at >= self._pos and self._approach(at):
                self._read(at + 1)
        return self._approach(target)

    def _is_plain(self, target: int) -> bool:
        """Whether all up to the target is surely text and whole tags. Fifty slots take a quarter less."""
        return self._state is State.TEXT and _PLAIN.fullmatch(self._data, self._pos, target) is not None

    def _settle(self) -> None:
        """Reads on to text, where an earlier piece ended within something else."""
        if self._state is not State.TEXT:
            self._read(self._pos)

    def _approach(self, target: int) -> bool:
        """Reads up to the target, from here in text, no landmark lying between; whether the target lies in text."""
        if self._state is not State.TEXT:
            return False
        if self._pos < target:
            self._pos = self._proven_text_before(target)
            if self._data.find(b"<", self._pos, target) < 0:
                self._pos = target
            else:
                self._read(target)
        return self._pos == target and self._state is State.TEXT

    def _proven_text_before(self, target: int) -> int:
        """The latest place that surely lies in text, no landmark lying between here, in text, and the target.

        A `>` leaves a tag unless it stands in a quoted value. If it did, the last such quote before it would be the
        one that opened the value, and an equals sign would stand before that.
        """
        start, end = self._pos, target
        for _ in range(2):
            bracket = self._data.rfind(b">", start, end)
            if bracket < 0:
                return start
            quote = max(self._opening_quote(b'"', bracket), self._opening_quote(b"'", bracket))
            if quote < 0:
                return bracket + 1
            end = quote
        return start

    def _opening_quote(self, quote: bytes, end: int) -> int:
        """Where the last quote before the end stands, if it may open an attribute's value; else -1."""
        data, start = self._data, self._pos
        at = data.rfind(quote, start, end)
        if at <= start:
            return -1
        if data[at - 1] not in _BEFORE_OPENING_QUOTE:
            return -1
        before = data[max(start, at - _FARTHEST_SPACE) : at].rstrip(b"\t\n\f\r ")
        return at if not before or before.endswith(b"=") else -1
