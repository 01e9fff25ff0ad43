"""One person's story, from an advertisement on a phone to the report: what they see at each step, and what is known.

It runs at today's time, since the commands and the client library that tell of them do, too.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from demo_site.account import person_id
from demo_site.outside import BATCH, write_key_of
from demo_site.play import DEVICES
from tests.browser.conftest import CHROME, KEY, ROOT, serving
from tests.browser.demo_sites import OPERATOR

pytestmark = pytest.mark.browser

EMAIL = "ada@example.org"
USER = person_id(EMAIL)
AD = "/?utm_source=google&utm_medium=cpc&utm_campaign=spring-cameras&gclid=story"
IPHONE: dict[str, Any] = {
    "user_agent": DEVICES["phone"],
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
LAPTOP: dict[str, Any] = {"user_agent": CHROME, "viewport": {"width": 1180, "height": 800}}
LIBRARY = ROOT / ".venv" / "clients" / "python" / "bin" / "python"
Device = Callable[[dict[str, Any]], Page]
Command = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def shop(folder: Path) -> Iterator[str]:
    """The demo's address, at today's time, with a store of its own."""
    yield from serving("tests.browser.demo_sites:demo_today", folder)


@pytest.fixture
def device(chromium: Browser, shop: str) -> Iterator[Device]:
    """Somebody's browser, in which nothing may go wrong."""
    contexts, wrong = [], list[str]()

    def opened(options: dict[str, Any]) -> Page:
        context = chromium.new_context(base_url=shop, locale="en-GB", timezone_id="Europe/Berlin", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def command(folder: Path) -> Command:
    """A command on the shop's store, typed in another terminal; what it printed."""

    def run(*words: str) -> str:
        place = ["--store", f"embedded:{folder / 'store'}", "--rules", str(folder / "rules")]
        typed = [sys.executable, "-m", "floorwalker", *words, *place]
        done = subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        return done.stdout

    return run


def hero(page: Page) -> str:
    return page.locator("#hero h2").inner_text()


def sign_in(page: Page) -> None:
    page.goto("/account")
    page.get_by_label("Name").fill("Ada Lindqvist")
    page.get_by_label("E-mail", exact=True).fill(EMAIL)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Hello, Ada Lindqvist")).to_be_visible()


def tell_of_letters(shop: str) -> None:
    """Three letters arrive and one is answered, as a mail provider tells it: by Segment's library where it is here."""
    told = [(event, letter) for letter in ("september", "october", "november") for event in ("Email Delivered",)]
    told += [("Email Opened", "november"), ("Email Link Clicked", "november")]
    if LIBRARY.exists():
        sender = [str(LIBRARY), str(ROOT / "tests" / "browser" / "letter_sender.py")]
        subprocess.run([*sender, f"{shop}/_floorwalker", write_key_of(KEY), USER, json.dumps(told)], check=True)
        return
    batch = [
        {
            "type": "track",
            "userId": USER,
            "event": event,
            "properties": {"campaign_id": letter},
            "messageId": f"m{number}",
        }
        for number, (event, letter) in enumerate(told)
    ]
    answer = httpx.post(f"{shop}{BATCH}", json={"batch": batch}, auth=(write_key_of(KEY), ""))
    assert answer.status_code == 200, answer.text


def panel_of(page: Page) -> Any:
    """The panel, open, as it is once everything of the page is stored."""
    page.goto("/demo/who")
    return page.locator(".who-page")


def test_from_an_ad_on_a_phone_to_the_report_it_is_one_person(
    device: Device, shop: str, command: Command, folder: Path
) -> None:
    phone = device(IPHONE)
    arrives_from_an_ad(phone)
    looks_at_animals(phone)
    leaves_a_cart(phone)
    tell_of_letters(shop)
    laptop = device(LAPTOP)
    becomes_one(laptop)
    buys_at_the_counter(laptop, command, folder)
    asks_about_a_trade_in(laptop, command)
    time_passes(laptop)
    number = orders(laptop)
    is_reported_once(command)
    is_told_whole(command, number)
    is_seen_by_the_operator(device(LAPTOP))


def arrives_from_an_ad(phone: Page) -> None:
    phone.goto(AD, referer="https://www.google.com/")
    assert hero(phone) == "A first camera that you will keep."
    assert "SPRING10" in phone.locator(".ribbon").inner_text()
    expect(phone.get_by_role("link", name="Call the shop")).to_be_visible()


def looks_at_animals(phone: Page) -> None:
    for path in ("/lenses/super-tele", "/lenses/super-tele/500mm-f5-6", "/learn/birds", "/lenses/super-tele/600mm-f4"):
        phone.goto(path)
    phone.goto("/")
    assert hero(phone) == "For what will not let you near."
    expect(phone.get_by_role("heading", name="Because you looked at long lenses")).to_be_visible()
    expect(panel_of(phone).locator(".stands-out")).to_contain_text("wildlife")


def leaves_a_cart(phone: Page) -> None:
    phone.goto("/lenses/super-tele/200-600mm")
    phone.get_by_role("button", name="Add to cart").click()
    expect(phone.get_by_role("status")).to_contain_text("is in your cart")
    sign_in(phone)
    expect(phone.get_by_role("main")).to_contain_text("1 article, €1,899")


def becomes_one(laptop: Page) -> None:
    laptop.goto("/tripods")
    expect(laptop.locator("aside.newsletter")).to_contain_text("One letter a month")
    sign_in(laptop)
    expect(laptop.get_by_role("link", name="Cart, 1 article")).to_be_visible()
    laptop.goto("/")
    assert hero(laptop) == "For what will not let you near."
    expect(laptop.locator("aside.newsletter")).to_contain_text("You read our letters")
    panel = panel_of(laptop)
    expect(panel.locator(".who-sum")).to_contain_text("Ada Lindqvist")
    expect(panel.locator(".stands-out")).to_contain_text("wildlife")
    for what in ("opened", "clicked in", "put 200–600 mm f/5.6–6.3 Heath into the cart", "looked at /tripods"):
        expect(panel.locator(".who-time").first).to_contain_text(what)


def buys_at_the_counter(laptop: Page, command: Command, folder: Path) -> None:
    file = folder / "counter.csv"
    file.write_bytes(laptop.request.get("/demo/counter.csv").body())
    for _ in range(2):  # a file that is imported again changes nothing
        command("visitor", "import", str(file))
    laptop.goto("/")
    assert "Questions about something you bought here?" in laptop.locator(".ribbon").inner_text()
    expect(laptop.get_by_role("heading", name="Something to carry it in")).to_be_visible()
    panel = panel_of(laptop)
    expect(panel.locator(".members")).to_contain_text("Customer")
    expect(panel.locator(".who-money").last).to_contain_text("€749")


def asks_about_a_trade_in(laptop: Page, command: Command) -> None:
    command("visitor", "note", "--user", USER, "asked about a trade-in, wants a 600 mm", "--by", "Anna")
    laptop.goto("/lenses/super-tele/600mm-f4")
    expect(laptop.locator(".advice")).to_contain_text("About your trade-in.")
    expect(panel_of(laptop).locator(".who-note")).to_contain_text("wants a 600 mm")


def time_passes(laptop: Page) -> None:
    laptop.goto("/?play=later")
    assert hero(laptop) == "Your cart is as you left it."
    expect(laptop.locator("#hero")).to_contain_text("200–600 mm f/5.6–6.3 Heath")
    told = panel_of(laptop).locator("[data-key=watch]")
    told.locator("summary").click()
    expect(told).to_contain_text("came into left-a-cart")


def orders(laptop: Page) -> str:
    laptop.goto("/tripods")
    laptop.get_by_role("button", name="Put Egret monopod into the cart").click()
    expect(laptop.get_by_role("link", name="Cart, 2 articles")).to_be_visible()
    laptop.goto("/checkout")
    for label, value in (("Street and number", "Lange Str. 1"), ("Postcode", "10115"), ("Town", "Berlin")):
        laptop.get_by_label(label).fill(value)
    laptop.get_by_role("button", name="Order for €2,028").click()
    expect(laptop.get_by_role("heading", name="Thank you, Ada.")).to_be_visible()
    expect(laptop.get_by_role("heading", name="Something to carry it in")).to_be_visible()
    found = re.search(r"KB-\d+", laptop.content())
    assert found is not None
    return found[0]


def is_reported_once(command: Command) -> None:
    report = json.loads(command("report", "--json"))
    (site,) = [one for one in report["comparisons"] if one["kind"] == "site"]
    shown = site["figures"]["treatment"]
    assert shown["shown"] == 1
    assert (shown["goals"]["order"]["converted"], shown["goals"]["order"]["revenue"]) == (1, 2028)
    (hero_slot,) = [one for one in report["comparisons"] if one["name"] == "hero"]
    assert hero_slot["figures"]["treatment"]["shown"] == 1


def is_told_whole(command: Command, number: str) -> None:
    told = json.loads(command("visitor", "show", "--user", USER, "--json"))
    assert told["traits"]["email"] == EMAIL
    assert told["traits"]["address.city"] == "Berlin"
    assert (told["orders"], told["spent"]) == (2, {"EUR": 749 + 2028})
    assert {one["id"] for one in told["latest_orders"]} == {number, f"C-{USER[:6]}-bittern-gimbal"}
    assert told["dominant_interest"] == "wildlife"
    assert told["first_touch"]["campaign"] == "spring-cameras"
    assert told["responds_to"]["email"] == pytest.approx(1 / 3, abs=0.001)
    assert told["cart"] is None
    assert [note["text"] for note in told["notes"]] == ["asked about a trade-in, wants a 600 mm"]
    names = [one["event"] for one in told["events"]]
    assert (names.count("Email Delivered"), names.count("Email Opened"), names.count("Product Added")) == (3, 1, 2)
    assert "Ada Lindqvist" in command("visitor", "show", "--user", USER)


def is_seen_by_the_operator(page: Page) -> None:
    name, password = OPERATOR
    page.goto("/_floorwalker/console/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button").click()
    page.get_by_role("textbox").fill(EMAIL)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Lindqvist")).to_be_visible()
    expect(page.locator("body")).to_contain_text("asked about a trade-in")
