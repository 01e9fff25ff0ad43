"""Pieces of JSON Schema: scalars as YAML tools read them, short forms by if/then/else so a typo stays at its key."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import Any

from floorwalker.rulefile.nodes import Mapping, Node, Scalar, Sequence
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.text.salvage import read_yaml

Schema = dict[str, Any]

SCALAR = ["string", "number", "boolean"]  # a YAML tool resolves `NO` or `10.10` before it looks at the schema
_NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}"
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,15})")
_PLAIN_NUMBER = re.compile(_NUMBER)
_WORDS = {"true": True, "false": False}  # as YAML 1.2 has them, which editors' tools read


def text() -> Schema:
    return {"type": SCALAR}


def label() -> Schema:
    return _said({"type": SCALAR, "pattern": r"^[^\s_][^\s]*$"}, "a name has no spaces; write it with hyphens")


def number() -> Schema:
    return _said({"type": ["number", "string"], "pattern": f"^{_NUMBER}$"}, "write a number such as 3 or 49.90")


def count() -> Schema:
    whole = {"type": ["integer", "string"], "pattern": r"^\+?[0-9]+(\.0+)?$", "minimum": 0}
    return _said(whole, "write a whole number from 0")


def share() -> Schema:
    return _said({"type": "string", "pattern": rf"^{_NUMBER}\s*%$"}, "write a percentage such as 5 %")


def duration() -> Schema:
    units = "[Ss]econd|[Mm]inute|[Hh]our|[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear"
    return _said({"type": "string", "pattern": rf"^{_NUMBER}\s*({units})s?$"}, "write 30 minutes or 7 days")


def window() -> Schema:
    units = "second|minute|hour|day|week|month|year"
    words = {
        "type": "string",
        "pattern": rf"^({_NUMBER}\s*({units})s?|this (visit|week|month)|today)$",
        "examples": ["this visit", "today", "this week", "this month", "30 minutes", "7 days"],
    }
    return _said(words, "write 30 minutes, 7 days, this visit, today, this week or this month")


def yes_no() -> Schema:
    return _said({"enum": ["yes", "no", True, False, "true", "false", "on", "off"]}, "write yes or no")


def moment() -> Schema:
    return _said({"type": "string", "pattern": rf"^{_DAY}([ T]+{_CLOCK})?$"}, "write 2027-04-30 or 2027-04-30 19:30")


def clock() -> Schema:
    return _said({"type": "string", "pattern": f"^{_CLOCK}$"}, "write hours and minutes such as 19:30")


def cap() -> Schema:
    pattern = r"^[0-9]+ *((per|a|every) +(visit|day|week)|ever)$"
    return _said({"type": "string", "pattern": pattern}, "write 3 per visit, 1 per day, 2 per week or 5 ever")


def path() -> Schema:
    return _said({"type": "string", "pattern": "^/"}, "a path begins with /")


def _said(schema: Schema, remedy: str) -> Schema:
    """The schema with what an editor's tool says where a value does not fit."""
    return {**schema, "errorMessage": remedy, "patternErrorMessage": remedy}


def country() -> Schema:
    return {"type": "string", "pattern": "^[A-Za-z]{2}$"}


def words(values: Iterable[str]) -> Schema:
    return {"enum": list(values)}


def one_or_many(item: Schema) -> Schema:
    """A value, or a list of them."""
    return when_type("array", {"type": "array", "items": item, "minItems": 1}, item)


def when_type(kind: str, then: Schema, otherwise: Schema) -> Schema:
    """One schema for values of a JSON type, another for the rest, whose proposals stand beside: tools that complete a
    value look no deeper than that."""
    proposals = otherwise.get("examples") or otherwise.get("enum")
    chosen = {"if": {"type": kind}, "then": then, "else": otherwise}
    return {"examples": proposals, **chosen} if proposals else chosen


def record(properties: Map[str, Schema], *, required: Iterable[str] = ()) -> Schema:
    """Known keys only, at least one."""
    found: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        "minProperties": 1,
    }
    if names := list(required):
        found["required"] = names
    return found


def named(value: Schema, *, snippet: tuple[str, Schema] | None = None) -> Schema:
    """Any names, each with that value. snippet: what a tool offers for a new one: its label, and a skeleton in which
    `${1:…}` is a place to fill in."""
    found: Schema = {"type": "object", "additionalProperties": value}
    if snippet is not None:
        label, body = snippet
        found["defaultSnippets"] = [{"label": label, "description": f"a {label}", "body": body}]
    return found


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def only_one(schema: Schema) -> Schema:
    """At most one key. Said apart from the keys: beside them it keeps tools from proposing the one."""
    return {**schema, "allOf": [{"maxProperties": 1}]}


def described(schema: Schema, doc: str, example: str) -> Schema:
    """The schema with what an editor's tool shows: the meaning and an example, which is proposed as a value where there
    are no other proposals."""
    meaning = f"{doc[:1].upper()}{doc[1:]}".removesuffix(".")
    proposals = schema.get("examples") or schema.get("enum") or [example_value(example)]
    return {
        "description": f"{meaning}.\n\nExample: {example}",
        "markdownDescription": f"{meaning}.\n\n```yaml\n{example}\n```",
        **schema,
        "examples": proposals,
    }


def example_value(example: str) -> Any:
    """What stands behind the key of an example, as a YAML tool reads it."""
    node = read_yaml("", example, Findings())
    return plain(node.pairs[0][1]) if node is not None else example


def plain(node: Node) -> Any:
    """A node as a YAML tool of an editor sees it: numbers and yes/no resolved where they stand unquoted."""
    match node:
        case Mapping():
            return {key.text: plain(value) for key, value in node}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar(quoted=True):
            return node.text
        case Scalar():
            if _INTEGER.fullmatch(node.text):
                return int(node.text)
            return float(node.text) if _PLAIN_NUMBER.fullmatch(node.text) else _WORDS.get(node.text, node.text)
