"""The visitor's own page over HTTP: what it tells, to whom, and what can be done there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker import PersonalizationMiddleware, open_store, preview_link
from floorwalker.core.memory.kept.counts import Bucket, Counts, Key
from floorwalker.core.memory.kept.counts import kept as kept_as
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import ConfigurationError
from floorwalker.me.export import plainly
from tests.asgi.browser import GOOGLEBOT, SEARCH, Answer, Browser
from tests.asgi.conftest import KEY, Clock
from tests.asgi.people import do, happened, named

ME = "/_floorwalker/me"
OWN = {b"sec-fetch-site": b"same-origin"}
AWAY = "unix:///nonexistent/floorwalker.sock"
Site = Callable[..., PersonalizationMiddleware]


async def post(browser: Browser, path: str, body: str = "", **headers: bytes) -> Answer:
    """A form from a page of the site; headers by their names, `_` for `-`."""
    told = {name.replace("_", "-").encode(): value for name, value in headers.items()} or OWN
    return await browser.post(ME + path, headers=told, body=body.encode())


async def kept(valkey_url: str, visitor: str) -> Profile | None:
    store = open_store(valkey_url)
    try:
        return (await store.load(visitor)).profile
    finally:
        await store.close()


async def somebody(site: PersonalizationMiddleware) -> Browser:
    """Came from a search, and was here before."""
    browser = Browser(site)
    await browser.get("/", headers={b"referer": SEARCH})
    await browser.get("/tripods")
    return browser


async def ada(site: PersonalizationMiddleware, user: str = "ada") -> Browser:
    """Signed in."""
    browser = await somebody(site)
    await do(browser, f"login:{user}")
    return browser


async def test_it_tells_what_is_known_and_why_a_page_shows_what_it_shows(site: Site) -> None:
    browser = await somebody(site())
    page = (await browser.get(f"{ME}?page=/")).body.decode()
    assert "One visit, on 21 Sep 2026." in page
    assert "Organic Search, Google: cheap tripod, to /" in page
    assert "what you searched for: <b>cheap tripod</b>" in page
    assert "Shows <b>Tripods</b>" in page
    assert "the group: <b>Tripod seeker</b>" in page
    assert "what you did: nothing that speaks against it" in page
    assert 'id="allow"' in page


async def test_the_page_that_they_came_from_is_the_one_that_is_explained(site: Site) -> None:
    browser = await somebody(site())
    came = {b"referer": b"https://shop.test/tripods?a=1"}
    assert 'href="/tripods?a=1"' in (await browser.get(ME, headers=came)).body.decode()
    for referrer in (b"https://other.test/tripods", b"http://shop.test/tripods", b"https://shop.test.evil/tripods"):
        assert 'id="shown"' not in (await browser.get(ME, headers={b"referer": referrer})).body.decode()


@pytest.mark.parametrize(
    "page",
    ["//evil.test", "https://evil.test/", "javascript:alert(1)", "/\\evil.test", "/_floorwalker/me", "x", "/%0a x"],
)
async def test_nothing_but_a_path_of_the_site_is_explained(site: Site, page: str) -> None:
    told = (await (await somebody(site())).get(f"{ME}?page={page}")).body.decode()
    assert 'id="shown"' not in told
    assert "evil" not in told


async def test_looking_counts_nothing_and_begins_nobody(site: Site, valkey_url: str) -> None:
    app = site()
    browser = await somebody(app)
    before = await kept(valkey_url, named(browser.cookie))
    answer = await browser.get(ME)
    assert await kept(valkey_url, named(browser.cookie)) == before
    assert answer.all(b"set-cookie") == []
    stranger = Browser(app)
    answer = await stranger.get(ME)
    assert (answer.status, stranger.cookie) == (200, None)
    assert "Nothing so far." in answer.body.decode()


async def test_a_robot_is_told_nothing(site: Site) -> None:
    answer = await Browser(site(), agent=GOOGLEBOT).get(f"{ME}?page=/")
    assert "Nothing so far." in answer.body.decode()
    assert b'id="groups"' not in answer.body


@pytest.mark.parametrize("path", ["", ".json", "?page=/"])
async def test_no_cache_keeps_it_no_frame_shows_it_and_no_script_runs(site: Site, path: str) -> None:
    answer = await (await ada(site())).get(ME + path)
    told = dict(answer.headers)
    assert told[b"cache-control"] == b"no-store"
    assert told[b"vary"] == b"cookie"
    assert told[b"x-robots-tag"] == b"noindex, nofollow"
    assert b"default-src 'none'" in told[b"content-security-policy"]
    assert b"script-src" not in told[b"content-security-policy"]
    assert b"frame-ancestors 'none'" in told[b"content-security-policy"]
    assert b"<script" not in answer.body
    assert b" style=" not in answer.body


async def test_another_ones_page_cannot_be_reached(site: Site) -> None:
    app = site()
    one, other = await ada(app), await somebody(app)
    for query in (f"?visitor={named(one.cookie)}", "?user=ada"):
        for path in (ME, f"{ME}.json"):
            told = (await other.get(path + query)).body
            assert b"ada" not in told
            assert named(one.cookie).encode() not in told
    assert one.cookie is not None
    forged = other.cookie = one.cookie[:-2] + (b"AA" if one.cookie[-2:] != b"AA" else b"EE")
    assert forged != one.cookie
    assert b"Nothing so far." in (await other.get(ME)).body


async def test_after_logging_out_nothing_is_shown(site: Site) -> None:
    browser = await ada(site())
    assert b"ada" in (await browser.get(ME)).body
    await do(browser, "logout")
    told = (await browser.get(ME)).body
    assert b"ada" not in told
    assert b"Nothing so far." in told


async def test_a_copy_holds_everything_but_who_wrote_a_note(site: Site) -> None:
    browser = await ada(site())
    answer = await browser.get(f"{ME}.json")
    told = json.loads(answer.body)
    assert dict(answer.headers)[b"content-disposition"].startswith(b"attachment")
    assert told["portrait"]["user"] == "ada"
    assert told["profile"]["traits"] == {"name": "ada"}
    texts = told["profile"]["recents"]["texts"]
    assert [texts[page["path"] - 1] for page in told["profile"]["recents"]["pages"]] == ["/", "/tripods"]
    assert [entry["event"] for entry in told["stream"]].count("Page Viewed") == 3
    assert told["consent"]["granted"] == ["analytics", "personalization", "tests"]


def test_a_copy_has_what_is_kept_unread_under_its_names() -> None:
    counts = Counts(keys=(Key("x"),), kept_days=kept_as((Bucket(3, (0, 2)),)), kept_older=kept_as((0, 7)))
    told = plainly(counts)
    assert list(told) == ["keys", "days", "months", "older", "rolled_day", "rolled_month", "lost"]
    assert (told["days"], told["months"], told["older"]) == ([{"start": 3, "counts": [0, 2]}], [], [0, 7])


async def test_a_copy_of_nothing_says_so(site: Site) -> None:
    told = json.loads((await Browser(site()).get(f"{ME}.json")).body)
    assert (told["portrait"], told["stream"]) == (None, [])


async def test_a_trait_is_set_right_and_taken_away(site: Site, valkey_url: str) -> None:
    browser = await ada(site())
    answer = await post(browser, "/correct", "trait=name&value=Ada+Lovelace")
    assert "It is changed." in answer.body.decode()
    assert 'value="Ada Lovelace"' in answer.body.decode()
    profile = await kept(valkey_url, named(browser.cookie))
    assert profile is not None
    assert (profile.user, profile.traits) == ("ada", {"name": "Ada Lovelace"})
    assert happened(profile)[-1] == "Trait Corrected"
    await post(browser, "/correct", "trait=name&remove=yes&value=Ada")
    profile = await kept(valkey_url, named(browser.cookie))
    assert profile is not None
    assert profile.traits == {}


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("trait=shoe&value=41", "no such entry"),
        ("value=41", "no such entry"),
        ("trait=name&value=", "Nothing was written"),
        (f"trait=name&value={'x' * 81}", "too long"),
        ("&".join(["trait=name"] * 20), "no such entry"),
    ],
)
async def test_what_cannot_be_set_right_says_why_and_changes_nothing(
    site: Site, valkey_url: str, form: str, why: str
) -> None:
    browser = await ada(site())
    before = await kept(valkey_url, named(browser.cookie))
    answer = await post(browser, "/correct", form)
    assert (answer.status, why in answer.body.decode()) == (400, True)
    assert await kept(valkey_url, named(browser.cookie)) == before


async def test_erasing_asks_once_more_and_then_leaves_nothing(site: Site, valkey_url: str) -> None:
    app = site()
    browser = await ada(app)
    visitor, cookie = named(browser.cookie), browser.cookie
    answer = await post(browser, "/erase")
    assert "cannot be undone" in answer.body.decode()
    assert await kept(valkey_url, visitor) is not None
    answer = await post(browser, "/erase", "sure=yes")
    assert "It is gone." in answer.body.decode()
    assert answer.all(b"set-cookie") == [b"__Host-fw=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"]
    assert await kept(valkey_url, visitor) is None
    browser.cookie = cookie
    assert b"Nothing so far." in (await browser.get(ME)).body
    assert "Nothing is kept" in (await post(browser, "/erase", "sure=yes")).body.decode()


FOREIGN: list[dict[str, bytes]] = [
    {"sec_fetch_site": b"cross-site"},
    {"sec_fetch_site": b"same-site"},
    {"sec_fetch_site": b"none"},
    {"sec_fetch_site": b"cross-site", "origin": b"https://shop.test"},
    {"origin": b"https://evil.test"},
    {"origin": b"http://shop.test"},
    {"origin": b"null"},
    {"x_nothing": b"said"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/correct", "/erase"])
async def test_what_another_site_sends_changes_nothing(
    site: Site, valkey_url: str, path: str, headers: dict[str, bytes]
) -> None:
    browser = await ada(site())
    before = await kept(valkey_url, named(browser.cookie))
    answer = await post(browser, path, "trait=name&value=Eve&sure=yes", **headers)
    assert (answer.status, b"another site" in answer.body) == (403, True)
    assert await kept(valkey_url, named(browser.cookie)) == before


async def test_a_browser_that_names_this_origin_alone_is_believed(site: Site) -> None:
    answer = await post(await ada(site()), "/correct", "trait=name&value=Ada", origin=b"https://shop.test")
    assert b"It is changed." in answer.body


@pytest.mark.parametrize(("method", "path"), [("GET", "/erase"), ("GET", "/correct?trait=name&value=x"), ("PUT", "")])
async def test_nothing_is_changed_by_any_other_method(site: Site, method: str, path: str) -> None:
    answer = await (await ada(site())).ask(method, ME + path, headers=OWN)
    assert answer.status == 405


async def test_too_long_a_form_is_refused(site: Site) -> None:
    assert (await post(await ada(site()), "/correct", "trait=name&value=" + "x" * 5000)).status == 413


async def test_where_the_store_is_away_the_page_says_so_and_saying_no_is_still_offered(site: Site) -> None:
    browser = await somebody(site())
    browser.app = site(store=AWAY)
    page = (await browser.get(f"{ME}?page=/")).body.decode()
    assert "cannot be looked at just now" in page
    assert 'id="allow"' in page
    assert 'id="groups"' not in page
    assert (await browser.get(f"{ME}.json")).status == 503
    answer = await post(browser, "/correct", "trait=name&value=x")
    assert (answer.status, b"Nothing was changed" in answer.body) == (503, True)


async def test_erasing_where_the_store_is_away_takes_the_cookie_and_waits(site: Site) -> None:
    browser = await somebody(site())
    browser.app = site(store=AWAY)
    answer = await post(browser, "/erase", "sure=yes")
    assert (answer.status, b"It will be gone." in answer.body) == (202, True)
    assert b"Max-Age=0" in answer.all(b"set-cookie")[0]


async def test_a_site_may_do_without_it(site: Site) -> None:
    assert (await Browser(site(me=False)).get(ME)).status == 404


async def test_the_site_is_called_by_its_name_and_has_its_colour(site: Site) -> None:
    app = site(me_name="Korn & Blende", me_accent="#808")
    assert b"What Korn &amp; Blende knows about you" in (await Browser(app).get(ME)).body
    icon = await Browser(app).get(f"{ME}/icon.svg")
    assert (icon.status, dict(icon.headers)[b"content-type"]) == (200, b"image/svg+xml")
    style = (await Browser(app).get(f"{ME}/me.css")).body.decode()
    assert "--accent: #880088" in style


async def test_a_template_of_the_site_holds_the_parts(site: Site, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "me.html").write_text(
        "<!doctype html><title>{{ me.title }}</title><body class=ours>{{ me.lead }}"
        '{% for part in me.parts %}<section id="{{ part.name }}">{{ part.html }}</section>{% endfor %}'
    )
    (templates / "broken.html").write_text("{{ me.nothing.at.all }}")
    browser = await ada(site(me_template="me.html"))
    told = (await browser.get(ME)).body.decode()
    assert "<body class=ours>" in told
    assert '<label for="personalization">' in told
    browser = await ada(site(me_template="broken.html"))
    assert "What this site knows about you" in (await browser.get(ME)).body.decode()


def test_a_template_that_is_not_there_stops_the_start(site: Site) -> None:
    with pytest.raises(ConfigurationError, match=r"me_template cannot be 'none\.html'"):
        site(me_template="none.html")


async def test_below_a_mount_every_address_is_the_mounts(site: Site) -> None:
    scope: dict[str, Any] = {"root_path": "/shop", "path": f"/shop{ME}"}
    told = (await Browser(site()).get(ME, scope=scope)).body.decode()
    assert 'href="/shop/_floorwalker/me/me.css?' in told
    assert 'action="/shop/_floorwalker/me/consent"' in told


async def test_in_a_preview_nobodys_page_is_shown(site: Site, clock: Clock) -> None:
    browser = await ada(site())
    opened = await browser.get(preview_link(secret_key=KEY, until=clock.now + 60))
    preview = opened.all(b"set-cookie")[0].split(b";")[0]
    assert browser.cookie is not None
    answer = await browser.get(ME, headers={b"cookie": browser.cookie + b"; " + preview})
    assert (answer.status, b"ada" in answer.body) == (403, False)


async def test_who_is_asked_anew_sees_what_is_kept_from_before_and_looking_changes_nothing(
    site: Site, valkey_url: str
) -> None:
    browser = await ada(site())
    before = await kept(valkey_url, named(browser.cookie))
    browser.app = site(consent="opt-in")
    page = (await browser.get(f"{ME}?page=/")).body.decode()
    assert "is kept about you from before. You have not said yet" in page
    assert "Known to this site as</dt><dd>ada" in page
    assert 'id="groups"' not in page
    assert ">Change</button>" not in page
    assert (await post(browser, "/correct", "trait=name&value=Eve")).status == 400
    assert await kept(valkey_url, named(browser.cookie)) == before
    assert "It is gone." in (await post(browser, "/erase", "sure=yes")).body.decode()


async def test_who_refuses_by_their_browser_is_told_that_nothing_is_kept_and_that_it_is_honoured(site: Site) -> None:
    page = (await Browser(site()).get(ME, headers={b"sec-gpc": b"1"})).body.decode()
    assert "You said no, so nothing about you is kept." in page
    assert "Your browser says no for you" in page


async def test_somebody_who_is_asked_and_has_not_answered_is_told_so(site: Site) -> None:
    page = (await Browser(site(consent="opt-in")).get(ME)).body.decode()
    assert "You have not said yet whether you allow it" in page
    assert " checked" not in page


async def test_who_is_asked_and_counted_meanwhile_is_told_that_it_is_a_yes_so_far(site: Site) -> None:
    page = (await Browser(site(consent="opt-out")).get(ME)).body.decode()
    assert "Until you do, it is a yes." in page
    assert page.count(" checked") == 3
