"""A table of bad input: which field is named, and with what status; and what good input is read as."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.collect.bodies import read_batch, read_message
from floorwalker.collect.keys import Access
from floorwalker.collect.limits import MOST_FAULTS
from floorwalker.collect.messages import Kind, Message
from floorwalker.collect.reading import keys_in, read_messages
from floorwalker.collect.refusals import Refused
from tests.collect.conftest import refusal_of

NOW = 1_795_358_800.0
TRACK = {"type": "track", "event": "Seen", "userId": "u"}


def read(fields: dict[str, Any], kind: Kind | None = None, *, access: Access = Access.SERVER) -> Message:
    (message,) = read_all([fields], kind, access=access)
    return message


def read_all(sent: list[Any], kind: Kind | None = None, *, access: Access = Access.SERVER) -> list[Message]:
    if kind is not None:
        return read_messages(read_message(json.dumps(sent[0]).encode()), kind, now=NOW, access=access)
    return read_messages(read_batch(json.dumps({"batch": sent}).encode()), None, now=NOW, access=access)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": None}, "type"),
    ({"type": "delete"}, "type"),
    ({"type": 3}, "type"),
    ({"event": None}, "event"),
    ({"event": ""}, "event"),
    ({"event": "  "}, "event"),
    ({"event": 3}, "event"),
    ({"event": ["a"]}, "event"),
    ({"event": "x" * 256}, "event"),
    ({"event": "Identified"}, "event"),
    ({"event": "Page Viewed"}, "event"),
    ({"event": "page  viewed"}, "event"),
    ({"event": "Nóte taken"}, "event"),
    ({"event": " CONVERTED "}, "event"),
    ({"event": " Exposed "}, "event"),
    ({"event": "Converted"}, "event"),
    ({"event": "slot_shown"}, "event"),
    ({"userId": None}, "userId"),
    ({"userId": ""}, "userId"),
    ({"userId": " "}, "userId"),
    ({"userId": True}, "userId"),
    ({"userId": 1.5}, "userId"),
    ({"userId": {}}, "userId"),
    ({"userId": "x" * 256}, "userId"),
    ({"anonymousId": []}, "anonymousId"),
    ({"messageId": 3}, "messageId"),
    ({"messageId": "x" * 256}, "messageId"),
    ({"properties": []}, "properties"),
    ({"properties": "x"}, "properties"),
    ({"timestamp": "now"}, "timestamp"),
    ({"timestamp": 1795358800}, "timestamp"),
    ({"timestamp": "2027-11-22T00:00:00Z"}, "timestamp"),
    ({"timestamp": "1999-01-01T00:00:00Z"}, "timestamp"),
    ({"timestamp": "9999-12-31T23:59:59Z"}, "timestamp"),
    ({"originalTimestamp": "soon"}, "originalTimestamp"),
    ({"sentAt": "x"}, "sentAt"),
    ({"sentAt": []}, "sentAt"),
    ({"context": "x"}, "context"),
    ({"context": {"page": 3}}, "context.page"),
    ({"context": {"page": {"url": 3}}}, "context.page.url"),
    ({"context": {"page": {"url": "x" * 4097}}}, "context.page.url"),
    ({"context": {"campaign": "x"}}, "context.campaign"),
    ({"context": {"campaign": {"name": []}}}, "context.campaign.name"),
    ({"context": {"userAgent": 3}}, "context.userAgent"),
    ({"context": {"locale": {}}}, "context.locale"),
    ({"context": {"timezone": 1}}, "context.timezone"),
    ({"context": {"ip": 1}}, "context.ip"),
    ({"context": {"consent": []}}, "context.consent"),
    ({"context": {"consent": {"categoryPreferences": {"Ads": "no"}}}}, "context.consent.categoryPreferences.Ads"),
    ({"type": "identify", "traits": 3}, "traits"),
    ({"type": "identify", "context": {"traits": []}}, "context.traits"),
    ({"type": "alias"}, "previousId"),
    ({"type": "alias", "previousId": "a", "userId": None}, "userId"),
    ({"type": "group"}, "groupId"),
    ({"type": "group", "groupId": []}, "groupId"),
    ({"type": "page", "name": 3}, "name"),
    ({"type": "page", "properties": {"url": 3}}, "properties.url"),
    ({"type": "screen", "properties": {"referrer": ["x"]}}, "properties.referrer"),
    ({"type": "page", "properties": {"url": "x" * 4097}}, "properties.url"),
    ({"type": "screen", "category": 3}, "category"),
]


@pytest.mark.parametrize(("change", "field"), [pytest.param(*row, id=f"{row[1]}-{n}") for n, row in enumerate(WRONG)])
def test_a_wrong_field_is_named_in_a_batch_and_alone(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        read_all([TRACK, {**TRACK, **change}])
    assert refused.value.status == 400
    assert f"batch[1].{field}" in [fault.field for fault in refused.value.faults]
    fields = {**TRACK, **change}
    kind = Kind(fields["type"]) if fields["type"] in list(Kind) else Kind.TRACK
    if field != "type" or fields["type"] is not None:
        with pytest.raises(Refused) as refused:
            read(fields, kind)
        assert field in [fault.field for fault in refused.value.faults]


def test_a_single_message_is_what_its_address_says() -> None:
    assert read({"event": "Seen", "userId": "u"}, Kind.TRACK).kind is Kind.TRACK
    with pytest.raises(Refused) as refused:
        read({**TRACK}, Kind.PAGE)
    assert [fault.field for fault in refused.value.faults] == ["type"]


def test_all_faults_are_found_and_the_first_twenty_told() -> None:
    with pytest.raises(Refused) as refused:
        read_all([{"type": "track"} for _ in range(30)])
    assert len(refused.value.faults) == MOST_FAULTS
    assert "60 fields" in refused.value.detail
    assert refused.value.faults[0].field == "batch[0].event"


def test_the_time_of_a_batch_is_read_once() -> None:
    with pytest.raises(Refused) as refused:
        read_messages(
            read_batch(json.dumps({"batch": [TRACK, TRACK], "sentAt": "?"}).encode()),
            None,
            now=NOW,
            access=Access.SERVER,
        )
    assert [fault.field for fault in refused.value.faults] == ["sentAt"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "userId"),
        ({"type": "identify"}, "userId"),
        ({"type": "alias", "previousId": "a"}, "type"),
        ({"type": "group", "groupId": "g"}, "type"),
        ({"type": "group", "groupId": "g", "userId": None, "anonymousId": "a"}, "type"),
    ],
)
def test_a_public_key_says_nothing_of_who_somebody_is(change: dict[str, Any], field: str) -> None:
    allowed = {**TRACK, "userId": None, "anonymousId": "a"}
    with pytest.raises(Refused) as refused:
        read_all([allowed, {**TRACK, **change}], access=Access.BROWSER)
    assert refused.value.status == 403
    assert [fault.field for fault in refused.value.faults] == [f"batch[1].{field}"]


@pytest.mark.parametrize("kind", ["track", "page", "screen", "identify"])
def test_a_public_key_says_what_an_unknown_visitor_does(kind: str) -> None:
    message = read({"type": kind, "event": "Seen", "anonymousId": "a", "userId": None}, access=Access.BROWSER)
    assert (message.kind, message.anonymous, message.user) == (kind, "a", "")


def test_ids_may_be_whole_numbers_and_null_is_none() -> None:
    message = read({**TRACK, "userId": 17, "anonymousId": None, "messageId": None, "properties": None, "context": None})
    assert (message.user, message.anonymous, message.id, message.properties) == ("17", "", "", {})
    assert read({**TRACK, "userId": 1 << 60}).user == str(1 << 60)


def test_traits_in_the_context_count_and_those_beside_it_go_before() -> None:
    fields = {"type": "identify", "userId": "u", "context": {"traits": {"a": 1, "b": 1}}, "traits": {"b": 2}}
    assert read(fields).traits == {"a": 1, "b": 2}
    assert read({**fields, "type": "track", "event": "x"}).traits == {}


def test_the_original_time_goes_before_one_that_somebody_corrected() -> None:
    fields = {**TRACK, "timestamp": "2026-11-22T14:46:30Z", "originalTimestamp": "2026-11-22T14:45:58Z"}
    assert read(fields).at == 1795358758


def test_a_message_knows_the_time_at_which_it_was_sent_itself() -> None:
    sent = {"batch": [{**TRACK, "timestamp": "2001-01-01T00:00:00Z", "sentAt": "2001-01-01T00:00:05Z"}]}
    sent["sentAt"] = "2026-11-22T14:46:40Z"  # type: ignore[assignment]
    (message,) = read_messages(read_batch(json.dumps(sent).encode()), None, now=NOW, access=Access.SERVER)
    assert message.at == NOW - 5


ALLOWED: list[tuple[dict[str, bool], str | None]] = [
    ({}, None),
    ({"Advertising": False}, None),
    ({"Advertising": False, "Analytics": True}, "analytics personalization tests"),
    ({"Analytics": False}, ""),
    ({"personalisation": False}, ""),
    ({"analytics": True, "personalization": False}, "analytics"),
    ({"Analytics": False, "Personalization": True}, "personalization"),
    ({"tests": False}, "analytics personalization"),
    ({"analytics": False, "tests": True}, "tests"),
]


@pytest.mark.parametrize(("preferences", "allowed"), ALLOWED)
def test_what_a_message_allows_is_known_by_the_names_of_the_categories(
    preferences: dict[str, bool], allowed: str | None
) -> None:
    message = read({**TRACK, "context": {"consent": {"categoryPreferences": preferences}}})
    assert message.context.allowed == (None if allowed is None else frozenset(allowed.split()))


def test_every_key_of_a_body_is_found() -> None:
    body = {"writeKey": "a", "batch": [{"writeKey": "b"}, {"writeKey": None}, {}]}
    assert keys_in(read_batch(json.dumps(body).encode())) == ["a", "b"]
    with pytest.raises(Refused) as refused:
        keys_in(read_message(b'{"writeKey": 3}'))
    assert (refused.value.status, refused.value.faults[0].field) == (400, "writeKey")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["type", "event", "userId", "anonymousId", "previousId", "groupId", "messageId", "properties", "traits", "context",
     "timestamp", "originalTimestamp", "sentAt", "name", "category", "writeKey"]
)  # fmt: skip


@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=6) | JSON, max_size=3), st.sampled_from(Access))
def test_any_json_is_messages_or_refused(sent: list[Any], access: Access) -> None:
    refusal = refusal_of(lambda: read_all(sent, access=access))
    if refusal is None:
        assert all(message.user or message.anonymous for message in read_all(sent, access=access))
    else:
        assert refusal.status in (400, 403)
