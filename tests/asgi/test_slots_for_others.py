"""`GET /slots` of somebody whom a server names, with a secret key."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest

from floorwalker import Store, open_store
from tests.asgi.browser import Answer, Browser
from tests.asgi.conftest import Wrap
from tests.asgi.people import do, named, obedient, person, profile_of, views

KEY, PUBLIC = "wk_secret", "pk_public"
MAILER = b"python-requests/2.32"


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    opened = open_store(valkey_url)
    yield opened
    await opened.close()


@pytest.fixture
def site(wrap: Wrap) -> Any:
    return wrap(obedient, write_keys=[KEY], public_keys=[PUBLIC])


async def ask(site: Any, *, key: str | None = KEY, headers: Any = (), **said: str) -> Answer:
    query = urlencode({"names": "hero", "url": "/", **said})
    basic = {b"authorization": b"Basic " + b64encode(f"{key}:".encode())} if key is not None else {}
    server = Browser(site, agent=MAILER)
    return await server.get(f"/_floorwalker/slots?{query}", headers={**basic, b"accept": b"*/*", **dict(headers)})


def block(answer: Answer) -> str | None:
    assert answer.status == 200, answer.body
    hero = json.loads(answer.body)["slots"].get("hero")
    return hero and hero["block"]


async def test_a_person_is_named_by_the_sites_own_id_or_the_visitors(site: Any) -> None:
    browser = Browser(site)
    await do(browser, "login:user-1", "Product_Added")
    for said in ({"user": "user-1"}, {"visitor": named(browser.cookie)}):
        answer = await ask(site, **said)
        assert block(answer) == "bought"
        assert answer.all(b"set-cookie") == []
        assert answer.all(b"cache-control") == [b"no-store"]


async def test_who_is_not_known_gets_what_is_for_everybody_and_begins_nothing(site: Any, store: Store) -> None:
    assert block(await ask(site, user="nobody", count="yes")) is None
    assert block(await ask(site, visitor="v" * 22, count="yes")) is None
    assert [one async for one in store.profiles()] == []


@pytest.mark.parametrize(("count", "shown"), [("no", 1), ("yes", 2)])
async def test_it_counts_as_shown_only_where_the_server_says_so(
    site: Any, store: Store, count: str, shown: int
) -> None:
    await do(Browser(site), "login:user-1", "Product_Added")
    await ask(site, user="user-1", count=count)
    profile = await person(store, "user-1")
    assert profile.responses is not None
    assert profile.responses.blocks[0].shown.total == shown
    assert views(profile) == 1


@pytest.mark.parametrize(
    ("key", "headers", "status"),
    [
        (None, {}, 401),
        ("wk_wrong", {}, 401),
        (PUBLIC, {}, 401),
        ("", {}, 401),
        (KEY, {b"origin": b"https://shop.test"}, 401),
        (None, {b"authorization": b"Bearer wk_secret"}, 401),
        (None, {b"x-api-key": b"wk_secret"}, 401),
        (KEY, {}, 200),
    ],
)
async def test_only_a_secret_key_may_name_somebody(site: Any, key: Any, headers: Any, status: int) -> None:
    answer = await ask(site, key=key, headers=headers, user="user-1")
    assert answer.status == status
    if status == 401:
        assert answer.all(b"content-type") == [b"application/problem+json"]


@pytest.mark.parametrize(
    "said",
    [
        {"user": "a", "visitor": "v" * 22},
        {"user": ""},
        {"visitor": "short"},
        {"visitor": "/" * 22},
        {"user": "u" * 256},
        {"user": "a", "count": "maybe"},
        {"user": "a", "names": ""},
    ],
)
async def test_what_is_wrong_is_said(site: Any, said: dict[str, str]) -> None:
    assert (await ask(site, **said)).status == 400


async def test_a_page_behind_a_login_of_the_sites_own_is_still_a_page(site: Any, store: Store) -> None:
    browser = Browser(site)
    await browser.get("/")
    basic = {b"authorization": b"Basic " + b64encode(b"staging:secret"), b"sec-fetch-site": b"same-origin"}
    answer = await browser.get("/_floorwalker/slots?names=hero&url=/", headers=basic)
    assert answer.status == 200
    assert await profile_of(store, named(browser.cookie)) is not None
