"""What lies in the store and on disk, damaged or written by somebody else: counted as absent, never a crash."""

from typing import Final

from floorwalker.errors import FloorwalkerError
from floorwalker.store.records.found import Loaded, read_found
from floorwalker.store.spool.frames import Entry, Frame, TooNew, Unreadable, Work, entry_in, frame_of, frames_in

VISITOR: Final = "v" * 22
_ENTRY: Final = Entry(Work.STEP, VISITOR, 1.0, message="m", raw=b"raw")
_WRITTEN: Final = frame_of(_ENTRY, None)


def a_record(data: bytes) -> None:
    """Whatever lies under a visitor's key is theirs, whole, or counts as absent."""
    try:
        found = read_found(VISITOR, data)
    except FloorwalkerError:
        return
    assert found.visitor == VISITOR
    if isinstance(found, Loaded) and found.record is not None:
        assert found.record.body.visitor == VISITOR


def spool_frames(data: bytes) -> None:
    """All of what lies on disk is told apart, in order: frames and damage. What was whole before it stays readable."""
    end = 0
    for found in frames_in(data):
        assert found.offset == end
        assert found.size > 0
        end += found.size
        if isinstance(found, Frame):
            _read_entry(found)
    assert end == len(data)
    following = list(frames_in(_WRITTEN + data))
    assert isinstance(following[0], Frame)
    assert entry_in(following[0], None) == _ENTRY


def _read_entry(frame: Frame) -> None:
    try:
        entry_in(frame, None)
    except (TooNew, Unreadable):
        return
