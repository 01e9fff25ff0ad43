"""The setting `script`: blocks bear their names, and personal pages bring the script."""

from typing import Any

import pytest

from floorwalker import ConfigurationError
from tests.asgi.browser import GOOGLEBOT, SEARCH, Browser, page_app
from tests.asgi.conftest import PAGE, Wrap

NAMED = b"<!--fw:hero:tripods--><b>Tripods for cheap tripod</b><!--/fw-->"
TAG = b'<script src="/_floorwalker/client.js" defer></script>'


async def page(wrap: Wrap, script: str, *, body: Any = PAGE, agent: bytes | None = None, **options: Any) -> bytes:
    site = wrap(page_app(body, **options), script=script)
    browser = Browser(site, agent=agent) if agent else Browser(site)
    return (await browser.get("/", headers={b"referer": SEARCH})).body


@pytest.mark.parametrize(
    ("script", "named", "inserted"), [("no", False, False), ("mark", True, False), ("insert", True, True)]
)
async def test_a_personal_page_gets_what_the_setting_says(wrap: Wrap, script: str, named: bool, inserted: bool) -> None:
    body = await page(wrap, script)
    assert (NAMED in body, body.endswith(b"</html>\n" + TAG + b"\n")) == (named, inserted)


async def test_the_tag_comes_once_after_a_streamed_page(wrap: Wrap) -> None:
    body = await page(wrap, "insert", body=[PAGE[:20], PAGE[20:40], PAGE[40:]])
    assert body.count(TAG) == 1
    assert body.endswith(TAG + b"\n")


async def test_a_robot_and_a_page_without_slots_get_the_page_as_it_is(wrap: Wrap) -> None:
    assert await page(wrap, "insert", agent=GOOGLEBOT) == PAGE
    assert await page(wrap, "insert", body=b"<p>no slot</p>") == b"<p>no slot</p>"


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (b"script-src 'nonce-abc'", b'<script src="/_floorwalker/client.js" nonce="abc" defer></script>'),
        (b"script-src 'self'", TAG),
        (b"script-src 'none'", b""),
        (b"default-src 'none'", b""),
    ],
)
async def test_the_pages_policy_decides(wrap: Wrap, policy: bytes, found: bytes) -> None:
    body = await page(wrap, "insert", headers=[(b"content-security-policy", policy)])
    assert found in body
    assert (b"client.js" in body) is bool(found)


async def test_below_a_mount_the_script_lies_there(wrap: Wrap) -> None:
    site = wrap(page_app(PAGE), script="insert")
    answer = await Browser(site).get("/shop/", scope={"root_path": "/shop"})
    assert b'src="/shop/_floorwalker/client.js"' in answer.body


async def test_a_part_of_a_page_bears_names_and_no_script(wrap: Wrap) -> None:
    site = wrap(page_app(PAGE), script="insert")
    browser = Browser(site)
    await browser.get("/", headers={b"referer": SEARCH})
    body = (await browser.get("/", headers={b"sec-fetch-dest": b"empty"})).body
    assert NAMED in body
    assert b"client.js" not in body


def test_another_word_is_refused(wrap: Wrap) -> None:
    with pytest.raises(ConfigurationError, match="no, mark, insert"):
        wrap(page_app(PAGE), script="yes")
