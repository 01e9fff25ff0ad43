"""Tokens → nodes with places. What YAML would take silently, a comment inside a value, a comma that makes a stray key,
is reported here."""

import re
from collections.abc import Iterator

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.rulefile.nodes import Mapping, Node, Position, Scalar, Sequence
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.tables.sections import SECTIONS
from floorwalker.rulefile.text.quoting import paste
from floorwalker.rulefile.text.slips import Slip, slip_of_file, slip_of_key
from floorwalker.rulefile.text.tokens import Hostile, Opens, Token, Unreadable, tokens
from floorwalker.rulefile.wordings.numbers import as_operators

DEEPEST = 100
_LOOKED_AT = 400  # characters of a line
_COMMENT = re.compile(r"(?P<space>[ \t]+)(?P<comment>#.*)$")
_ODD_SPACE = re.compile("[\u00a0\u2007\u202f\u200b\u3000\ufeff]")
_CURLY = "“”„‟‘’‚‛«»"


def compose(file: str, lines: list[str], start: int, end: int, findings: Findings) -> Mapping | None:
    """The top-level mapping of the lines from `start` to before `end`, or None where there is nothing to read.

    Problems go to `findings`. Raises Unreadable, or Hostile, where the reading stopped; why is reported first.
    """
    return _Composition(lines, start, "\n".join(lines[start:end]), findings).document(file)


