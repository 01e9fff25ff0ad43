"""What an address means, by the page rules."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.events import Page
from floorwalker.core.pages import PageMap, specificity, ties
from floorwalker.core.ruleset import PageRule, Site, Tier, Topic

RULES = (
    PageRule("/", type="home"),
    PageRule("/{category}", type="category"),
    PageRule("/{category}/{product}", type="product"),
    PageRule("/clearance/**", price_tier="low", topics=("bargains",)),
    PageRule("/learn/**", type="article"),
    PageRule("/cart", type="checkout"),
    PageRule("/search", {"q": "{search}"}, type="search"),
    PageRule("/g/{brand}-by-*.html", type="gallery", tags=("art",)),
    PageRule("/sale/lens", price=900, tags=("hot",)),
)
TOPICS = (
    Topic("wildlife", ("/lenses/super-tele/**", "/learn/birds/**"), ("bird*", "long lens", "600mm")),
    Topic("video", ("/learn/*",)),
)
SITE = Site(price_tiers=(Tier("low", Range(high=100)), Tier("high", Range(low=100, low_open=True))))
PAGES = PageMap(RULES, TOPICS, SITE)


def read(path: str, **query: str) -> Page:
    return PAGES.read(path, query)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", Page("/", type="home")),
        ("", Page("/", type="home")),
        ("/lenses", Page("/lenses", type="category", category="lenses")),
        ("/lenses/", Page("/lenses", type="category", category="lenses")),
        ("//lenses//600mm", Page("/lenses/600mm", type="product", category="lenses", product="600mm")),
        (
            "/clearance/bag",
            Page("/clearance/bag", "product", "clearance", "bag", topics=("bargains",), price_tier="low"),
        ),
        ("/clearance", Page("/clearance", "category", "clearance", topics=("bargains",), price_tier="low")),
        ("/learn/birds/nests", Page("/learn/birds/nests", type="article", topics=("wildlife",))),
        ("/learn/film", Page("/learn/film", type="article", topics=("video",))),
        ("/cart", Page("/cart", type="checkout")),
        ("/cart/x/y", Page("/cart/x/y")),
        ("/g/leica-by-night.html", Page("/g/leica-by-night.html", type="gallery", brand="leica", tags=("art",))),
        (
            "/sale/lens",
            Page("/sale/lens", "product", "sale", "lens", tags=("hot",), price=900, price_tier="high"),
        ),
        ("/stra%C3%9Fe", Page("/straße", type="category", category="straße")),
        ("/a%2Fb", Page("/a/b", type="category", category="a/b")),
        ("/a%00b%0a", Page("/a\ufffdb\ufffd", type="category", category="a\ufffdb\ufffd")),
    ],
)
def test_an_address_is_read_by_the_most_specific_rules(path: str, page: Page) -> None:
    assert read(path) == page


def test_the_order_of_the_rules_does_not_matter() -> None:
    for rules in permutations(RULES[:5]):
        other = PageMap(rules, TOPICS, SITE)
        for path in ("/", "/clearance/bag", "/learn/birds/x", "/lenses/600mm", "/learn"):
            assert other.read(path, {}) == PageMap(RULES[:5], TOPICS, SITE).read(path, {})


def test_the_own_search_is_read_from_the_query() -> None:
    page = read("/search", q="Birds in flight", page="2")
    assert (page.type, page.search, page.topics) == ("search", "Birds in flight", ("wildlife",))
    assert read("/search", page="2").type == "category"


def test_one_type_decides_and_what_it_leaves_open_is_not_guessed() -> None:
    assert read("/learn/birds").category == ""


class TestCorrections:
    """What the app says of its page."""

    def test_win_where_they_say_something(self) -> None:
        said = Page(path="/elsewhere", category="Lenses", price=50, tags=("new",))
        page = PAGES.corrected(read("/lenses/600mm"), said)
        assert page == Page("/lenses/600mm", "product", "Lenses", "600mm", tags=("new",), price=50, price_tier="low")

    def test_find_the_tier_of_a_price_unless_somebody_named_one(self) -> None:
        assert PAGES.corrected(read("/lenses/600mm"), Page(price=101)).price_tier == "high"
        assert PAGES.corrected(read("/sale/lens"), Page(price=50)).price_tier == "low"
        assert PAGES.corrected(read("/clearance/bag"), Page(price=5000)).price_tier == "low"
        assert PAGES.corrected(read("/lenses/600mm"), Page(price=50, price_tier="rent")).price_tier == "rent"

    def test_add_the_topics_of_a_search(self) -> None:
        assert PAGES.corrected(read("/find"), Page(search="a long lens")).topics == ("wildlife",)

    def test_are_cut_and_kept_sound(self) -> None:
        said = Page(brand="x" * 999, tags=("t" * 999,) * 99, price=float("nan"))
        page = PAGES.corrected(read("/lenses"), said)
        assert (len(page.brand), len(page.tags), len(page.tags[0]), page.price) == (60, 6, 60, None)


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        ("birding trips", ("wildlife",)),
        ("Long  LENS case", ("wildlife",)),
        ("lens long", ()),
        ("600mm f/4", ("wildlife",)),
        ("blackbird", ()),
        ("", ()),
    ],
)
def test_search_words_count_towards_topics_as_whole_words(words: str, topics: tuple[str, ...]) -> None:
    assert PAGES.topics_of(words) == topics


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (PageRule("/**"), PageRule("/{category}")),
        (PageRule("/{category}"), PageRule("/l*")),
        (PageRule("/l*"), PageRule("/le*")),
        (PageRule("/le*"), PageRule("/lenses")),
        (PageRule("/lenses/**"), PageRule("/lenses")),
        (PageRule("/lenses/**"), PageRule("/lenses/{product}")),
        (PageRule("/{category}/tele"), PageRule("/lenses/*")),
        (PageRule("/search"), PageRule("/search", {"q": "{search}"})),
        (PageRule("/search", {"q": "{search}"}), PageRule("/search", {"q": "tele"})),
    ],
)
def test_what_says_more_of_an_address_is_more_specific(less: PageRule, more: PageRule) -> None:
    assert specificity(less) < specificity(more)
    assert not ties(less, more)


@pytest.mark.parametrize(
    ("a", "b", "tie"),
    [
        ("/{category}", "/{brand}", True),
        ("/{category}", "/*", True),
        ("/lenses", "/lenses", True),
        ("/lenses", "/bags", False),
        ("/lenses/{product}", "/bags/{product}", False),
        ("/x-{product}", "/x-*", True),
        ("/x-{product}", "/y-{product}", False),
        ("/{product}-x", "/{product}-y", False),
        ("/a-{product}", "/{product}-b", True),
        ("/**", "/**", True),
        ("/a/**", "/a/*/**", False),
    ],
)
def test_rules_tie_when_an_address_fits_both_and_neither_says_more(a: str, b: str, tie: bool) -> None:
    assert ties(PageRule(a), PageRule(b)) is tie
    assert ties(PageRule(b), PageRule(a)) is tie


@given(path=st.text(max_size=300) | st.text(alphabet="/%a0\ud800", max_size=300))
def test_any_path_is_read_within_its_bounds(path: str) -> None:
    page = read(path)
    assert page.path.startswith("/")
    assert len(page.path.encode()) <= 120
    assert all(len(getattr(page, name).encode()) <= 60 for name in ("type", "category", "product", "brand"))


def test_known_values_are_those_that_the_rules_name() -> None:
    known = set(PAGES.known_keys())
    assert {
        ("type", "home"),
        ("topic", "bargains"),
        ("topic", "video"),
        ("price_tier", "high"),
        ("tag", "hot"),
    } <= known
    assert not any(name == "product" for name, _ in known)
