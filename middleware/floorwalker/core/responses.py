"""Responses: which blocks were shown and clicked how often, and to which arms of which slots the visitor belongs."""

from msgspec import Struct


class Daily(Struct, frozen=True, array_like=True):
    """A count with its latest days. days: the site's day, count, day, count, …, oldest first; `last` in seconds."""

    total: int = 0
    last: int = 0
    days: tuple[int, ...] = ()


class Response(Struct, frozen=True, array_like=True):
    """What happened with one block. control: it would have been shown, and was held back for the comparison.

    visit, in_visit: how often in that visit. since: the counts are complete for what happened later.
    """

    block: str
    control: bool
    since: int
    visit: int
    in_visit: int
    shown: Daily = Daily()
    clicked: Daily | None = None


class Exposure(Struct, frozen=True, array_like=True):
    """The first time that this block of this slot and arm came up. facts: what was counted already."""

    slot: str
    block: str
    arm: str
    at: int
    facts: tuple[str, ...] = ()


class Responses(Struct, frozen=True, array_like=True):
    """Blocks, the latest last. lost: when a block was last shown or clicked that is forgotten."""

    blocks: tuple[Response, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    lost: int = 0
