"""What is said where we cannot serve, so that it is the last thing that whoever starts the site reads."""

import asyncio
from typing import Final

from floorwalker.asgi.http.types import Receive, Scope, Send
from floorwalker.errors import ConfigurationError, RuleErrors

Refusal = ConfigurationError | RuleErrors

_NOTE: Final = "\nThe site does not start before this is mended. `floorwalker doctor` says what else is wrong."


def refused(refusal: Refusal) -> Refusal:
    """The refusal as it is raised: without the places in our own code that nobody can change, and set apart."""
    plain = refusal.with_traceback(None)
    plain.add_note(_NOTE)
    return plain


def is_late() -> bool:
    """Whether the server runs already. Starlette makes its middleware then, and a server takes an app that raises at
    that moment for one that does without lifespan, serves it, and says nothing."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """End the server's start with the refusal; where it asks nobody about that, raise it at each request."""
    if scope["type"] != "lifespan":
        raise refusal
    await receive()
    await send({"type": "lifespan.startup.failed", "message": f"{refusal}\n{_NOTE.strip()}"})
