"""How a record lies in bytes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.errors import RecordTooNew
from floorwalker.store.records.codec import SCHEMA_READ
from floorwalker.store.records.record import (
    DEFERRED,
    LAYOUT,
    Body,
    Pending,
    Record,
    State,
    Writer,
    decode_record,
    mark_deferred,
    next_version,
    with_writer,
)

whole = st.integers(0, 2**64 - 1)
writers = st.builds(Writer, id=whole, sequence=whole, at=st.integers(0, 2**31))
tallies = st.tuples(st.text(max_size=5), st.text(max_size=5), st.integers(-9, 9))
pendings = st.builds(
    Pending, events=st.lists(st.binary(max_size=9)).map(tuple), counts=st.lists(tallies, max_size=3).map(tuple)
)
bodies = st.builds(
    Body,
    visitor=st.text(max_size=30),
    pseudonym=st.binary(max_size=8),
    created=st.integers(0, 2**32),
    payload=st.binary(max_size=60),
    writers=st.lists(writers, max_size=4).map(tuple),
    pending=st.none() | pendings,
    moved_to=st.text(max_size=9),
    merge=st.binary(max_size=9),
)
records = st.builds(
    Record,
    state=st.sampled_from(State),
    epoch=st.binary(min_size=8, max_size=8),
    version=st.integers(0, 2**32 - 1),
    body=bodies,
    confirmed=st.booleans(),
    deferred=st.booleans(),
    schema=st.just(1),
)


@given(records)
def test_a_record_survives_its_bytes(record: Record) -> None:
    assert decode_record(record.encode()) == record


@given(records, st.booleans())
def test_marking_a_record_changes_its_version_and_what_is_said_alone(record: Record, confirmed: bool) -> None:
    stored = record.encode()
    marked = decode_record(mark_deferred(stored, confirmed=confirmed) + stored[15:])
    assert marked.deferred
    assert marked.version != record.version
    assert marked.version % 256 == (record.version + 1) % 256
    assert (marked.confirmed, marked.epoch, marked.state, marked.body) == (
        record.confirmed or confirmed,
        record.epoch,
        record.state,
        record.body,
    )
    assert mark_deferred(stored, confirmed=confirmed)[14] & DEFERRED


@given(st.binary(max_size=80))
def test_any_bytes_are_a_record_or_a_named_error(stored: bytes) -> None:
    with contextlib.suppress(ValueError, RecordTooNew):
        decode_record(stored)


@pytest.mark.parametrize("place", [0, 15])
def test_a_higher_layout_or_schema_is_too_new(place: int) -> None:
    stored = bytearray(Record(state=State.LIVE, epoch=b"e" * 8, version=1, body=Body("v")).encode())
    stored[place] = 1 + max(LAYOUT, SCHEMA_READ)
    with pytest.raises(RecordTooNew):
        decode_record(bytes(stored))


def test_later_fields_of_the_body_are_no_hindrance() -> None:
    import msgspec

    head = Record(state=State.LIVE, epoch=b"e" * 8, version=1, body=Body("v")).head()
    longer = [*msgspec.to_builtins(Body("v")), "later"]
    longer[1] = longer[3] = longer[7] = longer[9] = b""
    assert decode_record(head + msgspec.msgpack.encode(longer)).body == Body("v")


@given(st.lists(writers, max_size=40, unique_by=lambda one: one.id), writers, st.integers(0, 2**31))
def test_the_latest_writers_are_kept_and_the_newest_always(old: list[Writer], new: Writer, since: int) -> None:
    kept = with_writer(tuple(old), new, forget_before=since, at_most=8)
    assert kept[-1] == new
    assert len(kept) <= 8
    assert all(one.at >= since for one in kept[:-1])
    gone = [one for one in old if one not in kept and one.id != new.id and one.at >= since]
    assert not gone or max(one.at for one in gone) <= min((one.at for one in kept[:-1]), default=2**32)


@given(st.integers(0, 2**32 - 1))
def test_no_version_comes_again_within_255_commits_nor_two_of_one_record(version: int) -> None:
    seen = [version]
    for _ in range(255):
        seen.append(next_version(seen[-1]))
    assert len(set(seen)) == 256
    assert all(0 <= one < 2**32 for one in seen)
    others = [next_version(version) for _ in range(8)]
    assert len(set(others)) >= 7  # two alike by chance are 1 in 600,000
