"""Bodies: what they are shows in their first bytes, they are strictly JSON, and no bomb is unpacked."""

import gzip
import json
import zlib
from base64 import b64decode
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.collect.bodies import read_batch, read_message, unpack
from floorwalker.collect.limits import BODY_BYTES, DEEPEST, MESSAGE_BYTES, MOST_MESSAGES
from floorwalker.collect.refusals import Refused
from tests.collect.conftest import refusal_of

PLAIN = json.dumps({"event": "Réd shoes"}).encode()


def raw_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (PLAIN, b""),
        (PLAIN, b"gzip"),
        (PLAIN, b"br"),
        (gzip.compress(PLAIN, mtime=0), b""),
        (gzip.compress(PLAIN, mtime=0), b"gzip"),
        (gzip.compress(PLAIN[:9], mtime=0) + gzip.compress(PLAIN[9:], mtime=0), b"gzip"),
        (zlib.compress(PLAIN), b""),
        (zlib.compress(PLAIN), b"deflate"),
        (raw_deflate(PLAIN), b"deflate"),
    ],
)
def test_a_body_is_what_its_first_bytes_say(body: bytes, label: bytes) -> None:
    assert unpack(body, label) == PLAIN


@given(st.binary(max_size=300), st.sampled_from([b"", b"gzip", b"deflate", b"br", b"\xff"]))
def test_any_bytes_are_unpacked_or_refused(body: bytes, label: bytes) -> None:
    refusal = refusal_of(lambda: unpack(body, label))
    assert refusal is None or refusal.status in (400, 413, 415)


@pytest.mark.parametrize("body", [gzip.compress(PLAIN, mtime=0)[:-3], b"\x1f\x8b" + PLAIN, zlib.compress(PLAIN)[:-6]])
def test_a_broken_encoding_is_refused(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        unpack(body)
    assert refused.value.status == 400


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * (1 << 26), mtime=0))
    once = gzip.decompress(bomb)
    assert len(once) < BODY_BYTES
    with pytest.raises(Refused) as refused:
        unpack(once)
    assert refused.value.status == 413
    with pytest.raises(Refused):  # gzip in gzip is no JSON
        read_message(unpack(bomb))


def test_an_encoding_that_is_not_known_is_named() -> None:
    with pytest.raises(Refused) as refused:
        unpack(b"\x8b\x02\x80", b"br")
    assert refused.value.status == 415


def cases(shared_data: Path) -> list[dict[str, Any]]:
    lines = (shared_data / "json_parsing_bodies.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def is_json(body: bytes) -> bool:
    """Whether a body may stand as a value in a message."""
    refusal = refusal_of(lambda: read_message(b'{"properties": {"a": ' + body + b"}}"))
    assert refusal is None or refusal.status == 400
    return refusal is None or bool(refusal.faults)  # which was read, and lies too deep or counts too far


def test_json_is_what_rfc_8259_says_and_nothing_else(shared_data: Path) -> None:
    wrong = [
        case["name"]
        for case in cases(shared_data)
        if case["expect"] != "either" and is_json(b64decode(case["body_b64"])) is not (case["expect"] == "accept")
    ]
    assert wrong == []


def test_every_body_of_the_parsing_suite_is_read_or_refused(shared_data: Path) -> None:
    for case in cases(shared_data):
        body = b64decode(case["body_b64"])
        refusal = refusal_of(partial(read_message, body))
        assert refusal.status == 400 if refusal else isinstance(msgspec.json.decode(body), dict)
        batch = refusal_of(partial(read_batch, body))
        assert batch is not None
        assert batch.status == 400


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", '"\\ud800"', '"\x00"', "01", "'a'", "1,"])
def test_what_lenient_readers_take_is_refused(value: str) -> None:
    with pytest.raises(Refused) as refused:
        read_message(f'{{"event": {value}}}'.encode())
    assert refused.value.status == 400


def test_of_a_name_that_stands_twice_the_latter_counts() -> None:
    assert read_message(b'{"a": 1, "a": 2}').fields == {"a": 2}


def test_a_whole_number_that_readers_disagree_on_becomes_a_text() -> None:
    text = b'{"a": 9007199254740992, "b": [9007199254740993], "c": {"d": -18446744073709551615}}'
    expected = {"a": 9007199254740992, "b": ["9007199254740993"], "c": {"d": "-18446744073709551615"}}
    assert read_message(text).fields == expected


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"a": {"b": [1, 100000000000000000000]}}', "a.b[1]"),
        (b'{"a": ' + b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1) + b"}", "a" + "[0]" * (DEEPEST - 1)),
    ],
)
def test_what_counts_too_far_or_lies_too_deep_is_named(body: bytes, field: str) -> None:
    with pytest.raises(Refused) as refused:
        read_message(body)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_endless_nesting_is_refused() -> None:
    for read in (read_message, read_batch):
        with pytest.raises(Refused) as refused:
            read(b'{"batch": [' + b"[" * 15_000 + b"]" * 15_000 + b"]}")
        assert refused.value.status == 400


def batch(*messages: bytes) -> bytes:
    return b'{"batch": [' + b",".join(messages) + b'], "sentAt": "x"}'


def test_a_batch_is_its_messages_and_what_stands_beside_them() -> None:
    envelope = read_batch(batch(b'{"a": 1}', b'{"a": 2}'))
    assert envelope.fields == {"sentAt": "x"}
    assert [(sent.where, sent.fields) for sent in envelope.messages] == [
        ("batch[0].", {"a": 1}),
        ("batch[1].", {"a": 2}),
    ]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"[]", 400, None),
        (b"{}", 400, "batch"),
        (b'{"batch": null}', 400, "batch"),
        (b'{"batch": {}}', 400, "batch"),
        (b'{"batch": []}', 400, "batch"),
        (batch(b"{}", b"3"), 400, "batch[1]"),
        (batch(*[b"{}"] * (MOST_MESSAGES + 1)), 413, "batch"),
        (batch(b"{}", b'{"a": "' + b"x" * MESSAGE_BYTES + b'"}'), 413, "batch[1]"),
        (b'{"batch": [{}], "other": [NaN]}', 400, None),
    ],
)
def test_a_batch_that_is_none_is_refused(body: bytes, status: int, field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        read_batch(body)
    assert refused.value.status == status
    assert [fault.field for fault in refused.value.faults] == ([field] if field else [])


def test_a_message_is_long_by_the_bytes_in_which_it_came() -> None:
    text = json.dumps({"event": "x"}).encode()
    assert read_message(text + b" " * (MESSAGE_BYTES - len(text)))
    with pytest.raises(Refused) as refused:
        read_message(text + b" " * (MESSAGE_BYTES - len(text) + 1))
    assert refused.value.status == 413
