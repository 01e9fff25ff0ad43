"""A plain HTTP/1.1 client over loopback: one keep-alive connection, the bytes as they came."""

import asyncio
import time
from dataclasses import dataclass

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
Headers = dict[str, str]

DOCUMENT: Headers = {
    "user-agent": CHROME,
    "accept": "text/html,*/*;q=0.8",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
}
SCRIPT: Headers = {"user-agent": CHROME, "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin"}


@dataclass(frozen=True)
class Answer:
    """One response. seconds: from the first byte sent to the last one read."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float

    def all_of(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


class Wire:
    """Requests to one address, one at a time. A broken connection raises OSError, and the next request dials anew."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used_at = 0.0

    @property
    def idle_s(self) -> float:
        """For how long nothing was asked."""
        return time.perf_counter() - self._used_at

    async def ask(self, method: str, path: str, headers: Headers, body: bytes = b"") -> Answer:
        """Send one request and read its response whole."""
        started = time.perf_counter()
        try:
            reader = await self._send(method, path, headers, body)
            status, told = await _head(reader)
            content = await _body(reader, status, dict(told))
        except (OSError, EOFError) as failure:
            self.close()
            raise ConnectionError(str(failure)) from failure
        return Answer(status, tuple(told), content, time.perf_counter() - started)

    async def hang_up(self, method: str, path: str, headers: Headers) -> None:
        """Send a request, and leave once its response has begun."""
        try:
            reader = await self._send(method, path, headers, b"")
            await reader.read(1)
        finally:
            self.close()

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    async def _send(self, method: str, path: str, headers: Headers, body: bytes) -> asyncio.StreamReader:
        self._used_at = time.perf_counter()
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        lines = [f"{method} {path} HTTP/1.1", "host: shop.example", *(f"{key}: {headers[key]}" for key in headers)]
        if body or method not in ("GET", "HEAD"):
            lines.append(f"content-length: {len(body)}")
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return reader


async def _head(reader: asyncio.StreamReader) -> tuple[int, list[tuple[str, str]]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    pairs = [line.partition(":") for line in lines[1:]]
    return int(lines[0].split()[1]), [(key.lower(), value.strip()) for key, _, value in pairs]


async def _body(reader: asyncio.StreamReader, status: int, headers: Headers) -> bytes:
    if status in (204, 304):
        return b""
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    pieces = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(pieces)
