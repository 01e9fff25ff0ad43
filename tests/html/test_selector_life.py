"""lol-html must end in the thread that made it, so it must not wait for the garbage collector."""

import gc
import weakref

from floorwalker.html.selectors import Place, SelectorMarks, SelectorSlot


def test_a_page_that_is_over_leaves_nothing_to_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        marks = SelectorMarks([SelectorSlot("hero", "#hero", Place.INSIDE)], token="0123456789abcdef")
        marks.feed(b"<main><p id=hero>old</p></main>")
        marks.close()
        gone = weakref.ref(marks)
        del marks
        assert gone() is None
    finally:
        gc.enable()
