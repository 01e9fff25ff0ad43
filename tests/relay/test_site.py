"""The site itself ends every request by judging what is watched."""

from pathlib import Path

import httpx

from floorwalker import PersonalizationMiddleware
from floorwalker.core.events import SEGMENT_ENTERED
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import KEY
from tests.relay.shop import RULES, Shop


async def test_a_page_view_enters_a_segment_and_time_does_the_rest(
    shop: Shop, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "rules").mkdir()
    rules = "slots: {hero: {show: [{to: readers, name: a, text: A}]}}"
    (tmp_path / "rules" / "rules.yaml").write_text(f"{RULES}{rules}")
    app = PersonalizationMiddleware(
        page_app(b"<body><!--slot:hero-->-<!--/slot:hero--></body>"),
        rules=tmp_path / "rules",
        store=shop.store,
        secret_key=KEY,
        clock=shop.clock,
    )
    browser = Browser(app)
    for page in ("a", "b", "c"):
        shop.clock.now += 5
        await browser.get(f"/learn/{page}")
    await shop.store.flush(10)
    ((name, segment, visitor),) = await shop.told()
    assert (name, segment) == (SEGMENT_ENTERED, "readers")
    assert await shop.store.due(shop.clock.now + 8 * 86400) == [visitor]
    shop.clock.now += 8 * 86400
    await shop.relay(client).run_once()
    assert len(await shop.told()) == 2
