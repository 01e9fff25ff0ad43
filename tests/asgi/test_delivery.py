"""How a slot gets into its page: with it, also where the app made it public, or by the script in the page."""

import json
from pathlib import Path
from typing import Any

import pytest

from floorwalker import open_store
from tests.asgi.browser import GOOGLEBOT, SEARCH, Answer, Browser
from tests.asgi.conftest import Wrap

RULES = """
pages:
  - {path: /, type: home}
  - {path: /news, type: news}
segments:
  searcher: {when: {referrer: {medium: search}}}
slots:
  hero:
    pages: [home]
    deliver: page
    show: [{name: hello, html: "<b>Hello {{ visitor.pages_this_visit }}</b>"}]
  aside:
    deliver: script
    control: 0 %
    show:
      - {to: searcher, name: found-us, html: "<i>found us by {{ visitor.searched }}</i>"}
      - {name: anybody, text: "5 < 6"}
  side:
    at: "#side"
    place: after
    deliver: script
    pages: [home]
    show: [{name: beside, html: "<u>side</u>"}]
  plain:
    pages: [home, news]
    show: [{name: plain, text: plain}]
"""
PAGE = (
    b"<html><body><!--slot:hero-->default<!--/slot:hero--><!--slot:aside-->aside<!--/slot:aside-->"
    b'<!--slot:plain-->usual<!--/slot:plain--><div id="side">side</div></body></html>'
)
PUBLIC = (b"cache-control", b"public, max-age=600")


