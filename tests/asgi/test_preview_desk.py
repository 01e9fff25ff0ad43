"""The preview's own addresses: opening a link, switching, leaving."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from floorwalker.asgi.preview.guise import Guise
from floorwalker.asgi.preview.seal import LONGEST_SITTING_S
from floorwalker.asgi.preview.trial import SELECTORS_AT_MOST
from tests.asgi.browser import page_app
from tests.asgi.conftest import Clock, Wrap
from tests.asgi.preview_sites import PAGE, Editor, link, site_rules

DESK = "/_floorwalker/preview"


@pytest.fixture
def editor(wrap: Wrap, tmp_path: Path) -> Editor:
    return Editor(wrap(page_app(PAGE), rules=site_rules(tmp_path / "rules")))


async def test_a_link_leads_to_its_page_with_a_cookie_and_is_kept_nowhere(editor: Editor, clock: Clock) -> None:
    answer = await editor.play(clock.now, to="/sale?a=b")
    assert (answer.status, answer.all(b"location")) == (303, [b"/sale?a=b"])
    [cookie] = answer.all(b"set-cookie")
    assert cookie.startswith(b"__Host-fw-preview=")
    assert cookie.endswith(b"; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure")
    assert answer.all(b"cache-control") == [b"no-store"]


async def test_without_https_the_cookie_says_so_by_its_name(editor: Editor, clock: Clock) -> None:
    editor.https = False
    answer = await editor.play(clock.now)
    assert answer.all(b"set-cookie")[0].startswith(b"fw-preview=")
    assert b"Secure" not in answer.all(b"set-cookie")[0]


async def test_a_preview_sits_eight_hours_at_most_however_long_its_link_opens_one(editor: Editor, clock: Clock) -> None:
    answer = await editor.play(clock.now, hours=24 * 7)
    assert b"Max-Age=%d;" % LONGEST_SITTING_S in answer.all(b"set-cookie")[0]


async def test_without_a_page_the_link_leads_to_where_the_persona_landed(editor: Editor, clock: Clock) -> None:
    answer = await editor.get(link(clock.now, Guise("cheap-tripod")))
    assert answer.all(b"location") == [b"/?a=b"]
    assert (await editor.get(link(clock.now))).all(b"location") == [b"/"]


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/a\\..\\b",
        "https://evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "/x\r\nset-cookie: a=b",
        "/\x00",
        "/ /evil.example",
        "/ä",
        "/" + "a" * 2000,
    ],
)
async def test_a_link_leads_nowhere_but_to_this_site(editor: Editor, clock: Clock, to: str) -> None:
    answer = await editor.play(clock.now, to=to)
    assert (answer.status, answer.all(b"location"), answer.all(b"set-cookie")) == (400, [], [])
    await editor.play(clock.now)
    for said in (f"to={to}", f"leave=yes&to={to}"):
        answer = await editor.switch(said)
        assert answer.all(b"location") in ([], [b"/"])


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("?token=", 403, b"no link that this site signed"),
        ("?token=a.b", 403, b"no link that this site signed"),
        ("?token=" + "a" * 5000, 403, b"too long"),
        ("?token=%ff%00%3Cscript%3E", 403, b"no link that this site signed"),
        ("", 403, b"No preview is open"),
        ("/nothing", 404, b"nothing at this address"),
    ],
)
async def test_what_is_no_link_is_a_plain_page_that_says_so(
    editor: Editor, asked: str, status: int, said: bytes
) -> None:
    answer = await editor.get(DESK + asked)
    assert (answer.status, answer.all(b"set-cookie")) == (status, [])
    assert said in answer.body
    assert b"floorwalker preview-link" in answer.body or status == 404
    assert b"<script" not in answer.body
    assert b"Traceback" not in answer.body
    assert b"frame-ancestors 'none'" in answer.all(b"content-security-policy")[0]


async def test_an_expired_link_says_so(editor: Editor, clock: Clock) -> None:
    old = link(clock.now)
    clock.now += 3601
    answer = await editor.get(old)
    assert (answer.status, answer.all(b"set-cookie")) == (410, [])
    assert b"has expired" in answer.body


async def test_a_link_that_another_site_signed_is_none(editor: Editor, clock: Clock) -> None:
    assert (await editor.get(link(clock.now, key="x" * 40))).status == 403


async def test_switching_makes_a_new_cookie_that_lasts_no_longer(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, Guise("cheap-tripod"))
    before = editor.preview
    clock.now += 600
    answer = await editor.switch("persona=regular&at=2026-11-28T19%3A30&segment%3Abuyer=in&segment%3Asoon=out&to=/x")
    assert (answer.status, answer.all(b"location")) == (303, [b"/x"])
    assert editor.preview not in (b"", before)
    assert b"Max-Age=3000;" in answer.all(b"set-cookie")[0]
    page = (await editor.get(DESK)).body
    assert b'<option value="regular" selected>' in page
    assert b'value="2026-11-28T19:30"' in page
    assert b'<option value="in" selected>' in page
    assert b'<option value="out" selected>' in page


async def test_leaving_ends_it(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now, Guise("cheap-tripod"))
    answer = await editor.switch("leave=yes&to=/x")
    assert (answer.status, answer.all(b"location"), editor.preview) == (303, [b"/x"], b"")
    assert b"Max-Age=0;" in answer.all(b"set-cookie")[0]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("at=tomorrow", b"2026-11-28T19:30"),
        ("persona=" + "n" * 200, b"no name"),
        ("&".join(f"segment:{'n' * 100}-{number}=in" for number in range(40)), b"Too many segments"),
        ("&".join(f"segment:{number}=in" for number in range(41)), b"up to 40 segments"),
    ],
)
async def test_what_cannot_be_shown_is_said_and_changes_nothing(
    editor: Editor, clock: Clock, form: str, said: bytes
) -> None:
    await editor.play(clock.now, Guise("cheap-tripod"))
    before = editor.preview
    answer = await editor.switch(form)
    assert (answer.status, editor.preview) == (400, before)
    assert said in answer.body


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": b"cross-site"},
        {"sec_fetch_site": b"same-site"},
        {"sec_fetch_site": b"none"},
        {"sec_fetch_site": b"", "origin": b"https://evil.example"},
        {"sec_fetch_site": b"", "origin": b"null"},
        {"sec_fetch_site": b""},
    ],
)
async def test_another_site_switches_nothing(editor: Editor, clock: Clock, headers: dict[str, bytes]) -> None:
    await editor.play(clock.now, Guise("cheap-tripod"))
    before = editor.preview
    assert (await editor.switch("persona=regular", **headers)).status == 403
    assert (await editor.switch("leave=yes", **headers)).status == 403
    assert editor.preview == before


async def test_a_browser_that_tells_its_origin_alone_may_switch(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now)
    assert (await editor.switch("persona=regular", sec_fetch_site=b"", origin=b"https://shop.test")).status == 303


async def test_nobody_switches_without_a_preview(editor: Editor) -> None:
    answer = await editor.switch("persona=regular")
    assert (answer.status, editor.preview) == (403, b"")


async def test_a_form_that_never_ends_is_refused(editor: Editor, clock: Clock) -> None:
    await editor.play(clock.now)
    assert (await editor.switch("x=" + "a" * 70_000)).status == 413


async def test_below_a_mount_addresses_are_those_of_the_mount(editor: Editor, clock: Clock) -> None:
    answer = await editor.get(
        f"/shop{link(clock.now, to='/sale')}",
        scope={"path": "/shop/_floorwalker/preview", "root_path": "/shop"},
    )
    assert answer.all(b"location") == [b"/shop/sale"]
    page = await editor.get("/shop/sale", scope={"root_path": "/shop"})
    assert b'src="/shop/_floorwalker/preview/overlay.js' in page.body
    assert b'"root":"/shop"' in page.body


async def test_the_script_comes_compressed_and_short(editor: Editor) -> None:
    plain = await editor.get(f"{DESK}/overlay.js")
    packed = await editor.get(f"{DESK}/overlay.js", headers={b"accept-encoding": b"br, gzip"})
    assert plain.all(b"content-type") == [b"text/javascript; charset=utf-8"]
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < 20_000
    assert packed.all(b"vary") == [b"Accept-Encoding"]


def trial(**fields: Any) -> bytes:
    return json.dumps({"selectors": ["#rest"], "place": "inside", **fields}).encode()


async def test_selectors_are_tried_for_who_previews(editor: Editor, clock: Clock) -> None:
    own = {b"sec-fetch-site": b"same-origin"}
    assert (await editor.post(f"{DESK}/selector", headers=own, body=trial())).status == 403
    await editor.play(clock.now)
    answer = await editor.post(f"{DESK}/selector", headers=own, body=trial(html=PAGE.decode()))
    assert json.loads(answer.body) == [
        {
            "selector": "#rest",
            "error": "",
            "warning": "",
            "matches": 1,
            "first": {"tag": "p", "id": "rest", "classes": []},
        }
    ]
    many = trial(selectors=["#rest"] * 99 + ["a" * 301])
    assert len(json.loads((await editor.post(f"{DESK}/selector", headers=own, body=many)).body)) == SELECTORS_AT_MOST
    long = await editor.post(f"{DESK}/selector", headers=own, body=trial(selectors=["a" * 301]))
    assert "too long" in json.loads(long.body)[0]["error"]
    assert (await editor.post(f"{DESK}/selector", headers=own, body=b"{")).status == 400
    assert (await editor.post(f"{DESK}/selector", headers=own, body=trial(html="a" * 2_100_000))).status == 413
    assert (await editor.post(f"{DESK}/selector", headers={b"origin": b"null"}, body=trial())).status == 403


async def test_where_previews_are_turned_off_there_is_nothing(wrap: Wrap, clock: Clock, tmp_path: Path) -> None:
    rules = site_rules(tmp_path / "rules")
    on, off = Editor(wrap(page_app(PAGE), rules=rules)), Editor(wrap(page_app(PAGE), rules=rules, preview="no"))
    await on.play(clock.now, Guise("cheap-tripod"))
    assert (await off.play(clock.now, Guise("cheap-tripod"))).status == 404
    off.preview = on.preview
    page = await off.get("/")
    assert b"floorwalker-preview" not in page.body
    assert page.cookie is not None
