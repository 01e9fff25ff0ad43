"""Attempts to log in: how many may fail, by name and by address. In bounded memory, each worker for itself."""

import ipaddress
from collections import OrderedDict
from typing import Final

WINDOW_S: Final = 900.0
MOST_OF_BOTH: Final = 5  # failures of one name from one address
MOST_OF_ADDRESS: Final = 20
MOST_OF_NAME: Final = 50  # from anywhere; far more, so that nobody locks somebody else out from one place
MOST_REMEMBERED: Final = 4096
SLOWER_S: Final = 0.5
SLOWEST_S: Final = 4.0
_IPV6_PREFIX: Final = 64  # what one household has


class Attempts:
    """Counts an attempt before its password is looked at, so that many at once do not slip through."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def begin(self, name: str, address: str, now: float) -> float:
        """Count an attempt: 0 where it may go on, else after how many seconds the next one may."""
        waits = [self._begun(key, most, now) for key, most in _keys(name, address)]
        longest = max(waits)
        if not longest:
            for key, _ in _keys(name, address):
                self._count(key, now)
        return longest

    def slowness_s(self, name: str, address: str, now: float) -> float:
        """How long the answer to a failed attempt is to wait: longer with each."""
        key, _ = _keys(name, address)[0]
        _, count = self._counts.get(key, (now, 0))
        return min(SLOWER_S * float(1 << max(count - 1, 0)), SLOWEST_S)

    def succeeded(self, name: str, address: str) -> None:
        """Forget what failed before; the address keeps what it did under other names."""
        own, of_address, of_name = (key for key, _ in _keys(name, address))
        self._counts.pop(own, None)
        for key in (of_address, of_name):
            began, count = self._counts.get(key, (0.0, 0))
            if count:
                self._counts[key] = (began, count - 1)

    def _begun(self, key: tuple[str, str], most: int, now: float) -> float:
        began, count = self._counts.get(key, (now, 0))
        left = began + WINDOW_S - now
        return left if count >= most and left > 0 else 0.0

    def _count(self, key: tuple[str, str], now: float) -> None:
        began, count = self._counts.pop(key, (now, 0))
        if began + WINDOW_S <= now:
            began, count = now, 0
        self._counts[key] = (began, count + 1)
        while len(self._counts) > MOST_REMEMBERED:
            self._counts.popitem(last=False)


def _keys(name: str, address: str) -> list[tuple[tuple[str, str], int]]:
    place = network_of(address)
    return [
        ((name, place), MOST_OF_BOTH),
        (("", place), MOST_OF_ADDRESS),
        ((name, ""), MOST_OF_NAME),
    ]


def network_of(address: str) -> str:
    """The address, or of the long kind the network that one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)