class _Composition:
    """One pass over one text, which begins `offset` lines into its file."""

    def __init__(self, lines: list[str], offset: int, text: str, findings: Findings) -> None:
        self._lines = lines
        self._offset = offset
        self._text = text
        self._findings = findings
        self._tokens: Iterator[Token] = iter(())

    def document(self, file: str) -> Mapping | None:
        """The top-level mapping; None where the text is empty."""
        self._tokens = tokens(file, self._lines, self._offset, self._text, self._findings)
        root: Mapping | None = None
        for token in self._tokens:
            if token.opens is Opens.SCALAR and not token.text and not token.marked and not token.quoted:
                continue
            if token.opens is not Opens.MAPPING:
                slip = slip_of_file(token.text, tuple(SECTIONS)) if token.opens is Opens.SCALAR else None
                slip = slip or Slip(
                    "no-section", "a rule file holds sections", "begin with a section such as segments:"
                )
                self._stop(token, slip.code, slip.message, slip.hint)
            node = self._node(token, "", 0)
            root = node if isinstance(node, Mapping) else None
        return root

    def _stop(self, token: Token, code: str, message: str, hint: str) -> None:
        self._findings.error(token.at, code, message, hint)
        raise Unreadable

    def _node(self, token: Token, key: str, depth: int) -> Node:
        if depth > DEEPEST:
            message = f"this is nested more than {DEEPEST} levels deep"
            self._findings.error(token.at, "too-deep", message, "write it flatter")
            raise Hostile
        if token.marked:
            self._refuse_mark(token, key)
        match token.opens:
            case Opens.SEQUENCE:
                return self._sequence(token, key, depth)
            case Opens.MAPPING:
                self._refuse_braces(token, key)
                return self._mapping(token, key, depth)
            case _:
                return self._scalar(token, key)

    def _line_from(self, at: Position) -> str:
        return self._lines[at.line - 1][at.column - 1 : at.column + _LOOKED_AT]

    def _refuse_mark(self, token: Token, key: str) -> None:
        """Anchors, aliases and tags: what begins with `&`, `*` or `!`."""
        line = self._line_from(token.at)
        word = {"&": "an anchor", "*": "an alias"}.get(line[:1], "a tag")
        stands = self._text[token.start : token.stop].strip() or _until_comment(line)
        hint = f"put the value into quotes: {paste(key, stands)}"
        hint += ", or write not: around the condition" if line.startswith("!") and key in DEFINITIONS else ""
        if token.opens in (Opens.MAPPING, Opens.SEQUENCE):
            hint = f"take {_first_word(line)} out, and write everything out"
        message = f"an unquoted value that begins with {line[:1]} is {word} in YAML, which rules do not use"
        self._findings.error(token.at, "unquoted", message, hint)

    def _refuse_braces(self, token: Token, key: str) -> None:
        line = self._line_from(token.at)
        if token.flow and line.startswith(("{{", "{%")):
            inside = _inside_brackets(self._lines[token.at.line - 1][: token.at.column - 1])
            meant = re.match(r"\{[{%].*?[}%]\}[^,\]}]*", line) if inside else None
            hint = f"put the value into quotes: {paste(key, meant[0].strip() if meant else _until_comment(line))}"
            self._stop(token, "unquoted", f"an unquoted value cannot begin with {line[:2]}", hint)

    def _sequence(self, opening: Token, key: str, depth: int) -> Sequence:
        items: list[Node] = []
        for token in self._tokens:
            if token.opens is Opens.END:
                break
            item = self._node(token, key if opening.flow else "", depth + 1)
            if isinstance(item, Scalar) and not item.text and not item.quoted:
                hint = "write a value after it, or take it out"
                self._findings.error(item.at, "empty", "this dash has no value", hint)
                continue
            items.append(item)
        return Sequence(opening.at, tuple(items), opening.flow, key)

    def _mapping(self, opening: Token, key: str, depth: int) -> Mapping:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        strays: list[Scalar] = []
        lost = False
        for token in self._tokens:
            if token.opens is Opens.END:
                break
            name = self._key(token, depth)
            following = next(self._tokens)
            value = self._node(following, name.text, depth + 1)
            if opening.flow and self._is_stray(token, following):
                strays.append(name)
                lost = True
                continue
            self._report_strays(strays, pairs)
            strays = []
            if self._is_slip(name, value):
                lost = True
                continue
            if self._keep(name, value, pairs):
                pairs[name.text] = (name, value)
            else:
                lost = True
        self._report_strays(strays, pairs)
        return Mapping(opening.at, tuple(pairs.values()), opening.flow, key, lost)

    def _key(self, token: Token, depth: int) -> Scalar:
        node = self._node(token, "", depth + 1) if token.opens is Opens.SCALAR else None
        if not isinstance(node, Scalar):
            self._findings.error(token.at, "key", "a key is one word, not a list or braces", "put the text into quotes")
            raise Unreadable
        if not node.text.strip():
            self._stop(token, "key", "the key is missing here", "write a word before the colon")
        if "\n" in node.text:
            self._stop(token, "key", "a key stands on one line", "write the key and its colon on one line")
        if node.text == "<<" and not node.quoted:
            self._findings.error(node.at, "merge-key", "merge keys (<<) are not used in rules", "write the keys out")
        return node

    def _is_slip(self, name: Scalar, value: Node) -> bool:
        """Whether the key is none, though YAML takes it for one; what was meant is reported."""
        slip = None if name.quoted else slip_of_key(name.text, value.text if isinstance(value, Scalar) else "")
        if slip is not None:
            self._findings.error(name.at, slip.code, slip.message, slip.hint)
        return slip is not None

    def _keep(self, name: Scalar, value: Node, pairs: dict[str, tuple[Scalar, Node]]) -> bool:
        if name.text == "<<" and not name.quoted:
            return False
        if name.text in pairs:
            message = f"{name.text} is written twice; the first is in line {pairs[name.text][0].at.line}"
            hint = "keep one of them"
            if name.text in DEFINITIONS:
                hint += ", or give each its own dash below; a list means that all hold"
            self._findings.error(name.at, "duplicate-key", message, hint)
            return False
        if isinstance(value, Scalar) and not value.text and not value.quoted:
            self._no_value(name)
            return False
        return True

    def _no_value(self, name: Scalar) -> None:
        """A key without a value, or whose value YAML took for a comment."""
        cut = re.search(r":[ \t]+(#[^\s#].*)$", self._line_from(name.at)[len(name.text) :])
        if cut is None:
            hint = "write a value after the colon, or take the line out"
            self._findings.error(name.at, "empty", f"{name.text} has no value", hint)
            return
        value = cut[1].rstrip()
        self._findings.error(
            Position(name.at.file, name.at.line, name.at.column + len(name.text) + cut.start(1)),
            "cut",
            f"everything from {_first_word(value)} on is a comment, so {name.text} has no value",
            f"put the value into quotes: {paste(name.text, _until_comment(value))}",
        )

    def _is_stray(self, key: Token, value: Token) -> bool:
        """A key in braces with no colon after it: what a comma inside an unquoted value leaves."""
        if value.opens is not Opens.SCALAR or value.text or value.quoted:
            return False
        return ":" not in self._text[key.stop : value.start + 1]

    def _report_strays(self, strays: list[Scalar], pairs: dict[str, tuple[Scalar, Node]]) -> None:
        if not strays:
            return
        word = strays[0]
        before = list(pairs.values())[-1] if pairs else None
        message = f"{word.text} has no value" + (": a comma begins the next key" if before is not None else "")
        if re.match(r"[^\s:]+:[^\s:/]", word.text):
            name, _, value = word.text.partition(":")
            hint = f"write a space after the colon: {name}: {value}"
        elif (operators := as_operators(word.text[:_LOOKED_AT])) is not None and before is None:
            hint = f"write {operators}"
        elif before is None or not isinstance(before[1], Scalar):
            hint = f"write {word.text}: and a value, or take it out"
        else:
            pairs.popitem()
            hint = _joined(before[0].text, before[1].text, [stray.text for stray in strays])
        self._findings.error(word.at, "stray-key", message, hint)

    def _scalar(self, token: Token, key: str) -> Scalar:
        if token.quoted:
            return Scalar(token.at, token.text, True, key)
        if token.marked:
            return Scalar(token.at, token.text or _first_word(self._line_from(token.at)), False, key)
        self._refuse_odd(token, key)
        return Scalar(token.at, token.text, False, key, self._cut(token, key))

    def _refuse_odd(self, token: Token, key: str) -> None:
        """Characters that look like quotes or spaces and are neither."""
        at, text = token.at, token.text
        if odd := _ODD_SPACE.search(self._line_from(at)[: len(text)]):
            self._findings.error(
                Position(at.file, at.line, at.column + odd.start()),
                "odd-space",
                f"a no-break or invisible space stands here (U+{ord(odd[0]):04X})",
                "type the space anew, or put the value into quotes",
            )
            self._findings.dismiss(at)
        elif text and text[0] in _CURLY:
            plain = text.strip(_CURLY)
            hint = f"write {paste(key, plain)}" if plain else "write straight quotes"
            self._findings.error(at, "curly-quotes", "curly quotes are not quotes in YAML", hint)
        elif "\t" in text:
            hint = f"write spaces: {paste(key, ' '.join(text.split()))}"
            self._findings.error(at, "tab", "the value holds a tab", hint)

    def _cut(self, token: Token, key: str) -> str:
        """The comment after an unquoted value. It is an error where it can hardly be meant as one."""
        line = self._lines[token.end_line] if token.text and token.end_line < len(self._lines) else ""
        comment = _COMMENT.match(line, token.end_column)
        if comment is None:
            return ""
        dropped = comment["comment"].rstrip()
        if not re.match(r"#[^\s#!=*-]", dropped):
            return dropped if comment["space"] == " " and len(dropped) > 1 else ""
        self._findings.error(
            Position(token.at.file, token.end_line + 1, comment.start("comment") + 1),
            "cut",
            f"everything from {_first_word(dropped)} on is a comment, so the value is only {token.text}",
            f"put the value into quotes: {paste(key, f'{token.text} {dropped}')}",
        )
        return ""


def _inside_brackets(line: str) -> bool:
    """Whether brackets that are opened in this beginning of a line are still open."""
    return sum(map(line.count, "{[")) > sum(map(line.count, "}]"))


def _until_comment(line: str) -> str:
    """The value that an editor meant: the rest of the line, without a comment set apart by two spaces."""
    return re.split(r"\s{2,}#|\s#\s", line.strip(), maxsplit=1)[0].strip()


def _first_word(text: str) -> str:
    return text.split()[0][:40]


def _joined(key: str, value: str, strays: list[str]) -> str:
    if value[-1:].isdigit() and all(re.fullmatch(r"\d{3}(\.\d+)?", stray) for stray in strays):
        return f"write numbers without thousands commas: {key}: {value}{''.join(strays)}"
    value, strays = value.strip(_CURLY), [stray.strip(_CURLY) for stray in strays]
    if value.isdecimal() and len(strays) == 1 and re.match(r"\d{1,2}(\D|$)", strays[0]):
        return f"write a decimal point, or brackets around a list: {key}: {value}.{strays[0]}"
    return f"put the value into quotes: {paste(key, ', '.join([value, *strays]))}, or brackets around a list"
