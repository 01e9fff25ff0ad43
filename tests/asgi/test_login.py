"""Login and logout: whose the history is, whom the cookie names, and what this very response shows."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from floorwalker import Store, StoreUnavailable, open_store
from tests.asgi.browser import GOOGLEBOT, SEARCH, Browser
from tests.asgi.conftest import Wrap
from tests.asgi.people import do, happened, named, obedient, person, profile_of, views

USER, OTHER = "user-17", "user-18"


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    opened = open_store(valkey_url)
    yield opened
    await opened.close()


@pytest.fixture
def site(wrap: Wrap) -> Any:
    return wrap(obedient, exclude=["/admin/**"])


async def profiles(store: Store) -> int:
    return sum([1 async for _ in store.profiles()])


async def test_what_an_unknown_visitor_did_becomes_the_persons(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/", headers={b"referer": SEARCH})
    await browser.get("/tripods")
    anonymous = named(browser.cookie)
    answer = await do(browser, "Before", f"login:{USER}", "After")
    assert named(answer.cookie) == await store.person(USER)
    joined = await person(store, USER)
    assert (joined.user, joined.traits, views(joined)) == (USER, {"name": USER}, 3)
    assert happened(joined) == ["Before", "Identified", "After"]
    assert joined.first_touch is not None
    assert joined.first_touch.search is not None
    assert (await store.load(anonymous)).visitor == await store.person(USER)
    assert await profiles(store) == 1


@pytest.mark.parametrize("as_", [b"redirect", b"data", b"page"])
async def test_a_new_browser_that_logs_in_goes_straight_to_the_person(site: Any, store: Store, as_: bytes) -> None:
    browser = Browser(site)
    answer = await do(browser, "Before", f"login:{USER}", "After", as_=as_, method="POST")
    assert named(answer.cookie) == await store.person(USER)
    assert happened(await person(store, USER)) == ["Before", "Identified", "After"]
    assert await profiles(store) == 1


async def test_this_very_response_shows_what_another_device_did(site: Any) -> None:
    phone, laptop, new = Browser(site), Browser(site), Browser(site)
    await do(phone, f"login:{USER}", "Product_Added")
    await laptop.get("/")
    assert b"<b>Thanks</b>" in (await do(laptop, f"login:{USER}")).body
    assert b"<b>Thanks</b>" in (await do(new, f"login:{USER}")).body
    assert b"<b>Thanks</b>" in (await phone.get("/")).body


async def test_saying_who_it_is_on_every_page_changes_nothing(site: Any, store: Store) -> None:
    browser = Browser(site)
    for _ in range(4):
        await do(browser, f"login:{USER}")
    assert happened(await person(store, USER)) == ["Identified"]
    assert views(await person(store, USER)) == 4


async def test_ids_that_begin_alike_are_of_two_people(site: Any, store: Store) -> None:
    browser, begin = Browser(site), "x" * 130
    await do(browser, f"login:{begin}1")
    answer = await do(browser, f"login:{begin}2")
    assert named(answer.cookie) == await store.person(begin + "2")
    assert (await person(store, begin + "1")).user != (await person(store, begin + "2")).user


async def test_who_is_known_already_becomes_the_other_without_a_merge(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/")
    await do(browser, f"login:{USER}", "Mine")
    await browser.get("/tripods")
    answer = await do(browser, "Still_Mine", f"login:{OTHER}", "Theirs")
    assert named(answer.cookie) == await store.person(OTHER)
    assert happened(await person(store, USER)) == ["Identified", "Mine", "Still Mine"]
    assert happened(await person(store, OTHER)) == ["Identified", "Theirs"]
    assert (views(await person(store, USER)), views(await person(store, OTHER))) == (4, 0)
    assert b"Thanks" not in answer.body


async def test_what_a_person_is_shown_is_never_shown_to_the_next(site: Any) -> None:
    browser = Browser(site)
    await do(browser, f"login:{USER}", "Product_Added")
    answer = await do(browser, f"login:{OTHER}")
    assert b"Thanks" not in answer.body
    assert b"Thanks" not in (await browser.get("/")).body


@pytest.mark.parametrize("as_", [b"redirect", b"page"])
async def test_after_logout_somebody_new_comes(site: Any, store: Store, as_: bytes) -> None:
    browser = Browser(site)
    await do(browser, f"login:{USER}")
    answer = await do(browser, "Left", "logout", as_=as_)
    assert answer.cookie is not None
    assert named(answer.cookie) != await store.person(USER)
    await browser.get("/")
    new = await profile_of(store, named(browser.cookie))
    assert (views(new), new.user if new else None) == (1, "")
    assert happened(await person(store, USER)) == ["Identified", "Left"]


@pytest.mark.parametrize(
    ("what", "whose"),
    [
        (["logout", f"login:{OTHER}"], OTHER),
        ([f"login:{USER}", f"login:{OTHER}"], OTHER),
        ([f"login:{OTHER}", "logout", f"login:{USER}"], USER),
        (["logout", f"login:{USER}"], USER),
        (["login:", f"login:{USER}"], USER),
    ],
)
async def test_the_last_word_of_a_request_names_the_cookie(
    site: Any, store: Store, what: list[str], whose: str
) -> None:
    browser = Browser(site)
    await browser.get("/")
    await do(browser, *what, as_=b"redirect")
    assert named(browser.cookie) == await store.person(whose)
    assert (await person(store, whose)).user == whose


async def test_who_logs_out_first_takes_nothing_along(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/", headers={b"referer": SEARCH})
    anonymous = named(browser.cookie)
    await do(browser, "logout", f"login:{USER}", as_=b"redirect")
    assert views(await person(store, USER)) == 0
    assert views(await profile_of(store, anonymous)) == 1


async def test_after_login_and_logout_in_one_request_somebody_new_comes(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/")
    answer = await do(browser, f"login:{USER}", "logout", as_=b"redirect")
    assert named(answer.cookie) != await store.person(USER)
    assert views(await person(store, USER)) == 1


async def test_a_login_after_the_response_began_joins_and_the_old_cookie_leads_there(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/")
    old = browser.cookie
    answer = await do(browser, after=f"login:{USER} Later")
    assert answer.cookie is None
    assert (await browser.get("/")).cookie is None
    assert named((await do(browser, f"login:{USER}")).cookie) == await store.person(USER) != named(old)
    joined = await person(store, USER)
    assert (views(joined), happened(joined)) == (4, ["Identified", "Later"])


async def test_a_tab_with_the_old_cookie_counts_for_the_person(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/")
    tab = Browser(site, cookie=browser.cookie)
    await do(browser, f"login:{USER}")
    assert (await do(tab, "Clicked")).cookie is None
    assert happened(await person(store, USER)) == ["Identified", "Clicked"]
    assert named((await do(tab, f"login:{USER}")).cookie) == await store.person(USER)
    assert views(await person(store, USER)) == 4


async def test_two_tabs_that_log_in_as_two_people_at_once_are_two_people(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/")
    tabs = [Browser(site, cookie=browser.cookie) for _ in range(2)]
    await asyncio.gather(do(tabs[0], f"login:{USER}"), do(tabs[1], f"login:{OTHER}"))
    assert [named(tab.cookie) for tab in tabs] == [await store.person(USER), await store.person(OTHER)]
    people = [await person(store, user) for user in (USER, OTHER)]
    assert [one.user for one in people] == [USER, OTHER]
    assert sum(map(views, people)) == 3


async def test_both_devices_act_at_once(site: Any, store: Store) -> None:
    devices = [Browser(site) for _ in range(3)]
    for device in devices:
        await device.get("/")
    await asyncio.gather(*[do(device, "Before", f"login:{USER}", "After") for device in devices])
    joined = await person(store, USER)
    assert views(joined) == 6
    assert sorted(happened(joined)) == sorted(["Before", "Identified", "After"] * 3)
    assert {named(device.cookie) for device in devices} == {await store.person(USER)}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
async def test_a_request_that_does_nothing_logs_nobody_in(site: Any, store: Store, method: str) -> None:
    browser = Browser(site)
    await browser.get("/")
    before = browser.cookie
    await do(browser, f"login:{USER}", method=method)
    assert browser.cookie == before
    assert await profile_of(store, await store.person(USER)) is None


async def test_a_robot_and_an_excluded_path_log_nobody_in(site: Any, store: Store) -> None:
    for browser, path in ((Browser(site, agent=GOOGLEBOT), "/"), (Browser(site), "/admin/x")):
        await do(browser, f"login:{USER}", path=path, method="POST")
        assert browser.cookie is None
    assert await profiles(store) == 0


async def test_a_public_response_joins_and_names_nobody(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/")
    answer = await do(browser, f"login:{USER}", as_=b"public")
    assert answer.all(b"set-cookie") == []
    assert happened(await person(store, USER)) == ["Identified"]
    assert named((await do(browser, f"login:{USER}")).cookie) == await store.person(USER)


async def test_while_the_store_is_away_nobody_is_renamed_and_nothing_is_lost(wrap: Wrap, tmp_path: Path) -> None:
    away = wrap(obedient, store=f"unix://{tmp_path / 'nobody-there'}", budget_ms=20)
    browser = Browser(away)
    answer = await do(browser, "Before", f"login:{USER}", as_=b"redirect")
    assert answer.status == 303
    assert answer.cookie is not None
    again = await do(browser, f"login:{USER}", "After", as_=b"redirect")
    assert again.cookie is None


async def test_a_join_waits_for_a_store_that_was_never_there(
    site: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(asked: Store, user: str) -> str:
        raise StoreUnavailable("not yet")

    browser = Browser(site)
    await browser.get("/")
    with monkeypatch.context() as away:
        away.setattr(Store, "person_known", lambda *_: None)
        away.setattr(Store, "person", not_yet)
        answer = await do(browser, "Before", f"login:{USER}", "After", as_=b"redirect")
        assert answer.cookie is None
    assert named((await do(browser, f"login:{USER}")).cookie) == await store.person(USER)
    joined = await person(store, USER)
    assert (views(joined), sorted(happened(joined))) == (2, ["After", "Before", "Identified"])


async def test_traits_alone_identify_nobody(site: Any, store: Store) -> None:
    browser = Browser(site)
    await do(browser, "login:")
    profile = await profile_of(store, named(browser.cookie))
    assert profile is not None
    assert (profile.user, happened(profile)) == ("", [])


async def test_what_follows_from_other_things_cannot_be_tracked(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/", headers=[(b"x-do", b"Identified Exposed Converted Fine")])
    assert happened(await profile_of(store, named(browser.cookie))) == ["Fine"]


async def test_a_cookie_from_before_a_login_never_becomes_the_persons_own(site: Any, store: Store) -> None:
    """Somebody who noted it meanwhile (fixation) is not handed the person's cookie, nor told what is known of them."""
    browser, noted = Browser(site), Browser(site)
    await browser.get("/")
    noted.cookie = browser.cookie
    await do(browser, f"login:{USER}")
    assert not (await noted.get("/tripods")).cookie
    page = b'{"url": "/", "events": [{"type": "track", "event": "Clicked"}]}'
    own = {b"sec-fetch-site": b"same-origin"}
    for heard in (
        await noted.get("/_floorwalker/slots?names=hero&url=/", headers=own),
        await noted.ask("POST", "/_floorwalker/collect", headers=own, body=page),
    ):
        assert heard.status in (200, 202, 204)
        assert heard.all(b"set-cookie") == []
    told = await noted.get("/_floorwalker/me.json")
    assert USER.encode() not in told.body
    mine = await browser.get("/_floorwalker/me.json")
    assert USER.encode() in mine.body


async def test_a_browser_that_missed_its_new_cookie_gets_it_once_the_app_says_who_it_is(
    site: Any, store: Store
) -> None:
    browser = Browser(site)
    await browser.get("/")
    old = browser.cookie
    await do(browser, f"login:{USER}")
    browser.cookie = old
    await browser.get("/tripods")
    assert browser.cookie == old
    assert named((await do(browser, f"login:{USER}")).cookie) == await store.person(USER)
    assert views(await person(store, USER)) == 4
