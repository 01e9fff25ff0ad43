"""Slips of the pen that YAML reads as something else: what was probably meant, and how to write it."""

import re

from msgspec import Struct

from floorwalker.rulefile.text.quoting import paste

_BULLET = re.compile(r"(?P<mark>[–—•·*+−‣◦-])\s*(?P<rest>[^\W\d_].*)", re.DOTALL)
_EQUALS = re.compile(r"(?P<key>[\w-]+)\s*(?P<mark>=>|:=|->|→|=)\s*(?P<rest>.*)", re.DOTALL)
_NO_SPACE = re.compile(r"(?P<key>[\w-]+):(?P<rest>[^\s:/].*)", re.DOTALL)
_SPACE = "\u00a0\u2007\u202f\u3000"
INDENTED_ODDLY = re.compile(rf"^(?P<spaces> *[{_SPACE}][ {_SPACE}]*)(?=- |[\w\"'-]+:(?: |$))", re.MULTILINE)
"""Invisible spaces before a key or a dash; a text of several lines may begin with them, and they stay there."""
_COMMENT_MARKS = ("//", "/*", "<!--", "--", ";", "%%", "REM ")


class Slip(Struct, frozen=True):
    """What is wrong, and what to write."""

    code: str
    message: str
    hint: str


def slip_of_key(text: str, value: str) -> Slip | None:
    """What an unquoted key was meant to be that is none; value: what stands after it, as far as it is one text."""
    if bullet := _BULLET.fullmatch(text):
        mark = bullet["mark"]
        message = "a dash needs a space after it" if mark == "-" else f"{mark} begins no line of a list"
        return Slip("dash", message, f"write - {_line(bullet['rest'], value)}")
    if equals := _EQUALS.fullmatch(text):
        begins = _closed(equals["rest"], value)
        return Slip("missing-colon", f"{equals['mark']} is no colon", f"write {equals['key']}: {begins}")
    if joined := _NO_SPACE.fullmatch(text):
        begins = _closed(joined["rest"], value)
        return Slip("missing-colon", "a colon needs a space after it", f"write {joined['key']}: {begins}")
    return None


def _line(key: str, value: str) -> str:
    return f"{key}: {value or '…'}"[:100]


def _closed(begins: str, value: str) -> str:
    """`{device` with the value that YAML cut off."""
    if not begins.strip():
        return value or "…"
    return f"{begins}: {value or '…'}"[:100]


def slip_of_file(text: str, sections: tuple[str, ...]) -> Slip | None:
    """What the one text that a whole file is was meant to be."""
    first = text.split("\n")[0].strip()
    if first.startswith(_COMMENT_MARKS):
        return Slip("no-section", "this is no comment in YAML", "begin each line of a comment with #")
    word = re.split(r"\s*[=:：]|\s|\s*=>", first)[0]
    if word in sections:
        return Slip("missing-colon", f"{word} lacks its colon", f"write {word}: and what belongs to it below")
    return None


def slip_of_line(word: str) -> Slip | None:
    """A line that stands above one with a key, and has no colon itself."""
    if word.startswith("<"):
        hint = "write | after the colon above, and leave the text below it: html: |"
        return Slip("unquoted", "a text of several lines needs a sign that it is one", hint)
    joined = _NO_SPACE.fullmatch(word)
    if joined is not None:
        hint = f"write a space after the colon: {joined['key']}: {joined['rest'][:60]}"
        return Slip("missing-colon", f"{word[:40]} lacks the space after its colon", hint)
    return None


def without_wide_colon(word: str) -> str:
    """A word without the colon of another script at its end."""
    return word.rstrip(" ：﹕∶;=")


def quoted_apostrophe(line: str, column: int) -> str | None:
    """The value to paste where an apostrophe at its beginning was taken for a quote; column counts from 0."""
    value = line[column:].rstrip()
    if not value.startswith("'") or "'" in value[1:] or " " not in value:
        return None
    return paste(line[:column].strip().removeprefix("- ").rstrip(": "), value)
