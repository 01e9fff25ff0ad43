"""Events over HTTP, from the request to what the store holds."""

import asyncio
import gzip
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from floorwalker import CollectApp, ConfigurationError, open_store
from floorwalker.collect.limits import BODY_BYTES, MESSAGE_BYTES, MOST_MESSAGES
from tests.asgi.browser import CHROME, GOOGLEBOT
from tests.collect.conftest import BROWSER_KEY, NOW, RULES, SENT_AT, SERVER_KEY, Clock, Keyspace, Sender, SenderOf

TRACK: dict[str, Any] = {"type": "track", "event": "Product Added", "userId": "u", "messageId": "m1"}
SEEN: dict[str, Any] = {"type": "page", "anonymousId": "a", "properties": {"url": "https://shop.example/p/600mm"}}


async def test_a_message_is_committed_before_the_answer(sender: Sender) -> None:
    answer = await sender.post("/v1/track", {**TRACK, "properties": {"product_id": "600mm", "price": 12999}})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert answer.headers["cache-control"] == "no-store"
    person = await sender.get("u")
    assert person is not None
    assert (person.user, person.last_seen) == ("u", NOW)
    assert person.cart is not None


@pytest.mark.parametrize("path", ["track", "page", "screen", "identify", "alias", "group"])
async def test_short_addresses_mean_the_same(sender: Sender, path: str) -> None:
    message = {"userId": "u", "event": "x", "groupId": "g", "previousId": "p", "messageId": path}
    assert (await sender.post(f"/v1/{path}", message)).status_code == 200
    assert (await sender.post(f"/v1/{path[0]}", {**message, "messageId": f"{path} again"})).status_code == 200
    assert (await sender.post("/v1/b", {"batch": [{**message, "type": path}]})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/track", 405),
        ("PUT", "/v1/batch", 405),
        ("POST", "/v1/x", 404),
        ("POST", "/v1/", 404),
        ("POST", "/", 404),
    ],
)
async def test_other_addresses_and_methods_are_none(sender: Sender, method: str, path: str, status: int) -> None:
    answer = await sender.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_replayed_batch_counts_once(sender: Sender) -> None:
    ordered = {**TRACK, "event": "Order Completed"}
    batch = [{**ordered, "messageId": f"m{n}", "properties": {"order_id": f"o{n}", "total": 5}} for n in range(5)]
    for _ in range(3):
        assert (await sender.batch(*batch, {**SEEN, "messageId": "p"})).status_code == 200
    person = await sender.get("u")
    assert person is not None
    assert person.orders is not None
    assert person.orders.count == 5
    anonymous = await sender.got("a")
    assert anonymous is not None
    assert (await sender.events()).count("Page Viewed") == 1


async def test_a_batch_that_comes_many_times_at_once_counts_once(sender: Sender) -> None:
    who = {"type": "identify", "userId": "u", "anonymousId": "a", "messageId": "who"}
    batch = [{**SEEN, "messageId": "p"}, who, {**TRACK, "event": "Signed Up"}]
    answers = await asyncio.gather(*[sender.batch(*batch) for _ in range(8)])
    assert {answer.status_code for answer in answers} == {200}
    events = await sender.events()
    assert [events.count(name) for name in ("Page Viewed", "Signed Up", "Visitor Merged", "Identified")] == [1] * 4
    person = await sender.get("u")
    assert person is not None
    assert (person.visits, await sender.got("a")) == (1, person)


async def test_what_has_no_id_counts_each_time(sender: Sender) -> None:
    for _ in range(2):
        await sender.batch({"type": "track", "event": "Signed Up", "userId": "u"})
    assert (await sender.events()).count("Signed Up") == 2


async def test_ids_of_clients_are_none_of_the_sites(sender: Sender) -> None:
    await sender.batch({**SEEN, "anonymousId": "same"}, {"type": "track", "event": "x", "userId": "same"})
    ids = {await sender.store.client("same"), await sender.store.person("same"), "same"}
    assert len(ids) == 3
    assert (await sender.store.load("same")).profile is None


