"""Compiled text patterns, remembered up to a bound: all linear-time, so no visitor can make a rule slow.

Wildcards are atomic groups (the leftmost place where a piece fits is as good as any later one, so nothing is ever tried
twice); an editor's own expressions run on RE2, which costs some microseconds more per match.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import re2

_BOUND = 4096


def _pieces(pattern: str, anything: str) -> str:
    """A text with `*` as an expression, `anything` for one of what `*` stands for."""
    first, *rest = pattern.split("*")
    if not rest:
        return re.escape(first)
    inner = "".join(f"(?>{anything}*?{re.escape(piece)})" for piece in rest[:-1] if piece)
    return f"{re.escape(first)}{inner}{anything}*{re.escape(rest[-1])}"


@lru_cache(_BOUND)
def wildcard(pattern: str) -> re.Pattern[str]:
    """A folded text with `*` for anything; the whole value must match."""
    return re.compile(rf"(?s:{_pieces(pattern, '.')})\Z")


@lru_cache(_BOUND)
def path_pattern(pattern: str) -> re.Pattern[str]:
    """A path: `*` is one segment or a part of one, `**` any number of segments, `/x/**` also matches `/x`."""
    stretches: list[list[str]] = [[]]
    for segment in pattern.strip("/").split("/"):
        if segment == "**":
            stretches.append([])
        elif segment:
            stretches[-1].append(f"/(?=[^/]){_pieces(segment, '[^/]')}(?![^/])")
    first, *rest = ("".join(stretch) for stretch in stretches)
    if not rest:
        return re.compile(rf"{first}/?\Z")
    inner = "".join(f"(?>(?:/[^/]*)*?{stretch})" for stretch in rest[:-1] if stretch)
    return re.compile(rf"{first}{inner}(?:/[^/]*)*{rest[-1]}/?\Z")


@lru_cache(_BOUND)
def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """A phrase of whole words in a text of words set apart by single spaces, with one space at either end."""
    return re.compile(f" {_pieces(phrase, '[^ ]')} ")


@lru_cache(_BOUND)
def regular_expression(pattern: str) -> Any:
    """An editor's own expression, case ignored; searched anywhere in the value as it is. Raises re2.error."""
    return re2.compile("(?i)" + pattern)


@lru_cache(_BOUND)
def network(text: str) -> IPv4Network | IPv6Network:
    """An address or network in CIDR form. Raises ValueError."""
    return ip_network(text, strict=False)
