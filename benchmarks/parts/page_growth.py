"""What the rewriter costs as pages and the slots in them grow: 1 KB to 1 MB, and 1 to 50 slots in 50 KB.

Run as `python -m benchmarks.parts.page_growth`. Microseconds of CPU, the best of several rounds, all rows in turn
within each: for a page that was met before, for one that is new, and for a new one with selectors.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import NamedTuple

from floorwalker.html.markers import PageMemory
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.selectors import SelectorMarks, SelectorSlot

PAGE_KBYTES = (1, 4, 16, 50, 100, 128, 256, 1024)
SLOTS = (1, 3, 10, 25, 50)
_ROUNDS, _LEAST_TIMES, _BYTES_PER_ROUND = 9, 8, 2_000_000
_CONTENT = "<p>Something for you alone.</p>"
_CARD = (
    '<article class="card"><h3>Lens {n} &amp; hood</h3><p>Sharp from corner to corner.</p><a href="/p/{n}">See it</a>'
)
_DEFAULT = "<p>What everyone sees here when nobody is told apart.</p>"


class Cost(NamedTuple):
    """Microseconds for one page: met before, new to everybody, and with selectors in place of markers."""

    known_us: float
    new_us: float
    selected_us: float


def page_of(size_bytes: int, slots: int, *, marked: bool = True) -> bytes:
    """A page of cards of this length, in which slots stand evenly: as markers, or as elements that selectors find."""
    between = max(0, size_bytes - 200 - slots * 110) // (slots + 1)
    cards = "".join(_CARD.format(n=number) + "</article>" for number in range(between // 130 + 1))[:between]
    filler = cards[: cards.rfind("</article>") + 10] if "</article>" in cards else "x" * between
    opening, closing = ("<!--slot:s{n}-->", "<!--/slot:s{n}-->") if marked else ('<section id="s{n}">', "</section>")
    held = "".join(
        opening.format(n=number) + _DEFAULT + closing.format(n=number) + filler + " " * (between - len(filler))
        for number in range(slots)
    )
    return f"<!doctype html><title>Lenses</title><body>{filler}{held}</body>".ljust(size_bytes).encode()


def page_size_curve() -> Mapping[int, Cost]:
    """The costs by kilobytes of a page with three slots."""
    return _measured({kbytes: (kbytes * 1024, 3) for kbytes in PAGE_KBYTES})


def slot_count_curve() -> Mapping[int, Cost]:
    """The costs by the slots in a page of 50 KB."""
    return _measured({slots: (50 * 1024, slots) for slots in SLOTS})


def _measured(shapes: Mapping[int, tuple[int, int]]) -> Mapping[int, Cost]:
    works = {at: (size, _works(size, slots)) for at, (size, slots) in shapes.items()}
    best = {at: [float("inf")] * 3 for at in shapes}
    for _ in range(_ROUNDS):
        for at, (size, kinds) in works.items():
            times = max(_LEAST_TIMES, _BYTES_PER_ROUND // size // 3)
            best[at] = [min(least, _microseconds(work, times)) for least, work in zip(best[at], kinds, strict=True)]
    return {at: Cost(*figures) for at, figures in best.items()}


def _works(size: int, slots: int) -> tuple[Callable[[], object], Callable[[], object], Callable[[], object]]:
    marked, plain = page_of(size, slots), page_of(size, slots, marked=False)
    selectors = [SelectorSlot(f"s{number}", f"section#s{number}") for number in range(slots)]
    memory, changing = PageMemory(), _each_new(plain)
    for _ in range(2):
        _whole(marked, SlotRewriter(_content, memory=memory))
    return (
        lambda: _whole(marked, SlotRewriter(_content, memory=memory)),
        lambda: _whole(marked, SlotRewriter(_content)),
        lambda: _whole(next(changing), SlotRewriter(_content, selectors=_marks(selectors), memory=memory)),
    )


def _each_new(page: bytes) -> Iterator[bytes]:
    """The page as it is for one visitor after another."""
    return (page.replace(b"Lenses", b"Lens %07d" % number, 1) for number in count())


def _marks(selectors: list[SelectorSlot]) -> SelectorMarks:
    return SelectorMarks(selectors, token="0123456789abcdef" * 2)


def _content(_: str) -> str:
    return _CONTENT


def _whole(page: bytes, rewriter: SlotRewriter) -> bytes:
    known = rewriter.refill(page)
    return rewriter.feed(page) + rewriter.close() if known is None else known


def _microseconds(work: Callable[[], object], times: int) -> float:
    began_s = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began_s) / times * 1e6


def main() -> None:
    """Prints both curves."""
    for title, curve in (("KB", page_size_curve()), ("slots", slot_count_curve())):
        print(f"{title:>8}{'met before':>14}{'new':>10}{'selectors, new':>18}")
        for at, cost in curve.items():
            print(f"{at:8}{cost.known_us:14.1f}{cost.new_us:10.1f}{cost.selected_us:18.1f}")


if __name__ == "__main__":
    main()
