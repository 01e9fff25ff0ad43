"""Slots through real pages: every place, how one of several is chosen, promotions, limits, and what is remembered."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker import PersonalizationMiddleware, get_visitor
from tests.asgi.browser import App, Browser, page_app
from tests.asgi.conftest import Clock, Wrap

DAY = 86_400
MARKED = b"<html><body><!--slot:hero-->old<!--/slot:hero--></body></html>"
SELECTED = b"<html><body><p>1</p><div id=box>old</div><p>2</p></body></html>"

Serve = Callable[..., PersonalizationMiddleware]
Remembered = Callable[..., Any]


@pytest.fixture
def serve(wrap: Wrap, tmp_path: Path) -> Serve:
    """Serves a page under rules that are written here."""

    def served(rules: str, page: bytes = MARKED, app: App | None = None) -> PersonalizationMiddleware:
        folder = tmp_path / "rules"
        folder.mkdir(exist_ok=True)
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        return wrap(app or page_app(page), rules=folder)

    return served


def body(answer: Any) -> bytes:
    """What stands in the page's body, without the slots' marks."""
    found: bytes = answer.body
    return re.sub(rb"<!--/?slot:\w+-->", b"", found.removeprefix(b"<html><body>").removesuffix(b"</body></html>"))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("inside", b"<p>1</p><div id=box><b>new</b></div><p>2</p>"),
        ("replace", b"<p>1</p><b>new</b><p>2</p>"),
        ("before", b"<p>1</p><b>new</b><div id=box>old</div><p>2</p>"),
        ("after", b"<p>1</p><div id=box>old</div><b>new</b><p>2</p>"),
        ("first", b"<p>1</p><div id=box><b>new</b>old</div><p>2</p>"),
        ("last", b"<p>1</p><div id=box>old<b>new</b></div><p>2</p>"),
        ("hide", b"<p>1</p><p>2</p>"),
    ],
)
async def test_every_place_by_selector(serve: Serve, remembered: Remembered, place: str, expected: bytes) -> None:
    rules = f'slots: {{hero: {{at: "#box", place: {place}, show: [{{name: new, html: "<b>new</b>"}}]}}}}'
    browser = Browser(serve(rules, SELECTED))
    assert body(await browser.get("/")) == expected
    (response,) = (await remembered(browser.cookie)).responses.blocks
    assert (response.block, response.shown.total) == ("new", 1)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("inside", b"<p>1</p><div id=box></div><p>2</p>"),
        ("replace", b"<p>1</p><p>2</p>"),
        ("hide", b"<p>1</p><p>2</p>"),
    ],
)
async def test_hide_by_selector_leaves_the_slot_empty(serve: Serve, place: str, expected: bytes) -> None:
    rules = f'slots: {{hero: {{at: "#box", place: {place}, show: [{{hide: yes}}]}}}}'
    assert body(await Browser(serve(rules, SELECTED)).get("/")) == expected


@pytest.mark.parametrize("place", ["inside", "replace", "before", "after", "first", "last"])
async def test_a_marker_is_the_place_whatever_place_says(serve: Serve, place: str) -> None:
    rules = f"slots: {{hero: {{place: {place}, show: [{{name: new, text: new}}]}}}}"
    assert body(await Browser(serve(rules)).get("/")) == b"new"


@pytest.mark.parametrize("slot", ["show: [{hide: yes}]", "place: hide, show: [{name: new, text: new}]"])
async def test_a_marked_slot_is_hidden_by_its_entry_or_by_its_place(serve: Serve, slot: str) -> None:
    assert body(await Browser(serve(f"slots: {{hero: {{{slot}}}}}")).get("/")) == b""


@pytest.mark.parametrize("slot", ["place: hide, show: [{default: yes}]", "show: [{when: {device: tv}, hide: yes}]"])
async def test_what_is_not_hidden_stays(serve: Serve, slot: str) -> None:
    assert body(await Browser(serve(f"slots: {{hero: {{{slot}}}}}")).get("/")) == b"old"


async def test_the_best_entry_is_shown_and_gives_way_once_it_is_worn_out(serve: Serve) -> None:
    rules = """
segments: {browsing: {score: {at_least: 1}, points: [{points: 10, when: {viewed: {at_least: 2}}}]}}
slots:
  hero:
    choose: best
    show:
      - {name: a, text: a, score: 5}
      - {name: b, text: b, score: browsing, at_most: 1 per visit}
