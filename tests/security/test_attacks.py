"""Attacks that belong to no one room: what is told in one place and would do harm in another."""

import json
import logging
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from floorwalker import Store, open_store
from floorwalker.console import door
from floorwalker.console.passwords import hashed
from floorwalker.core.advance import Corridor, advance
from floorwalker.core.deciding.decide import decide
from floorwalker.core.hit import Hit
from floorwalker.rulefile import read
from tests.asgi.browser import CHROME, SEARCH, Browser, page_app
from tests.asgi.conftest import PAGE, Clock, Wrap
from tests.asgi.people import do, named, obedient, profile_of, views
from tests.store.conftest import client_of

KEY, PUBLIC = "wk_0123456789abcdef", "pk_page"
OWN = {b"sec-fetch-site": b"same-origin", b"sec-fetch-dest": b"empty"}
INJECTIONS = [
    "x\r\nDEL fw:meta\r\n",
    "*1\r\n$8\r\nFLUSHALL\r\n",
    "a}:{0}:profile:" + "v" * 22,
    "{relay}:state",
    "../../meta",
    "\0",
    "*",
    "x" * 255,
    "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
]
_KEYS = re.compile(rb"meta|\{(\d+|relay|population|tries|rules)\}:[a-z]+(:[A-Za-z0-9_-]+)?")


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    opened = open_store(valkey_url)
    yield opened
    await opened.close()


def basic(key: str) -> dict[bytes, bytes]:
    return {b"authorization": b"Basic " + b64encode(f"{key}:".encode()), b"accept": b"*/*"}


@pytest.mark.parametrize("name", INJECTIONS)
async def test_no_name_that_is_sent_becomes_a_part_of_a_key_or_a_command(
    wrap: Wrap, store: Store, valkey_url: str, name: str
) -> None:
    site = wrap(obedient, write_keys=[KEY])
    browser = Browser(site)
    message = {"event": "Waved", "userId": name, "anonymousId": name, "messageId": name, "properties": {name: name}}
    sent = await browser.post("/_floorwalker/v1/track", headers=basic(KEY), body=json.dumps(message).encode())
    identified = {"userId": name, "traits": {"email": f"{name}@example.org", name: name}}
    await browser.post("/_floorwalker/v1/identify", headers=basic(KEY), body=json.dumps(identified).encode())
    assert sent.status in (200, 400)
    await Browser(site).get("/_floorwalker/slots?names=hero&url=/", headers={**OWN, b"cookie": b"fw=" + name.encode()})
    prefix = f"fw:{valkey_url.rpartition('namespace=')[2]}:".encode()
    with client_of(valkey_url) as client:
        keys = [key.removeprefix(prefix) for key in client.scan_iter(prefix + b"*")]
        assert client.exists(prefix + b"meta")
    assert all(_KEYS.fullmatch(key) for key in keys)
    assert not any(re.search(rb"[\r\n\0*]|\.\./", key) for key in keys)


async def test_no_line_of_the_log_holds_what_anybody_sent(wrap: Wrap, caplog: pytest.LogCaptureFixture) -> None:
    site = wrap(
        obedient, write_keys=[KEY], public_keys=[PUBLIC], operators={"anna": hashed("p" * 12, salt=b"s" * 16, cost=1)}
    )
    told = "\r\nERROR forged line canary\x1b[31m"
    hostile = told.encode().replace(b"\r\n", b"%0d%0a")
    browser = Browser(site)
    body = json.dumps({"event": told, "userId": told, "traits": {told: told}, "type": told}).encode()
    with caplog.at_level(logging.DEBUG, "floorwalker"):
        await do(browser, "login:canary", "Canary_bought", path="/canary")
        await browser.get("/canary?utm_source=canary", headers={b"referer": SEARCH + hostile, b"user-agent": b"canary"})
        for path in ("v1/track", "v1/identify", "v1/batch", "collect"):
            await browser.post(f"/_floorwalker/{path}", headers=basic(KEY) | OWN, body=body)
            await browser.post(f"/_floorwalker/{path}", headers=basic("canary"), body=body)
        for path in (
            "slots?names=canary&url=/canary",
            "preview?token=canary",
            "me",
            "console/visitor/canary",
            "canary",
        ):
            await browser.get(f"/_floorwalker/{path}", headers=OWN)
        form = {b"sec-fetch-site": b"same-origin", b"content-type": b"application/x-www-form-urlencoded"}
        await browser.post(
            "/_floorwalker/console/login", headers=form, body=b"name=canary" + hostile + b"&password=canary"
        )
        await browser.post("/_floorwalker/me/consent", headers=form, body=b"allow=canary" + hostile)
    lines = [record.getMessage() for record in caplog.records]
    assert not [line for line in lines if "canary" in line.lower() or re.search(r"[\r\n\x1b]", line)]


