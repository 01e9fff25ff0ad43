"""How this worker is, in plain words: for people, and for whatever watches over the site."""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.store import Health


@cache
def release() -> str:
    """The version of this package."""
    return version("floorwalker")


def health_of(publisher: Publisher, keeper: Keeper | None) -> dict[str, Any]:
    """What `GET /healthz` tells. status: `degraded` where `why` names something; the site serves all the same."""
    store: dict[str, Any] = {"state": "not asked yet"}
    why = list(_complaints(publisher, keeper))
    if keeper is not None:
        store = _store(keeper.health(), keeper)
    refused = publisher.refused
    return {
        "status": "degraded" if why else "ok",
        "why": why,
        "release": release(),
        "rules": publisher.rulebook.ruleset.version,
        "files": {"state": publisher.state, "errors": refused.errors if refused is not None else 0},
        "store": store,
    }


def _store(health: Health, keeper: Keeper) -> dict[str, Any]:
    return {
        "state": "away" if health.away else "here",
        "circuit": "open" if keeper.circuit_is_open else "closed",
        "pending": health.pending,
        "spooled": health.spooled,
        "lost": health.lost,
        "servers_away": list(health.servers_away),
        "uncopied": health.uncopied,
    }


def _complaints(publisher: Publisher, keeper: Keeper | None) -> Iterator[str]:
    if keeper is not None:
        health = keeper.health()
        if health.away:
            yield "the store is away"
        elif keeper.circuit_is_open:
            yield "the store failed too often in a row; nobody waits for it"
        if health.servers_away:
            yield "servers of the store are away"
        if health.spooled:
            yield "steps wait on disk"
    if publisher.refused is not None:
        yield "changed rules have errors; the rules before stay"
