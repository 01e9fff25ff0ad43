"""A door in front of a server that can be shut, cut or made deaf."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class Door:
    """Passes bytes on. lose_replies: requests still go in, but nothing comes out; cut: every connection ends now."""

    def __init__(self, path: Path, server: str) -> None:
        self.path = path
        self.url = f"unix://{path}"
        self.lose_replies = False
        self._server = server.removeprefix("unix://")
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._guests: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._listener = await asyncio.start_unix_server(self._admit, self.path)

    async def shut(self) -> None:
        """Let nobody in, and throw out who is in."""
        if self._listener is not None:
            self._listener.close()
        self.path.unlink(missing_ok=True)
        await self.cut()

    async def cut(self) -> None:
        for writer in tuple(self._writers):
            writer.close()
        if self._guests:
            await asyncio.wait(tuple(self._guests))

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = asyncio.current_task()
        assert guest is not None
        self._guests.add(guest)
        inside_reader, inside = await asyncio.open_unix_connection(self._server)
        self._writers |= {writer, inside}
        try:
            await asyncio.gather(self._pass(reader, inside), self._pass(inside_reader, writer, out=True))
        finally:
            self._writers -= {writer, inside}
            self._guests.discard(guest)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, out: bool = False) -> None:
        try:
            while chunk := await source.read(65536):
                if not (out and self.lose_replies):
                    sink.write(chunk)
        except ConnectionError:
            pass
        finally:
            sink.close()


@asynccontextmanager
async def door(path: Path, server: str) -> AsyncIterator[Door]:
    """An open door, shut in the end."""
    one = Door(path, server)
    await one.open()
    try:
        yield one
    finally:
        await one.shut()
