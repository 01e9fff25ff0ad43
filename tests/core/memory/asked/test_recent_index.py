"""What is found of recent events without reading all that lies in the store."""

from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.events import PAGE_VIEWED, PRODUCTS_SEARCHED, Page
from floorwalker.core.memory.asked.recent_index import has_searches
from floorwalker.core.memory.kept.recents import Recents, with_event

TEXT = st.sampled_from(["", "lenses", "/a", "é"]) | st.integers(0, 400).map(str)
PAGES = st.builds(
    Page,
    path=TEXT,
    category=TEXT,
    price=st.none() | st.floats(0, 1e6) | st.integers(0, 70_000).map(float),
    price_tier=TEXT,
    search=st.sampled_from(["", "", "", "tripod"]),
)


@given(st.lists(PAGES, max_size=20), st.sampled_from([PAGE_VIEWED, PRODUCTS_SEARCHED, "Product Added"]))
def test_whether_anything_was_searched_is_what_the_pages_tell(pages: list[Page], name: str) -> None:
    recents = Recents()
    for page in pages:
        recents = with_event(recents, at=1, name=name, page=page)
    assert has_searches(recents) is any(page.search or name == PRODUCTS_SEARCHED for page in pages)
