"""What editors are told about a selector when the rules load."""

import pytest

from floorwalker.html.selector_check import check_selector
from floorwalker.html.selectors import Place, SelectorMarks, SelectorSlot

SERVED = [
    *("#hero", ".banner", "section.offers", "main > .x", "ul li.x > a", "a[href]", '[title="a, img"]', "p:not(.x) b"),
    *('a[href^="/x"]', "h1, h2", "div:nth-child(2)", "div:first-child", "svg path", "*", r"#a\(b", "#größe", "DIV"),
    *("div div .x", "div > div > div > div", "main section div .x", "td[title='a b c d e'] b"),
]

REFUSED = [
    ("", "inside", "empty", "#hero"),
    (" ", "inside", "empty", "#hero"),
    ("h1,", "inside", "empty", "#hero"),
    ("a + b", "inside", "`+`", "space"),
    ("a ~ b", "inside", "`~`", "space"),
    ("a:hover", "inside", "pseudo-class", ":not()"),
    ("p::before", "inside", "pseudo-element", ":not()"),
    ("div:has(b)", "inside", "pseudo-class", ":not()"),
    ("svg|a", "inside", "namespaces", "leave"),
    ("a[b", "inside", "without its pair", "add"),
    ("a[b='c]", "inside", "without its pair", "add"),
    ("a)", "inside", "without its pair", "add"),
    ("\ud800", "inside", "cannot be served", ""),
    ("img", "inside", "<img>", "replace, before or after"),
    (".x > input.y", "first", "<input>", "replace, before or after"),
    ("h1, br", "last", "<br>", "replace, before or after"),
    ("a:not(:not(b))", "inside", "holds another", "without the inner one"),
    (":not(" * 5000 + "a" + ")" * 5000, "inside", "longer than 1,000 characters", "a class or an id"),
    ("div div div .x", "inside", "takes too long", "fewer of these steps"),
    ("h1, * div * .x", "inside", "takes too long", "a class or an id"),
    ("#hero", "within", '"within" is no place', "inside, replace"),
]


@pytest.mark.parametrize("selector", SERVED)
@pytest.mark.parametrize("place", Place)
def test_a_selector_that_can_be_served_has_no_problem(selector: str, place: str) -> None:
    assert check_selector(selector, place) is None


@pytest.mark.parametrize(("selector", "place", "message", "hint"), REFUSED)
def test_a_selector_that_cannot_be_served_is_an_error_with_a_remedy(
    selector: str, place: str, message: str, hint: str
) -> None:
    problem = check_selector(selector, place)
    assert problem is not None
    assert problem.kind == "error"
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize("selector", ["li", "ul > li.x", "TD", "p#a", "p:not(.x)", "h1, tr:nth-child(2)"])
def test_an_element_whose_end_may_be_implied_is_warned_of_where_its_end_matters(selector: str) -> None:
    for place in Place:
        problem = check_selector(selector, place)
        if place in (Place.BEFORE, Place.FIRST):
            assert problem is None
        else:
            assert problem is not None
            assert problem.kind == "warning"


@pytest.mark.parametrize("selector", ["li .x", "p:not(.x) b", "img + b", "[class=li]", "listing", ".p"])
def test_only_the_element_pointed_at_is_looked_at(selector: str) -> None:
    problem = check_selector(selector)
    assert problem is None or problem.kind == "error"


@pytest.mark.parametrize("selector", [*SERVED, "a:not(b, .c):not(.d.e)", "a:not([b=':not(']):not(:first-child)"])
def test_what_passes_is_served(selector: str) -> None:
    assert check_selector(selector, "before") is None
    marks = SelectorMarks([SelectorSlot("slot", selector, Place.BEFORE)], token="t" * 32)
    marks.feed(b"<p>one</p><a class=c>two</a>")
    marks.close()
    assert marks.failure is None
