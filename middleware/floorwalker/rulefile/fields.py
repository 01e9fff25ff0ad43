"""Reading one mapping by its keys: each key's value as the type that the key takes, every problem reported."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.rulefile.hints import choice_hint, is_condition, key_hint, meant_key, under_when
from floorwalker.rulefile.names import Names
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.nodes import Sequence as ListNode
from floorwalker.rulefile.problems import Findings, nearest, one_of
from floorwalker.rulefile.tables.keys import Key
from floorwalker.rulefile.text.quoting import paste
from floorwalker.rulefile.values import Misread, duration, number, share, yes_no

_T = TypeVar("_T")
_LABEL = re.compile(r"[^\W_][\w./-]{0,99}")


class Fields:
    """The values of one mapping. A getter gives the default where the key is missing or was reported as wrong.

    meant: the keys that unknown ones were probably meant to be, so that nobody needs to say that they are missing.
    """

    def __init__(self, node: Mapping, keys: Sequence[Key], what: str, findings: Findings, names: Names) -> None:
        self.node = node
        self.findings = findings
        self.names = names
        self._what = what
        self._keys = {key.name: key for key in keys}
        self.meant: set[str] = set()
        known = [key for key, _ in node if self._is_known(key)]
        self._written = {key.text: key for key in known}
        for key in keys:
            if key.required and key.name not in {*self._written, *self.meant} and not node.lost:
                findings.error(node.at, "missing", f"{what} lacks {key.name}", f"write {key.example}")

    def _is_known(self, key: Scalar) -> bool:
        if key.text in self._keys:
            return True
        meant = meant_key(key.text, self._keys) or nearest(key.text, self._keys)
        hint = key_hint(key.text, self._keys)
        if meant is None and "when" in self._keys and is_condition(key.text, DEFINITIONS):
            meant, hint = "when", f"conditions stand under when: {under_when(key.text)}"
        self.meant.update([] if meant is None else [meant])
        self.findings.error(key.at, "unknown-field", f"{self._what} has no key {key.text}", hint)
        return False

    def __contains__(self, name: str) -> bool:
        return name in self._written

    def key(self, name: str) -> Scalar:
        """The key as it is written."""
        return self._written[name]

    def get(self, name: str) -> Node | None:
        """The value's node."""
        return self.node.get(name) if name in self._written else None

    def example(self, name: str) -> str:
        return self._keys[name].example

    def read(self, name: str, reader: Callable[[str], _T], default: _T) -> _T:
        """One value, through a reader that may raise Misread."""
        node = self.get(name)
        if node is None:
            return default
        text = one_text(node, self.findings, self.example(name))
        return default if text is None else attempt(text, reader, default, self.findings)

    def text(self, name: str) -> str:
        """A text for people, or the source of a template: complete, whatever it holds."""
        node = self.get(name)
        scalar = None if node is None else one_text(node, self.findings, self.example(name))
        return "" if scalar is None else free_text(scalar, self.findings)

    def label(self, name: str) -> str:
        return self.read(name, label, "")

    def number(self, name: str, default: float) -> float:
        return self.read(name, number, default)

    def share(self, name: str) -> float:
        return self.read(name, share, 0.0)

    def duration(self, name: str, default: float) -> float:
        return self.read(name, duration, default)

    def yes_no(self, name: str, default: bool) -> bool:
        return self.read(name, yes_no, default)

    def choice(self, name: str, default: str) -> str:
        return self.read(name, lambda text: choice(text, self._keys[name].values), default)

    def many(self, name: str, reader: Callable[[str], _T]) -> tuple[_T, ...]:
        """One value or a list of them, each through the reader."""
        node = self.get(name)
        if node is None:
            return ()
        found = [attempt(text, reader, None, self.findings) for text in many_texts(node, self.findings)]
        return tuple(value for value in found if value is not None)

    def choices(self, name: str) -> tuple[str, ...]:
        return self.many(name, lambda text: choice(text, self._keys[name].values))

    def texts(self, name: str) -> tuple[str, ...]:
        node = self.get(name)
        if node is None:
            return ()
        return tuple(free_text(text, self.findings) for text in many_texts(node, self.findings))

    def name(self, name: str) -> str:
        """A name that something else defines."""
        node = self.get(name)
        scalar = None if node is None else one_text(node, self.findings, self.example(name))
        return "" if scalar is None else self._refer(name, scalar)

    def name_list(self, name: str) -> tuple[str, ...]:
        node = self.get(name)
        if node is None:
            return ()
        return tuple(self._refer(name, text) for text in many_texts(node, self.findings))

    def _refer(self, name: str, scalar: Scalar) -> str:
        self.names.refer(self._keys[name].names, scalar.text, scalar.at)
        return scalar.text

    def mapping(self, name: str) -> Mapping | None:
        node = self.get(name)
        return None if node is None else as_mapping(node, name, self.findings, self.example(name))


