"""Sections of a word list as one expression each, matched in linear time whatever a client sends (RE2)."""

from collections.abc import Mapping
from typing import Protocol

import re2

from floorwalker.core import words


class Expression(Protocol):
    """The part of a compiled expression that is used: both answer with something true where they find a match."""

    def search(self, text: str, /) -> object: ...

    def match(self, text: str, pos: int = 0, /) -> object: ...


def expressions(name: str) -> Mapping[str, Expression]:
    """Each [section] of a list as one expression that any of its lines can match, in any case."""
    found: dict[str, list[str]] = {}
    for section, line in words.sections(name):
        found.setdefault(section, []).append(line)
    return {section: _any_of(lines) for section, lines in found.items()}


def _any_of(lines: list[str]) -> Expression:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 32 << 20
    compiled: Expression = re2.compile("|".join(lines), options)
    return compiled
