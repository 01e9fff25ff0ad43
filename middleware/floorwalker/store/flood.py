"""A cap on new visitors, so that a scanner cannot fill the store."""

from collections.abc import Callable

BURST_S = 10.0


class TokenBucket:
    """Lets `per_s` through each second, and ten seconds' worth at once after a quiet time."""

    def __init__(self, per_s: float, clock: Callable[[], float]) -> None:
        self._per_s = per_s
        self._clock = clock
        self._most = max(1.0, per_s * BURST_S)
        self._tokens = self._most
        self._filled_at = clock()

    def take(self) -> bool:
        """Whether one more may pass now."""
        now = self._clock()
        self._tokens = min(self._most, self._tokens + max(0.0, now - self._filled_at) * self._per_s)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
