"""Holding what a slot shows by default, until its end is seen and something else may take its place."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from floorwalker.html.markers import SlotKey

DEEPEST_NESTING: Final = 64


class Outcome(Enum):
    """What became of a slot; where a page holds it more than once, the first of these that befell it counts."""

    CHANGED = "changed"
    KEPT = "kept"  # nothing was to be shown in its place
    TOO_LONG = "too long"  # its default exceeds what may be held
    UNCLOSED = "unclosed"  # what it lies in ended first
    CUT_OFF = "cut off"  # the page ended first
    NOT_SHOWN = "not shown"  # it lay in the default of a slot that was changed


_RANK: Final = {outcome: rank for rank, outcome in enumerate(Outcome)}


class _OpenSlot:
    """A slot whose end is still to come, with everything since its beginning that is not sent yet."""

    __slots__ = ("content", "inner", "key", "outcome", "pieces", "start")

    def __init__(self, key: SlotKey, content: bytes | None, start: int, mark: bytes) -> None:
        self.key = key
        self.content = content
        self.start = start
        self.pieces: list[bytes | memoryview] = [mark] if mark else []
        self.inner: list[tuple[str, Outcome]] = []
        self.outcome = Outcome.KEPT

    def give_up(self, outcome: Outcome) -> None:
        """Leaves the default standing, whatever comes."""
        if self.outcome is Outcome.KEPT:
            self.content, self.outcome = None, outcome


class Weave:
    """Takes a page's text and marks in order; gives the bytes to send as soon as they are decided.

    `content` is asked when a slot begins, and answers what stands in its place, or None to keep the default.
    A slot within another's default is served where the outer one keeps it, and gone where that is changed.
    Beyond a nesting of 64 the outermost slot is taken for unclosed.
    """

    def __init__(self, content: Callable[[str], bytes | None], *, held_cap_bytes: int) -> None:
        self._content = content
        self._held_cap_bytes = held_cap_bytes
        self._out: list[bytes | memoryview] = []
        self._open: list[_OpenSlot] = []
        self._inner: list[tuple[str, Outcome]] = []
        self._outcomes: dict[str, Outcome] = {}
        self._at = 0

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What became of each slot that was met and is decided."""
        return self._outcomes

    @property
    def is_idle(self) -> bool:
        """Whether text may go out around the weave: no slot is open, nothing waits to be taken."""
        return not self._open and not self._out

    @property
    def is_within_slot(self) -> bool:
        """Whether a slot is open."""
        return bool(self._open)

    def content_of_whole(self, name: str, default_bytes: int) -> bytes | None:
        """What stands in the place of a slot that lies in no other, seen whole, and with none in it."""
        content = self._content(name)
        if default_bytes > self._held_cap_bytes:
            self._note(name, Outcome.TOO_LONG)
            return None
        self._note(name, Outcome.KEPT if content is None else Outcome.CHANGED)
        return content

    def forget(self) -> None:
        """Nothing of what was decided goes out."""
        self._outcomes.clear()

    def text(self, piece: bytes | memoryview) -> None:
        """The page's next bytes, to go out as they are unless a slot that holds them is changed."""
        self._at += len(piece)
        (self._open[-1].pieces if self._open else self._out).append(piece)

    def open(self, key: SlotKey, mark: bytes = b"") -> None:
        """A slot begins; the mark's bytes stay in the page."""
        self._give_up_long_ones()
        content = self._content(key.name)
        if len(self._open) == DEEPEST_NESTING:
            self._drop_outermost()
        self._at += len(mark)
        self._open.append(_OpenSlot(key, content, self._at, mark))

    def close(self, key: SlotKey, mark: bytes = b"") -> None:
        """A slot ends, and with it what began in it; an end without a beginning is text."""
        self._give_up_long_ones()
        if not self._end_what_lies_in(key):
            if mark:
                self.text(mark)
            return
        self._at += len(mark)
        slot = self._open[-1]
        if slot.content is None:
            self._end(slot, mark)
            return
        pieces, inner = self._surrounding()
        self._open.pop()
        pieces += (slot.pieces[0], slot.content, mark) if mark else (slot.content,)
        inner += ((name, Outcome.NOT_SHOWN) for name, _ in slot.inner)
        inner.append((key.name, Outcome.CHANGED))

    def lose(self, key: SlotKey) -> None:
        """A slot's end is missing: it keeps its default."""
        self._give_up_long_ones()
        if self._end_what_lies_in(key):
            slot = self._open[-1]
            slot.give_up(Outcome.UNCLOSED)
            self._end(slot)
        else:
            inner = self._open[-1].inner if self._open else self._inner
            inner.append((key.name, Outcome.UNCLOSED))

    def take(self) -> bytes:
        """What is decided by now, to be sent."""
        if self._open:
            self._give_up_long_ones()
        if self._inner:
            self._note_all(self._inner)
            self._inner = []
        for slot in self._open:
            if slot.content is not None:
                break
            self._out += slot.pieces
            slot.pieces = []
            self._note_all(slot.inner)
            slot.inner = []
        out, self._out = self._out, []
        return b"".join(out)

    def finish(self) -> bytes:
        """The page is over: everything that is left, with the defaults of the slots whose end never came."""
        self._give_up_long_ones()
        while self._open:
            slot = self._open[-1]
            slot.give_up(Outcome.CUT_OFF)
            self._end(slot)
        return self.take()

    def release(self) -> bytes:
        """All that is not sent, with the defaults of slots still open: for a caller that gives up on the page."""
        pieces = [*self._out, *(piece for slot in self._open for piece in slot.pieces)]
        self._out, self._open = [], []
        return b"".join(pieces)

    def _surrounding(self) -> tuple[list[bytes | memoryview], list[tuple[str, Outcome]]]:
        """Where the pieces and outcomes go of the innermost slot."""
        return (self._open[-2].pieces, self._open[-2].inner) if len(self._open) > 1 else (self._out, self._inner)

    def _end(self, slot: _OpenSlot, mark: bytes = b"") -> None:
        """The innermost slot keeps its default, with the mark of its end."""
        pieces, inner = self._surrounding()
        self._open.pop()
        pieces += slot.pieces
        if mark:
            pieces.append(mark)
        inner += slot.inner
        inner.append((slot.key.name, slot.outcome))

    def _end_what_lies_in(self, key: SlotKey) -> bool:
        """Leaves the innermost slot of this key on top; whether there is one."""
        if not self._open or (self._open[-1].key != key and all(slot.key != key for slot in self._open)):
            return False
        while (slot := self._open[-1]).key != key:
            slot.give_up(Outcome.UNCLOSED)
            self._end(slot)
        return True

    def _give_up_long_ones(self) -> None:
        for slot in self._open:
            if self._at - slot.start <= self._held_cap_bytes:
                return
            slot.give_up(Outcome.TOO_LONG)

    def _drop_outermost(self) -> None:
        slot = self._open.pop(0)
        slot.give_up(Outcome.UNCLOSED)
        self._out += slot.pieces
        self._inner += slot.inner
        self._inner.append((slot.key.name, slot.outcome))

    def _note_all(self, outcomes: list[tuple[str, Outcome]]) -> None:
        for name, outcome in outcomes:
            self._note(name, outcome)

    def _note(self, name: str, outcome: Outcome) -> None:
        known = self._outcomes.setdefault(name, outcome)
        if known is not outcome and _RANK[outcome] < _RANK[known]:
            self._outcomes[name] = outcome
