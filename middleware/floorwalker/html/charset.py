"""Which charset a page is in, and what that allows."""

import codecs
import re
from functools import lru_cache
from typing import Final

_ASCII: Final = bytes(range(128))
_SNIFFED_BYTES: Final = 1024
_LABELS_KNOWN: Final = 64
_PARAMETER: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([^\s;\"',>/]+)", re.IGNORECASE)
_META: Final = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([^\s;\"',>/]+)", re.IGNORECASE)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))
_ANY_MARK: Final = tuple(mark for mark, _ in _MARKS)
# Browsers read these labels as windows-1252 (WHATWG Encoding, 4.2).
_READ_AS_1252: Final = frozenset({"iso8859-1", "ascii"})
# Their bytes mean something else after an escape sequence.
_STATEFUL: Final = ("iso2022", "hz", "utf-7")


def read_charset(content_type: bytes, head: bytes) -> str:
    """The charset of a page, as Python names it: from a byte order mark, the header, or a `meta` in its first KB.

    Without any, or with a label nobody knows, it is `ascii`: what goes in is then written in character references.
    """
    if head.startswith(_ANY_MARK):
        return next(name for mark, name in _MARKS if head.startswith(mark))
    named = _told_by(content_type)
    if named is not None:
        return named
    label = _META.search(head, 0, _SNIFFED_BYTES)
    return "ascii" if label is None else _named(label[1])


@lru_cache(maxsize=_LABELS_KNOWN)
def _told_by(content_type: bytes) -> str | None:
    label = _PARAMETER.search(content_type)
    return None if label is None else _named(label[1])


@lru_cache(maxsize=_LABELS_KNOWN)
def _named(label: bytes) -> str:
    try:
        name = codecs.lookup(label.decode("ascii", "replace")).name
    except (LookupError, ValueError):
        return "ascii"
    return "cp1252" if name in _READ_AS_1252 else name


@lru_cache(maxsize=_LABELS_KNOWN)
def can_hold_markers(charset: str) -> bool:
    """Whether every ASCII byte of such a page means what it does in ASCII; UTF-16 and its like pass through."""
    if charset.startswith(_STATEFUL):
        return False
    try:
        return _ASCII.decode(charset) == _ASCII.decode("ascii")
    except (LookupError, UnicodeError):
        return False


def can_use_selectors(charset: str) -> bool:
    """Whether selectors reach into such a page: only where it is UTF-8."""
    return charset in ("utf-8", "ascii")