@pytest.fixture
def site(wrap: Wrap, tmp_path: Path) -> Any:
    """Wraps a site whose every page is PAGE, public below /, /news; private below /own."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"etag", b'"1"')]
        if not scope["path"].startswith("/own"):
            headers.append(PUBLIC)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE})

    return wrap(app, rules=tmp_path / "rules")


def told(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    found: dict[str, Any] = json.loads(answer.body)["slots"]
    return found


async def ask(browser: Browser, names: str, url: str = "/", **options: Any) -> Answer:
    return await browser.get(
        "/_floorwalker/slots", scope={"query_string": f"names={names}&url={url}".encode()}, **options
    )


async def test_a_public_page_with_a_slot_for_it_becomes_private_and_is_changed(site: Any) -> None:
    answer = await Browser(site).get("/")
    assert b"<b>Hello 1</b>" in answer.body
    assert b">usual<" not in answer.body  # who takes part in a page, takes part in all of it
    assert answer.all(b"cache-control") == [b"private, no-cache"]
    assert answer.all(b"etag") == []
    assert answer.cookie is not None


async def test_any_other_public_page_stays_as_it_is(site: Any) -> None:
    answer = await Browser(site).get("/news")
    assert answer.body == PAGE
    assert answer.all(b"cache-control") == [PUBLIC[1]]
    assert answer.all(b"etag") == [b'"1"']
    assert answer.cookie is None


async def test_caching_headers_do_not_tell_robots_from_people(site: Any) -> None:
    person, robot = await Browser(site).get("/"), await Browser(site, agent=GOOGLEBOT).get("/")
    assert person.all(b"cache-control") == robot.all(b"cache-control")
    assert robot.body == PAGE


async def test_what_is_left_to_the_script_keeps_its_default_in_the_page(site: Any) -> None:
    for path in ("/", "/own"):
        assert b"<!--slot:aside-->aside<!--/slot:aside-->" in (await Browser(site).get(path)).body


async def test_a_page_that_holds_such_slots_alone_keeps_its_headers(wrap: Wrap, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text("slots: {aside: {deliver: script, show: [{name: a, text: a}]}}")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html"), (b"etag", b'"1"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE})

    browser = Browser(wrap(app, rules=tmp_path / "rules"))
    answers = [await browser.get("/") for _ in range(2)]
    assert all(answer.body == PAGE and answer.all(b"etag") == [b'"1"'] for answer in answers)
    assert [answer.all(b"cache-control") for answer in answers] == [[b"private"], []]  # with the cookie, and without


async def test_slots_are_decided_for_the_page_in_the_browser(site: Any) -> None:
    found = told(await ask(Browser(site), "aside,side,hero,nobody"))
    assert found["aside"] == {"html": "5 &lt; 6", "block": "anybody", "arm": "treatment"}
    assert found["side"]["html"] == "<u>side</u>"
    assert found["hero"]["html"] == "<b>Hello 1</b>"
    assert "nobody" not in found
    assert set(told(await ask(Browser(site), "aside,side,hero", url="/news"))) == {"aside"}


async def test_somebody_new_begins_with_the_arrival_of_their_page(site: Any) -> None:
    browser = Browser(site)
    referrer = SEARCH.decode().replace("?", "%3F").replace("=", "%3D").replace("+", "%2B")
    answer = await ask(browser, "aside", url=f"/&referrer={referrer}")
    assert told(answer)["aside"]["html"] == "<i>found us by cheap tripod</i>"
    assert answer.cookie is not None
    browser.cookie = answer.cookie
    again = await ask(browser, "aside")
    assert told(again)["aside"]["html"] == "<i>found us by cheap tripod</i>"
    assert again.cookie is None


async def test_a_view_is_counted_once_and_each_showing_once(site: Any, valkey_url: str) -> None:
    browser = Browser(site)
    page = await browser.get("/own")
    browser.cookie = page.cookie
    await ask(browser, "aside", url="/own")
    await ask(browser, "aside", url="/own")
    store = open_store(valkey_url)
    assert page.cookie is not None
    names = [entry.event.name async for entry in store.events()]
    await store.close()
    assert names.count("Page Viewed") == 1
    assert names.count("Slot Shown") == 2  # once an answer


async def test_answers_are_for_nobody_else(site: Any) -> None:
    answer = await ask(Browser(site), "aside")
    assert answer.all(b"cache-control") == [b"no-store"]
    assert answer.all(b"vary") == [b"cookie"]


async def test_robots_are_told_nothing_and_leave_nothing(site: Any) -> None:
    answer = await ask(Browser(site, agent=GOOGLEBOT), "aside")
    assert told(answer) == {}
    assert answer.cookie is None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (b"url=/", "names"),
        (b"names=,,&url=/", "names"),
        (b"names=" + b",".join(b"n%d" % n for n in range(65)) + b"&url=/", "names"),
        (b"names=aside", "url"),
        (b"names=aside&url=/" + b"x" * 5000, "url"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(site: Any, query: bytes, says: str) -> None:
    answer = await Browser(site).get("/_floorwalker/slots", scope={"query_string": query})
    assert answer.status == 400
    assert says in json.loads(answer.body)["detail"]
    assert answer.cookie is None


async def test_other_sites_may_not_ask(site: Any) -> None:
    answer = await ask(Browser(site), "aside", headers=[(b"sec-fetch-site", b"cross-site")])
    assert answer.status == 403


@pytest.mark.parametrize("url", ["%00", "//evil.example/x", "https://evil.example/own?x=1", "/%FF%FE", "javascript:1"])
async def test_any_address_is_read_as_one_of_this_site(site: Any, url: str) -> None:
    assert "aside" in told(await ask(Browser(site), "aside", url=url))


async def test_the_script_knows_the_slots_that_are_left_to_it(site: Any) -> None:
    answer = await Browser(site).get("/_floorwalker/client.js")
    assert b'["side","#side","after",1]' in answer.body
    assert b'"hero"' not in answer.body
    assert answer.all(b"cache-control") == [b"public, max-age=60"]
    (tag,) = answer.all(b"etag")
    again = await Browser(site).get("/_floorwalker/client.js", headers=[(b"if-none-match", tag)])
    assert (again.status, again.body) == (304, b"")


async def test_nothing_was_shown_to_a_page_that_has_gone_before_the_answer(site: Any, valkey_url: str) -> None:
    browser = Browser(site)
    browser.cookie = (await browser.get("/own")).cookie

    async def gone(message: Any) -> None:
        raise OSError

    headers = [(b"user-agent", browser.agent), (b"cookie", browser.cookie), (b"host", b"shop.example")]
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": "/_floorwalker/slots",
        "query_string": b"names=aside&url=/own",
        "headers": headers,
    }
    with pytest.raises(OSError):
        await site(scope, None, gone)
    await browser.get("/own")  # a cookie that came back confirms the visitor, and with it their first page
    store = open_store(valkey_url)
    names = [entry.event.name async for entry in store.events()]
    await store.close()
    assert names.count("Page Viewed") == 2
    assert "Slot Shown" not in names
