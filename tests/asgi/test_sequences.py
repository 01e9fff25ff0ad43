"""Whatever an app sends, in whatever order, is what goes out: message for message, byte for byte."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorwalker import PersonalizationMiddleware
from tests.asgi.browser import CHROME, GOOGLEBOT, HTML, Message, scope_of
from tests.asgi.conftest import KEY, Clock

DEAD = "unix:///nonexistent/floorwalker.sock"
LAWFUL = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
SLOT = b"<!--slot:hero-->default<!--/slot:hero-->"
MARKS = st.sampled_from([b"", b"<p>page</p>", b"<!--slot:", SLOT, b"\xff\x00", b"x" * 2000])
HEADERS = st.lists(
    st.sampled_from(
        [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"Content-Type", b"text/html"),
            (b"content-type", b"application/json"),
            (b"content-type", b"text/html; charset=utf-16"),
            (b"content-encoding", b"gzip"),
            (b"content-encoding", b"br"),
            (b"cache-control", b"public, max-age=60"),
            (b"cache-control", b"no-store"),
            (b"content-length", b"12"),
            (b"set-cookie", b"a=1"),
            (b"x-any", b"\xff" * 300),
            ("content-type", "text/html"),  # some apps send text, and some servers take it
            [b"etag", b'"1"'],
        ]
    ),
    max_size=5,
)
STARTS = st.fixed_dictionaries(
    {"type": st.just("http.response.start"), "status": st.sampled_from([100, 103, 200, 204, 206, 302, 304, 404, 500])},
    optional={"headers": HEADERS, "trailers": st.booleans()},
)
BODIES = st.fixed_dictionaries(
    {"type": st.just("http.response.body")},
    optional={"body": st.one_of(MARKS, MARKS.map(bytearray), MARKS.map(memoryview)), "more_body": st.booleans()},
)
OTHERS = st.sampled_from(
    [
        {"type": "http.response.push", "path": "/a.css", "headers": []},
        {"type": "http.response.early_hint", "links": [b"</a.css>"]},
        {"type": "http.response.debug", "info": {}},
        {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": False},
        {"type": "http.response.pathsend", "path": "/srv/page.html"},
        {"type": "http.response.zerocopysend", "file": 7},
        {"type": "http.response.anything"},
        {"type": "http.response.start"},
    ]
)
MESSAGES = st.lists(st.one_of(STARTS, BODIES, OTHERS), max_size=7)
Headers = list[tuple[bytes, bytes]]


class Own(Exception):
    """The app's own."""


class Sending:
    """An app that sends what it was told to last, and fails where it was told to."""

    def __init__(self, folder: Path, rules: str) -> None:
        folder.mkdir()
        (folder / "rules.yaml").write_text(rules)
        options: Any = {"templates": folder / "none", "store": DEAD, "secret_key": KEY, "clock": Clock()}
        self._wrapped = PersonalizationMiddleware(self._app, rules=folder, **options)
        self._script: list[Message] = []
        self._fails = False

    async def through(self, script: list[Message], headers: Headers, *, fails: bool = False) -> list[Message]:
        """What the server is sent. Raises where the app failed and nobody said so."""
        self._script, self._fails = script, fails
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope = scope_of("GET", "/", headers)
        if not fails:
            await self._wrapped(scope, _nothing_more, send)
            return sent
        with pytest.raises(Own):
            await self._wrapped(scope, _nothing_more, send)
        return sent

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        for message in self._script:
            await send(dict(message))
        if self._fails:
            raise Own


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}


def browser(destination: bytes, *, agent: bytes = CHROME) -> Headers:
    return [(b"host", b"shop.test"), (b"user-agent", agent), (b"accept", HTML), (b"sec-fetch-dest", destination)]


@pytest.fixture
def bare(tmp_path: Path) -> Sending:
    return Sending(tmp_path / "bare", "site: {timezone: UTC}")


@pytest.fixture
def slotted(tmp_path: Path) -> Sending:
    return Sending(tmp_path / "slotted", 'slots: {hero: {show: [{name: a, html: "<b>new</b>"}]}}')


DESTINATIONS = st.sampled_from([b"document", b"iframe", b"empty", b"image", b""])


@LAWFUL
@given(script=MESSAGES, destination=DESTINATIONS, fails=st.booleans())
async def test_without_slots_a_robot_is_sent_the_very_messages(
    bare: Sending, script: list[Message], destination: bytes, fails: bool
) -> None:
    assert await bare.through(script, browser(destination, agent=GOOGLEBOT), fails=fails) == script


@LAWFUL
@given(script=MESSAGES, destination=DESTINATIONS, fails=st.booleans())
async def test_without_slots_people_are_sent_them_with_a_cookie_at_most(
    bare: Sending, script: list[Message], destination: bytes, fails: bool
) -> None:
    sent = await bare.through(script, browser(destination), fails=fails)
    assert [without_headers(message) for message in sent] == [without_headers(message) for message in script]
    for ours, theirs in zip(sent, script, strict=True):
        if ours != theirs:
            names = {name for name, _ in set(map(tuple, ours["headers"])) - lowered(theirs.get("headers", []))}
            assert names <= {b"set-cookie", b"cache-control"}


@LAWFUL
@given(script=MESSAGES, destination=DESTINATIONS, fails=st.booleans(), agent=st.sampled_from([CHROME, GOOGLEBOT]))
async def test_with_slots_the_messages_stay_in_number_kind_and_order(
    slotted: Sending, script: list[Message], destination: bytes, fails: bool, agent: bytes
) -> None:
    sent = await slotted.through(script, browser(destination, agent=agent), fails=fails)
    assert [message["type"] for message in sent] == [message["type"] for message in script]
    assert [message.get("more_body") for message in sent] == [message.get("more_body") for message in script]
    if agent == GOOGLEBOT:
        assert bodies(sent) == bodies(script)


@LAWFUL
@given(script=st.tuples(STARTS, st.lists(st.one_of(BODIES, OTHERS), max_size=5)).map(lambda two: [two[0], *two[1]]))
async def test_with_slots_all_bytes_outside_of_them_are_the_apps_own(slotted: Sending, script: list[Message]) -> None:
    sent = await slotted.through(script, browser(b"document"))
    if is_closed(script):
        shown = bodies(sent).replace(b"<!--slot:hero--><b>new</b><!--/slot:hero-->", SLOT)
        assert shown == bodies(script)


def is_closed(script: list[Message]) -> bool:
    ends = [message.get("more_body", False) for message in script if message["type"] == "http.response.body"]
    return bool(ends) and ends == [True] * (len(ends) - 1) + [False] and len(script) == len(ends) + 1


def bodies(messages: list[Message]) -> bytes:
    return b"".join(bytes(message.get("body", b"")) for message in messages if "body" in message["type"])


def without_headers(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "headers"}


def lowered(headers: Any) -> set[tuple[bytes, bytes]]:
    return {(name.lower(), value) for name, value in headers}