async def test_no_other_site_may_read_what_is_told_of_a_visitor(wrap: Wrap) -> None:
    site = wrap(obedient, public_keys=[PUBLIC])
    browser = Browser(site)
    await do(browser, "Product_Added")
    for path in ("slots?names=hero&url=/", "me", "me.json", "preview", "healthz", "client.js"):
        answer = await browser.get(f"/_floorwalker/{path}", headers={b"origin": b"https://evil.example"})
        assert answer.all(b"access-control-allow-origin") == []
        assert answer.all(b"access-control-allow-credentials") == []
    sent = await browser.post(
        "/_floorwalker/v1/track",
        headers=basic(PUBLIC) | {b"origin": b"https://evil.example"},
        body=b'{"event": "Waved", "anonymousId": "a"}',
    )
    assert sent.all(b"access-control-allow-origin") == [b"*"]
    assert sent.all(b"access-control-allow-credentials") == []


async def test_a_cookie_cannot_be_planted_for_https_but_by_the_host_itself(wrap: Wrap) -> None:
    """A subdomain and plain http cannot set a `__Host-` cookie, and its plain name is not read on https."""
    site = wrap(page_app(PAGE))
    attacker = Browser(site, https=False)
    await attacker.get("/")
    assert attacker.cookie is not None
    assert attacker.cookie.startswith(b"fw=")
    victim = Browser(site, cookie=attacker.cookie)
    answer = await victim.get("/")
    assert answer.cookie is not None
    assert answer.cookie.startswith(b"__Host-fw=")
    assert named(answer.cookie) != named(attacker.cookie)


async def test_whoever_is_somebody_elses_no_longer_is_not_led_to_them(wrap: Wrap, store: Store) -> None:
    """After `logout` the browser's next cookie tells nothing of the person, whoever kept it."""
    site = wrap(obedient)
    person = Browser(site)
    await do(person, "login:user-1")
    await do(person, "logout")
    left = named(person.cookie)
    next_one = Browser(site, cookie=person.cookie)
    await next_one.get("/")
    profile = await profile_of(store, left)
    assert profile is not None
    assert profile.user == ""
    assert views(profile) == 1


