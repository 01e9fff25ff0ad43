"""The console in a real browser: what it shows, how it looks, and that whatever is known of somebody stays text."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from floorwalker.collect.keys import Access
from floorwalker.collect.messages import Kind, Message, Surroundings
from floorwalker.collect.steps import step_of
from floorwalker.core.advance import Corridor
from floorwalker.rulefile import read
from floorwalker.store import open_store
from tests.browser.conftest import serving
from tests.browser.console_site import PASSWORD, RULES

pytestmark = pytest.mark.browser

NOW = time.time()
DAY = 86_400.0
HOME = "/_floorwalker/console/"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
LENS = {"product_id": "m600-f4", "name": "600 mm f/4", "category": "lenses", "price": 9800, "quantity": 1}


def told(kind: Kind, ago: float, **fields: Any) -> Message:
    return Message(kind=kind, at=NOW - ago, user="user-17", **fields)


def page(path: str, ago: float, **context: Any) -> Message:
    seen = Surroundings(agent=CHROME, page={"url": f"https://shop.example{path}"}, **context)
    return told(Kind.PAGE, ago, context=seen)


ADA = [
    page("/?utm_source=newsletter&utm_medium=email&utm_campaign=autumn", 40 * DAY),
    page("/tripods/t1", 40 * DAY - 60),
    told(Kind.IDENTIFY, 40 * DAY - 90, traits={
        "name": "Ada Lovelace", "email": "ada@example.org", "phone": "+49 30 1234"}),
    told(Kind.TRACK, 39 * DAY, name="Order Completed", properties={"order_id": "S-1041", "total": 799.0, "products": [
        {"product_id": "t1", "name": "Tripod", "category": "tripods", "price": 799, "quantity": 1}]}),
    told(Kind.TRACK, 12 * DAY, name="Note Taken", properties={
        "text": "Wants a 600 mm, asked about trade-in", "by": "anna"}),
    *(page(f"/lenses/m{n}", 2 * DAY - 60 * n) for n in range(6)),
    told(Kind.TRACK, DAY, name="Email Link Clicked", properties={"campaign_name": "autumn", "email_id": "e1"}),
    page("/lenses/m600-f4", 7300),
    told(Kind.TRACK, 7200, name="Product Viewed", properties=LENS),
    told(Kind.TRACK, 7100, name="Product Added", properties=LENS),
]  # fmt: skip


def corridor() -> Corridor:
    ruleset, problems = read({"rules.yaml": RULES.encode()})
    assert ruleset is not None, problems
    return Corridor(ruleset)


async def tell(address: str, messages: list[Message]) -> str:
    """What a shop's server tells of one person; their visitor id."""
    store, walked = open_store(address), corridor()
    try:
        await store.ping()
        visitor = await store.person(messages[0].user)
        for message in messages:
            step = step_of(message, visitor, walked, now=NOW, access=Access.SERVER)
            assert step is not None
            await store.commit(visitor, None, step)
    finally:
        await store.close()
    return visitor


def in_its_own_loop(address: str, messages: list[Message]) -> str:
    """Playwright's own loop runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(tell(address, messages))).result()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("console")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[str]:
    yield from serving("tests.browser.console_site:site", folder)


@pytest.fixture(scope="module")
def ada(shop: str, folder: Path) -> str:
    return in_its_own_loop(f"embedded:{folder}/store", ADA)


@pytest.fixture
def opened(chromium: Browser, shop: str) -> Iterator[Callable[..., Page]]:
    """A browser of an operator's; nothing may be wrong in its console, and nothing is asked of anybody else."""
    contexts, wrong = [], list[str]()

    def one(*, logged_in: bool = True, **options: Any) -> Page:
        context = chromium.new_context(base_url=shop, user_agent=CHROME, locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(shop) else None)
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.goto(HOME)
        if logged_in:
            page.get_by_label("Name").fill("anna")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Whom do you speak with?")
        return page

    yield one
    for context in contexts:
        context.close()
    assert not wrong


