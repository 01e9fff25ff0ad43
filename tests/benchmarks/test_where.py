"""Where a page's time goes: what ran is noted, and counts to the room that its file lies in."""

import time
from pathlib import Path

import pytest

from benchmarks.parts.where import PACKAGE, Samples, room_of


@pytest.mark.parametrize(
    ("file", "room"),
    [
        (PACKAGE / "asgi" / "walk.py", "asgi/walk"),
        (PACKAGE / "asgi" / "keeping" / "keeper.py", "asgi/keeping"),
        (PACKAGE / "core" / "memory" / "kept" / "recents.py", "core/memory"),
        (PACKAGE / "html" / "rewriter.py", "html"),
        (PACKAGE / "logs.py", "logs"),
        (Path("/somewhere/site-packages/jinja2/runtime.py"), "Jinja2"),
        (Path("/somewhere/lib/python3.11/asyncio/events.py"), "the event loop and Python's own"),
    ],
)
def test_a_file_lies_in_a_room(file: Path, room: str) -> None:
    assert room_of(str(file)) == room


def test_what_runs_is_noted() -> None:
    samples = Samples()
    with samples.taken():
        began = time.process_time()
        while time.process_time() - began < 0.05:
            pass
    assert samples.functions.most_common(1)[0][0] == (__file__, "test_what_runs_is_noted")
    assert samples.rooms().total() == samples.functions.total()
