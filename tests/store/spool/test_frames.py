"""Frames: what was written is read, what is torn or damaged is told apart and costs nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.store.spool.frames import (
    HEAD_BYTES,
    SCHEMA,
    Damage,
    Entry,
    Frame,
    Seal,
    TooNew,
    Unreadable,
    Work,
    entry_in,
    frame_of,
    frames_in,
    void_frame,
)

ENTRIES = st.builds(
    Entry,
    st.sampled_from(list(Work)),
    st.text(max_size=20),
    st.floats(0, 2e9),
    st.text(max_size=20),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**40),
    st.binary(max_size=60),
    st.text(max_size=10),
    st.text(max_size=10),
)
BACKWARDS = Seal(lambda plain: plain[::-1], lambda sealed: sealed[::-1])


def read(stored: bytes, seal: Seal | None = None) -> list[Entry | None]:
    return [entry_in(frame, seal) for frame in frames_in(stored) if isinstance(frame, Frame)]


@given(st.lists(ENTRIES, max_size=5), st.sampled_from([None, BACKWARDS]))
def test_what_was_written_is_read(entries: list[Entry], seal: Seal | None) -> None:
    assert read(b"".join([frame_of(one, seal) for one in entries]), seal) == entries


@given(st.lists(ENTRIES, min_size=1, max_size=4), st.integers(1, 500))
def test_a_torn_end_costs_the_last_entry_alone(entries: list[Entry], cut: int) -> None:
    frames = [frame_of(one, None) for one in entries]
    stored = b"".join(frames)[: -min(cut, len(frames[-1]) - 1)]
    found = list(frames_in(stored))
    assert [entry_in(one, None) for one in found if isinstance(one, Frame)] == entries[:-1]
    assert isinstance(found[-1], Damage)


@given(st.lists(ENTRIES, min_size=3, max_size=3), st.binary(max_size=80))
def test_garbage_in_between_costs_nothing_else(entries: list[Entry], garbage: bytes) -> None:
    first, second, third = [frame_of(one, None) for one in entries]
    assert read(first + garbage + second + garbage + third) == entries


@given(ENTRIES, st.data())
def test_any_altered_byte_is_no_entry(entry: Entry, data: st.DataObject) -> None:
    frame = bytearray(frame_of(entry, None))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= data.draw(st.integers(1, 255))
    assert read(bytes(frame)) == []


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_damage_and_nothing_is_passed_over(stored: bytes) -> None:
    offset = 0
    for one in frames_in(stored):
        assert one.offset == offset
        assert one.size > 0
        offset += one.size
    assert offset == len(stored)


def test_what_a_newer_release_wrote_is_left_to_it() -> None:
    (frame,) = frames_in(frame_of(Entry(Work.STEP, "v", 1.0), None))
    assert isinstance(frame, Frame)
    with pytest.raises(TooNew):
        entry_in(Frame(0, frame.size, SCHEMA + 1, 0, frame.content), None)


def test_what_is_sealed_is_unreadable_without_the_key() -> None:
    stored = frame_of(Entry(Work.STEP, "somebody", 1.0), BACKWARDS)
    assert b"somebody" not in stored
    with pytest.raises(Unreadable):
        read(stored)
    with pytest.raises(Unreadable):
        read(stored, Seal(None, lambda sealed: sealed[:3]))


def test_what_was_written_before_there_was_a_key_is_read_with_it() -> None:
    entry = Entry(Work.STEP, "v", 1.0)
    assert read(frame_of(entry, None), BACKWARDS) == [entry]


def test_a_void_frame_takes_as_much_room_and_holds_nothing() -> None:
    size = len(frame_of(Entry(Work.STEP, "v", 1.0), None))
    assert len(void_frame(size)) == size > HEAD_BYTES
    assert read(void_frame(size)) == [None]
