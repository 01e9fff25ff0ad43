"""Attempts to log in: how many may fail, by name, by network, and by both. All workers count together.

Counted is what was typed, whether or not there is such an operator, so nobody learns names from how often they may
try. While the store is away each worker counts for itself.
"""

from collections.abc import Callable, Sequence
from hmac import digest
from typing import Final

from floorwalker.errors import StoreError
from floorwalker.pacing.networks import network_of, site_of
from floorwalker.pacing.pace import Pace, Rate
from floorwalker.store.tries import Tries

WINDOW_S: Final = 900.0
MOST_OF_BOTH: Final = 5  # failures of one name from one network
MOST_OF_NETWORK: Final = 20
MOST_OF_SITE: Final = 100  # of IPv6, out of which somebody may take many networks
MOST_OF_NAME: Final = 50  # from anywhere; far more, so that nobody locks somebody else out from one place
SLOWER_S: Final = 0.5
SLOWEST_S: Final = 4.0
_NAME_CHARACTERS: Final = 64
_HASH_CHARACTERS: Final = 32
_MOST: Final = {"both": MOST_OF_BOTH, "network": MOST_OF_NETWORK, "site": MOST_OF_SITE, "name": MOST_OF_NAME}
RATES: Final = {kind: Rate(most * 60 / WINDOW_S, most) for kind, most in _MOST.items()}


class Attempts:
    """Counts an attempt before its password is looked at, so that many at once do not slip through.

    secret_key: under which names and networks are hashed before they leave this process. salt: random bytes. shared:
    what all workers count together.
    """

    def __init__(self, *, secret_key: str, salt: bytes, shared: Callable[[], Tries]) -> None:
        self._key = digest(secret_key.encode(), b"floorwalker login tries 1", "sha256")
        self._paces = {kind: Pace(rate, salt=salt) for kind, rate in RATES.items()}
        self._shared = shared

    async def begin(self, name: str, address: str, now: float) -> float:
        """Count an attempt: 0 where it may go on, else after how many seconds the next one may."""
        who = self._who(name, address)
        waits = [self._paces[kind].take(one, now) for kind, one in who]
        if longest := max(waits):
            self._take_back([each for each, wait_s in zip(who, waits, strict=True) if not wait_s], now)
            return longest
        try:
            return await self._shared().take([(one, RATES[kind]) for kind, one in who])
        except StoreError:
            return 0.0

    def slowness_s(self, name: str, address: str, now: float) -> float:
        """How long the answer to a failed attempt is to wait: longer with each."""
        (kind, one), *_ = self._who(name, address)
        failed = round(self._paces[kind].outstanding(one, now))
        return min(SLOWER_S * float(1 << max(failed - 1, 0)), SLOWEST_S)

    async def succeeded(self, name: str, address: str, now: float) -> None:
        """Forget what failed before of this name from here; what the network did under other names stays."""
        who = self._who(name, address)
        (kind, both), *others = who
        self._paces[kind].give_back(both, now, cost=MOST_OF_BOTH)
        self._take_back(others, now)
        rate = RATES[kind]
        all_of_both = Rate(rate.per_minute / rate.burst, 1)
        try:
            await self._shared().give_back([(both, all_of_both), *((one, RATES[kind]) for kind, one in others)])
        except StoreError:
            return

    def _take_back(self, who: Sequence[tuple[str, str]], now: float) -> None:
        for kind, one in who:
            self._paces[kind].give_back(one, now)

    def _who(self, name: str, address: str) -> list[tuple[str, str]]:
        """Under which hashes an attempt counts, by kind; name and network together come first."""
        network, site, name = network_of(address), site_of(address), name[:_NAME_CHARACTERS]
        told = [("both", f"{network} {name}"), ("network", network), ("name", name)]
        if site is not None:
            told.append(("site", site))
        return [(kind, self._hashed(f"{kind} {one}")) for kind, one in told]

    def _hashed(self, text: str) -> str:
        return digest(self._key, text.encode("utf-8", "replace"), "sha256").hex()[:_HASH_CHARACTERS]