async def test_identify_joins_what_came_before_it_and_what_comes_after(sender: Sender) -> None:
    answer = await sender.batch(
        {**SEEN, "messageId": "1"},
        {"type": "track", "event": "Seen Before", "anonymousId": "a", "messageId": "2"},
        {"type": "identify", "userId": "u", "anonymousId": "a", "traits": {"plan": "pro"}, "messageId": "3"},
        {"type": "track", "event": "Seen After", "anonymousId": "a", "messageId": "4"},
        {"type": "track", "event": "Seen By Name", "userId": "u", "anonymousId": "other", "messageId": "5"},
    )
    assert answer.status_code == 200
    person = await sender.get("u")
    assert person is not None
    assert (person.user, person.traits["plan"], person.visits) == ("u", "pro", 1)
    assert await sender.got("a") == person
    assert await sender.got("other") is None  # the person goes before
    events = await sender.events()
    assert [events.count(name) for name in ("Seen Before", "Seen After", "Seen By Name", "Visitor Merged")] == [1] * 4


async def test_who_a_person_is_is_said_once(sender: Sender) -> None:
    await sender.batch(TRACK, {**TRACK, "messageId": "m2"}, {"type": "identify", "userId": "other", "messageId": "m3"})
    assert (await sender.events()).count("Identified") == 2  # one of each


async def test_alias_joins_and_known_never_joins_known(sender: Sender) -> None:
    await sender.batch({**SEEN}, {"type": "alias", "previousId": "a", "userId": "one"})
    await sender.batch({"type": "alias", "previousId": "a", "userId": "two"})
    one, two = await sender.get("one"), await sender.get("two")
    assert one is not None
    assert two is not None
    assert (one.user, one.visits) == ("one", 1)
    assert (two.user, two.visits) == ("two", 0)
    assert await sender.got("a") == one


async def test_a_robot_and_who_refused_leave_nothing(sender: Sender, keyspace: Keyspace) -> None:
    await sender.post("/v1/identify", {"userId": "u"})  # the keyspace is in use
    before = keyspace.dump()
    refused = {"consent": {"categoryPreferences": {"Analytics": False}}}
    for message in (SEEN, {**TRACK, "userId": "x"}, {"type": "identify", "userId": "x", "anonymousId": "a"}):
        for context in ({"userAgent": GOOGLEBOT.decode()}, refused):
            if message["type"] != "identify" or context is refused:
                assert (await sender.batch({**message, "context": context})).status_code == 200
    assert keyspace.dump() == before


async def test_an_erased_visitor_stays_erased_and_the_sender_is_told_all_is_well(sender: Sender) -> None:
    await sender.post("/v1/track", TRACK)
    await sender.store.erase(await sender.store.person("u"))
    assert (await sender.post("/v1/track", {**TRACK, "messageId": "m2"})).status_code == 200
    assert await sender.get("u") is None
    assert sender.store.health().lost["erased"] == 1


BAD: list[tuple[str, Any, int, str | None]] = [
    ("track", b"", 400, None),
    ("track", b"not json", 400, None),
    ("track", b"[]", 400, None),
    ("track", b"null", 400, None),
    ("track", b'{"event": NaN, "userId": "u"}', 400, None),
    ("track", b'{"event": "x", "userId": "u"} {}', 400, None),
    ("track", b'\xef\xbb\xbf{"event": "x", "userId": "u"}', 400, None),
    ("track", b"\x1f\x8b broken", 400, None),
    ("track", b"event=x&userId=u", 400, None),
    ("track", {"event": "x"}, 400, "userId"),
    ("track", {"userId": "u"}, 400, "event"),
    ("track", {"userId": "u", "event": "x", "properties": {"n": 10**30}}, 400, "properties.n"),
    ("track", {"userId": "u", "event": "x", "timestamp": "2126-01-01"}, 400, "timestamp"),
    ("track", {"userId": "u", "event": "x", "timestamp": "1970-01-01"}, 400, "timestamp"),
    ("track", {"userId": "u", "event": "x", "properties": {"a": "x" * MESSAGE_BYTES}}, 413, None),
    ("track", b" " * (BODY_BYTES + 1), 413, None),
    ("batch", gzip.compress(b"[" * (1 << 24)), 413, None),
    ("batch", {"batch": [TRACK, {"type": "track"}]}, 400, "batch[1].event"),
    ("batch", {"batch": [TRACK, "x"]}, 400, "batch[1]"),
    ("batch", {"batch": [TRACK] * (MOST_MESSAGES + 1)}, 413, "batch"),
    ("batch", b'{"batch": [' + b",".join([b'{"type":"track"}'] * 10_000) + b"]}", 413, "batch"),
    ("batch", {"batch": [{**TRACK, "writeKey": "other"}]}, 401, None),
    ("identify", {"traits": {"a": 1}}, 400, "userId"),
    ("alias", {"userId": "u"}, 400, "previousId"),
    ("group", {"userId": "u", "groupId": ""}, 400, "groupId"),
]


