"""The tokenizer of the HTML standard (13.2.5), as far as it decides where text is and where it is not.

Foreign content is not followed: raw text elements are raw text in SVG as well, a CDATA section is one anywhere, and
the content of `noscript` is raw text, as in a browser that runs scripts.
"""

import re
from enum import Enum, auto
from typing import Final

SPACE: Final = rb"\t\n\f\r "
RAW_NAMES: Final = (
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
LONGEST_RAW_NAME: Final = max(map(len, RAW_NAMES))


def _fill(pattern: bytes) -> bytes:
    return pattern.replace(b"~", SPACE)


_NAME: Final = re.compile(_fill(rb"[^~/>]*+"))
REST_OF_TAG: Final = _fill(
    rb"""(?:[~/]++|[^~/>][^~/>=]*+(?:[~]*+=[~]*+(?:"[^"]*+"|'[^']*+'|[^~>"'][^~>]*+|(?=>))|(?![~]*+=)))*+>"""
)
_REST_OF_TAG: Final = re.compile(REST_OF_TAG)
_SPACES_HERE: Final = re.compile(_fill(rb"[~]*+"))
_SPACES_AND_SLASHES: Final = re.compile(_fill(rb"[~/]*+"))
_REST_OF_ATTRIBUTE: Final = re.compile(_fill(rb"[^~/>=]*+"))
_REST_OF_BARE_VALUE: Final = re.compile(_fill(rb"[^~>]*+"))
_END_OF_COMMENT: Final = re.compile(rb"--!?>")
_END_OF_RAW: Final = {name: re.compile(_fill(rb"</" + name + rb"(?=[~/>])"), re.IGNORECASE) for name in RAW_NAMES}
_SCRIPT_STEP: Final = re.compile(_fill(rb"<!--|-->|<(/?)script(?=[~/>])"), re.IGNORECASE)
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class State(Enum):
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


class TextReader:
    """Reads the bytes in `_data` from `_pos` on, and knows by `_state` what it is within.

    What it cannot decide yet it leaves unread; all work is linear in the bytes, however they are cut.
    """

    __slots__ = ("_data", "_pos", "_quote", "_raw", "_script_depth", "_state")

    def __init__(self) -> None:
        self._data = b""
        self._pos = 0
        self._state = State.TEXT
        self._raw = b""
        self._quote = b""
        self._script_depth = 0

    def _read(self, until: int) -> None:
        """Reads exactly, to the first place in text at or after `until`, or to what the bytes at hand decide."""
        while self._pos < until or self._state is not State.TEXT:
            before = self._pos, self._state
            self._pos = self._step(until)
            if (self._pos, self._state) == before:
                return

    def _step(self, until: int) -> int:
        data, pos = self._data, self._pos
        match self._state:
            case State.TEXT:
                less = data.find(b"<", pos, until)
                return until if less < 0 else self._open(less)
            case State.COMMENT:
                end = _END_OF_COMMENT.search(data, pos)
                return self._leave(end.end()) if end else self._wait(3)
            case State.BOGUS_COMMENT:
                found = data.find(b">", pos)
                return self._leave(found + 1) if found >= 0 else len(data)
            case State.CDATA:
                found = data.find(b"]]>", pos)
                return self._leave(found + 3) if found >= 0 else self._wait(2)
            case State.RAW:
                end = _END_OF_RAW[self._raw].search(data, pos)
                return self._end_raw(end.end()) if end else self._wait(len(self._raw) + 2)
            case State.SCRIPT:
                return self._script()
            case State.PLAINTEXT:
                return len(data)
            case _:
                return self._tag()

    def _wait(self, kept: int) -> int:
        return max(self._pos, len(self._data) - kept)

    def _leave(self, pos: int) -> int:
        self._state = State.TEXT
        return pos

    def _end_raw(self, pos: int) -> int:
        self._raw = b""
        if self._data[pos : pos + 1] == b">":
            return self._leave(pos + 1)
        self._state = State.BEFORE_ATTRIBUTE
        return pos

    def _open(self, less: int) -> int:
        """Reads what a `<` in text begins; stays there while the bytes at hand do not decide it."""
        data = self._data
        following = data[less + 1 : less + 3]
        if following[:1] == b"!":
            return self._open_declaration(less)
        if following[:1] == b"?":
            self._state = State.BOGUS_COMMENT
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
            self._state = State.COMMENT
            return less + 4
        if opening == b"<![CDATA[":
            self._state = State.CDATA
            return less + 9
        if len(opening) < 9 and (b"<!--".startswith(opening) or b"<![CDATA[".startswith(opening)):
            return less
        self._state = State.BOGUS_COMMENT
        return less + 2

    def _open_end_tag(self, less: int, following: bytes) -> int:
        if not following:
            return less
        if following == b">":
            return less + 3
        self._state = State.TAG_NAME if following[0] in _LETTERS else State.BOGUS_COMMENT
        return less + 2

    def _open_start_tag(self, less: int) -> int:
        data = self._data
        name = _NAME.match(data, less + 1)
        assert name is not None
        if name.end() == len(data):
            if len(name[0]) <= LONGEST_RAW_NAME:
                return less
            self._state = State.TAG_NAME
            return name.end()
        raw = name[0].lower()
        self._raw = raw if raw in _END_OF_RAW else b""
        rest = _REST_OF_TAG.match(data, name.end())
        if rest:
            return self._end_tag(rest.end())
        self._state = State.BEFORE_ATTRIBUTE
        return name.end()

    def _end_tag(self, pos: int) -> int:
        match self._raw:
            case b"":
                self._state = State.TEXT
            case b"plaintext":
                self._state = State.PLAINTEXT
            case b"script":
                self._state, self._script_depth = State.SCRIPT, 0
            case _:
                self._state = State.RAW
        return pos

    def _tag(self) -> int:
        """One step inside a tag that the bytes at hand did not hold whole."""
        data = self._data
        pos = self._run(data)
        if pos == len(data):
            return pos
        byte = data[pos : pos + 1]
        if self._state is State.QUOTED:
            self._state = State.BEFORE_ATTRIBUTE
            return pos + 1
        if byte == b">":
            return self._end_tag(pos + 1)
        match self._state, byte:
            case (State.BEFORE_ATTRIBUTE, _):
                self._state = State.ATTRIBUTE
            case (State.ATTRIBUTE | State.AFTER_ATTRIBUTE, b"="):
                self._state = State.BEFORE_VALUE
            case (State.ATTRIBUTE | State.AFTER_ATTRIBUTE, b"/"):
                self._state = State.BEFORE_ATTRIBUTE
            case (State.ATTRIBUTE, _):
                self._state = State.AFTER_ATTRIBUTE
            case (State.AFTER_ATTRIBUTE, _):
                self._state = State.ATTRIBUTE
            case (State.BEFORE_VALUE, b'"' | b"'"):
                self._state, self._quote = State.QUOTED, byte
            case (State.BEFORE_VALUE, _):
                self._state = State.BARE_VALUE
            case _:
                self._state = State.BEFORE_ATTRIBUTE
        return pos + 1

    def _run(self, data: bytes) -> int:
        """The end of the run of bytes that leave the state within the tag as it is."""
        match self._state:
            case State.QUOTED:
                found = data.find(self._quote, self._pos)
                return len(data) if found < 0 else found
            case State.TAG_NAME:
                run = _NAME
            case State.BEFORE_ATTRIBUTE:
                run = _SPACES_AND_SLASHES
            case State.ATTRIBUTE:
                run = _REST_OF_ATTRIBUTE
            case State.BARE_VALUE:
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
