"""Blocks that bear their names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.html.block_marks import marked_block


@pytest.mark.parametrize(
    ("markup", "by_selector", "marked"),
    [
        ("<b>x</b>", False, "<!--fw:hero:offer--><b>x</b><!--/fw-->"),
        ("<b>x</b>", True, "<!--fw:hero:offer--><b>x</b><!--/fw-->"),
        ("  <b>x</b>", True, "<!--fw:hero:offer-->  <b>x</b><!--/fw-->"),
        ("words", False, "<!--fw:hero:offer-->words<!--/fw-->"),
        ("words", True, "words"),
        ("", False, ""),
    ],
)
def test_a_block_bears_its_name_where_a_comment_cannot_show(markup: str, by_selector: bool, marked: str) -> None:
    assert marked_block("hero", "offer", markup, by_selector=by_selector) == marked


@given(st.text())
def test_no_name_ends_the_comment_or_is_not_ascii(block: str) -> None:
    block = block.encode("utf-8", "ignore").decode()
    marked = marked_block("hero", block, "<b>", by_selector=False)
    assert re.fullmatch(r"<!--fw:hero:[A-Za-z0-9_.~%-]*--><b><!--/fw-->", marked)
