"""Recents: pages lie in the store as short rows, which this release and those before it read alike."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, Struct, msgpack, structs

from floorwalker.core.events import PAGE_VIEWED, Page
from floorwalker.core.memory.kept.recents import PageRow, Recents, with_event

_texts = st.sampled_from(["", "a", "/b", "żółw", "lenses"])
_prices = st.sampled_from([None, 0.0, 1.0, 12.5, 300.0])
_several = st.lists(_texts.filter(bool), max_size=2).map(tuple)
pages = st.builds(
    Page,
    path=_texts,
    type=_texts,
    category=_texts,
    product=_texts,
    brand=_texts,
    tags=_several,
    topics=_several,
    price=_prices,
    price_tier=_texts,
    search=_texts,
)


class WholeRow(Struct, array_like=True):
    """A row as releases before this one read and wrote it: always all of it."""

    path: int
    type: int = 0
    category: int = 0
    product: int = 0
    brand: int = 0
    tags: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    price: int | float | None = None
    price_tier: int = 0
    search: int = 0


def remembered(seen: list[Page]) -> Recents:
    recents = Recents()
    for at, page in enumerate(seen, start=1):
        recents = with_event(recents, at=at, name=PAGE_VIEWED, page=page)
    return recents


def as_an_older_release_wrote_it(recents: Recents) -> Recents:
    rows = msgpack.decode(recents.kept_pages, type=list[WholeRow])
    return structs.replace(recents, kept_pages=Raw(msgpack.encode(rows)))


@given(st.lists(pages.filter(lambda page: page.path), max_size=30))
def test_every_page_is_remembered_as_it_was_and_once(seen: list[Page]) -> None:
    recents = remembered(seen)
    read = msgpack.decode(msgpack.encode(recents), type=Recents)
    assert read == recents
    assert [past.page for past in read.past()] == seen
    assert len(read.pages) == len(set(seen))


@given(st.lists(pages.filter(lambda page: page.path), min_size=1, max_size=30), st.data())
def test_rows_of_an_older_release_are_read_alike_and_found_again(seen: list[Page], data: st.DataObject) -> None:
    recents = remembered(seen)
    older = as_an_older_release_wrote_it(recents)
    assert older.pages == recents.pages
    again = data.draw(st.sampled_from(seen))
    after, after_older = (with_event(one, at=100, name=PAGE_VIEWED, page=again) for one in (recents, older))
    assert list(after.past()) == list(after_older.past())
    assert len(after_older.pages) == len(recents.pages)


def test_more_pages_than_a_short_header_counts_are_counted() -> None:
    for count in (15, 16, 17, 80):
        assert [row.path for row in remembered([Page(path=f"/{n}") for n in range(count)]).pages] == [
            2 + n for n in range(count)
        ]


def test_of_rows_that_cannot_be_read_nothing_is_known_and_what_comes_next_is_remembered() -> None:
    damaged = structs.replace(remembered([Page(path="/a"), Page(path="/b")]), kept_pages=Raw(b"\x92\xa1a\xa1b"))
    assert damaged.pages == (PageRow(), PageRow())
    after = with_event(damaged, at=9, name=PAGE_VIEWED, page=Page(path="/c"))
    assert [past.at for past in after.past()] == [1, 2, 9]
