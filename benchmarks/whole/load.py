"""A load generator over loopback: keep-alive HTTP/1.1 connections, bounded in time, latencies kept.

Closed loop (as fast as the server answers) for throughput; open loop (a fixed rate) for latency, where a request's
time runs from when it was due, so that a stall is not hidden by the requests that it held up.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import cast

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

_SETTLE_S = 0.05
"""So long the server may take to accept all connections: no request waits for that."""


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, done: Callable[["Connection", int], None]) -> None:
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._head = bytearray()
        self._missing: int | None = None
        self._tail = b""
        self._status = 0
        self.bytes_read = 0
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._done(self, -1)

    def send(self, request: bytes, due: float) -> None:
        assert self._transport is not None
        self.due, self._head, self._missing, self._tail, self._status = due, bytearray(), None, b"", 0
        self._transport.write(request)

    def close(self) -> None:
        self._done = _ignore
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self.bytes_read += len(data)
        if self._status:
            self._take_body(data)
            return
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return
        head, body = bytes(self._head[:end]).lower(), bytes(self._head[end + 4 :])
        self._status = int(head[9:12])
        length = head.find(b"content-length:")
        self._missing = int(head[length + 15 : head.find(b"\r\n", length) % (len(head) + 1)]) if length >= 0 else None
        self._take_body(body)

    def _take_body(self, data: bytes) -> None:
        if self._missing is not None:
            self._missing -= len(data)
            finished = self._missing <= 0
        else:
            self._tail = (self._tail + data)[-5:]
            finished = self._tail == b"0\r\n\r\n"
        if finished:
            self._done(self, self._status)


def _ignore(_connection: Connection, _status: int) -> None:
    """A connection that is closed reports nothing more."""


class Load:
    """A bounded run of `seconds` on `connections`; `rate` is in requests a second, 0 as fast as the server answers."""

    def __init__(self, *, port: int, requests: Iterator[bytes], connections: int, seconds: float, rate: float) -> None:
        self._port, self._requests, self._count = port, requests, connections
        self._seconds, self._rate = seconds, rate
        self._idle: list[Connection] = []
        self._all: list[Connection] = []
        self._ends = 0.0
        self._finished = asyncio.Event()
        self._under_way = 0
        self._overdue: deque[float] = deque()
        self.latencies: list[float] = []
        self.failures = 0
        self.late = 0

    async def run(self) -> dict[str, float]:
        """Send, then give requests, failures, seconds, requests_per_second and latency percentiles in ms."""
        loop = asyncio.get_running_loop()
        for _ in range(self._count):
            _, connection = await loop.create_connection(lambda: Connection(self._on_done), "127.0.0.1", self._port)
            self._all.append(connection)
        await asyncio.sleep(_SETTLE_S)
        started = time.perf_counter()
        self._ends = started + self._seconds
        if self._rate:
            self._idle = list(self._all)
            await self._send_at_rate(started)
        else:
            for connection in self._all:
                self._send(connection, time.perf_counter())
        await asyncio.wait_for(self._finished.wait(), self._seconds + 30)
        elapsed = time.perf_counter() - started
        for connection in self._all:
            connection.close()
        return self._summary(elapsed)

    async def _send_at_rate(self, started: float) -> None:
        sent = 0
        while (due := started + sent / self._rate) < self._ends:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self._idle:
                self._send(self._idle.pop(), due)
            else:
                self.late += 1  # every connection is busy: it goes with the first that is not, late as it is
                self._overdue.append(due)
            sent += 1
        self._ends = 0.0
        if not self._under_way:
            self._finished.set()

    def _send(self, connection: Connection, due: float) -> None:
        self._under_way += 1
        connection.send(next(self._requests), due)

    def _on_done(self, connection: Connection, status: int) -> None:
        now = time.perf_counter()
        self._under_way -= 1
        if status == 200:
            self.latencies.append(now - connection.due)
        else:
            self.failures += 1
        if status > 0 and self._overdue:
            self._send(connection, self._overdue.popleft())
        elif status > 0 and now < self._ends:
            if self._rate:
                self._idle.append(connection)
            else:
                self._send(connection, now)
        elif self._rate and status > 0 and self._ends:
            self._idle.append(connection)
        elif not self._under_way:
            self._finished.set()

    def _summary(self, elapsed: float) -> dict[str, float]:
        ordered = sorted(self.latencies) or [0.0]
        at = {q: 1000 * ordered[min(len(ordered) - 1, int(q * len(ordered)))] for q in (0.5, 0.9, 0.99)}
        return {
            "requests": len(self.latencies),
            "failures": self.failures,
            "late": self.late,
            "seconds": elapsed,
            "requests_per_second": len(self.latencies) / elapsed,
            "bytes": sum(connection.bytes_read for connection in self._all),
            "p50_ms": at[0.5],
            "p90_ms": at[0.9],
            "p99_ms": at[0.99],
        }


def requests_for(path: str, cookies: list[str]) -> Iterator[bytes]:
    """One request for each cookie, round and round: returning visitors, evenly."""
    head = f"GET {path} HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\nUser-Agent: {USER_AGENT}\r\n"
    return cycle([f"{head}Cookie: {cookie}\r\n\r\n".encode() for cookie in cookies] or [f"{head}\r\n".encode()])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--cookies", default="", help="a file with a cookie a line")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--cpu", type=int, default=-1)
    parser.add_argument("--latencies", action="store_true", help="tell that of every request, too")
    options = parser.parse_args()
    if options.cpu >= 0:
        os.sched_setaffinity(0, {options.cpu})
    cookies = []
    if options.cookies:
        with open(options.cookies, encoding="ascii") as file:  # noqa: PTH123
            cookies = file.read().split("\n")[:-1]
    load = Load(
        port=options.port,
        requests=requests_for(options.path, cookies),
        connections=options.connections,
        seconds=options.seconds,
        rate=options.rate,
    )
    try:
        import uvloop
    except ImportError:
        result = asyncio.run(load.run())
    else:
        result = uvloop.run(load.run())
    latencies = [round(1000 * one, 4) for one in load.latencies] if options.latencies else []
    json.dump({**result, "latencies_ms": latencies}, sys.stdout)


if __name__ == "__main__":
    main()
