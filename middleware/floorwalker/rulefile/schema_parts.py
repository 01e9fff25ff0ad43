"""Pieces of JSON Schema: scalars as YAML tools read them, short forms by if/then/else so a typo stays at its key."""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

SCALAR = ["string", "number", "boolean"]  # a YAML tool resolves `NO` or `10.10` before it looks at the schema
_NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}"


def text() -> Schema:
    return {"type": SCALAR}


def label() -> Schema:
    return {"type": SCALAR, "pattern": r"^[^\s_][^\s]*$"}


def number() -> Schema:
    return {"type": ["number", "string"], "pattern": f"^{_NUMBER}$"}


def count() -> Schema:
    return {"type": ["integer", "string"], "pattern": r"^\+?[0-9]+(\.0+)?$", "minimum": 0}


def share() -> Schema:
    return {"type": "string", "pattern": rf"^{_NUMBER}\s*%$"}


def duration() -> Schema:
    return {
        "type": "string",
        "pattern": rf"^{_NUMBER}\s*([Ss]econd|[Mm]inute|[Hh]our|[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear)s?$",
    }


def window() -> Schema:
    return {
        "type": "string",
        "pattern": rf"^({_NUMBER}\s*(second|minute|hour|day|week|month|year)s?|this (visit|week|month)|today)$",
        "examples": ["this visit", "today", "this week", "this month", "30 minutes", "7 days"],
    }


def yes_no() -> Schema:
    return {"enum": ["yes", "no", True, False, "true", "false", "on", "off"]}


def moment() -> Schema:
    return {"type": "string", "pattern": rf"^{_DAY}([ T]+{_CLOCK})?$"}


def clock() -> Schema:
    return {"type": "string", "pattern": f"^{_CLOCK}$"}


def cap() -> Schema:
    return {"type": "string", "pattern": r"^[0-9]+ *((per|a|every) +(visit|day|week)|ever)$"}


def path() -> Schema:
    return {"type": "string", "pattern": "^/"}


def words(values: Iterable[str]) -> Schema:
    return {"enum": list(values)}


def one_or_many(item: Schema) -> Schema:
    """A value, or a list of them."""
    return when_type("array", {"type": "array", "items": item, "minItems": 1}, item)


def when_type(kind: str, then: Schema, otherwise: Schema) -> Schema:
    """One schema for values of a JSON type, another for the rest."""
    return {"if": {"type": kind}, "then": then, "else": otherwise}


def record(properties: Mapping[str, Schema], *, required: Iterable[str] = ()) -> Schema:
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


def named(value: Schema) -> Schema:
    """Any names, each with that value."""
    return {"type": "object", "additionalProperties": value}


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def described(schema: Schema, doc: str, example: str) -> Schema:
    """The schema with what an editor's tool shows: the meaning and an example."""
    return {"description": f"{doc[:1].upper()}{doc[1:]}.\n\nExample: `{example}`".replace("..\n", ".\n"), **schema}
