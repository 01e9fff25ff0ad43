"""Selectors tried on a page, by the rewriter that would serve them."""

import pytest

from floorwalker.html.selector_trial import Found, Verdict, read_page, try_selector

PAGE = """<body><section id="hero"><h1>Hello</h1></section><p class="a">one</p><p class="a">two</p>
<ul><li class="open wide">One<li>Two</ul><ol><li class="shut">One</li></ol><img class="art"></body>"""

TOKEN = "t" * 32


def tried(selector: str, place: str) -> Verdict:
    return try_selector(selector, place, read_page(PAGE), token=TOKEN)


@pytest.mark.parametrize(
    ("selector", "place", "matches"),
    [("#hero", "inside", 1), ("p.a", "before", 2), ("#nowhere", "inside", 0), ("img.art", "replace", 1)],
)
def test_matches_are_counted_in_the_page_as_it_is_served(selector: str, place: str, matches: int) -> None:
    verdict = tried(selector, place)
    assert (verdict.error, verdict.warning, verdict.matches) == ("", "", matches)


def test_an_element_that_the_page_does_not_close_is_no_place_for_a_slot() -> None:
    verdict = tried("li.open", "inside")
    assert "may be left out" in verdict.error
    verdict = tried("li.open", "before")
    assert (verdict.error, verdict.matches) == ("", 1)


def test_an_element_that_might_be_left_open_elsewhere_is_warned_of() -> None:
    verdict = tried("li.shut", "inside")
    assert verdict.error == ""
    assert "this page writes the end tag" in verdict.warning


@pytest.mark.parametrize(
    ("selector", "place", "why"),
    [
        ("h1 + p", "inside", "cannot be served"),
        ("a:hover", "inside", "cannot be served"),
        ("[", "inside", "without its pair"),
        ("", "inside", "cannot be served"),
        ("img.art", "inside", "has no inside"),
        ("#hero", "nowhere", "is no place"),
    ],
)
def test_what_cannot_be_served_says_why(selector: str, place: str, why: str) -> None:
    verdict = tried(selector, place)
    assert why in verdict.error


def test_without_the_page_nothing_is_counted() -> None:
    verdict = try_selector("#hero", "inside", None, token=TOKEN)
    assert (verdict.error, verdict.matches) == ("", None)


def test_the_first_match_is_told_as_its_tag_writes_it() -> None:
    assert tried("li", "before").first == Found("li", "", ("open", "wide"))
    assert tried("section", "inside").first == Found("section", "hero")
    assert tried("#nowhere", "inside").first is None


def test_elements_are_counted_as_deep_as_the_rewriter_takes_them_to_lie() -> None:
    page = read_page("<div><P>one<p>two</div><br><img></section><ul><li>1</li><li>2</ul><span></span>")
    assert (page.elements, page.depth) == (9, 3)


@pytest.mark.parametrize(
    ("selector", "html"),
    [
        (".a .b .c .d .e", "<p class='a b c d e'>" * 1000),
        ("p p", "<p>" * 600_000),
        ("#x .a .b", "<div>" * 300 + "<p></p>" * 10_000),
    ],
)
def test_what_would_keep_the_rewriter_for_minutes_is_not_tried(selector: str, html: str) -> None:
    verdict = try_selector(selector, "before", read_page(html), token=TOKEN)
    assert (verdict.error, verdict.matches) == ("", None)
