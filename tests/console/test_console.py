"""The console over HTTP: who is let in, what is refused, what its answers say, and what the log says of it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorwalker import PersonalizationMiddleware, open_store
from floorwalker.collect.keys import Access
from floorwalker.collect.messages import Kind, Message
from floorwalker.collect.steps import step_of
from floorwalker.console import door
from floorwalker.console.passwords import hashed
from floorwalker.core.advance import Corridor
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Store
from tests.asgi.conftest import Clock

KEY = "k" * 40
PASSWORD = "a carnation in the lapel"
HASH = hashed(PASSWORD, salt=b"0123456789abcdef", cost=1)  # what a password costs is tried elsewhere
HOME = "/_floorwalker/console/"
SAME = {"sec-fetch-site": "same-origin"}
TRAITS = {"name": "Ada <b>Lovelace</b>", "email": "ada@example.org", "phone": "+49 30 1234", "vip": True}
Browse = Callable[..., httpx.AsyncClient]


async def the_app(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the app is not asked")


class Waits:
    """How long answers waited, without waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    store = open_store(valkey_url)
    yield store
    await store.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    waits = Waits()
    monkeypatch.setitem(door.Console.__init__.__kwdefaults__, "pause", waits)
    return waits


@pytest.fixture
def browse(store: Store, waits: Waits, tmp_path: Path) -> Browse:
    """A browser in front of a site with one operator; options as of the middleware."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text("segments: {vip: {when: {trait: {vip: true}}}}")
    sites: dict[str, PersonalizationMiddleware] = {}

    def one(*, at: str = "192.0.2.1", scheme: str = "http", **options: Any) -> httpx.AsyncClient:
        told = {"operators": {"anna": HASH}, "clock": Clock(), **options}
        site = sites.setdefault(
            str(sorted(options)),
            PersonalizationMiddleware(
                the_app, store=store, secret_key=KEY, rules=tmp_path / "rules", reload_s=0, **told
            ),
        )
        transport = httpx.ASGITransport(site, client=(at, 123))
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://shop.example", headers=SAME)

    return one


async def log_in(client: httpx.AsyncClient, name: str = "anna", password: str = PASSWORD) -> httpx.Response:
    return await client.post(HOME + "login", data={"name": name, "password": password})


async def ada(store: Store) -> str:
    """Somebody who is known."""
    visitor, corridor = await store.person("u1"), Corridor(Ruleset())
    message = Message(kind=Kind.IDENTIFY, at=1_795_000_000.0, user="u1", traits=TRAITS)
    step = step_of(message, visitor, corridor, now=message.at, access=Access.SERVER)
    assert step is not None
    await store.commit(visitor, None, step)
    return visitor


PATHS = ["", "console.css", "icon.svg", "login", "find", "logout", f"visitor/{'v' * 22}"]


@pytest.mark.parametrize("path", [*PATHS, None])
async def test_without_operators_there_is_nothing(browse: Browse, path: str | None) -> None:
    async with browse(operators="") as client:
        address = HOME + path if path is not None else HOME.rstrip("/")
        for method in ("GET", "POST"):
            response = await client.request(method, address)
            nowhere = await client.request(method, "/_floorwalker/nowhere")
            assert (response.status_code, response.content) == (404, nowhere.content)


async def test_strangers_see_the_form_and_nothing_else(browse: Browse, store: Store) -> None:
    visitor = await ada(store)
    async with browse() as client:
        for path in (f"visitor/{visitor}", "visitor/", "nothing"):
            response = await client.get(HOME + path)
            assert (response.status_code, response.headers["location"], response.text) == (303, HOME, "")
        response = await client.post(HOME + "find", data={"who": "ada@example.org"})
        assert (response.status_code, response.headers["location"]) == (303, HOME)
        assert "Password" in (await client.get(HOME)).text


async def test_an_operator_finds_somebody_and_reads_their_page(browse: Browse, store: Store) -> None:
    visitor = await ada(store)
    async with browse() as client:
        assert (await log_in(client)).headers["location"] == HOME
        for asked in ("ADA@example.org ", "+49 (30) 1234", "u1", visitor, "ada <b>lovelace</b>"):
            response = await client.post(HOME + "find", data={"who": asked})
            assert response.headers["location"] == f"{HOME}visitor/{visitor}"
        page = (await client.get(f"{HOME}visitor/{visitor}")).text
        assert "Ada &lt;b&gt;Lovelace&lt;/b&gt;" in page
        assert "<b>Lovelace" not in page
        assert "vip" in page
        assert (await client.get(f"{HOME}visitor/{'n' * 22}")).status_code == 404
        assert "Nobody is found" in (await client.post(HOME + "find", data={"who": "nobody"})).text


async def test_several_who_are_found_are_listed(browse: Browse, store: Store) -> None:
    for user in ("u1", "u2"):
        message = Message(kind=Kind.IDENTIFY, at=1_795_000_000.0, user=user, traits={"name": "Ada"})
        visitor = await store.person(user)
        step = step_of(message, visitor, Corridor(Ruleset()), now=message.at, access=Access.SERVER)
        assert step is not None
        await store.commit(visitor, None, step)
    async with browse() as client:
        await log_in(client)
        page = (await client.post(HOME + "find", data={"who": "ada"})).text
        assert "2 people are found" in page
        assert page.count("/visitor/") == 2


async def test_every_answer_is_guarded(browse: Browse, store: Store) -> None:
    visitor = await ada(store)
    async with browse() as client:
        answers = [await client.get(HOME), await log_in(client, password="wrong"), await log_in(client)]
        answers += [await client.get(HOME + path) for path in (f"visitor/{visitor}", "nothing")]
        answers += [await client.post(HOME + "find", data={"who": "x" * 10_000})]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
    assert answers[-1].status_code == 413


FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "", "origin": "https://evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["login", "find", "logout"])
async def test_a_form_of_another_site_does_nothing(browse: Browse, path: str, headers: dict[str, str]) -> None:
    async with browse() as client:
        await log_in(client)
        response = await client.post(HOME + path, headers=headers, data={"name": "anna", "password": PASSWORD})
        assert response.status_code == 403
        assert "set-cookie" not in response.headers
        assert "Whom do you speak with?" in (await client.get(HOME)).text


async def test_an_old_browser_is_known_by_its_origin(browse: Browse) -> None:
    async with browse() as client:
        del client.headers["sec-fetch-site"]
        for origin, status in (("http://shop.example", 303), ("http://shop.example.evil", 403), ("null", 403)):
            response = await client.post(
                HOME + "login", headers={"origin": origin}, data={"name": "anna", "password": PASSWORD}
            )
            assert response.status_code == status
        assert (await client.post(HOME + "login", data={"name": "anna", "password": PASSWORD})).status_code == 403


async def test_whoever_logs_out_is_a_stranger(browse: Browse) -> None:
    async with browse(scheme="https") as client:
        response = await log_in(client)
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("__Host-fw-operator=")
        assert "; Secure" in cookie
        await client.post(HOME + "logout")
        assert "Password" in (await client.get(HOME)).text
        assert (await client.get(HOME + "logout")).status_code == 303  # by a link nobody is logged out
        await log_in(client)
        await client.get(HOME + "logout")
        assert "Whom do you speak with?" in (await client.get(HOME)).text


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("bob", PASSWORD), ("", ""), ("anna", "x" * 3000)])
async def test_who_is_wrong_learns_nothing(browse: Browse, name: str, password: str, waits: Waits) -> None:
    async with browse() as client:
        response = await log_in(client, name, password)
        assert response.status_code == 403
        assert "do not go together" in response.text
        assert "set-cookie" not in response.headers
        assert waits.seconds[0] > 0


async def test_many_tries_at_once_do_not_slip_through(browse: Browse, waits: Waits) -> None:
    async with browse() as client:
        answers = await asyncio.gather(*(log_in(client, password=f"wrong {n}") for n in range(30)))
        assert sorted(answer.status_code for answer in answers) == [403] * 5 + [429] * 25
        assert waits.seconds == sorted(waits.seconds)
        refused = await log_in(client)
        assert refused.status_code == 429  # the right one, too: it tells nothing
        assert int(refused.headers["retry-after"]) > 0
    async with browse(at="192.0.2.2") as elsewhere:
        assert (await log_in(elsewhere)).status_code == 303  # nobody is locked out by somebody else


async def test_an_address_that_goes_through_names_is_stopped(browse: Browse, waits: Waits) -> None:
    async with browse() as client:
        statuses = [(await log_in(client, name=f"name{n}")).status_code for n in range(25)]
        assert statuses[:5] == [403] * 5
        assert statuses[-1] == 429


async def test_the_log_names_operators_and_pseudonyms_and_nothing_of_anybody(
    browse: Browse, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = await ada(store)
    with caplog.at_level(logging.INFO, logger="floorwalker"):
        async with browse() as client:
            await log_in(client, name="bob", password="mistaken secret")
            await log_in(client)
            await client.post(HOME + "find", data={"who": "ada@example.org"})
            await client.get(f"{HOME}visitor/{visitor}")
    said = [record.getMessage() for record in caplog.records if record.name.startswith("floorwalker.console")]
    pseudonym = (await store.load(visitor)).pseudonym
    assert said == [
        "a login to the console failed",
        "the operator anna logged in",
        "the operator anna looked for somebody; found: 1",
        f"the operator anna looked at the visitor {pseudonym}",
    ]
    told = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("floorwalker"))
    assert not any(word in told for word in ("ada", "Ada", "bob", "secret", "192.0.2", visitor))


async def test_a_store_that_is_away_is_said(browse: Browse, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("the store does not answer")

    async with browse() as client:
        await log_in(client)
        monkeypatch.setattr(Store, "load", away)
        response = await client.get(f"{HOME}visitor/{'v' * 22}")
        assert response.status_code == 503
        assert "The store is away" in response.text
        assert response.headers["cache-control"] == "no-store"


async def test_behind_a_proxy_it_is_the_browsers_https_that_counts(browse: Browse) -> None:
    async with browse(trusted_proxies="*") as client:
        headers = {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7"}
        response = await client.post(HOME + "login", headers=headers, data={"name": "anna", "password": PASSWORD})
        cookie = response.headers["set-cookie"].partition(";")[0]
        assert cookie.startswith("__Host-fw-operator=")
        page = await client.get(HOME, headers={**headers, "cookie": cookie})
        assert f'action="{HOME}find"' in page.text
