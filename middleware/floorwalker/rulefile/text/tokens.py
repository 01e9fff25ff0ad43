"""YAML text → tokens: where lists, mappings and scalars begin and end. Nothing is resolved.

The events are those of PyYAML's C parser, whose marks are exact: tried on characters beyond the basic plane, on line
ends of all kinds and on block texts. It never recurses; what it reads is bounded here.
"""

from collections.abc import Iterator
from enum import Enum

import yaml
from msgspec import Struct

from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.text.syntax import Failure, in_plain_words

MOST_EVENTS = 100_000


class Unreadable(Exception):
    """The parser stopped; the problem is already reported."""


class Hostile(Unreadable):
    """A bound stopped the reading; the problem is already reported, and no part of the text is worth another try."""


class Opens(Enum):
    SCALAR = "scalar"
    SEQUENCE = "sequence"
    MAPPING = "mapping"
    ALIAS = "alias"
    END = "end"


class Token(Struct, frozen=True):
    """What begins at `at`. start and stop are offsets in the text; end_line (from 0) and end_column are its end.

    quoted: in quotes or a block. flow: in brackets or braces. marked: with an anchor or a tag, or an alias.
    """

    opens: Opens
    at: Position
    start: int
    stop: int
    end_line: int
    end_column: int
    text: str = ""
    quoted: bool = False
    flow: bool = False
    marked: bool = False


def tokens(file: str, lines: list[str], offset: int, text: str, findings: Findings) -> Iterator[Token]:
    """The tokens of the one document in `text`, which begins `offset` lines into the file.

    Raises Unreadable where the parser gives up, and Hostile where the text holds too much; each is reported first.
    """
    documents = 0
    for event in _events(file, lines, offset, text, findings):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            _refuse_document(event, documents, _place(file, lines, offset, event), findings)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent | yaml.NodeEvent):
            yield _token(event, _place(file, lines, offset, event), offset)


def _events(file: str, lines: list[str], offset: int, text: str, findings: Findings) -> Iterator[yaml.events.Event]:
    count = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CLoader):
            count += 1
            if count > MOST_EVENTS:
                at = _place(file, lines, offset, event)
                findings.error(at, "too-much", "this file holds too much to be read", "split it into several files")
                raise Hostile
            yield event
    except yaml.MarkedYAMLError as error:
        _explain(error, file, lines, offset, findings)
        raise Unreadable from error


def _explain(error: yaml.MarkedYAMLError, file: str, lines: list[str], offset: int, findings: Findings) -> None:
    mark, context = error.problem_mark, error.context_mark
    complaint = in_plain_words(
        Failure(
            lines,
            error.problem or "",
            offset + (mark.line if mark else 0),
            mark.column if mark else 0,
            error.context or "",
            None if context is None else offset + context.line,
            0 if context is None else context.column,
        )
    )
    at = inside(file, lines, complaint.line, complaint.column)
    findings.error(at, complaint.code, complaint.message, complaint.hint)


def inside(file: str, lines: list[str], line: int, column: int) -> Position:
    """A place in the file: the parser's own may lie past its last line."""
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    while line > 1 and not lines[line - 1].strip():
        line -= 1
        column = len(lines[line - 1])
    return Position(file, line, max(1, min(column, len(lines[line - 1]) + 1)))


def _place(file: str, lines: list[str], offset: int, event: yaml.events.Event) -> Position:
    mark = event.start_mark
    return inside(file, lines, offset + mark.line + 1, mark.column + 1) if mark else Position(file, 1, 1)


def _refuse_document(event: yaml.DocumentStartEvent, documents: int, at: Position, findings: Findings) -> None:
    if event.version is not None or event.tags:
        findings.error(at, "directive", "YAML directives are not used", "take out the lines that begin with %")
        raise Unreadable
    if documents > 1:
        findings.error(at, "document", "a second document begins here", "take out the line ---")
        raise Unreadable


def _token(event: yaml.events.Event, at: Position, offset: int) -> Token:
    start, end = event.start_mark, event.end_mark
    first, last = (start.index, end.index) if start and end else (0, 0)
    line, column = (offset + end.line, end.column) if end else (0, 0)
    match event:
        case yaml.ScalarEvent():
            marked = event.anchor is not None or event.tag is not None
            quoted = event.style in ("'", '"', "|", ">")
            return Token(Opens.SCALAR, at, first, last, line, column, event.value, quoted, marked=marked)
        case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
            opens = Opens.SEQUENCE if isinstance(event, yaml.SequenceStartEvent) else Opens.MAPPING
            marked = event.anchor is not None or event.tag is not None
            return Token(opens, at, first, last, line, column, flow=bool(event.flow_style), marked=marked)
        case yaml.NodeEvent():
            return Token(Opens.ALIAS, at, first, last, line, column, marked=True)
        case _:
            return Token(Opens.END, at, first, last, line, column)
