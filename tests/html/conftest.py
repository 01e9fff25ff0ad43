"""What the tests of the rewriter share: ways to cut a page, and a rewriter run over one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import pytest

from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.selectors import SelectorMarks, SelectorSlot
from floorwalker.html.weave import Outcome

TOKEN = "0123456789abcdef"

Rewritten = tuple[bytes, Mapping[str, Outcome]]
Rewrite = Callable[..., Rewritten]


def pieces_of(page: bytes, cuts: Iterable[int]) -> Iterator[bytes]:
    """The page cut at these places."""
    places = [0, *sorted(cuts), len(page)]
    for start, end in pairwise(places):
        yield page[start:end]


def ways_to_cut(page: bytes) -> Iterator[list[bytes]]:
    """Whole, byte by byte, and, for small pages, once at every place."""
    yield [page]
    yield [page[at : at + 1] for at in range(len(page))]
    if len(page) <= 400:
        for at in range(1, len(page)):
            yield [page[:at], page[at:]]


def run(rewriter: SlotRewriter, pieces: Iterable[bytes]) -> Rewritten:
    out = b"".join(map(rewriter.feed, pieces)) + rewriter.close()
    return out, dict(rewriter.report)


@pytest.fixture
def rewrite() -> Rewrite:
    """Rewrites a page cut in every way, checks that the way does not matter, and returns the one result."""

    def rewrite_every_way(
        page: bytes,
        contents: Mapping[str, str | None],
        *,
        selectors: Sequence[SelectorSlot] = (),
        every: bool = False,
        **options: object,
    ) -> Rewritten:
        results = []
        for pieces in ways_to_cut(page):
            marks = SelectorMarks(selectors, token=TOKEN, every=every) if selectors else None
            results.append(run(SlotRewriter(contents.get, selectors=marks, **options), pieces))  # type: ignore[arg-type]
        assert all(result == results[0] for result in results)
        return results[0]

    return rewrite_every_way
