"""A circuit: after several failures in a row nobody waits for the store, until a probe finds it well."""

from collections.abc import Callable


class Circuit:
    """Open after `failures` in a row; then one caller per `pause_s` may probe, and its success closes it.

    clock: monotonic seconds. spread: from 0 to 1, so that workers do not all probe at once. For one event loop.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        failures: int = 5,
        pause_s: float = 1.0,
        spread: Callable[[], float] = lambda: 0.5,
    ) -> None:
        self._clock = clock
        self._spread = spread
        self._limit = failures
        self._pause_s = pause_s
        self._failures = 0
        self._next_probe = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit

    def admits(self) -> bool:
        """Whether to ask now. While open, a yes is the probe: the next comes a pause later."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._next_probe:
            return False
        self._next_probe = now + self._pause()
        return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self.is_open:
            self._next_probe = self._clock() + self._pause()

    def _pause(self) -> float:
        return self._pause_s * (0.5 + self._spread())
