"""What a YAML file holds, before anybody asks what it means: texts, lists and mappings, each with its place."""

from collections.abc import Iterator

from msgspec import Struct


class Position(Struct, frozen=True):
    """A place in a file; line and column count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Scalar(Struct, frozen=True):
    """The text that stands there, whatever YAML would make of it.

    quoted: in quotes or as a block (`|`, `>`). key: the key it is the value of, for lines to paste. cut: a comment that
    follows after one space only, and so may have been meant as part of the text.
    """

    at: Position
    text: str
    quoted: bool = False
    key: str = ""
    cut: str = ""


class Sequence(Struct, frozen=True):
    """A list. flow: written as `[a, b]`."""

    at: Position
    items: tuple["Node", ...]
    flow: bool = False
    key: str = ""


class Mapping(Struct, frozen=True):
    """Keys and their values, in the order of the file; no key occurs twice. flow: written as `{a: b}`.

    lost: a pair of it was reported and left out, so nothing can be said of what is missing.
    """

    at: Position
    pairs: tuple[tuple[Scalar, "Node"], ...]
    flow: bool = False
    key: str = ""
    lost: bool = False

    def get(self, name: str) -> "Node | None":
        return next((value for key, value in self.pairs if key.text == name), None)

    def __iter__(self) -> Iterator[tuple[Scalar, "Node"]]:
        return iter(self.pairs)


Node = Scalar | Sequence | Mapping


def texts(node: Node) -> Iterator[str]:
    """Every value's text in a node, depth first."""
    match node:
        case Scalar():
            yield node.text
        case Sequence():
            for item in node.items:
                yield from texts(item)
        case Mapping():
            for _, value in node:
                yield from texts(value)