def attempt(scalar: Scalar, reader: Callable[[str], _T], default: _T, findings: Findings) -> _T:
    """The scalar's value through a reader; a Misread is reported where the scalar stands."""
    try:
        return reader(scalar.text.strip())
    except Misread as wrong:
        findings.error(scalar.at, "value", wrong.message, wrong.hint)
        return default


def one_text(node: Node, findings: Findings, example: str) -> Scalar | None:
    """The node as one text that is not empty."""
    match node:
        case Scalar() if node.text.strip():
            return node
        case Scalar():
            findings.error(node.at, "empty", f"{node.key or 'this'} is empty", f"write {example}" if example else "")
        case ListNode(items=(Scalar(),), flow=True):
            plain = "[" + ", ".join(item.text for item in node.items if isinstance(item, Scalar)) + "]"
            hint = f"write one value; if the text itself begins with [, quote it: {paste(node.key, plain)}"
            findings.error(node.at, "type", f"{node.key or 'this'} takes one value, not a list", hint)
        case ListNode():
            findings.error(node.at, "type", f"{node.key or 'this'} takes one value, not a list", f"write {example}")
        case Mapping():
            inside = next((key.text for key, _ in node if key.text in DEFINITIONS), None)
            hint = f"write {example}" if inside is None else f"conditions stand under when: {under_when(inside)}"
            findings.error(node.at, "type", f"{node.key or 'this'} takes one value, not keys with values", hint)
    return None


def many_texts(node: Node, findings: Findings) -> list[Scalar]:
    """One text or a list of texts."""
    match node:
        case ListNode():
            if not node.items:
                findings.error(node.at, "empty", f"{node.key or 'this'} is an empty list", "write at least one value")
            found = [one_text(item, findings, "one value for each dash or comma") for item in node.items]
        case _:
            found = [one_text(node, findings, "a value, or a list in [ ]")]
    return [scalar for scalar in found if scalar is not None]


def as_mapping(node: Node, what: str, findings: Findings, example: str) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    kind = "a list" if isinstance(node, ListNode) else "a single value"
    dashes = isinstance(node, ListNode) and not node.flow
    hint = f"take the dashes out: {example}" if dashes else f"write {example}"
    findings.error(node.at, "type", f"{what} takes keys with values, not {kind}", hint)
    return None


def as_list(node: Node, what: str, findings: Findings, example: str) -> ListNode | None:
    """The node as a list with something in it."""
    if isinstance(node, ListNode) and node.items:
        return node
    if isinstance(node, ListNode):
        findings.error(node.at, "empty", f"{what} is an empty list", f"write {example}")
    else:
        hint = f"write {example}"
        if isinstance(node, Mapping):
            hint = "put a dash before each" + (f": - {node.pairs[0][0].text}: …" if node.pairs else "")
        findings.error(node.at, "type", f"{what} takes a list", hint)
    return None


def free_text(scalar: Scalar, findings: Findings) -> str:
    """A text of which nothing may be missing: a comment one space after it may have been meant as part of it."""
    if scalar.cut:
        findings.error(
            scalar.at,
            "cut",
            f"everything from {scalar.cut.split()[0]} on is a comment, so the value is only {scalar.text}",
            f"put the value into quotes: {paste(scalar.key, f'{scalar.text} {scalar.cut}')}, "
            "or put two spaces before the comment",
        )
    return scalar.text if scalar.quoted else " ".join(scalar.text.split())


def label(text: str) -> str:
    """A name: letters, digits, and - _ . / inside."""
    if not _LABEL.fullmatch(text):
        plain = re.sub(r"[^\w./-]+", "-", text).strip("-_./")[:60]
        hint = f"write {plain}" if plain else "write letters and digits"
        raise Misread(f"{text[:60]} is no name: a name has letters, digits, - and _, no spaces", hint)
    return text


def choice(text: str, values: Sequence[str]) -> str:
    """One of a few words, whatever its case."""
    word = text.lower()
    if word not in values:
        if (hint := choice_hint(text, values)) is not None:
            raise Misread(f"{text[:60]} is not known here", hint)
        close = nearest(word, values)
        message = f"{text[:60]} is not known here" if close is None else f"{text[:60]} is none of {one_of(values)}"
        raise Misread(message, f"write {one_of(values)}" if close is None else f"did you mean {close}?")
    return word