@pytest.mark.parametrize("name", ["anna", "nobody", "", "anna\0", "ANNA", "x" * 300])
async def test_a_password_is_looked_at_whoever_it_is_for(
    wrap: Wrap, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    hashes = []

    def watched(stored: str, password: str) -> bool:
        hashes.append((stored, password))
        return False

    async def at_once(_: float) -> None:
        """Nobody waits."""

    monkeypatch.setattr(door, "is_password", watched)
    monkeypatch.setitem(door.Console.__init__.__kwdefaults__, "pause", at_once)
    stored = hashed("p" * 12, salt=b"s" * 16, cost=1)
    site = wrap(page_app(PAGE), operators={"anna": stored})
    form = {b"sec-fetch-site": b"same-origin", b"content-type": b"application/x-www-form-urlencoded"}
    body = f"name={name}&password=guess".replace("\0", "%00").encode()
    answer = await Browser(site).post("/_floorwalker/console/login", headers=form, body=body)
    assert answer.status == 403
    assert hashes == [(stored, "guess")]


async def test_the_same_key_at_two_sites_lets_none_read_the_others_people(
    wrap: Wrap, valkey_url: str, clock: Clock
) -> None:
    """Namespaces keep two sites in one server apart, also where somebody gave both one secret."""
    one, other = wrap(obedient), wrap(obedient, store=f"{valkey_url}-other")
    browser = Browser(one)
    await do(browser, "login:user-1", "Product_Added")
    guest = Browser(other, cookie=browser.cookie)
    answer = await guest.get("/_floorwalker/me.json", headers=OWN)
    assert b"user-1" not in answer.body
    assert b"Product Added" not in answer.body


@pytest.mark.parametrize(
    "header", [(b"x-forwarded-host", b"evil.example"), (b"forwarded", b"host=evil.example"), (b"x-original-url", b"/x")]
)
async def test_no_header_that_nobody_vouches_for_changes_where_a_page_leads(
    wrap: Wrap, header: tuple[bytes, bytes]
) -> None:
    browser = Browser(wrap(obedient))
    for path in ("/", "/_floorwalker/me", "/_floorwalker/preview", "/_floorwalker/client.js"):
        answer = await browser.get(path, headers=dict([header]))
        assert b"evil.example" not in answer.body
        assert not any(b"evil.example" in value for _, value in answer.headers)


@pytest.mark.parametrize("what", ["cookie", "header", "names", "url", "body", "form"])
async def test_what_is_far_too_large_is_refused_or_passed_by(wrap: Wrap, what: str) -> None:
    browser, large = Browser(wrap(obedient, write_keys=[KEY])), b"a=b; fw=x; " * 100_000
    match what:
        case "cookie":
            answer = await browser.get("/", headers={b"cookie": large})
        case "header":
            answer = await browser.get("/", headers={b"referer": large, b"accept-language": large, b"sec-ch-ua": large})
        case "names":
            answer = await browser.get(
                "/_floorwalker/slots?url=/&names=" + ",".join(map(str, range(1000))), headers=OWN
            )
        case "url":
            answer = await browser.get("/?" + "a=b&" * 100_000)
        case "body":
            answer = await browser.post("/_floorwalker/v1/batch", headers=basic(KEY), body=large)
        case _:
            form = {b"sec-fetch-site": b"same-origin", b"content-type": b"application/x-www-form-urlencoded"}
            answer = await browser.post("/_floorwalker/me/erase", headers=form, body=large)
    assert answer.status in (200, 400, 413)
    assert (answer.status == 200) == (what in ("cookie", "header", "url"))


BOMBS = [
    *("(x+x+)+y", "(a|a)*b", "(a|aa)+$", "(.*a){20}", "((a{30}){30}){30}", "(a{1,1000}){1,1000}"),
    *(r"(a)\1", "(?=a+)b", "(" * 2000),
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_regular_expression_that_could_run_for_ever_is_refused_or_does_not(bomb: str) -> None:
    """Python's own engine would not come back from the first of them within a day."""
    text = f"segments: {{bomb: {{when: {{campaign: {{matches: '{bomb}'}}}}}}}}"
    ruleset, problems = read({"rules.yaml": text.encode()})
    if ruleset is None:
        assert any("regular expression" in problem.message for problem in problems)
        return
    url = f"https://shop.example/?utm_campaign={'a' * 2000}{'x' * 2000}"
    profile, _ = advance(ruleset, None, None, Hit(at=1.8e9, url=url, headers=((b"user-agent", CHROME),)))
    signals = Corridor(ruleset).read(Hit(at=1.8e9, url=url, headers=((b"user-agent", CHROME),)))
    assert decide(ruleset, profile, signals, 1.8e9).segments <= {"bomb"}


def test_nothing_of_ours_is_fetched_evaluated_or_unpickled_from_what_comes() -> None:
    """What can run a text, or make objects of bytes, stands nowhere but where it is compiled from what we wrote."""
    package = Path(__file__).parents[2] / "middleware" / "floorwalker"
    dangerous = re.compile(
        r"(?<![\w.])(eval|exec|__import__)\(|\bpickle\b|\bmarshal\b|\bshelve\b|yaml\.(load|unsafe_load|full_load)\("
        r"|os\.system|shell=True|mktemp\("
    )
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if dangerous.search(path.read_text(encoding="utf-8"))
    }
    assert found <= {"core/evaluation/compiling.py"}  # conditions, of a tree that was read from rules
