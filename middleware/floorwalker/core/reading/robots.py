"""Robots: recognised by the names they give themselves and by what browsers that people use never look like."""

import re
from collections.abc import Mapping
from functools import cache

from floorwalker.core.reading.address import NAME_LIMIT
from floorwalker.core.signals import Robot
from floorwalker.core.words.patterns import Expression, expressions

_COMPATIBLE = re.compile(r"\bcompatible *[;,] *\+?", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9!][\w.!-]*")
_PRODUCT = re.compile(r"([A-Za-z0-9!][\w.!-]*)/")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s;,)]*|\S{1,64}@\S+", re.IGNORECASE)
_SIGNER = re.compile(r"https://([A-Za-z0-9.-]+)")
_PLACEHOLDER = re.compile(r"(?:Chrome|Safari|Version)/[A-Z]\.[A-Z]|^\W*$")
_TRADES = (
    "bot", "crawl", "spider", "slurp", "scrape", "fetch", "monitor", "checker", "scanner", "preview", "archive",
    "headless",
)  # fmt: skip
_BROWSERS = frozenset((
    "mozilla", "applewebkit", "webkit", "khtml", "gecko", "chrome", "safari", "version", "mobile", "firefox", "edg",
    "edge", "opera", "opr", "trident", "msie",
))  # fmt: skip


def read_robot(agent: str, *, is_spider: bool) -> Robot | None:
    """The robot behind a user agent, or None for people. is_spider: the user-agent parser knows it as one."""
    if is_spider or _gives_itself_away(agent, known_giveaways()):
        return Robot(_name(agent), acts_for_person=bool(known_giveaways()["agents"].search(agent)))
    return None


def read_signer(header: str) -> Robot:
    """The agent that a Signature-Agent header names (Web Bot Auth). It may bear a browser's user agent.

    The signature is not verified: whoever claims to be a program is taken at their word.
    """
    host = _SIGNER.search(header)
    return Robot((host[1] if host else "signed")[:NAME_LIMIT], acts_for_person=True)


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
    text = _ADDRESS.sub(" ", agent)
    found = _named_as_compatible(text) or _named_by_trade(text)
    return (found or _named_as_product(text) or "unnamed")[:NAME_LIMIT]


def _named_as_compatible(text: str) -> str | None:
    match = _COMPATIBLE.search(text)
    if match is None or known_giveaways()["compatible"].match(text, match.end()):
        return None
    word = _WORD.match(text, match.end())
    return word[0] if word and word[0].lower() not in _BROWSERS else None


def _named_by_trade(text: str) -> str | None:
    return next((word for word in _WORD.findall(text) if any(trade in word.lower() for trade in _TRADES)), None)


def _named_as_product(text: str) -> str | None:
    products = [product for product in _PRODUCT.findall(text) if product.lower() not in _BROWSERS]
    if text.startswith("Mozilla/"):
        return products[-1] if products else None
    word = _WORD.search(text)
    return products[0] if products else word and word[0]


@cache
def known_giveaways() -> Mapping[str, Expression]:
    """The word list, compiled once."""
    return expressions("robots")
