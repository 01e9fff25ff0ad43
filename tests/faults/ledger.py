"""The plain log of one run: what was asked, what came back, and what was acknowledged."""

import asyncio
import re
from dataclasses import dataclass, field
from math import ceil, inf

from benchmarks.lasting.small_site import BLOCKS
from benchmarks.lasting.wire import Answer

_SLOT = re.compile(rb'(<i id="from-(\w+)"></i>)(.*?)(<i id="to-\2"></i>)', re.DOTALL)
ORDER = "order:"
_TIDIED_S = 3.0


@dataclass(frozen=True)
class Word:
    """What was acknowledged: an event by its name or an order by its id. seconds: how long the answer took.

    answered: of the run's clock. has_id: it was sent until the answer said that it stands.
    """

    guest: int
    worker: int
    answered: float
    seconds: float
    has_id: bool


@dataclass
class Ledger:
    """uncertain: what got no answer, so it may stand once or not at all. broken: connections that ended early.

    took_s: seconds of each answer of a page or handler; the first `calm` of them came before the fault struck.
    """

    requests: int = 0
    differing: list[str] = field(default_factory=list)
    server_errors: list[str] = field(default_factory=list)
    asked_again: int = 0
    broken: int = 0
    took_s: list[float] = field(default_factory=list)
    calm: int = 0
    struck_since: float = inf
    struck_until: float = inf
    bare_took_s: list[float] = field(default_factory=list)
    collecting_took_s: list[float] = field(default_factory=list)
    words: dict[str, Word] = field(default_factory=dict)
    uncertain: set[str] = field(default_factory=set)
    logins: dict[int, Word] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def acknowledge(self, name: str, word: Word) -> None:
        async with self.moved:
            self.words[name] = word
            self.moved.notify_all()

    async def reached(self, count: int) -> None:
        """So much is acknowledged."""
        async with self.moved:
            await self.moved.wait_for(lambda: len(self.words) >= count)

    @property
    def is_being_struck(self) -> bool:
        """Whether the fault has begun, and lasts."""
        return self.struck_since < inf == self.struck_until

    def struck(self, word: Word) -> bool:
        """Whether it was asked while the fault lasted, or what it left behind was still being tidied up."""
        return self.struck_since <= word.answered and word.answered - word.seconds <= self.struck_until + _TIDIED_S

    def compare(self, path: str, answer: Answer, bare: Answer, *, is_robot: bool) -> None:
        """An answer beside what the app itself says there."""
        if answer.status >= 500:
            self.server_errors.append(f"{answer.status} {path}")
        if answer.status != bare.status or not same_but_for_slots(answer.body, bare.body, is_robot=is_robot):
            self.differing.append(path)


def within(took_s: list[float], share: float = 1.0) -> float:
    """In how many seconds this part of the answers came."""
    return sorted(took_s)[max(0, ceil(share * len(took_s)) - 1)] if took_s else 0.0


def same_but_for_slots(wrapped: bytes, bare: bytes, *, is_robot: bool) -> bool:
    """Whether a page is the app's own, byte for byte, and holds in each slot one of the blocks or the app's default."""
    if is_robot or wrapped == bare:
        return wrapped == bare
    defaults = {name: content for _, name, content, _ in _SLOT.findall(bare)}
    shown = {name: content for _, name, content, _ in _SLOT.findall(wrapped)}
    if defaults.keys() != shown.keys() or _SLOT.sub(rb"\1\4", wrapped) != _SLOT.sub(rb"\1\4", bare):
        return False
    return all(content == defaults[name] or _is_ours(content) for name, content in shown.items())


def _is_ours(content: bytes) -> bool:
    return any(block in content for block in BLOCKS)
