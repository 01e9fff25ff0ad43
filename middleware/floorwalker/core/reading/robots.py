"""Robots: recognised by the names they give themselves and by what browsers that people use never look like."""

import re
from collections.abc import Mapping
from functools import cache

from floorwalker.core.reading.address import NAME_LIMIT
from floorwalker.core.signals import Robot
from floorwalker.core.words.patterns import Expression, expressions

_COMPATIBLE = re.compile(r"\bcompatible *[;,] *\+?", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9!][\w.!-]*")
_PRODUCT = re.compile(r"[A-Za-z0-9!_][\w.!@-]*(?: [A-Z][\w-]*)?")
_SKIPPED = re.compile(r"^(?:https?$|www\.|Mozilla|compatible|AppleWebKit|KHTML|Gecko|Chrome$|Safari$|Version$|Mobile$)")
_PLACEHOLDER = re.compile(r"(?:Chrome|Safari|Version)/[A-Z]\.[A-Z]|^\W*$")
_TRADES = ("bot", "crawl", "spider", "slurp", "scrape", "fetch", "monitor", "checker", "scanner", "preview", "archive")


def read_robot(agent: str, *, is_spider: bool) -> Robot | None:
    """The robot behind a user agent, or None for people. is_spider: the user-agent parser knows it as one."""
    if is_spider or _gives_itself_away(agent, known_giveaways()):
        return Robot(_name(agent))
    return None


def _gives_itself_away(agent: str, signs: Mapping[str, Expression]) -> bool:
    if signs["people"].search(agent):
        return bool(signs["surely"].search(agent))
    if signs["stems"].search(agent) or signs["contact"].search(agent) or _PLACEHOLDER.search(agent):
        return True
    if match := _COMPATIBLE.search(agent):
        return not signs["compatible"].match(agent, match.end())
    return not signs["platforms"].search(agent)


def _name(agent: str) -> str:
    """What the robot calls itself, as far as that can be told."""
    for word in _WORD.findall(agent):
        if any(trade in word.lower() for trade in _TRADES):
            return str(word)[:NAME_LIMIT]
    match = _COMPATIBLE.search(agent)
    for found in _PRODUCT.finditer(agent, match.end() if match else 0):
        if not _SKIPPED.match(found[0]):
            return found[0][:NAME_LIMIT]
    return "unnamed"


@cache
def known_giveaways() -> Mapping[str, Expression]:
    """The word list, compiled once."""
    return expressions("robots")
