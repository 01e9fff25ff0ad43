"""Robots: recognised by the names they give themselves and by what browsers that people use never look like."""

import re
from functools import cache

from msgspec import Struct

from floorwalker.core import words
from floorwalker.core.reading.address import NAME_LIMIT
from floorwalker.core.signals import Robot

_LEADS_LIKE_A_BROWSER = re.compile(r"(?:Mozilla|Opera)/\d", re.IGNORECASE)
_COMPATIBLE = re.compile(r"\bcompatible *[;,] *\+?", re.IGNORECASE)
_NAMED = re.compile(
    r"[A-Za-z0-9!][\w.!-]*(?:bot|crawler|spider|slurp|scraper|fetcher|monitor|checker|scanner|preview|archiver)[\w.-]*",
    re.IGNORECASE,
)
_PRODUCT = re.compile(r"[A-Za-z0-9!_][\w.!@-]*(?: [A-Z][\w-]*)?")
_SKIPPED = re.compile(
    r"^(?:https?:|www\.|Mozilla$|compatible|AppleWebKit|KHTML|Gecko|Chrome$|Safari$|Version$|Mobile$)"
)
_MIRRORED = re.compile(r"(?:Chrome|Safari|Version)/[A-Z]\.[A-Z]|^\W*$")


class Giveaways(Struct, frozen=True):
    """The compiled word list."""

    stems: re.Pattern[str]
    contact: re.Pattern[str]
    people: re.Pattern[str]
    platforms: re.Pattern[str]
    compatible: re.Pattern[str]


def read_robot(agent: str, *, is_spider: bool) -> Robot | None:
    """The robot behind a user agent, or None for people. is_spider: the user-agent parser knows it as one.

    An empty user agent is a robot: every browser sends one.
    """
    if is_spider or _gives_itself_away(agent, known_giveaways()):
        return Robot(_name(agent))
    return None


def _gives_itself_away(agent: str, signs: Giveaways) -> bool:
    text = signs.people.sub(" ", agent)
    if signs.stems.search(text) or signs.contact.search(text) or _MIRRORED.search(agent):
        return True
    if match := _COMPATIBLE.search(agent):
        return not signs.compatible.match(agent, match.end())
    return not signs.platforms.search(agent)


def _name(agent: str) -> str:
    """What the robot calls itself, as far as that can be told."""
    if found := _NAMED.search(agent):
        return found[0][:NAME_LIMIT]
    match = _COMPATIBLE.search(agent)
    start = match.end() if match else 0
    for found in _PRODUCT.finditer(agent, start):
        if not _SKIPPED.match(found[0]):
            return found[0][:NAME_LIMIT]
    return "unnamed"


@cache
def known_giveaways() -> Giveaways:
    """The word list, compiled once."""
    found: dict[str, list[str]] = {}
    for section, line in words.sections("robots"):
        found.setdefault(section, []).append(line)
    return Giveaways(**{section: re.compile("|".join(lines), re.IGNORECASE) for section, lines in found.items()})
