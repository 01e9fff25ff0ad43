"""A pace: each may do so much at once, and so much a minute; whoever does more is told how long to wait.

It is the generic cell rate algorithm over two rows of cells. Each who comes has one cell in each row, by a salted hash;
the cell holds when all that they did would have been done at their pace. Nobody is refused whose cell is cool in either
row. So memory is fixed, no number of others pushes a count out of it, and no address or name is kept.
"""

from array import array
from typing import Final

from msgspec import Struct

_CELLS: Final = 1 << 14  # of a row; with the two rows 256 KB
_JITTER_S: Final = 1.0  # of a clock that is kept right by small steps
_ROW_BITS: Final = 30  # of a hash of 60 bits and more


class Rate(Struct, frozen=True):
    """burst: how much at once, after a quiet time. per_minute: how much of it comes back in a minute."""

    per_minute: float
    burst: float

    @property
    def interval_s(self) -> float:
        """How long one takes at this rate."""
        return 60.0 / self.per_minute

    @property
    def allowance_s(self) -> float:
        """How long the burst takes at this rate."""
        return self.burst * self.interval_s


class Pace:
    """One rate for all who come. salt: random bytes of this process: nobody can choose with whom they share a cell."""

    def __init__(self, rate: Rate, *, salt: bytes, cells: int = _CELLS) -> None:
        self.rate = rate
        self._salt = salt
        self._cells = cells
        self._interval_s = rate.interval_s
        self._allowance_s = rate.allowance_s
        self._one_s = min(rate.interval_s, rate.allowance_s)
        self._done_at = array("d", bytes(2 * 8 * cells))

    def take(self, who: str, now: float, cost: int = 1) -> float:
        """Count it, and give 0; or count nothing, and give after how many seconds so much may be done."""
        hashed, count = hash((self._salt, who)), self._cells  # as in `_places`, which would cost a call of each page
        one, other = hashed % count, count + (hashed >> _ROW_BITS) % count
        cells, takes_s = self._done_at, self._one_s if cost == 1 else min(cost * self._interval_s, self._allowance_s)
        if cells[one] <= now and cells[other] <= now:  # as of nearly everybody
            cells[one] = cells[other] = now + takes_s
            return 0.0
        done_at = self._coolest(one, other, now)
        wait_s = done_at + takes_s - now - self._allowance_s
        if wait_s > 1e-9:
            return wait_s
        self._heat(one, other, done_at + takes_s)
        return 0.0

    def give_back(self, who: str, now: float, cost: int = 1) -> None:
        """Take back what was counted."""
        one, other = self._places(who)
        takes_s = cost * self._interval_s
        for place in (one, other):
            self._done_at[place] = max(now, self._done_at[place] - takes_s)

    def outstanding(self, who: str, now: float) -> float:
        """How much of what they did has not come back yet."""
        return (self._coolest(*self._places(who), now) - now) / self._interval_s

    def _places(self, who: str) -> tuple[int, int]:
        hashed = hash((self._salt, who))
        return hashed % self._cells, self._cells + (hashed >> _ROW_BITS) % self._cells

    def _coolest(self, one: int, other: int, now: float) -> float:
        """When all is done: never later than after the whole allowance, unless the clock stepped back. Nobody pays for
        that: what was counted by another clock is forgotten, if it was off by more than a jitter."""
        latest = now + self._allowance_s
        for place in (one, other):
            if self._done_at[place] > latest:
                self._done_at[place] = now if self._done_at[place] > latest + _JITTER_S else latest
        return max(now, min(self._done_at[one], self._done_at[other]))

    def _heat(self, one: int, other: int, done_at: float) -> None:
        for place in (one, other):
            self._done_at[place] = max(done_at, self._done_at[place])