def test_somebody_is_found_by_their_address_and_told_on_one_page(opened: Callable[..., Page], ada: str) -> None:
    page = opened()
    page.get_by_label("Somebody you know something of").fill(" ADA@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    assert page.url.endswith(f"/visitor/{ada}")
    expect(page.locator("main")).to_contain_text("Wants a 600 mm, asked about trade-in")
    expect(page.get_by_role("region", name="In the cart")).to_contain_text("9,800.00 EUR")
    expect(page.get_by_role("region", name="Bought")).to_contain_text("S-1041")
    expect(page.get_by_role("list", name="Segments")).to_have_text("big-spenderwildlife-photographer")
    assert page.locator("form").count() == 2  # to log out, and to look somebody else up: it is read-only


@pytest.mark.parametrize("asked", ["+49301234", "ada lovelace", "user-17"])
def test_they_are_found_by_whatever_names_them(opened: Callable[..., Page], ada: str, asked: str) -> None:
    page = opened()
    page.get_by_label("Somebody you know something of").fill(asked)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1180])
def test_no_page_is_wider_than_the_window(opened: Callable[..., Page], ada: str, scheme: str, width: int) -> None:
    page = opened(color_scheme=scheme, viewport={"width": width, "height": 800})
    for path in ("", f"visitor/{ada}"):
        page.goto(HOME + path)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_keyboard_alone_leads_through(opened: Callable[..., Page], ada: str) -> None:
    page = opened(logged_in=False)
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Whom do you speak with?")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("user-17")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")


def test_whoever_logs_out_sees_nobody_any_more(opened: Callable[..., Page], ada: str) -> None:
    page = opened()
    page.goto(f"{HOME}visitor/{ada}")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.goto(f"{HOME}visitor/{ada}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    assert "Ada" not in page.content()


def test_whatever_is_known_of_somebody_stays_text(
    opened: Callable[..., Page], shop: str, folder: Path, shared_data: Path
) -> None:
    lines = (shared_data / "xss_payloads.jsonl").read_text(encoding="utf-8").split("\n")
    payloads = [json.loads(line) for line in lines if line]
    texts = [one if isinstance(one, str) else next(iter(one.values())) for one in payloads][:400]
    page = opened()
    for number in range(0, len(texts), 40):
        some = texts[number : number + 40]
        visitor = in_its_own_loop(f"embedded:{folder}/store", hostile(number, some))
        page.goto(f"{HOME}visitor/{visitor}")
        assert (
            page.locator("main script, main img, main iframe, main [style], main [onerror], main object").count() == 0
        )
        assert page.evaluate("[...document.querySelectorAll('main *')].every(one => [...one.attributes].every("
                             "a => !a.name.startsWith('on') && !/^\\s*javascript:/i.test(a.value)))")  # fmt: skip
        assert "<" in page.locator("main").inner_text()


def hostile(number: int, texts: list[str]) -> list[Message]:
    """Somebody all of whose traits, notes, events and things are these."""

    def of(kind: Kind, place: int, **fields: Any) -> Message:
        return Message(kind=kind, at=NOW - 50 + place, user=f"{texts[0][:40]} {number}", **fields)

    found = [
        of(Kind.IDENTIFY, 0, traits={"name": texts[0], "email": texts[1], **{text[:30]: text for text in texts[:8]}})
    ]
    for place, text in enumerate(texts):
        product = {"product_id": text, "name": text, "category": text, "price": 1, "quantity": 1}
        match place % 4:
            case 0:
                found.append(of(Kind.TRACK, place, name="Note Taken", properties={"text": text, "by": text}))
            case 1:
                found.append(of(Kind.TRACK, place, name="Product Added", properties=product))
            case 2:
                order = {"order_id": text, "total": 3, "products": [product]}
                found.append(of(Kind.TRACK, place, name="Order Completed", properties=order))
            case _:
                found.append(of(Kind.TRACK, place, name=text or "x", properties={"query": text}))
    return found
