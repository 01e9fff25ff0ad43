"""YAML text → nodes with places. Nothing is resolved: every scalar stays the text that stands there.

PyYAML's C parser gives the events (its marks are exact: measured on astral characters, line ends and block texts). What
YAML would take silently, a comment inside a value, a comma that makes a stray key, is reported here.
"""

import re
from collections.abc import Iterator

import yaml

from floorwalker.rulefile.nodes import Mapping, Node, Position, Scalar, Sequence
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.quoting import paste
from floorwalker.rulefile.syntax import Failure, in_plain_words

DEEPEST = 40
_QUOTES = ("'", '"', "|", ">")
MOST_EVENTS = 100_000
_COMMENT = re.compile(r"(?P<space>[ \t]+)(?P<comment>#.*)$")
_ODD_SPACE = re.compile("[\u00a0\u2007\u202f\u200b\u3000\ufeff]")
_CURLY = "“”„‟‘’‚‛«»"
_SECTION = re.compile(r"""^(?P<key>[^\s#'"{}\[\]|>&*!%@`,?:-][^:#]*):(?P<rest>\s.*|)$""")

Event = yaml.events.Event


class _Unreadable(Exception):
    """The parser stopped the reading of this text; the problem is already reported."""


class _Hostile(_Unreadable):
    """A bound stopped the reading: its parts are not tried either."""


def compose(file: str, text: str, findings: Findings) -> Mapping | None:
    """The file's top-level mapping, or None where there is nothing to read. Problems go to `findings`.

    Where the YAML is broken, every section that can be read alone still is, so that one slip hides nothing else.
    """
    lines = text.split("\n")
    findings.reading(file, lines)
    attempt = findings.fork()
    try:
        node = _Composition(file, lines, 0, attempt).document(text)
    except _Hostile:
        findings.unreadable = True
        findings.absorb(attempt)
        return None
    except _Unreadable:
        findings.unreadable = True
        return _salvage(file, lines, findings, attempt)
    findings.absorb(attempt)
    return node if isinstance(node, Mapping) else None


def _salvage(file: str, lines: list[str], findings: Findings, attempt: Findings) -> Mapping | None:
    before = len(findings)
    parts = [
        _section(file, lines, start, end, findings)
        for start, end in _blocks(lines, 0, len(lines), 0)
        if not findings.full
    ]
    if len(findings) == before:
        findings.absorb(attempt)
    pairs = [pair for part in parts if part is not None for pair in part]
    unique = {key.text: (key, value) for key, value in reversed(pairs)}
    return Mapping(Position(file, 1, 1), tuple(reversed(unique.values())))


def _section(file: str, lines: list[str], start: int, end: int, findings: Findings) -> Mapping | None:
    """One section alone; if that fails too, each of its own keys alone."""
    attempt = findings.fork()
    whole = _alone(file, lines, start, end, attempt)
    if whole is not None or not len(attempt):
        findings.absorb(attempt)
        return whole
    header = _SECTION.match(lines[start])
    first = next((line for line in lines[start + 1 : end] if line.strip() and not line.lstrip().startswith("#")), "")
    depth = len(first) - len(first.lstrip(" "))
    if header is None or header["rest"].strip() or depth == 0:
        findings.absorb(attempt)
        return None
    children = [_alone(file, lines, begin, stop, findings) for begin, stop in _blocks(lines, start + 1, end, depth)]
    pairs = tuple(pair for child in children if child is not None for pair in child)
    at = Position(file, start + 1, 1)
    return Mapping(at, ((Scalar(at, header["key"].strip()), Mapping(at, pairs, key=header["key"])),))


def _alone(file: str, lines: list[str], start: int, end: int, findings: Findings) -> Mapping | None:
    if findings.full:
        return None
    try:
        node = _Composition(file, lines, start, findings).document("\n".join(lines[start:end]))
    except _Unreadable:
        return None
    return node if isinstance(node, Mapping) else None


