"""The bundled server, asked how it is: memory, time in commands, the longest one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from redis import Redis

SLOW_US = 200  # commands from here on are noted


_OURS = frozenset((b"SLOWLOG", b"CONFIG", b"INFO", b"MEMORY", b"FLUSHALL"))
"""What is asked here and not by what is measured."""


class Longest(Struct, frozen=True):
    """The longest command of some work: so long nobody else is answered. us: 0 where none took SLOW_US."""

    us: int = 0
    command: str = ""


class Server:
    """One server over its socket."""

    def __init__(self, socket: str) -> None:
        self.socket = socket
        self.redis = Redis(unix_socket_path=socket)
        self.redis.config_set("slowlog-log-slower-than", SLOW_US)
        self.redis.config_set("slowlog-max-len", 100_000)

    def url(self, namespace: str) -> str:
        return f"unix://{self.socket}?namespace={namespace}"

    @property
    def used_bytes(self) -> int:
        """What the keys and their overhead take, as the server accounts for it."""
        return int(self._info("memory")["used_memory"])

    def key_bytes(self, key: str) -> int:
        """What one key and its value take."""
        return int(self.redis.memory_usage(key, samples=0) or 0)

    def reset(self) -> None:
        """Begin to count anew."""
        self.redis.config_resetstat()
        self.redis.slowlog_reset()

    def us_per_call(self, command: str) -> float:
        """The server's own time in a command since the latest `reset`, on average."""
        told = self._info("commandstats").get(f"cmdstat_{command}")
        return float(told["usec_per_call"]) if told else 0.0

    def longest(self) -> Longest:
        """The longest command since the latest `reset`."""
        noted: list[dict[str, Any]] = self.redis.slowlog_get(100_000)
        named = [(int(one["duration"]), bytes(one["command"]).split(b" ")[0].upper()) for one in noted]
        us, command = max((one for one in named if one[1] not in _OURS), default=(0, b""))
        return Longest(us, command.decode())

    @contextmanager
    def alone(self) -> Iterator[int]:
        """An empty server before and after; what it takes then."""
        self._empty()
        yield self.used_bytes
        self._empty()

    def _empty(self) -> None:
        # At once: what is freed only later is missing from what comes next, as if that took less.
        self.redis.execute_command("FLUSHALL", "SYNC")  # type: ignore[no-untyped-call]
        self.reset()
        self.redis.memory_purge()

    def _info(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = self.redis.info(section)
        return found
