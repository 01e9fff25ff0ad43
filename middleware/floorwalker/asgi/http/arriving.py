"""A request's body on its way in: whoever sends it slowly, or never, holds nothing of ours for long."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect

from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.types import App, Message, Receive, Scope, Send

BODY_S: Final = 30.0  # 500 KB in it are 136 kbit/s


class _TooSlow(Exception):
    """The body is not here in time."""


async def answer_in_time(app: App, scope: Scope, receive: Receive, send: Send, *, within_s: float = BODY_S) -> None:
    """Let an app of ours answer that reads the whole body before it begins to: 408 where that is not here in time.

    Whoever goes away meanwhile is answered nothing.
    """
    try:
        await app(scope, _in_time(receive, within_s), send)
    except _TooSlow:
        refusal = problem(408, "Request Timeout", "The body did not come in time.", {"connection": "close"})
        await refusal(scope, receive, send)
    except ClientDisconnect:
        return


def _in_time(receive: Receive, within_s: float) -> Receive:
    """Raises _TooSlow while the body is not here in time; what comes after it may take as long as it does."""
    until = asyncio.get_running_loop().time() + within_s
    is_here = False

    async def received() -> Message:
        nonlocal is_here
        if is_here:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise _TooSlow from None
        is_here = not message.get("more_body", False)
        return message

    return received