"""
    browser = Browser(serve(rules))
    assert [body(await browser.get(path)) for path in ("/", "/x", "/y")] == [b"a", b"b", b"a"]


async def test_a_lot_falls_the_same_way_on_every_page_and_visit(serve: Serve, clock: Clock) -> None:
    rules = "slots: {hero: {choose: weighted, show: [{name: a, text: a, weight: 50}, {name: b, text: b, weight: 50}]}}"
    app, seen = serve(rules), set()
    for _ in range(12):
        browser = Browser(app)
        first = body(await browser.get("/"))
        clock.now += 3 * DAY
        assert body(await browser.get("/lenses")) == first
        seen.add(first)
    assert seen == {b"a", b"b"}


async def test_the_page_s_own_content_counts_where_the_lot_fell_on_it(serve: Serve, remembered: Remembered) -> None:
    rules = "slots: {hero: {choose: weighted, show: [{default: yes}, {name: b, text: b, weight: 0}]}}"
    browser = Browser(serve(rules))
    assert body(await browser.get("/")) == b"old"
    exposure = (await remembered(browser.cookie)).responses.exposures[-1]
    assert (exposure.block, exposure.arm) == ("default", "treatment")


async def test_the_page_s_own_content_counts_for_nothing_elsewhere(serve: Serve, remembered: Remembered) -> None:
    for rules in ("slots: {hero: {show: [{default: yes}]}}", "slots: {hero: {control: 100 %, show: [{default: yes}]}}"):
        browser = Browser(serve(rules))
        assert body(await browser.get("/")) == b"old"
        assert (await remembered(browser.cookie)).responses is None


TWICE = b"<html><body><!--slot:hero-->1<!--/slot:hero--><!--slot:side-->2<!--/slot:side--></body></html>"


@pytest.mark.parametrize(
    ("limit", "second"),
    [("at_most: 1 per visit", b"2"), ("rest: 1 minute", b"2"), ("once_per_page: x", b"2"), ("at_most: 2 ever", b"a")],
)
@pytest.mark.parametrize("said", [True, False], ids=["with something said between the slots", "as the page comes"])
async def test_limits_count_what_the_same_page_shows_already(
    serve: Serve, said: bool, limit: str, second: bytes
) -> None:
    slots = "slots: {hero: {show: [{block: a}]}, side: {show: [{block: a}]}}"
    rules = f"blocks: {{a: {{text: a, {limit}}}}}\n{slots}"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        visitor = await get_visitor(scope)
        visitor.slot("hero")
        if said:
            visitor.track("Something Happened")
        await page_app(TWICE)(scope, receive, send)

    assert body(await Browser(serve(rules, app=app)).get("/")) == b"a" + second


PROMOTION = """
site: {timezone: Europe/Berlin}
slots: {hero: {show: [{name: own, text: own}]}}
promotions:
  sale:
    from: 2026-09-22
    until: 2026-09-23
    control: CONTROL
    slots: {hero: {name: sale, text: "until Wednesday"}, ribbon: {name: bar, text: Sale}}
"""
WITH_RIBBON = MARKED.replace(b"<body>", b"<body><!--slot:ribbon--><!--/slot:ribbon-->")


async def test_a_promotion_comes_and_goes_by_itself(serve: Serve, clock: Clock) -> None:
    browser, seen = Browser(serve(PROMOTION.replace("CONTROL", "0 %"), WITH_RIBBON)), []
    for _ in range(4):  # the clock begins on the 21st, 13:33 in UTC
        seen.append(body(await browser.get("/")))
        clock.now += DAY
    assert seen == [b"own", b"Saleuntil Wednesday", b"Saleuntil Wednesday", b"own"]


async def test_a_promotions_control_group_sees_the_page_and_is_remembered_as_such(
    serve: Serve, clock: Clock, remembered: Remembered
) -> None:
    browser = Browser(serve(PROMOTION.replace("CONTROL", "100 %"), WITH_RIBBON))
    clock.now += DAY
    assert body(await browser.get("/")) == b"old"
    clock.now += 2 * DAY
    assert body(await browser.get("/")) == b"own"
    profile = await remembered(browser.cookie)
    assert [(one.unit, one.block, one.arm) for one in profile.responses.exposures] == [
        ("", "", "treatment"),
        ("promotion:sale", "", "control"),
        ("ribbon promotion:sale", "", "control"),
        ("ribbon promotion:sale", "bar", "control"),
        ("hero promotion:sale", "", "control"),
        ("hero promotion:sale", "sale", "control"),
        ("hero", "", "treatment"),
        ("hero", "own", "treatment"),
    ]
    assert profile.mixed == ()


async def test_what_uses_something_unknown_is_passed_over(serve: Serve) -> None:
    rules = """
slots:
  hero:
    choose: best
    show:
      - {name: city, score: 3, text: "From {{ visitor.city }}"}
      - {name: value, score: 2, text: "{{ line }}", with: {line: "To {{ visitor.traits.name }}"}}
      - {name: known, score: 1, text: "{{ line }} {{ visitor.city | default('you') }}", with: {line: "For"}}
"""
    assert body(await Browser(serve(rules)).get("/")) == b"For you"


async def test_a_page_shows_one_of_a_name_and_the_next_best_elsewhere(serve: Serve) -> None:
    rules = """
blocks: {coupon: {text: coupon, once_per_page: offers}}
slots:
  ribbon: {show: [{block: coupon}]}
  hero: {choose: best, show: [{block: coupon, score: 9}, {name: other, text: " other", score: 1}]}
"""
    assert body(await Browser(serve(rules, WITH_RIBBON)).get("/")) == b"coupon other"


async def test_a_block_stops_once_its_slots_goal_is_reached(serve: Serve) -> None:
    rules = """
goals: {thanks: {viewed: /thanks}}
slots: {hero: {goal: thanks, show: [{name: a, text: a, stop_after: goal}, {name: b, text: b}]}}
"""
    browser = Browser(serve(rules))
    assert [body(await browser.get(path)) for path in ("/", "/thanks", "/")] == [b"a", b"b", b"b"]
