"""Compiled text patterns, remembered up to a bound: all linear-time (RE2), so no rule can be made slow by a visitor."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import re2

_BOUND = 4096


@lru_cache(_BOUND)
def wildcard(pattern: str) -> Any:
    """A folded text with `*` for anything; the whole value must match."""
    return re2.compile("(?s)^" + ".*".join(re2.escape(part) for part in pattern.split("*")) + "$")


@lru_cache(_BOUND)
def path_pattern(pattern: str) -> Any:
    """A path: `*` is one segment or a part of one, `**` any number of segments, `/x/**` also matches `/x`."""
    return re2.compile("^" + "".join(_path_parts(pattern)) + "/?$")


def _path_parts(pattern: str) -> list[str]:
    parts: list[str] = []
    for segment in pattern.strip("/").split("/") if pattern.strip("/") else []:
        if segment == "**":
            parts.append("(?:/.*)?")
        else:
            parts.append("/" + "[^/]*".join(re2.escape(piece) for piece in segment.split("*")))
    return parts


@lru_cache(_BOUND)
def phrase_pattern(phrase: str) -> Any:
    """A phrase of whole words in a text of words set apart by single spaces, with one space at either end."""
    return re2.compile(" " + "[^ ]*".join(re2.escape(part) for part in phrase.split("*")) + " ")


@lru_cache(_BOUND)
def regular_expression(pattern: str) -> Any:
    """An editor's own expression, case ignored; searched anywhere in the value as it is."""
    return re2.compile("(?i)" + pattern)


@lru_cache(_BOUND)
def network(text: str) -> IPv4Network | IPv6Network:
    """An address or network in CIDR form. Raises ValueError."""
    return ip_network(text, strict=False)
