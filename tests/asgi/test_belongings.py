"""What the store holds of a person reaches handlers, segments and blocks."""

from pathlib import Path
from typing import Any

from msgspec import structs

from floorwalker import get_visitor, open_store
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.profile import Profile
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import PAGE, Clock, Wrap
from tests.core.holdings import held

RULES = """
topics: {birds: {}}
segments:
  left-a-cart: {when: {cart: {value: {at_least: 50}, idle: {at_least: 1 hour, at_most: 2 days}}}}
  birder: {when: {dominant_interest: birds}}
  customer: {when: [{orders: {at_least: 1}}, {spent: {at_least: 100, within: 1 year}}]}
slots:
  hero:
    show:
      - {to: left-a-cart, name: reminder, text: "Your {{ visitor.cart.items[0].name }} is still here"}
"""


async def test_a_cart_is_recalled_and_the_dominant_interest_is_told(
    wrap: Wrap, tmp_path: Path, valkey_url: str, clock: Clock
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    seen: list[tuple[str | None, frozenset[str]]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        visitor = await get_visitor(scope)
        seen.append((visitor.dominant_interest, visitor.segments))
        await page_app(PAGE)(scope, receive, send)

    browser = Browser(wrap(app, rules=tmp_path / "rules.yaml"))
    await browser.get("/")
    has = {
        "cart": {"items": [{"product": "t1", "name": "Tall tripod", "price": 60.0}], "idle": 7200},
        "interests": {"session": {"birds": 2.0}, "dominant": "birds"},
        "orders": [{"ago": 9000, "amount": 120.0}],
    }
    await store_holdings(valkey_url, browser.cookie, int(clock.now), has)
    page = await browser.get("/")
    assert seen == [(None, frozenset()), ("birds", frozenset({"left-a-cart", "birder", "customer"}))]
    assert b"Your Tall tripod is still here" in page.body


async def store_holdings(url: str, cookie: bytes | None, at: int, has: dict[str, Any]) -> None:
    def step(profile: Profile | None) -> tuple[Profile, Effects]:
        return structs.replace(profile or Profile(seed=1), **held(at, has)), NOTHING

    assert cookie is not None
    visitor = cookie.split(b"=", 1)[1].split(b".")[0].decode()
    store = open_store(url)
    try:
        await store.commit(visitor, await store.load(visitor), step)
    finally:
        await store.close()
