"""How much one visitor may have stored, and how often one address may ask; more is turned away, pages never are.

Addresses are looked at and forgotten: what is remembered is how warm a cell is, and nobody can tell whose. Each worker
counts for itself.
"""

import logging
from collections.abc import Callable
from math import ceil
from typing import Final

from floorwalker.asgi.http.address import Proxies
from floorwalker.asgi.http.headers import lowered
from floorwalker.asgi.http.types import Scope
from floorwalker.collect.refusals import Refused
from floorwalker.pacing.networks import is_of_many, network_of
from floorwalker.pacing.pace import Pace, Rate

logger = logging.getLogger(__name__)

VISITOR_LIMIT: Final = 600  # a minute: ten times what a busy person does
ADDRESS_LIMIT: Final = 6_000  # a minute: a large office behind one address
COPIES: Final = Rate(per_minute=10, burst=10)  # each reads a stream from its beginning
WRONG_KEYS: Final = Rate(per_minute=20, burst=20)
SALT_BYTES: Final = 16
_SAY_EVERY_S: Final = 60.0
_PROXY: Final = "If it is a proxy's, name it in trusted_proxies."
_ROUNDING_S: Final = 0.001


class Limits:
    """Of one worker. visitor_limit, address_limit: so many a minute, and so many at once; 0 is no limit.

    An address that many may have is not limited: one that is not known, or of a private network, as of a proxy that
    `trusted_proxies` does not name. clock: seconds since 1970. random: so many random bytes.
    """

    def __init__(
        self,
        *,
        visitor_limit: int,
        address_limit: int,
        proxies: Proxies,
        clock: Callable[[], float],
        random: Callable[[int], bytes],
    ) -> None:
        self._visitors = _pace(visitor_limit, random)
        self._addresses = _pace(address_limit, random)
        self._copies = Pace(COPIES, salt=random(SALT_BYTES))
        self._wrong_keys = Pace(WRONG_KEYS, salt=random(SALT_BYTES))
        self._proxies = proxies
        self._clock = clock
        self._said_at = 0.0
        self.turned_away = 0

    def keeps(self, visitor: str) -> bool:
        """Whether one more step of this visitor is stored."""
        return self._visitors is None or not self._visitors.take(visitor, self._clock())

    def check_visitor(self, visitor: str, cost: int) -> None:
        """The same for so many events of somebody. Raises Refused (429)."""
        wait_s = self._visitors.take(visitor, self._clock(), cost) if self._visitors is not None else 0.0
        if wait_s:
            raise self._turned("Too much is told of one visitor.", wait_s)

    def check_copy(self, visitor: str) -> None:
        """The same for a copy of all that is known of somebody. Raises Refused (429)."""
        wait_s = self._copies.take(visitor, self._clock())
        if wait_s:
            raise self._turned("Too many copies of one visitor were asked for.", wait_s)

    def check_address(self, scope: Scope) -> None:
        """Count a request that a browser makes to us alone. Raises Refused (429) where its address asks too often."""
        if self._addresses is None:
            return
        address = self._address(scope)
        if is_of_many(address):
            return
        wait_s = self._addresses.take(network_of(address), self._clock())
        if wait_s:
            raise self._turned("Too many requests came from this address.", wait_s, _PROXY)

    def slowed(self, refusal: Refused, scope: Scope) -> Refused:
        """The refusal of a key; 429 where too many came from that network. A key that is right is never held up."""
        if refusal.status != 401:
            return refusal
        wait_s = self._wrong_keys.take(network_of(self._address(scope)), self._clock())
        return self._turned("Too many wrong keys came from this address.", wait_s) if wait_s else refusal

    def _address(self, scope: Scope) -> str:
        headers = lowered(scope["headers"])
        return self._proxies.caller(scope.get("client"), str(scope.get("scheme", "http")), headers).address or ""

    def _turned(self, why: str, wait_s: float, hint: str = "") -> Refused:
        self.turned_away += 1
        now = self._clock()
        if not 0 <= now - self._said_at < _SAY_EVERY_S:
            self._said_at = now
            logger.warning("requests are turned away: %s %s", why, hint)
        return Refused(429, f"{why} Try again later.", retry_after_s=max(1, ceil(wait_s - _ROUNDING_S)))


def _pace(per_minute: int, random: Callable[[int], bytes]) -> Pace | None:
    return Pace(Rate(per_minute, per_minute), salt=random(SALT_BYTES)) if per_minute else None