def _blocks(lines: list[str], start: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
    """Where each key at this depth begins and ends."""
    indent = " " * depth
    begins = [
        number
        for number in range(start, end)
        if lines[number].startswith(indent) and _SECTION.match(lines[number][depth:])
    ]
    if not begins or any(line.strip() and line[0] not in "#-%" for line in lines[start : begins[0]]):
        begins = [start, *begins]
    yield from zip(begins, [*begins[1:], end], strict=True)


class _Composition:
    """One pass over one text. `offset`: the number of lines of the file before it."""

    def __init__(self, file: str, lines: list[str], offset: int, findings: Findings) -> None:
        self._file = file
        self._lines = lines
        self._offset = offset
        self._findings = findings
        self._events: Iterator[Event] = iter(())
        self._text = ""

    def document(self, text: str) -> Node | None:
        """The one document of the text."""
        self._text = text
        self._events = self._parse(text)
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._one_document(event, root)
            elif isinstance(event, yaml.NodeEvent):
                root = self._root(event)
        return root

    def _root(self, event: Event) -> Node | None:
        """The top-level mapping; nothing else is worth reading further."""
        if isinstance(event, yaml.ScalarEvent) and not event.value and event.tag is None and event.anchor is None:
            return None
        if not isinstance(event, yaml.MappingStartEvent):
            at = self._at(event.start_mark)
            self._stop(at, "no-section", "a rule file holds sections", "begin with a section such as segments:")
        return self._node(event, "", 0)

    def _parse(self, text: str) -> Iterator[Event]:
        count = 0
        try:
            for event in yaml.parse(text, Loader=yaml.CLoader):
                count += 1
                if count > MOST_EVENTS:
                    at = self._at(event.start_mark)
                    self._findings.error(
                        at, "too-much", "this file holds too much to be read", "split it into several files"
                    )
                    raise _Hostile
                yield event
        except yaml.MarkedYAMLError as error:
            self._explain(error)

    def _explain(self, error: yaml.MarkedYAMLError) -> None:
        mark, context = error.problem_mark, error.context_mark
        line = self._offset + (mark.line if mark else 0)
        complaint = in_plain_words(
            Failure(
                self._lines,
                error.problem or "",
                line,
                mark.column if mark else 0,
                error.context or "",
                None if context is None else self._offset + context.line,
                0 if context is None else context.column,
            )
        )
        at = self._inside(complaint.line, complaint.column)
        self._stop(at, complaint.code, complaint.message, complaint.hint)

    def _inside(self, line: int, column: int) -> Position:
        """A place in the file: the parser's own may lie past its last line."""
        while line > 1 and (line > len(self._lines) or not self._lines[line - 1].strip()):
            line -= 1
            column = len(self._lines[line - 1]) if line <= len(self._lines) else 1
        return Position(self._file, line, max(1, min(column, len(self._lines[line - 1]) + 1)))

    def _stop(self, at: Position, code: str, message: str, hint: str) -> None:
        self._findings.error(at, code, message, hint)
        raise _Unreadable

    def _at(self, mark: yaml.Mark) -> Position:
        return self._inside(self._offset + mark.line + 1, mark.column + 1)

    def _one_document(self, event: yaml.DocumentStartEvent, root: Node | None) -> None:
        if event.version is not None or event.tags:
            self._stop(self._at(event.start_mark), "directive", "YAML directives are not used", "take out the % lines")
        if root is not None:
            self._stop(self._at(event.start_mark), "document", "a second document begins here", "take out the line ---")

    def _node(self, event: Event, key: str, depth: int) -> Node:
        if self._findings.full:
            raise _Hostile
        if depth > DEEPEST:
            self._findings.error(self._at(event.start_mark), "too-deep", "this is nested too deep", "write it flatter")
            raise _Hostile
        match event:
            case yaml.ScalarEvent():
                self._refuse_marks(event, key)
                return self._scalar(event, key)
            case yaml.SequenceStartEvent():
                self._refuse_marks(event, key)
                return self._sequence(event, key, depth)
            case yaml.MappingStartEvent():
                self._refuse_marks(event, key)
                self._refuse_braces(event, key)
                return self._mapping(event, key, depth)
            case _:
                self._refuse_marks(event, key)
                return Scalar(self._at(event.start_mark), str(event.anchor), quoted=True, key=key)

    def _refuse_marks(self, event: Event, key: str) -> None:
        """Anchors, aliases and tags: what begins with `&`, `*` or `!`."""
        if event.anchor is None and getattr(event, "tag", None) is None:
            return
        at = self._at(event.start_mark)
        line = self._lines[at.line - 1][at.column - 1 :]
        sign = line[:1]
        word = {"&": "an anchor", "*": "an alias", "!": "a tag"}.get(sign, "a tag")
        value = _until_comment(line)
        self._findings.error(
            at,
            "unquoted",
            f"an unquoted value that begins with {sign} is {word} in YAML, which rules do not use",
            f"put the value into quotes: {paste(key, value)}",
        )

    def _refuse_braces(self, event: Event, key: str) -> None:
        at = self._at(event.start_mark)
        line = self._lines[at.line - 1][at.column - 1 :]
        if event.flow_style and line.startswith(("{{", "{%")):
            self._stop(
                at,
                "unquoted",
                f"an unquoted value cannot begin with {line[:2]}",
                f"put the value into quotes: {paste(key, _until_comment(line))}",
            )

    def _sequence(self, start: Event, key: str, depth: int) -> Sequence:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            item = self._node(event, key if start.flow_style else "", depth + 1)
            if isinstance(item, Scalar) and not item.text and not item.quoted:
                self._empty(item.at, "this dash has no value", "write a value after it, or take it out")
            items.append(item)
        return Sequence(self._at(start.start_mark), tuple(items), bool(start.flow_style), key)

    def _mapping(self, start: Event, key: str, depth: int) -> Mapping:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        strays: list[Scalar] = []
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            name = self._key(event, depth)
            following = next(self._events)
            value = self._node(following, name.text, depth + 1)
            if start.flow_style and self._is_stray(event, following):
                strays.append(name)
                continue
            self._strays(strays, pairs)
            strays = []
            if self._keep(name, value, pairs):
                pairs[name.text] = (name, value)
        self._strays(strays, pairs)
        return Mapping(self._at(start.start_mark), tuple(pairs.values()), bool(start.flow_style), key)

    def _key(self, event: Event, depth: int) -> Scalar:
        at = self._at(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(at, "key", "a key is one word, not a list or a mapping", "put the text into quotes")
        node = self._node(event, "", depth + 1)
        if not isinstance(node, Scalar) or not node.text.strip():
            self._stop(at, "key", "the key is missing here", "write a word before the colon")
        assert isinstance(node, Scalar)
        if node.text == "<<" and not node.quoted:
            self._findings.error(at, "merge-key", "merge keys (<<) are not used in rules", "write the keys out")
        return node

    def _keep(self, name: Scalar, value: Node, pairs: dict[str, tuple[Scalar, Node]]) -> bool:
        if name.text == "<<" and not name.quoted:
            return False
        if name.text in pairs:
            first = pairs[name.text][0].at.line
            self._findings.error(
                name.at, "duplicate-key", f"{name.text} is written twice; the first is in line {first}", "keep one"
            )
            return False
        if isinstance(value, Scalar) and not value.text and not value.quoted:
            self._no_value(name)
            return False
        return True

    def _no_value(self, name: Scalar) -> None:
        """A key without a value, or whose value YAML took for a comment."""
        line = self._lines[name.at.line - 1]
        rest = line[name.at.column - 1 + len(name.text) :]
        cut = re.search(r":[ \t]+(#\S.*)$", rest)
        if cut is None:
            self._empty(name.at, f"{name.text} has no value", "write a value after the colon, or take the line out")
            return
        value = cut[1].rstrip()
        column = name.at.column + len(name.text) + cut.start(1)
        self._findings.error(
            Position(self._file, name.at.line, column),
            "cut",
            f"everything from {_first_word(value)} on is a comment, so {name.text} has no value",
            f"put the value into quotes: {paste(name.text, _until_comment(value))}",
        )

    def _empty(self, at: Position, message: str, hint: str) -> None:
        self._findings.error(at, "empty", message, hint)

    def _is_stray(self, key: Event, value: Event) -> bool:
        """A key in braces with no colon after it: what a comma inside an unquoted value leaves."""
        if not isinstance(value, yaml.ScalarEvent) or value.value or value.style in _QUOTES:
            return False
        return ":" not in self._text[key.end_mark.index : value.start_mark.index + 1]

    def _strays(self, strays: list[Scalar], pairs: dict[str, tuple[Scalar, Node]]) -> None:
        if not strays:
            return
        word = strays[0]
        before = list(pairs.values())[-1] if pairs else None
        message = f"{word.text} has no value: a comma begins the next key"
        if re.match(r"[^\s:]+:[^\s:/]", word.text):
            name, _, value = word.text.partition(":")
            hint = f"write a space after the colon: {name}: {value}"
        elif before is None or not isinstance(before[1], Scalar):
            hint = f"write {word.text}: and a value, or take it out"
        else:
            hint = _joined(before[0].text, before[1].text, [stray.text for stray in strays])
        self._findings.error(word.at, "stray-key", message, hint)

    def _scalar(self, event: yaml.ScalarEvent, key: str) -> Scalar:
        at = self._at(event.start_mark)
        text: str = event.value
        if event.style in _QUOTES:
            return Scalar(at, text, True, key)
        if event.tag is not None or event.anchor is not None:
            return Scalar(at, text or " ", False, key)
        self._refuse_odd(at, text, key)
        return Scalar(at, text, False, key, self._cut(event, text, key))

    def _refuse_odd(self, at: Position, text: str, key: str) -> None:
        """Characters that look like quotes or spaces and are neither."""
        line = self._lines[at.line - 1]
        if odd := _ODD_SPACE.search(line, at.column - 1, at.column - 1 + len(text)):
            self._findings.error(
                Position(self._file, at.line, odd.start() + 1),
                "odd-space",
                f"a no-break or invisible space stands here (U+{ord(odd[0]):04X})",
                "type the space anew, or put the value into quotes",
            )
        elif text[:1] in _CURLY and text:
            plain = text.strip(_CURLY)
            hint = f"write {paste(key, plain)}" if plain else "write straight quotes"
            self._findings.error(at, "curly-quotes", "curly quotes are not quotes in YAML", hint)
        elif "\t" in text:
            self._findings.error(
                at, "tab", "the value holds a tab", f"write spaces: {paste(key, ' '.join(text.split()))}"
            )

    def _cut(self, event: yaml.ScalarEvent, text: str, key: str) -> str:
        """The comment after an unquoted value. It is an error where it can hardly be meant as one."""
        if not text:
            return ""
        line = self._lines[self._offset + event.end_mark.line]
        comment = _COMMENT.match(line, event.end_mark.column)
        if comment is None:
            return ""
        dropped = comment["comment"].rstrip()
        if re.match(r"#[^\s#!=*-]", dropped):
            start = Position(self._file, self._offset + event.end_mark.line + 1, comment.start("comment") + 1)
            self._findings.error(
                start,
                "cut",
                f"everything from {_first_word(dropped)} on is a comment, so the value is only {text}",
                f"put the value into quotes: {paste(key, f'{text} {dropped}')}",
            )
            return ""
        return dropped if comment["space"] == " " and len(dropped) > 1 else ""


def _until_comment(line: str) -> str:
    """The value that an editor meant: the rest of the line, without a comment set apart by two spaces."""
    return re.split(r"\s{2,}#|\s#\s", line.strip(), maxsplit=1)[0].strip()


def _first_word(text: str) -> str:
    return text.split()[0][:40]


def _joined(key: str, value: str, strays: list[str]) -> str:
    if value[-1:].isdigit() and all(re.fullmatch(r"\d{3}(\.\d+)?", stray) for stray in strays):
        return f"write numbers without thousands commas: {key}: {value}{''.join(strays)}"
    return f"put the value into quotes: {paste(key, ', '.join([value, *strays]))}"
