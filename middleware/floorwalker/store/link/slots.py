"""Where keys lie in a Redis Cluster: 16,384 slots, each with one server."""

from binascii import crc_hqx
from collections.abc import Iterable, Sequence
from typing import Final

from floorwalker.errors import StoreError
from floorwalker.store.link.address import HostPort
from floorwalker.store.link.replies import Reply, Word

SLOTS: Final = 16_384
_WITHOUT_A_KEY: Final = frozenset(
    {"ASKING", "BGREWRITEAOF", "CLUSTER", "CONFIG", "DISCARD", "INFO", "MULTI", "PING", "SCAN", "TIME", "WAIT"}
)
_KEY_AFTER_A_WORD: Final = frozenset({"XGROUP", "XINFO", "MEMORY", "OBJECT"})
_SCRIPTS: Final = frozenset({"EVALSHA", "EVAL"})


def key_of(command: Sequence[Word]) -> Word | None:
    """The first key that a command names; None where any server will do."""
    name = command[0]
    if name in _SCRIPTS:
        return command[3] if command[2] else None
    if name in _WITHOUT_A_KEY:
        return None
    if name == "XREADGROUP":
        return command[command.index("STREAMS") + 1]
    return command[2 if name in _KEY_AFTER_A_WORD else 1]


def slot_of(key: Word) -> int:
    """The slot of a key: a checksum (CRC16, XMODEM) of what stands in its first braces, or of all of it."""
    name = key if isinstance(key, bytes) else str(key).encode()
    opened = name.find(b"{") + 1
    if opened:
        closed = name.find(b"}", opened)
        if closed > opened:
            name = name[opened:closed]
    return crc_hqx(name, 0) % SLOTS


class SlotMap:
    """Which server holds which slot, as one server of the cluster told."""

    def __init__(self, ranges: Iterable[tuple[int, int, HostPort]] = ()) -> None:
        """ranges: first slot, last slot, server."""
        self._servers: list[HostPort | None] = [None] * SLOTS
        self._all: list[HostPort] | None = None
        for first, last, server in ranges:
            self._servers[first : last + 1] = [server] * (last + 1 - first)

    def server_of(self, slot: int) -> HostPort | None:
        """None where nobody holds it, as far as is known."""
        return self._servers[slot]

    def moved(self, slot: int, server: HostPort) -> None:
        """A slot has moved."""
        self._servers[slot] = server
        self._all = None

    @property
    def servers(self) -> list[HostPort]:
        """All that hold slots, in the order of their first."""
        if self._all is None:
            self._all = [server for server in dict.fromkeys(self._servers) if server is not None]
        return self._all


def read_slots(reply: Reply, asked: HostPort) -> SlotMap:
    """What CLUSTER SLOTS says. asked: who said it, for a server that does not know its own name."""
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    return SlotMap([_range(one, asked) for one in reply])


def _range(reply: Reply, asked: HostPort) -> tuple[int, int, HostPort]:
    match reply:
        case [int(first), int(last), [host, int(port), *_], *_]:
            name = host.decode() if isinstance(host, bytes) else ""
            return first, last, (asked[0] if name in ("", "?") else name, port)
        case _:
            raise StoreError("The store's answer has an unexpected form.")
