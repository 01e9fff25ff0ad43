"""Pages in preview: rendered as somebody made up, and nothing of it anywhere afterwards."""

import asyncio
import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from starlette.requests import Request
from starlette.responses import JSONResponse

from floorwalker import get_visitor
from floorwalker.asgi.preview.guise import Guise
from tests.asgi.browser import GOOGLEBOT, SEARCH, Answer, page_app
from tests.asgi.conftest import Clock, Wrap
from tests.asgi.preview_sites import PAGE, Editor, site_rules
from tests.asgi.test_frameworks import running

CHEAP = Guise("cheap-tripod")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return site_rules(tmp_path / "rules")


@pytest.fixture
def editor(wrap: Wrap, rules: Path) -> Editor:
    return Editor(wrap(page_app(PAGE), rules=rules))


def told(answer: Answer) -> dict[str, Any]:
    """What the overlay is told."""
    found = re.search(rb'<script type="application/json">(.*?)</script>', answer.body)
    assert found is not None
    state: dict[str, Any] = json.loads(found[1])
    return state


def shown(answer: Answer) -> dict[str, str | None]:
    return {slot["name"]: slot["block"] for slot in told(answer)["slots"]}


async def test_the_page_is_the_one_that_the_persona_would_see(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/?a=b")
    assert b"<b>Tripods for cheap tripod</b>" in page.body
    assert told(page)["persona"] == "cheap-tripod"
    assert shown(page)["hero"] == "tripods"


async def test_how_they_came_counts_for_every_page_of_the_visit(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/tripods?x=1", headers=[(b"referer", b"https://other.example/")])
    assert b"<b>Tripods for cheap tripod</b>" in page.body
    assert told(page)["page"] == {"path": "/tripods", "type": "category", "public": False}
    assert {one["name"] for one in told(page)["segments"] if one["in"]} >= {"tripod-seeker", "on-tripods", "browsing"}


async def test_what_they_did_before_is_remembered_and_their_own_time_is_now(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, Guise("regular"))
    page = await editor.get("/tripods")
    assert {one["name"] for one in told(page)["segments"] if one["in"]} >= {"returning", "browsing", "evening"}
    assert b"<!--slot:clock-->It is late<" in page.body
    assert told(page)["clock"] == "2026-11-28T22:30"


async def test_whoever_may_not_be_remembered_is_not(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, Guise("careful"))
    page = await editor.get("/")
    [browsing] = [one for one in told(page)["segments"] if one["name"] == "browsing"]
    assert browsing["why"]["holds"] is None
    assert "consent" in browsing["why"]["found"]


async def test_without_a_persona_it_is_somebody_new_with_this_browser(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now)
    page = await editor.get("/", headers=[(b"referer", SEARCH)])
    assert b"<b>Tripods for cheap tripod</b>" in page.body
    page = await editor.get("/")
    assert shown(page)["hero"] is None


async def test_the_editors_own_cookies_are_not_the_persons(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now)
    page = await editor.get("/", headers=[(b"cookie", editor.preview + b"; shop=yes; fw_tz=Asia/Tokyo")])
    assert shown(page)["cookies"] is None
    editor.preview = b""
    assert b"Known" in (await editor.get("/", headers=[(b"cookie", b"shop=yes")])).body


async def test_time_is_what_the_editor_says(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, Guise("regular", at="2026-11-28T10:00"))
    page = await editor.get("/")
    assert shown(page)["clock"] is None
    assert (told(page)["clock"], told(page)["fixed"]) == ("2026-11-28T10:00", True)
    await editor.switch("at=2026-11-28T22:15")
    assert shown(await editor.get("/"))["clock"] == "late"


async def test_segments_can_be_switched_on_and_off(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, Guise("cheap-tripod", {"buyer": True, "tripod-seeker": False, "gone": True}))
    page = await editor.get("/")
    assert b"<b>Thanks</b>" in page.body
    found = {one["name"]: one for one in told(page)["segments"]}
    assert (found["buyer"]["in"], found["buyer"]["switched"], found["buyer"]["why"]["holds"]) == (True, True, False)
    assert (found["tripod-seeker"]["in"], found["tripod-seeker"]["switched"]) == (False, False)
    assert found["tripod-seeker"]["why"]["holds"] is True
    assert "gone" not in found


async def test_drafts_are_live_and_say_so(editor: Editor, clock: Clock) -> None:
    assert b"Soon" not in (await editor.get("/", headers=[(b"referer", SEARCH)])).body
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/")
    assert b"<!--slot:sketch-->Soon<" in page.body
    assert [one["name"] for one in told(page)["segments"] if one["draft"]] == ["soon"]


async def test_control_groups_are_left_aside(editor: Editor, clock: Clock) -> None:
    assert b"<!--slot:compared-->kept<" in (await editor.get("/")).body
    await editor.play(clock.now)
    assert b"<!--slot:compared-->Everybody<" in (await editor.get("/")).body


async def test_what_selectors_put_in_bears_marks_and_what_they_hide_leaves_them(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/")
    assert (
        b'<p id="rest">rest</p><!--fw:beside-->Besides<!--/fw:beside--><!--fw:removed--><!--/fw:removed-->' in page.body
    )


async def test_slots_that_the_page_lacks_are_told_too(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, CHEAP)
    outcomes = {slot["name"]: slot["outcome"] for slot in told(await editor.get("/tripods"))["slots"]}
    assert outcomes["hero"] == "changed"
    assert outcomes["category"] is None
    assert "banner" not in outcomes


async def test_nobody_keeps_such_a_page(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/")
    assert page.all(b"cache-control") == [b"private, no-store"]
    assert page.all(b"vary") == [b"Cookie"]
    assert page.all(b"x-robots-tag") == [b"noindex"]
    assert page.all(b"x-floorwalker-preview") == [b"persona=cheap-tripod"]
    assert page.all(b"set-cookie") == []


async def test_a_page_without_slots_and_a_public_one_have_the_overlay_too(
    wrap: Wrap, clock: Clock, rules: Path
) -> None:
    plain = Editor(wrap(page_app(b"<p>plain</p>"), rules=rules))
    await plain.play(clock.now, CHEAP)
    assert b"<floorwalker-preview" in (await plain.get("/")).body
    public = Editor(wrap(page_app(PAGE, headers=[(b"cache-control", b"public, max-age=60")]), rules=rules))
    await public.play(clock.now, CHEAP)
    page = await public.get("/")
    assert b"<!--slot:hero-->default<" in page.body
    assert told(page)["page"]["public"] is True
    assert page.all(b"cache-control") == [b"private, no-store"]


@pytest.mark.parametrize(
    "ahead", [(b"sec-purpose", b"prefetch"), (b"hx-request", b"true"), (b"sec-fetch-dest", b"empty")]
)
async def test_parts_and_prefetched_pages_are_the_persons_without_an_overlay(
    editor: Editor, clock: Clock, ahead: tuple[bytes, bytes]
) -> None:
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/", headers=[ahead])
    assert b"<b>Tripods for cheap tripod</b>" in page.body
    assert b"floorwalker-preview" not in page.body
    assert page.all(b"cache-control") == [b"private, no-store"]


async def test_a_robots_browser_sees_what_the_persona_sees_or_what_robots_see(editor: Editor, clock: Clock) -> None:
    editor.agent = GOOGLEBOT
    await editor.play(clock.now, CHEAP)
    assert b"<b>Tripods for cheap tripod</b>" in (await editor.get("/")).body
    await editor.switch("persona=")
    page = await editor.get("/", headers=[(b"referer", SEARCH)])
    assert b"<!--slot:hero-->default<" in page.body
    assert told(page)["robot"] == "Googlebot"


@pytest.mark.parametrize("parts", [[PAGE], [PAGE[i : i + 7] for i in range(0, len(PAGE), 7)]])
async def test_the_overlay_follows_the_last_byte_and_streaming_stays_streaming(
    wrap: Wrap, clock: Clock, rules: Path, parts: list[bytes]
) -> None:
    editor = Editor(wrap(page_app(parts), rules=rules))
    await editor.play(clock.now)
    page = await editor.get("/")
    assert page.body.startswith(PAGE.partition(b"<!--slot:compared")[0])
    assert page.body.index(b"</html>") < page.body.index(b"<floorwalker-preview")
    assert len(page.chunks) >= len(parts)


async def test_a_page_in_gzip_is_opened_and_packed_again(wrap: Wrap, clock: Clock, rules: Path) -> None:
    app = page_app(gzip.compress(PAGE), headers=[(b"content-encoding", b"gzip")])
    editor = Editor(wrap(app, rules=rules))
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/", headers=[(b"accept-encoding", b"gzip")])
    assert b"<floorwalker-preview" in gzip.decompress(page.body)


async def test_in_a_charset_that_holds_no_markers_the_page_passes(wrap: Wrap, clock: Clock, rules: Path) -> None:
    body = "<p>ä</p>".encode("utf-16")
    editor = Editor(wrap(page_app(body, content_type=b"text/html; charset=utf-16"), rules=rules))
    await editor.play(clock.now, CHEAP)
    assert (await editor.get("/")).body == body


async def test_where_the_policy_lets_no_script_run_a_line_of_text_says_where_one_is(
    wrap: Wrap, clock: Clock, rules: Path
) -> None:
    editor = Editor(wrap(page_app(PAGE, headers=[(b"content-security-policy", b"default-src 'none'")]), rules=rules))
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/")
    assert b"<b>Tripods for cheap tripod</b>" in page.body
    assert b"<script" not in page.body
    assert b"Preview: cheap-tripod" in page.body
    assert b"overlay=blocked" in page.all(b"x-floorwalker-preview")[0]


async def test_the_script_bears_the_pages_nonce(wrap: Wrap, clock: Clock, rules: Path) -> None:
    policy = b"script-src 'nonce-AbC123' 'strict-dynamic'"
    editor = Editor(wrap(page_app(PAGE, headers=[(b"content-security-policy", policy)]), rules=rules))
    await editor.play(clock.now, CHEAP)
    assert b' nonce="AbC123" defer' in (await editor.get("/")).body


async def test_the_page_as_the_app_made_it_is_there_for_who_picks(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, CHEAP)
    plain = [(b"x-floorwalker-preview", b"plain"), (b"sec-fetch-dest", b"empty")]
    assert (await editor.get("/", headers=plain)).body == PAGE


async def test_a_changed_rule_is_in_the_next_page(wrap: Wrap, clock: Clock, rules: Path) -> None:
    app = wrap(page_app(PAGE), rules=rules)
    editor = Editor(app)
    await editor.play(clock.now, CHEAP)
    await editor.get("/")
    (rules / "more.yaml").write_text("slots: {clock: {show: [{name: new, text: Brand new}]}}")
    publisher = app._setup.publisher
    publisher._clock = iter(range(10**6, 10**9, 100)).__next__
    before = publisher.rulebook.ruleset
    while publisher.rulebook.ruleset is before:  # the site looks as well, and one look at a time is enough
        publisher.look()
        await asyncio.sleep(0)
    assert b"Brand new" in (await editor.get("/")).body


async def said_app(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    """Says all that a handler can say, and tells who it takes the visitor for."""
    if scope["type"] != "http":
        raise ValueError("no lifespan here")
    visitor = await get_visitor(Request(dict(scope)))
    if scope["path"] == "/data":
        answer = JSONResponse({"id": visitor.id, "segments": sorted(visitor.segments)})
        await answer(dict(scope), receive, send)
        return
    visitor.track("Product Added", {"product_id": "1"})
    visitor.identify("user-1", {"name": "Ada"})
    visitor.page(category="tripods")
    if scope["path"] == "/out":
        visitor.logout()
    await page_app(PAGE)(scope, receive, send)


async def test_the_app_meets_the_persona_and_what_it_says_counts_for_this_page_alone(
    wrap: Wrap, clock: Clock, rules: Path
) -> None:
    editor = Editor(wrap(said_app, rules=rules))
    await editor.play(clock.now, CHEAP)
    assert b"<b>Thanks</b>" in (await editor.get("/")).body
    answer = await editor.get("/data", headers=[(b"accept", b"application/json"), (b"sec-fetch-dest", b"empty")])
    assert json.loads(answer.body) == {"id": "persona:cheap-tripod", "segments": ["soon", "tripod-seeker"]}
    assert answer.all(b"cache-control") == [b"private, no-store"]


def everything(url: str) -> dict[bytes, bytes | None]:
    """All that the store holds, key by key."""
    namespace = parse_qs(urlsplit(url).query)["namespace"][0]
    with redis.Redis.from_url(url.partition("?")[0]) as client:
        return {key: client.dump(key) for key in client.scan_iter(f"fw:{namespace}:*")}


async def asked_for_everything(editor: Editor) -> None:
    for path in ("/", "/tripods", "/out", "/selected"):
        await editor.get(path)
        await editor.post(path, headers=[(b"sec-fetch-site", b"same-origin")])
        await editor.get(path, headers=[(b"hx-request", b"true")])
        await editor.get(path, headers=[(b"sec-purpose", b"prefetch")])
        await editor.get(f"/_floorwalker/slots?names=hero&url={path}", headers=[(b"sec-fetch-site", b"same-origin")])
    await editor.get("/data", headers=[(b"accept", b"application/json"), (b"sec-fetch-dest", b"empty")])


async def test_nothing_of_a_preview_is_stored_counted_or_streamed(
    wrap: Wrap, clock: Clock, rules: Path, valkey_url: str
) -> None:
    app = wrap(said_app, rules=rules)
    async with running(app):
        visitor = Editor(app)
        await visitor.get("/", headers=[(b"referer", SEARCH)])
        await visitor.get("/")
        cookie = visitor.cookie
    before = everything(valkey_url)
    assert before
    app = wrap(said_app, rules=rules)
    async with running(app):
        editor = Editor(app, cookie=cookie)
        for guise in (CHEAP, Guise(), Guise("regular"), Guise("nobody"), Guise(segments={"buyer": True})):
            await editor.play(clock.now, guise)
            await asked_for_everything(editor)
        assert editor.cookie == cookie
    assert everything(valkey_url) == before
    app = wrap(said_app, rules=rules)
    async with running(app):
        editor = Editor(app, cookie=cookie)
        await asked_for_everything(editor)
    assert everything(valkey_url) != before


async def test_a_browser_that_has_left_is_the_visitor_it_was(wrap: Wrap, clock: Clock, rules: Path) -> None:
    editor = Editor(wrap(page_app(PAGE), rules=rules))
    first = await editor.get("/", headers=[(b"referer", SEARCH)])
    await editor.play(clock.now, Guise("regular"))
    assert (await editor.get("/")).body != first.body
    await editor.switch("leave=yes")
    page = await editor.get("/")
    assert b"<b>Tripods for cheap tripod</b>" in page.body
    assert b"floorwalker-preview" not in page.body
    assert page.all(b"x-floorwalker-preview") == []


async def test_an_expired_or_altered_cookie_is_no_preview(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, CHEAP)
    kept = editor.preview
    for altered in (kept[:-3] + b"AAA", kept + b"x", b"__Host-fw-preview=", b"__Host-fw-preview=\xff\x00"):
        editor.preview = altered
        page = await editor.get("/")
        assert b"floorwalker-preview" not in page.body
    clock.now += 3601
    editor.preview = kept
    assert b"floorwalker-preview" not in (await editor.get("/")).body


async def test_hostile_names_and_findings_stay_text(wrap: Wrap, clock: Clock, rules: Path) -> None:
    attack = "</script><script>alert(1)</script><!--"
    editor = Editor(wrap(page_app(PAGE), rules=rules))
    await editor.play(clock.now, Guise(attack, {attack: True}))
    search = b"https://www.google.com/search?q=tripod%3C%2Fscript%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    page = await editor.get("/", headers=[(b"referer", search)])
    tail = page.body.partition(b"</html>")[2]
    assert tail.count(b"<script") == tail.count(b"</script>") == 2
    assert b"<!--" not in tail
    state = told(page)
    assert state["persona"] == attack
    assert any("<script>" in one["why"]["found"] for one in state["segments"])


async def test_what_is_left_to_the_script_in_the_page_is_left_to_it_and_is_the_personas(
    wrap: Wrap, clock: Clock, rules: Path
) -> None:
    (rules / "more.yaml").write_text(
        "slots:\n  later: {deliver: script, show: [{to: tripod-seeker, name: by-script, text: Later}]}\n"
        "  shared: {deliver: page, show: [{to: tripod-seeker, name: in-public, text: Shared}]}\n"
    )
    body = b"<!--slot:later-->-<!--/slot:later--><!--slot:shared-->-<!--/slot:shared-->"
    editor = Editor(wrap(page_app(body, headers=[(b"cache-control", b"public, max-age=60")]), rules=rules))
    await editor.play(clock.now, CHEAP)
    page = await editor.get("/")
    assert b"<!--slot:later-->-<!--/slot:later--><!--slot:shared-->Shared<" in page.body
    found = {slot["name"]: slot for slot in told(page)["slots"]}
    assert (found["later"]["outcome"], found["later"]["block"]) == ("by script", "by-script")
    answer = await editor.get("/_floorwalker/slots?names=later&url=/", headers=[(b"sec-fetch-site", b"same-origin")])
    assert json.loads(answer.body)["slots"]["later"]["html"] == "Later"
    assert answer.cookie is None
