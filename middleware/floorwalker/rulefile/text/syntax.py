"""What the YAML parser could not read, in plain words: where, why, and the line to paste."""

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.rulefile.text.quoting import paste, split_line
from floorwalker.rulefile.text.slips import quoted_apostrophe, slip_of_key, slip_of_line, without_wide_colon
from floorwalker.rulefile.wordings.numbers import as_operators

_TAKES_KEYS = {"when", "score", "with", "ago", "sum", "where", "page", *DEFINITIONS}
"""Keys of which the value is more often keys with values than a text with a colon."""


class Complaint(Struct, frozen=True):
    """What is wrong at a place in the text; line and column count from 1."""

    line: int
    column: int
    code: str
    message: str
    hint: str


class Failure(Struct, frozen=True):
    """Where and why the parser stopped: `line` and `column` count from 0, `context_line` is where the thing began."""

    lines: list[str]
    problem: str
    line: int
    column: int
    context: str = ""
    context_line: int | None = None
    context_column: int = 0

    @property
    def text(self) -> str:
        return self.lines[self.line] if self.line < len(self.lines) else ""

    @property
    def character(self) -> str:
        return self.text[self.column : self.column + 1]

    def here(self, code: str, message: str, hint: str) -> Complaint:
        return Complaint(self.line + 1, self.column + 1, code, message, hint)

    def where_it_began(self, code: str, message: str, hint: str) -> Complaint:
        line = self.line if self.context_line is None else self.context_line
        column = self.column if self.context_line is None else self.context_column
        return Complaint(line + 1, column + 1, code, message, hint)


def in_plain_words(failure: Failure) -> Complaint:
    """Translate what the parser said, by looking at the line again."""
    for fragment, explain in _EXPLANATIONS:
        if fragment in failure.problem:
            return explain(failure)
    return failure.here(
        "yaml-syntax",
        "this cannot be read as YAML",
        "write `key: value`, two spaces deeper than the line it belongs to, and quotes around texts",
    )


def _cannot_start(failure: Failure) -> Complaint:
    character = failure.character
    if character == "\t":
        return failure.here("tab", "a tab indents this line", "write spaces: two for each level")
    read = split_line(failure.text)
    if read is not None and read[2] == failure.column + 1:
        hint = f"put the value into quotes: {paste(read[0], read[1])}"
    else:
        hint = "put the value into quotes"
    return failure.here("unquoted", f"an unquoted value cannot begin with {character}", hint)


def _second_colon(failure: Failure) -> Complaint:
    read = split_line(failure.text)
    if read is not None and failure.column + 1 > read[2]:
        key, value, column = read
        hint = f"put the value into quotes: {paste(key, value)}"
        if key in _TAKES_KEYS:
            hint = f"write it in braces: {key}: {{{value[:100].strip('()')}}}"
        message = "the unquoted value holds a colon and a space, which would begin another key"
        return Complaint(failure.line + 1, column, "unquoted", message, hint)
    above = failure.lines[failure.line - 1] if failure.line else ""
    word = above.strip().removeprefix("- ")
    if (slip := slip_of_line(word)) is not None:
        return Complaint(failure.line, above.index(word) + 1, slip.code, slip.message, slip.hint)
    if word and ":" not in word and not word.startswith("#"):
        column, key = above.index(word) + 1, _short(without_wide_colon(word))
        return Complaint(failure.line, column, "missing-colon", f"{key} lacks its colon", f"write {key}:")
    return failure.here(
        "indentation",
        "this line is deeper than the one above, which already has a value",
        "give it the same indentation as the line above, or take the value above away",
    )


def _open_quote(failure: Failure) -> Complaint:
    hint = "close it with the same quote, or double a ' inside '…'"
    if failure.context_line is not None and failure.context_line < len(failure.lines):
        meant = quoted_apostrophe(failure.lines[failure.context_line], failure.context_column)
        hint = f"put the value into quotes: {meant}" if meant else hint
    return failure.where_it_began("open-quote", "this quote is never closed", hint)


def _missing_colon(failure: Failure) -> Complaint:
    line = failure.context_line if failure.context_line is not None else failure.line
    column = failure.context_column if failure.context_line is not None else failure.column
    text = failure.lines[line][column:].strip() if line < len(failure.lines) else ""
    above = failure.lines[line - 1].rstrip() if line else ""
    if above.endswith(("|", ">", "|-", ">-")):
        hint = "put two spaces more before the text than before the key above it"
        return Complaint(line + 1, column + 1, "indentation", "this text stands beside its key, not below it", hint)
    if above.endswith(":") and text and ":" not in text:
        hint = f"write it in the line above: {above.strip()} {_short(text)}"
        return Complaint(line + 1, column + 1, "indentation", "this value stands beside its key, not below it", hint)
    word, colon, rest = text.partition(":")
    hint = f"write a space after the colon: {word}: {rest}" if colon and rest else "write `key: value`"
    return Complaint(line + 1, column + 1, "missing-colon", f"{_short(text)} is no key with a value", hint)


