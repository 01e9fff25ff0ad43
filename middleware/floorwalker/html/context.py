"""Where in a page a byte lies: in text, where a comment is a comment, or inside a tag, a comment or raw text.

The exact reader follows the tokenizer of the HTML standard (13.2.5), as far as it decides that question. Before it
stands a short cut that proves, from the few bytes before a place, that the place is in text; it is exact too.
Foreign content is not followed: raw text elements are raw text in SVG as well, a CDATA section is one anywhere, and
the content of `noscript` is raw text, as in a browser that runs scripts.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

import re2

from floorwalker.html.memory import Recollection

_SPACE: Final = rb"\t\n\f\r "
_RAW_NAMES: Final = (
    b"script",
    b"style",
    b"textarea",
    b"title",
    b"xmp",
    b"iframe",
    b"noembed",
    b"noframes",
    b"noscript",
    b"plaintext",
)
_LONGEST_RAW_NAME: Final = max(map(len, _RAW_NAMES))


def _fill(pattern: bytes) -> bytes:
    return pattern.replace(b"~", _SPACE).replace(b"RAW", b"|".join(_RAW_NAMES))


def _latin1() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return options


# Google's automaton passes over 50 KB in 25 µs, the standard library's `re` in 55 to 150.
_LANDMARK: Final = re2.compile(_fill(rb"<(?:!--|!\[CDATA\[|(?i:RAW)[~/>])"), options=_latin1())
_LANDMARK_NEARBY: Final = re.compile(_fill(rb"<(?:!--|!\[CDATA\[|(?i:RAW)[~/>])"))
_LONG: Final = 512
_LEAST_REMEMBERED: Final = 1024
_LONGEST_LANDMARK: Final = _LONGEST_RAW_NAME + 2
_NAME: Final = re.compile(_fill(rb"[^~/>]*+"))
_REST_OF_TAG: Final = re.compile(
    _fill(rb"""(?:[~/]++|[^~/>][^~/>=]*+(?:[~]*+=[~]*+(?:"[^"]*+"|'[^']*+'|[^~>"'][^~>]*+|(?=>))|(?![~]*+=)))*+>""")
)
_SPACES_HERE: Final = re.compile(_fill(rb"[~]*+"))
_SPACES_AND_SLASHES: Final = re.compile(_fill(rb"[~/]*+"))
_REST_OF_ATTRIBUTE: Final = re.compile(_fill(rb"[^~/>=]*+"))
_REST_OF_BARE_VALUE: Final = re.compile(_fill(rb"[^~>]*+"))
_END_OF_COMMENT: Final = re.compile(rb"--!?>")
_END_OF_RAW: Final = {name: re.compile(_fill(rb"</" + name + rb"(?=[~/>])"), re.IGNORECASE) for name in _RAW_NAMES}
_SCRIPT_STEP: Final = re.compile(_fill(rb"<!--|-->|<(/?)script(?=[~/>])"), re.IGNORECASE)
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BEFORE_OPENING_QUOTE: Final = frozenset(b"=\t\n\f\r ")
_FARTHEST_SPACE: Final = 16
UNREAD_CAP_BYTES: Final = 65_536


class _State(Enum):
    TEXT = auto()
    TAG_NAME = auto()
    BEFORE_ATTRIBUTE = auto()
    ATTRIBUTE = auto()
    AFTER_ATTRIBUTE = auto()
    BEFORE_VALUE = auto()
    QUOTED = auto()
    BARE_VALUE = auto()
    COMMENT = auto()
    BOGUS_COMMENT = auto()
    CDATA = auto()
    RAW = auto()
    SCRIPT = auto()
    PLAINTEXT = auto()


class PageContext:
    """Tells which of the comments in a page lie in text, and so are comments.

    Bytes are not read before something is asked, or more come after 64 KB have gathered; all work is linear in their
    number, however they are cut.
    """

    __slots__ = (
        "_base",
        "_data",
        "_later",
        "_later_bytes",
        "_pos",
        "_quote",
        "_raw",
        "_script_depth",
        "_state",
        "_texts",
        "_unread_cap_bytes",
    )

    def __init__(self, texts: Recollection[bool] | None = None, *, unread_cap_bytes: int = UNREAD_CAP_BYTES) -> None:
        """texts: remembers the parts that lead from text to text."""
        self._texts = texts
        self._unread_cap_bytes = unread_cap_bytes
        self._later: list[bytes] = []
        self._later_bytes = 0
        self._base = 0
        self._data = b""
        self._pos = 0
        self._state = _State.TEXT
        self._raw = b""
        self._quote = b""
        self._script_depth = 0

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
        if self._texts is None or target - start < _LEAST_REMEMBERED or self._state is not _State.TEXT:
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
        landmarks = _LANDMARK if target - self._pos > _LONG else _LANDMARK_NEARBY
        for landmark in landmarks.finditer(self._data, self._pos, max(self._pos, target)):
            at = landmark.start()
            if at >= self._pos and self._approach(at):
                self._read(at + 1)
        return self._approach(target)

    def _settle(self) -> None:
        """Reads on to text, where an earlier piece ended within something else."""
        if self._state is not _State.TEXT:
            self._read(self._pos)

    def _approach(self, target: int) -> bool:
        """Reads up to the target, from here in text, no landmark lying between; whether the target lies in text."""
        if self._state is not _State.TEXT:
            return False
        if self._pos < target:
            self._pos = self._proven_text_before(target)
            if self._data.find(b"<", self._pos, target) < 0:
                self._pos = target
            else:
                self._read(target)
        return self._pos == target and self._state is _State.TEXT

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

    def _read(self, until: int) -> None:
        """Reads exactly, to the first place in text at or after `until`, or to what the bytes at hand decide."""
        while self._pos < until or self._state is not _State.TEXT:
            before = self._pos, self._state
            self._pos = self._step(until)
            if (self._pos, self._state) == before:
                return

    def _step(self, until: int) -> int:
        data, pos = self._data, self._pos
        match self._state:
            case _State.TEXT:
                less = data.find(b"<", pos, until)
                return until if less < 0 else self._open(less)
            case _State.COMMENT:
                end = _END_OF_COMMENT.search(data, pos)
                return self._leave(end.end()) if end else self._wait(3)
            case _State.BOGUS_COMMENT:
                found = data.find(b">", pos)
                return self._leave(found + 1) if found >= 0 else len(data)
            case _State.CDATA:
                found = data.find(b"]]>", pos)
                return self._leave(found + 3) if found >= 0 else self._wait(2)
            case _State.RAW:
                end = _END_OF_RAW[self._raw].search(data, pos)
                return self._end_raw(end.end()) if end else self._wait(len(self._raw) + 2)
            case _State.SCRIPT:
                return self._script()
            case _State.PLAINTEXT:
                return len(data)
            case _:
                return self._tag()

    def _wait(self, kept: int) -> int:
        return max(self._pos, len(self._data) - kept)

    def _leave(self, pos: int) -> int:
        self._state = _State.TEXT
        return pos

    def _end_raw(self, pos: int) -> int:
        self._raw = b""
        if self._data[pos : pos + 1] == b">":
            return self._leave(pos + 1)
        self._state = _State.BEFORE_ATTRIBUTE
        return pos

    def _open(self, less: int) -> int:
        """Reads what a `<` in text begins; stays there while the bytes at hand do not decide it."""
        data = self._data
        following = data[less + 1 : less + 3]
        if following[:1] == b"!":
            return self._open_declaration(less)
        if following[:1] == b"?":
            self._state = _State.BOGUS_COMMENT
            return less + 2
        if following[:1] == b"/":
            return self._open_end_tag(less, following[1:])
        if not following:
            return less
        return self._open_start_tag(less) if following[0] in _LETTERS else less + 1

    def _open_declaration(self, less: int) -> int:
        data = self._data
        opening = data[less : less + 9]
        if opening.startswith(b"<!--"):
            rest = data[less + 4 : less + 6]
            if rest.startswith(b">"):
                return less + 5
            if rest == b"->":
                return less + 6
            if len(rest) < 2 and rest in b"-":
                return less
            self._state = _State.COMMENT
            return less + 4
        if opening == b"<![CDATA[":
            self._state = _State.CDATA
            return less + 9
        if len(opening) < 9 and (b"<!--".startswith(opening) or b"<![CDATA[".startswith(opening)):
            return less
        self._state = _State.BOGUS_COMMENT
        return less + 2

    def _open_end_tag(self, less: int, following: bytes) -> int:
        if not following:
            return less
        if following == b">":
            return less + 3
        self._state = _State.TAG_NAME if following[0] in _LETTERS else _State.BOGUS_COMMENT
        return less + 2

    def _open_start_tag(self, less: int) -> int:
        data = self._data
        name = _NAME.match(data, less + 1)
        assert name is not None
        if name.end() == len(data):
            if len(name[0]) <= _LONGEST_RAW_NAME:
                return less
            self._state = _State.TAG_NAME
            return name.end()
        raw = name[0].lower()
        self._raw = raw if raw in _END_OF_RAW else b""
        rest = _REST_OF_TAG.match(data, name.end())
        if rest:
            return self._end_tag(rest.end())
        self._state = _State.BEFORE_ATTRIBUTE
        return name.end()

    def _end_tag(self, pos: int) -> int:
        match self._raw:
            case b"":
                self._state = _State.TEXT
            case b"plaintext":
                self._state = _State.PLAINTEXT
            case b"script":
                self._state, self._script_depth = _State.SCRIPT, 0
            case _:
                self._state = _State.RAW
        return pos

    def _tag(self) -> int:
        """One step inside a tag that the bytes at hand did not hold whole."""
        data = self._data
        pos = self._run(data)
        if pos == len(data):
            return pos
        byte = data[pos : pos + 1]
        if self._state is _State.QUOTED:
            self._state = _State.BEFORE_ATTRIBUTE
            return pos + 1
        if byte == b">":
            return self._end_tag(pos + 1)
        match self._state, byte:
            case (_State.BEFORE_ATTRIBUTE, _):
                self._state = _State.ATTRIBUTE
            case (_State.ATTRIBUTE | _State.AFTER_ATTRIBUTE, b"="):
                self._state = _State.BEFORE_VALUE
            case (_State.ATTRIBUTE | _State.AFTER_ATTRIBUTE, b"/"):
                self._state = _State.BEFORE_ATTRIBUTE
            case (_State.ATTRIBUTE, _):
                self._state = _State.AFTER_ATTRIBUTE
            case (_State.AFTER_ATTRIBUTE, _):
                self._state = _State.ATTRIBUTE
            case (_State.BEFORE_VALUE, b'"' | b"'"):
                self._state, self._quote = _State.QUOTED, byte
            case (_State.BEFORE_VALUE, _):
                self._state = _State.BARE_VALUE
            case _:
                self._state = _State.BEFORE_ATTRIBUTE
        return pos + 1

    def _run(self, data: bytes) -> int:
        """The end of the run of bytes that leave the state within the tag as it is."""
        match self._state:
            case _State.QUOTED:
                found = data.find(self._quote, self._pos)
                return len(data) if found < 0 else found
            case _State.TAG_NAME:
                run = _NAME
            case _State.BEFORE_ATTRIBUTE:
                run = _SPACES_AND_SLASHES
            case _State.ATTRIBUTE:
                run = _REST_OF_ATTRIBUTE
            case _State.BARE_VALUE:
                run = _REST_OF_BARE_VALUE
            case _:
                run = _SPACES_HERE
        found_run = run.match(data, self._pos)
        assert found_run is not None
        return found_run.end()

    def _script(self) -> int:
        """One step in a script, where a comment that holds another `<script>` hides the end tag (13.2.5.15 to .31)."""
        step = _SCRIPT_STEP.search(self._data, self._pos)
        if step is None:
            return self._wait(len(b"</script"))
        if step[0] == b"<!--":
            self._script_depth = max(self._script_depth, 1)
            return step.start() + 2
        if step[0] == b"-->":
            self._script_depth = 0
        elif not step[1]:
            self._script_depth = 2 if self._script_depth else 0
        elif self._script_depth == 2:
            self._script_depth = 1
        else:
            return self._end_raw(step.end())
        return step.end()