@pytest.mark.parametrize(
    ("path", "body", "status", "field"), [pytest.param(*row, id=str(n)) for n, row in enumerate(BAD)]
)
async def test_bad_input_is_named_and_nothing_of_it_is_stored(
    sender: Sender, keyspace: Keyspace, path: str, body: Any, status: int, field: str | None
) -> None:
    await sender.batch({**SEEN, "messageId": "before"})
    before = keyspace.dump()
    answer = await sender.post(f"/v1/{path}", body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["detail"] == told["message"]
    assert [error["field"] for error in told.get("errors", ())][:1] == ([field] if field else [])
    assert keyspace.dump() == before


async def test_every_body_of_the_parsing_suite_is_refused_and_nothing_stored(
    sender: Sender, keyspace: Keyspace, shared_data: Path
) -> None:
    await sender.batch(SEEN)
    before = keyspace.dump()
    for line in (shared_data / "json_parsing_bodies.jsonl").read_text("utf-8").splitlines():
        body = b64decode(json.loads(line)["body_b64"])
        for path in ("/v1/track", "/v1/batch"):
            assert (await sender.post(path, body)).status_code == 400
    assert keyspace.dump() == before


async def test_hostile_texts_pass_as_what_they_are(sender: Sender, shared_data: Path) -> None:
    naughty = json.loads((shared_data / "naughty_strings.json").read_text("utf-8"))
    payloads = [json.loads(line) for line in (shared_data / "xss_payloads.jsonl").read_text("utf-8").splitlines()]
    texts = [text for text in naughty if text.strip()] + [str(one.get("payload", one)) for one in payloads[:400]]
    texts = [text[:200] for text in texts]
    for start in range(0, len(texts), 200):
        messages = [
            {"type": "track", "event": text, "userId": f"u{n}", "properties": {"said": text}, "messageId": text}
            for n, text in enumerate(texts[start : start + 200])
        ]
        assert (await sender.batch(*messages)).status_code == 200
    for text in naughty[:80]:
        if text.strip() and len(text) < 200:
            assert (await sender.batch({"type": "identify", "userId": text, "traits": {text: text}})).status_code == 200
            person = await sender.get(text)
            assert person is not None


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"authorization": f"Bearer {SERVER_KEY}"}, ""),
        ({"authorization": "Basic OnRlc3RXcml0ZUtleQ=="}, ""),
        ({"authorization": "Basic Zm9yZ2VkOg=="}, ""),
        ({"x-write-key": SERVER_KEY}, ""),
        ({}, f"?writeKey={SERVER_KEY}"),
        ({"authorization": "Basic dGVzdFdyaXRlS2V5Og==", "origin": "https://shop.example"}, ""),
        ({}, ""),
    ],
)
async def test_a_key_that_is_forged_missing_or_misplaced_is_401(
    sender: Sender, keyspace: Keyspace, headers: dict[str, str], query: str
) -> None:
    before = keyspace.dump()
    answer = await sender.http.post(f"/v1/track{query}", content=json.dumps(TRACK), headers=headers)
    assert answer.status_code == 401
    assert ("www-authenticate" in answer.headers) is ("origin" not in headers)
    assert SERVER_KEY not in answer.text
    assert keyspace.dump() == before


async def test_the_key_may_stand_in_the_body(sender: Sender) -> None:
    assert (await sender.post("/v1/track", {**TRACK, "writeKey": SERVER_KEY}, key=None)).status_code == 200
    assert (await sender.post("/v1/track", {**TRACK, "writeKey": "forged"}, key=None)).status_code == 401
    assert (await sender.post("/v1/track", {**TRACK, "writeKey": BROWSER_KEY})).status_code == 401


