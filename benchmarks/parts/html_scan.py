"""What the rewriter costs a page, in microseconds and in passes of `bytes.find` over the same page.

Run as `python -m benchmarks.parts.html_scan`. The best of several rounds counts; all rows are measured in
turn within each.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from benchmarks.site.pages import SLOTS, Pages
from floorwalker.html.markers import PageMemory, may_hold_slot
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.selectors import SelectorMarks, SelectorSlot

_ROUNDS, _TIMES = 15, 100
_CONTENT = "<p>Something for you alone.</p>"


def _rewrite(page: bytes, memory: PageMemory | None = None) -> bytes:
    return _whole(page, SlotRewriter(lambda _: _CONTENT, memory=memory))


def _select(page: bytes, prefix: str, memory: PageMemory | None = None) -> bytes:
    marks = SelectorMarks([SelectorSlot(name, f"{prefix}#{name}") for name in SLOTS], token="0123456789abcdef" * 2)
    return _whole(page, SlotRewriter(lambda _: _CONTENT, selectors=marks, memory=memory))


def _whole(page: bytes, rewriter: SlotRewriter) -> bytes:
    known = rewriter.refill(page)
    return rewriter.feed(page) + rewriter.close() if known is None else known


def _for_visitors(page: bytes) -> Iterator[bytes]:
    """The page with a name and a token in it, which are others for each visitor."""
    before, _, after = page.partition(b'<a href="/">Home</a>')
    for number in count():
        yield b'%s<i title="%040d">Visitor %d</i>%s' % (before, number, number, after)


def _work(memory: PageMemory) -> dict[str, tuple[bytes, Callable[[], object]]]:
    """What is measured, by its name, with the page it is measured on."""
    pages = Pages()
    small, large = pages.static["/static10"], pages.static["/static50"]
    plain = pages.rendered(marked=False)
    marked_for, selected_for = _for_visitors(large), _for_visitors(plain)
    return {
        "three markers in 10 KB, met before": (small, lambda: _rewrite(small, memory)),
        "three markers in 50 KB, met before": (large, lambda: _rewrite(large, memory)),
        "three markers in 10 KB, unknown": (small, lambda: _rewrite(small)),
        "three markers in 50 KB, unknown": (large, lambda: _rewrite(large)),
        "no marker in 50 KB, asked first": (plain, lambda: may_hold_slot(plain)),
        "no marker in 50 KB, rewritten": (plain, lambda: _rewrite(plain)),
        "three markers in 50 KB, for each visitor": (large, lambda: _rewrite(next(marked_for), memory)),
        "three selectors in 50 KB, for each visitor": (plain, lambda: _select(next(selected_for), "", memory)),
        "three selectors in 50 KB, #id": (plain, lambda: _select(plain, "")),
        "three selectors in 50 KB, section#id": (plain, lambda: _select(plain, "section")),
    }


def _microseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(_TIMES):
        work()
    return (time.perf_counter() - start) / _TIMES * 1e6


def measure() -> dict[str, tuple[float, float]]:
    """Microseconds and passes of `bytes.find` for each piece of work, by its name."""
    work = _work(PageMemory())
    found = {name: (float("inf"), float("inf")) for name in work}
    for _ in range(_ROUNDS):
        for name, (page, do) in work.items():
            best, best_find = found[name]
            find = _microseconds(partial(page.find, b"<!--slut:"))
            found[name] = min(best, _microseconds(do)), min(best_find, find)
    return {name: (best, best / find) for name, (best, find) in found.items()}


def main() -> None:
    """Prints the table."""
    print(f"{'':44}{'µs':>8}{'x find':>9}")
    for name, (microseconds, passes) in measure().items():
        print(f"{name:44}{microseconds:8.1f}{passes:9.2f}")


if __name__ == "__main__":
    main()
