"""A condition as it was written, on one line: what explanations quote."""

import re

from floorwalker.rulefile.nodes import Mapping, Node, Scalar, Sequence
from floorwalker.rulefile.text.quoting import quoted

_LONGEST = 240
_NEEDS_QUOTES = re.compile(r"""[,{}\[\]#&*!|>'"%@`]|: |^\s|\s$|^$""")


def written(name: str, node: Node) -> str:
    """`viewed: {category: clearance, at_least: 2}`; what is very long ends in an ellipsis."""
    text = f"{name}: {_flow(node)}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _flow(node: Node) -> str:
    match node:
        case Scalar():
            text = " ".join(node.text.split())
            return quoted(text) if node.quoted and _NEEDS_QUOTES.search(text) else text
        case Sequence():
            return "[" + ", ".join(map(_flow, node.items)) + "]"
        case Mapping():
            return "{" + ", ".join(f"{key.text}: {_flow(value)}" for key, value in node) + "}"