def _open_bracket(failure: Failure) -> Complaint:
    line = failure.line if failure.context_line is None else failure.context_line
    text = failure.lines[line] if line < len(failure.lines) else ""
    cut = text.find(" #", failure.context_column)
    if cut >= 0 and failure.line != line:
        return Complaint(
            line + 1,
            cut + 2,
            "cut",
            f"everything from {text[cut + 1 :].rstrip()} on is a comment, so the bracket stays open",
            "put the value that holds # into quotes",
        )
    bracket = "{" if "mapping" in failure.context else "["
    never_closed = failure.where_it_began(
        "open-bracket", f"this {bracket} is never closed", "close it, or quote the value"
    )
    if failure.line < len(failure.lines) and failure.character == ":":
        goes_on = failure.lines[failure.line - 1].rstrip().endswith((",", "{", "["))
        return _colon_in_brackets(failure) if failure.line == line or goes_on else never_closed
    if failure.line < len(failure.lines) and failure.character in ("}", "]"):
        opened = "{" if "mapping" in failure.context else "["
        message = f"{failure.character} does not close the {opened} of column {failure.context_column + 1}"
        return failure.here("brackets", message, "close brackets in the order in which they were opened")
    if failure.line == line and failure.character not in ("", "#"):
        return failure.here(
            "brackets",
            f"{_short(failure.text[failure.column :])} does not fit inside these brackets",
            "put a comma before it, or quotes around the whole value",
        )
    return never_closed


def _piece(failure: Failure) -> tuple[str, str, int] | None:
    """The piece between two commas or brackets around the place, `key: one: two`: key, value and its column."""
    begin = max(failure.text.rfind(sign, 0, failure.column) for sign in "{[,") + 1
    ends = [end for sign in "}]," if (end := failure.text.find(sign, failure.column)) >= 0]
    read = split_line(failure.text[begin : min(ends, default=len(failure.text))])
    return None if read is None else (read[0], read[1], begin + read[2])


def _colon_in_brackets(failure: Failure) -> Complaint:
    message = "the unquoted value holds a colon and a space, which would begin another key"
    read = _piece(failure)
    if read is None:
        return failure.here("unquoted", message, "put the value into quotes")
    if ";" in read[1]:
        hint = f"write a comma: {read[0]}: {read[1].replace(';', ',')[:100]}"
        return Complaint(failure.line + 1, read[2], "unquoted", "a semicolon separates nothing here", hint)
    return Complaint(failure.line + 1, read[2], "unquoted", message, f"put the value into quotes: {paste(*read[:2])}")


def _bad_mark(failure: Failure) -> Complaint:
    """An anchor, alias or tag that is none: a value that begins with `&`, `*` or `!`."""
    line = failure.line if failure.context_line is None else failure.context_line
    column = failure.column if failure.context_line is None else failure.context_column
    text = failure.lines[line] if line < len(failure.lines) else ""
    read = _piece(replace(failure, line=line, column=column))
    hint = f"put the value into quotes: {paste(*read[:2])}" if read else "put the value into quotes"
    sign = text[column : column + 1]
    if (bullet := slip_of_key(text[column:].partition(":")[0], text.partition(": ")[2].strip())) is not None:
        return Complaint(line + 1, column + 1, bullet.code, bullet.message, bullet.hint)
    hint += ", or write not: around the condition" if sign == "!" else ""
    return Complaint(line + 1, column + 1, "unquoted", f"an unquoted value cannot begin with {sign}", hint)


def _block_text(failure: Failure) -> Complaint:
    """A value that begins with `>` or `|`, which begins a text of several lines in YAML."""
    read = split_line(failure.text)
    if read is None:
        return failure.here("unquoted", "nothing may follow > or | in this line", "put the value into quotes")
    key, value, column = read
    operators = as_operators(value[:100])
    hint = f"write {key}: {operators}" if operators is not None else f"put the value into quotes: {paste(key, value)}"
    if value.startswith("| ") and key in ("html", "text"):
        hint = f"put the text on the next lines, two spaces deeper, or into quotes: {paste(key, value[2:])}"
    message = f"an unquoted value cannot begin with {value[:1]}"
    return Complaint(failure.line + 1, column, "unquoted", message, hint)


