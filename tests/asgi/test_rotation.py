"""Keys are rotated while workers are at different stages: nobody becomes a stranger, nothing becomes unreadable."""

from base64 import b64encode
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from floorwalker import open_store
from floorwalker.asgi.preview.guise import Guise
from floorwalker.asgi.preview.seal import link_seal
from floorwalker.console.passwords import Operator
from floorwalker.console.sessions import Sessions
from floorwalker.relay.signing import read_secrets, signed_headers
from tests.asgi.browser import App, Browser, page_app
from tests.asgi.conftest import PAGE, Clock, Wrap
from tests.asgi.people import do, named, obedient
from tests.relay.shop import OTHER_SECRET, SECRET

OLD, NEW = "o" * 40, "n" * 40
HOUR = 3600
STAGES = ([OLD], [OLD, NEW], [NEW, OLD], [NEW])
"""Everywhere, one after the other: the new one is known, the new one is used, the old one goes."""
ROLLING = list(pairwise(STAGES))
"""While workers go from one stage to the next there are both."""


def pairs(sites: dict[tuple[str, ...], App]) -> list[tuple[App, App]]:
    return [(sites[tuple(before)], sites[tuple(after)]) for before, after in ROLLING]


@pytest.fixture
def sites(wrap: Wrap) -> Callable[[str], dict[tuple[str, ...], App]]:
    """One worker for each stage of a setting, all on one store."""

    def made(setting: str) -> dict[tuple[str, ...], App]:
        return {tuple(keys): wrap(obedient, **{setting: list(keys)}) for keys in STAGES}

    return made


async def test_visitors_stay_who_they_are_through_all_stages_of_the_secret_key(
    sites: Callable[..., Any], clock: Clock
) -> None:
    people = [Browser(page_app(PAGE)) for _ in range(4)]
    names: list[str] = []
    for before, after in pairs(sites("secret_key")):
        for turn in range(4):
            for number, browser in enumerate(people):
                browser.app = (before, after)[(turn + number) % 2]
                await browser.get()
        clock.now += 25 * HOUR  # cookies are signed anew when they are a day old
        names = names or [named(browser.cookie) for browser in people]
        assert [named(browser.cookie) for browser in people] == names
    assert len(set(names)) == len(people)


async def test_who_uses_the_new_key_before_all_know_it_makes_strangers(sites: Callable[..., Any]) -> None:
    """Why it is a stage of its own to make it known."""
    stages = sites("secret_key")
    browser = Browser(stages[NEW, OLD])
    await browser.get()
    known = named(browser.cookie)
    browser.app = stages[OLD,]
    await browser.get()
    assert named(browser.cookie) != known


async def test_operators_stay_logged_in_and_links_open_previews(clock: Clock) -> None:
    anna = [Operator("anna", "scrypt$1")]
    for before, after in ROLLING:
        for signs, reads in ((before, after), (after, before)):
            cookie = Sessions(signs, anna).cookie("anna", secure=True, now=clock.now).split(";")[0].encode()
            assert Sessions(reads, anna).operator([cookie], secure=True, now=clock.now) == "anna"
            link = link_seal(signs).close(Guise(), until=clock.now + HOUR)
            opened = link_seal(reads).open(link, now=clock.now, longest_s=HOUR)
            assert not isinstance(opened, str)


async def test_another_password_ends_the_operators_sessions_and_nobody_elses(clock: Clock) -> None:
    before, after = (Sessions([OLD], [Operator("anna", one), Operator("bob", "b")]) for one in ("a", "another"))
    anna, bob = (before.cookie(one, secure=True, now=clock.now).split(";")[0].encode() for one in ("anna", "bob"))
    assert after.operator([anna], secure=True, now=clock.now) == ""
    assert after.operator([bob], secure=True, now=clock.now) == "bob"


async def test_what_is_personal_stays_readable_through_all_stages_of_the_data_keys(
    sites: Callable[..., Any], valkey_url: str
) -> None:
    people = [Browser(page_app(PAGE)) for _ in range(3)]
    stages = pairs(sites("data_keys"))
    for before, after in stages:
        if (before, after) == stages[-1]:  # the old key goes: nothing may need it any more
            await rewritten(valkey_url)
        for turn in range(2):
            for number, browser in enumerate(people):
                browser.app = (before, after)[(turn + number) % 2]
                await do(browser, f"login:user-{number}", "Product_Added", method="POST")
    store = open_store(valkey_url, data_keys=[NEW])
    for number in range(len(people)):
        loaded = await store.load(await store.person(f"user-{number}"))
        assert loaded.locked == ()
        assert loaded.profile is not None
        assert (loaded.profile.user, loaded.profile.traits) == (f"user-{number}", {"name": f"user-{number}"})
        names = [entry.event.name async for entry in store.events(loaded.visitor)]
        assert names.count("Product Added") == 2 * len(stages)
    await store.close()


async def rewritten(url: str) -> None:
    """As `floorwalker visitor rewrite` does it."""
    store = open_store(url, data_keys=[NEW, OLD])
    await store.renew()
    await store.close()


@pytest.mark.parametrize(("setting", "path"), [("write_keys", "/v1/track"), ("metrics_key", "/metrics")])
async def test_senders_and_scrapers_are_let_in_with_either_key_while_both_are_listed(
    sites: Callable[..., Any], setting: str, path: str
) -> None:
    """No order is needed beside: workers know the new one first, then senders use it, then the old one goes."""
    for keys, app in sites(setting).items():
        for key in (OLD, NEW):
            answer = await asked(Browser(app), path, key)
            assert (answer != 401) is (key in keys)


async def asked(browser: Browser, path: str, key: str) -> int:
    headers = {b"authorization": b"Basic " + b64encode(f"{key}:{key}".encode()), b"sec-fetch-dest": b"empty"}
    body = b'{"event": "Seen", "userId": "u", "messageId": "m"}'
    method = "GET" if path == "/metrics" else "POST"
    return (await browser.ask(method, f"/_floorwalker{path}", headers=headers, body=body)).status


def test_a_webhook_is_signed_with_every_secret_so_its_receiver_may_change_at_any_time() -> None:
    def signatures(secrets: str) -> set[str]:
        told = signed_headers(read_secrets(secrets, where="here"), message="m", at=1, body=b"{}")
        return set(told["webhook-signature"].split())

    both = signatures(f"{SECRET} {OTHER_SECRET}")
    assert both == signatures(SECRET) | signatures(OTHER_SECRET)
    assert len(both) == 2
