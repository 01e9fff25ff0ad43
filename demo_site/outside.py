"""What happens outside of the shop's pages: its mail provider and its cash desk tell it over HTTP, with a write key.

Plain HTTP of the standard library, so that one sees what a client has to do: `POST /_floorwalker/v1/batch`.
"""

import asyncio
import hashlib
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError
from urllib.request import Request as Asked
from urllib.request import urlopen

from starlette.requests import Request

BATCH = "/_floorwalker/v1/batch"
PATIENCE_S = 10
Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
"""Posts a body to an address with these headers; the answer's status, 0 where there was none."""


def write_key_of(secret_key: str) -> str:
    """The demo's write key, the same after each start."""
    return "wk_" + hashlib.sha256(f"write key {secret_key}".encode()).hexdigest()[:32]


def track(user: str, event: str, properties: Mapping[str, Any], *, at: float, id: str) -> dict[str, Any]:
    """One message of the Segment spec. at: seconds since 1970. id: the same for the same, so that it counts once."""
    return {
        "type": "track",
        "userId": user,
        "event": event,
        "properties": properties,
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(),
        "messageId": id,
    }


class Outside:
    """Tells the shop what happened elsewhere. post: how a body gets there."""

    def __init__(self, write_key: str, *, post: Post | None = None) -> None:
        self._authorization = "Basic " + b64encode(f"{write_key}:".encode()).decode()
        self._post = post or post_over_http

    async def tell(self, request: Request, messages: Sequence[Mapping[str, Any]]) -> int:
        """The status of the answer. The request says where the shop listens and, in the demo, what time it is there."""
        headers = {"content-type": "application/json", "authorization": self._authorization}
        if played := request.cookies.get("play"):
            headers["cookie"] = f'play="{played}"'
        host, port = request.scope.get("server") or ("127.0.0.1", 8000)
        return await self._post(f"http://{host}:{port or 80}{BATCH}", json.dumps({"batch": messages}).encode(), headers)


async def post_over_http(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Over a connection of its own, in a thread, so that pages go on."""
    return await asyncio.to_thread(_post, address, body, headers)


def _post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    asked = Asked(address, data=body, headers=dict(headers), method="POST")  # noqa: S310  (our own address)
    try:
        with urlopen(asked, timeout=PATIENCE_S) as answer:  # noqa: S310
            return int(answer.status)
    except URLError as failure:
        return int(getattr(failure, "code", 0))