async def test_pages_of_any_site_may_send_with_a_public_key(sender: Sender) -> None:
    page = {"origin": "https://shop.example"}
    asked = await sender.http.options("/v1/p", headers={**page, "access-control-request-headers": "authorization"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "authorization" in asked.headers["access-control-allow-headers"]
    body = {**SEEN, "writeKey": BROWSER_KEY}
    answer = await sender.post("/v1/p", body, key=None, **page, content_type="text/plain", user_agent=CHROME.decode())
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    wrong = await sender.post("/v1/p", {**body, "userId": "u"}, key=None, **page)
    assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (403, "*")
    assert wrong.json()["errors"][0]["field"] == "userId"


async def test_without_public_keys_no_page_may_send(sender_of: SenderOf) -> None:
    sender = sender_of(public_keys=())
    page = {"origin": "https://shop.example"}
    assert (await sender.http.options("/v1/p", headers=page)).status_code == 403
    answer = await sender.post("/v1/p", SEEN, **page)
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers


async def test_a_browsers_visitor_is_confirmed_by_coming_again(sender: Sender) -> None:
    visitor = await sender.store.client("a")
    for confirmed in (False, True):
        answer = await sender.batch(SEEN, key=BROWSER_KEY, user_agent=CHROME.decode())
        assert answer.status_code == 200
        assert (await sender.store.load(visitor)).confirmed is confirmed
    assert (await sender.events()).count("Page Viewed") == 2


async def test_a_hostile_browser_key_cannot_fill_the_store(sender: Sender, keyspace: Keyspace) -> None:
    statuses = set()
    for burst in range(4):
        strangers = [{**SEEN, "anonymousId": f"{burst}-{n}"} for n in range(MOST_MESSAGES)]
        statuses.add((await sender.batch(*strangers, key=BROWSER_KEY, user_agent=CHROME.decode())).status_code)
    assert statuses == {200, 429}
    records = [key for key in keyspace.dump() if b":profile:" in key]
    assert len(records) == 1000  # the burst that one worker lets through


async def test_a_public_key_changes_nothing_that_is_known_of_a_person(sender: Sender) -> None:
    await sender.batch({"type": "identify", "userId": "u", "anonymousId": "a", "traits": {"email": "u@shop.example"}})
    forged = {"type": "identify", "anonymousId": "a", "traits": {"email": "x@evil.example"}}
    assert (await sender.batch(forged, {**SEEN}, key=BROWSER_KEY, user_agent=CHROME.decode())).status_code == 200
    person = await sender.get("u")
    assert person is not None
    assert person.traits["email"] == "u@shop.example"
    await sender.batch({**forged, "anonymousId": "stranger"}, key=BROWSER_KEY, user_agent=CHROME.decode())
    stranger = await sender.got("stranger")
    assert stranger is not None
    assert stranger.traits["email"] == "x@evil.example"


async def test_a_store_that_is_away_is_503_and_nothing_waits_for_it(sender_of: SenderOf) -> None:
    away = open_store("unix:///nonexistent/floorwalker.sock")
    sender = sender_of(store=away)
    answer = await sender.post("/v1/track", TRACK)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert away.health().pending == 0
    assert (await sender.http.get("/healthz")).json()["status"] == "ok"
    await away.close()


async def test_times_are_the_senders_by_our_clock(sender: Sender, clock: Clock) -> None:
    late = {**TRACK, "timestamp": "2001-01-01T00:00:00Z", "sentAt": "2001-01-01T01:00:00Z"}
    assert (await sender.post("/v1/track", late)).status_code == 200
    person = await sender.get("u")
    assert person is not None
    assert person.last_seen == NOW - 3600
    assert SENT_AT.startswith("2026-11-22T14:46:40")


def test_an_app_that_nobody_could_send_to_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="write_keys"):
        CollectApp(rules=RULES, store="redis://localhost")
    with pytest.raises(ConfigurationError, match="prefix"):
        CollectApp(prefix="/x", write_keys=["a"])  # type: ignore[call-arg]
