"""`GET PREFIX/metrics`: what this worker has counted, and those beside it, for a Prometheus server."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client.exposition import choose_encoder
from starlette.requests import Request as Asked
from starlette.responses import Response

from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import Receive, Scope, Send
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.metrics.admission import Admission
from floorwalker.asgi.metrics.families import WorkersCollector
from floorwalker.asgi.metrics.figures import Figures, figures_of
from floorwalker.asgi.metrics.shared import FiguresFolder
from floorwalker.asgi.setup import Setup
from floorwalker.console.attempts import Attempts
from floorwalker.store import Store

_CHALLENGE: Final = {"www-authenticate": 'Basic realm="metrics", charset="UTF-8"', "cache-control": "no-store"}
_SALT_BYTES: Final = 16


class MetricsDesk:
    """Answers a scrape, where there is anybody who may read it. keepers: of all event loops of this worker. store: of
    the running one."""

    def __init__(self, setup: Setup, keepers: Callable[[], Sequence[Keeper]], store: Callable[[], Store]) -> None:
        settings = setup.settings
        self._setup = setup
        self._keepers = keepers
        salt = settings.random(_SALT_BYTES)
        attempts = Attempts(secret_key=settings.secret_keys[0], salt=salt, shared=lambda: store().tries)
        self._admission = Admission(
            settings.metrics_key, settings.operators, clock=settings.clock, salt=salt, attempts=attempts
        )
        self._writing: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope, receive)
        await (await self._answer(asked))(scope, receive, send)

    def start(self) -> None:
        """Share this worker's figures as long as the running event loop lives, where a folder for it is set."""
        folder = self._folder()
        if folder is None:
            return
        loop = asyncio.get_running_loop()
        task = loop.create_task(folder.keep_writing(self._figures), name="floorwalker: share figures")
        self._writing[loop] = task

    async def stop(self) -> None:
        """Share them no more in this event loop."""
        task = self._writing.pop(asyncio.get_running_loop(), None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _answer(self, asked: Asked) -> Response:
        address = Request(asked.scope, at=0.0, proxies=self._setup.proxies).address or ""
        authorization = asked.headers.get("authorization", "").encode("latin-1")
        if not await self._admission.admits(authorization, address):
            return problem(401, "Unauthorized", "The metrics are for those with a key, or a login.", _CHALLENGE)
        encode, kind = choose_encoder(asked.headers.get("accept", ""))
        text = encode(WorkersCollector(await self._workers()))
        return Response(text, headers={"cache-control": "no-store", "content-type": kind})

    async def _workers(self) -> dict[str, Figures]:
        """This worker's figures as of now, the others' as they wrote them last."""
        folder = self._folder()
        others = await asyncio.to_thread(folder.others) if folder is not None else {}
        return {_worker(): self._figures(), **others}

    def _figures(self) -> Figures:
        return figures_of(self._setup, self._keepers())

    def _folder(self) -> FiguresFolder | None:
        folder = self._setup.settings.metrics_folder
        return FiguresFolder(folder, _worker(), clock=time.time) if folder is not None else None


def _worker() -> str:
    """A worker is a process; asked anew each time, since workers fork."""
    return str(os.getpid())
