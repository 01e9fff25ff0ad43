"""The page behind a middleware that asks GrowthBook's SDK about a hundred features, each with a rule of its own.

Runs in an environment of its own; it imports nothing of ours.
"""

import argparse
import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from growthbook import GrowthBook

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
_RULES = 100
_CONDITIONS: tuple[Callable[[int], dict[str, Any]], ...] = (
    lambda n: {"category": f"category-{n}", "views": {"$gte": 3}},
    lambda n: {"referrer": f"partner-{n}"},
    lambda n: {"searched": {"$in": [f"cheap lens {n}", f"second hand {n}"]}},
    lambda n: {"$or": [{"device": "tablet"}, {"browser": f"browser-{n}"}, {"country": {"$in": ["NO", "SE"]}}]},
    lambda n: {"campaign": {"$regex": f"^spring-{n}-"}},
    lambda n: {"visits": {"$gte": n}},
)


def features() -> dict[str, Any]:
    """A hundred features, each on for those who meet its condition; kinds as in the benchmark's rules."""
    return {
        f"feature-{n}": {
            "defaultValue": False,
            "rules": [{"condition": _CONDITIONS[n % len(_CONDITIONS)](n), "force": True}],
        }
        for n in range(_RULES)
    }


def served(body: bytes, *, asks: bool) -> App:
    """The page; asks: with all features evaluated before it."""
    known, names = features(), [f"feature-{n}" for n in range(_RULES)]
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    attributes = {"id": "somebody", "device": "desktop", "country": "DE", "visits": 7, "category": "category-3"}

    async def call(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if asks:
            book = GrowthBook(attributes=attributes, features=known)
            scope["features"] = {name for name in names if book.is_on(name)}
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return call


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cpu", type=int, required=True)
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--asks", action="store_true")
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.cpu})
    application = served(options.page.read_bytes(), asks=options.asks)
    uvicorn.run(application, port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
