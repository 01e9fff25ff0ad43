"""The way to a server, which may be long, may be cut in the midst of an answer, or may lose answers."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path


class Passage:
    """A socket in front of another. delay_s: each way. cut_every: of so many answers one ends halfway, and its
    connection with it; 0 is none. loses_answers: what is asked still arrives, and nothing comes back.
    """

    def __init__(self, path: Path, server: Path) -> None:
        self.url = f"unix://{path}"
        self.delay_s = 0.0
        self.cut_every = 0
        self.loses_answers = False
        self.cuts = 0
        self._path = path
        self._server = server
        self._listener: asyncio.Server | None = None
        self._guests: dict[asyncio.Task[None], tuple[asyncio.StreamWriter, ...]] = {}
        self._answers = count(1)

    async def open(self) -> None:
        self._listener = await asyncio.start_unix_server(self._admit, self._path)

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self.cut()
        if self._guests:
            await asyncio.wait(tuple(self._guests))

    def cut(self) -> None:
        """Every connection ends now."""
        for writers in self._guests.values():
            for writer in writers:
                writer.close()

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = asyncio.current_task()
        assert guest is not None
        try:
            inside_reader, inside = await asyncio.open_unix_connection(self._server)
        except OSError:
            writer.close()
            return
        self._guests[guest] = (writer, inside)
        try:
            await asyncio.gather(
                self._pass(reader, inside, lambda chunk: chunk), self._pass(inside_reader, writer, self._answer)
            )
        finally:
            del self._guests[guest]

    def _answer(self, chunk: bytes) -> bytes | None:
        """What comes out of an answer; None ends the connection after half of it."""
        if self.loses_answers:
            return b""
        if self.cut_every and next(self._answers) % self.cut_every == 0:
            self.cuts += 1
            return None
        return chunk

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, changed: Callable[[bytes], bytes | None]
    ) -> None:
        """Bytes in their order, however the delay changes meanwhile."""
        under_way: asyncio.Queue[tuple[float, bytes | None]] = asyncio.Queue()
        arriving = asyncio.create_task(_arrive(under_way, sink))
        loop = asyncio.get_running_loop()
        try:
            while chunk := await source.read(65536):
                out = changed(chunk)
                under_way.put_nowait((loop.time() + self.delay_s, chunk[: len(chunk) // 2] if out is None else out))
                if out is None:
                    break
        except OSError:
            pass  # the other side is gone, and so is this one
        finally:
            under_way.put_nowait((loop.time() + self.delay_s, None))
            await arriving


async def _arrive(under_way: asyncio.Queue[tuple[float, bytes | None]], sink: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        at, data = await under_way.get()
        await asyncio.sleep(at - loop.time())
        if data is None:
            sink.close()
            return
        if data and not sink.is_closing():
            sink.write(data)