def _missing_value(failure: Failure) -> Complaint:
    if failure.character in ("]", "}") and not _opens(failure.text[: failure.column]):
        return failure.here("brackets", f"this {failure.character} closes nothing", "take it out")
    line = failure.line if failure.context_line is None else failure.context_line
    for number in range(max(0, line - 1), min(failure.line + 1, len(failure.lines))):
        if cut := _CUT_IN_BRACKETS.search(failure.lines[number]):
            hint = f"put the value into quotes: {paste(cut['key'], cut['value'])}"
            message = f"everything from {cut['value']} on is a comment, so {cut['key']} has no value"
            return Complaint(number + 1, cut.start("value") + 1, "cut", message, hint)
    return failure.here("empty", "a value is missing here", "write one, or take out the comma or colon")


_CUT_IN_BRACKETS = re.compile(r"(?P<key>[\w-]+): +(?P<value>#[^\s,\]}]*)")


def _opens(text: str) -> bool:
    """Whether a bracket stays open in this text."""
    return text.count("{") + text.count("[") > text.count("}") + text.count("]")


def _directive(failure: Failure) -> Complaint:
    return failure.here("directive", "a line cannot begin with %", "put the text into quotes")


def _out_of_line(failure: Failure) -> Complaint:
    before = failure.text[: failure.column].rstrip()
    if failure.character in ("}", "]") and not _opens(before):
        return failure.here("brackets", f"this {failure.character} closes nothing", "take it out")
    if before.endswith(('"', "'", "}", "]")) and failure.character not in ("", "#"):
        read = split_line(failure.text)
        hint = f"quote the whole value: {paste(read[0], _unquoted(read[1]))}" if read else "quote the whole value"
        return failure.here(
            "unquoted", f"{_short(failure.text[failure.column :])} stands after the end of the value", hint
        )
    if failure.line >= len(failure.lines) or not failure.text.strip():
        return failure.where_it_began("yaml-syntax", "this part does not end well", "look at the lines below it")
    return failure.here(
        "indentation",
        "the indentation of this line fits none of the lines above",
        "align it with the line it belongs beside; keys beside a list need the list's own level",
    )


def _dash_as_value(failure: Failure) -> Complaint:
    read = split_line(failure.text)
    hint = f"put the list on the next lines, or quote the text: {paste(read[0], read[1])}" if read else "quote the text"
    return failure.here("unquoted", "a value cannot begin with a dash and a space", hint)


def _question_mark(failure: Failure) -> Complaint:
    return failure.here("unquoted", "a value cannot begin with a question mark and a space", "put it into quotes")


def _bad_escape(failure: Failure) -> Complaint:
    return failure.here(
        "escape",
        f"{failure.text[failure.column : failure.column + 2]} means nothing inside double quotes",
        "write single quotes around the value: '…'",
    )


def _tab(failure: Failure) -> Complaint:
    return failure.here("tab", "a tab indents this line", "write spaces: two for each level")


def _second_document(failure: Failure) -> Complaint:
    if not any(line.rstrip() == "..." for line in failure.lines[: failure.line]):
        hint = "align it with the line it belongs beside"
        return failure.here("indentation", "this line begins further left than those above it", hint)
    return failure.here("document", "nothing may follow here", "take out the line ... above")


def _unquoted(value: str) -> str:
    """The text that was meant where the closing quote came too early, as in 'it's'."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:39]}…"


_EXPLANATIONS: tuple[tuple[str, Callable[[Failure], Complaint]], ...] = (
    ("cannot start any token", _cannot_start),
    ("mapping values are not allowed", _second_colon),
    ("unexpected end of stream", _open_quote),
    ("unexpected document indicator", _open_quote),
    ("could not find expected ':'", _missing_colon),
    ("did not find expected ','", _open_bracket),
    ("did not find expected key", _out_of_line),
    ("did not find expected '-'", _out_of_line),
    ("did not find expected <document start>", _second_document),
    ("did not find expected node content", _missing_value),
    ("directive", _directive),
    ("block sequence entries are not allowed", _dash_as_value),
    ("mapping keys are not allowed", _question_mark),
    ("expected comment or line break", _block_text),
    ("alphabetic or numeric character", _bad_mark),
    ("whitespace or line break", _bad_mark),
    ("tag URI", _bad_mark),
    ("expected '!'", _bad_mark),
    ("unknown escape", _bad_escape),
    ("hexdecimal", _bad_escape),
    ("tab character", _tab),
)
