"""Which comments are comments: held against an independent parser, and the short cut against the long way."""

from collections.abc import Iterator

import lolhtml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.html.context import PageContext
from floorwalker.html.markers import MarkerScanner
from tests.html.conftest import pieces_of, ways_to_cut

FRAGMENTS = [
    *(b"<!--slot:a-->", b"<!--/slot:a-->", b"<!--slot:b.c_d-9-->", b"<!--slot: a-->", b"<!--slot:-->"),
    *(b"<p>", b"</p>", b'<a href="x">', b"<a b='c'>", b"<i x=y>", b"<br/>", b"<a b = c d>", b"<a ='>'>"),
    *(b"<a b=c'd\"e>", b"<a b=\"c\"d='e'>", b"<a/b='/>'/>", b'"', b"'", b'="', b"='", b"=", b">", b"<", b"</", b" "),
    *(
        b"<script>",
        b"</script>",
        b"<SCRIPT a='>'>",
        b"</Script x>",
        b"<style>",
        b"</style>",
        b"<textarea>",
        b"</textarea>",
    ),
    *(b"<title>", b"</title/>", b"<scripts>", b"<script", b"</scrip", b"<xmp>", b"</xmp>", b"<iframe>", b"</iframe>"),
    *(b"<!--", b"-->", b"--!>", b"->", b"-", b"!", b"<!", b"<!doctype html>", b"<?php ?>", b"</ x>", b"</>", b"it's"),
    *(b"<!---->", b"<!-->", b"<!--->", b"\n", b"text", b"\xff\x80", b"\x00", b"<9>", b"<a\n=b", b"/", b"a=b"),
]

pages = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(b"".join)


class _Comments:
    def __init__(self) -> None:
        self.found: list[bytes] = []

    def comments(self, comment: lolhtml.Comment) -> None:
        self.found.append(b"<!--" + comment.text.encode() + b"-->")


def markers_by_lolhtml(page: bytes) -> list[bytes] | None:
    comments = _Comments()
    rewriter = lolhtml.HTMLRewriter(lambda _: None)
    rewriter.on_document(comments)
    try:
        rewriter.write(page)
        rewriter.end()
    except RuntimeError:
        return None
    known = {b"<!--slot:a-->", b"<!--/slot:a-->", b"<!--slot:b.c_d-9-->"}
    return [comment for comment in comments.found if comment in known]


def markers_by_us(pieces: Iterator[bytes] | list[bytes], unread_cap_bytes: int = 65_536) -> list[bytes]:
    scanner, found = MarkerScanner(unread_cap_bytes=unread_cap_bytes), []
    for piece in pieces:
        data, markers = scanner.feed(piece)
        found += [data[marker.start : marker.end] for marker in markers]
    return found


@given(pages)
def test_markers_are_those_that_another_parser_takes_for_comments(page: bytes) -> None:
    expected = markers_by_lolhtml(page)
    if expected is not None:
        assert markers_by_us([page]) == expected


@given(pages, st.data())
def test_markers_do_not_depend_on_where_the_page_is_cut(page: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(page)), max_size=6))
    for unread_cap_bytes in (0, 7, 65_536):
        assert markers_by_us(pieces_of(page, cuts), unread_cap_bytes) == markers_by_us([page])
        assert markers_by_us(pieces_of(page, range(len(page))), unread_cap_bytes) == markers_by_us([page])


@given(pages)
def test_the_short_cut_finds_what_the_long_way_finds(page: bytes) -> None:
    places = [at for at in range(len(page)) if page.startswith(b"<!--", at)]
    if not places:
        return
    short, long = PageContext(), _LongWay()
    asked = {at: at + 4 for at in places}
    for context in (short, long):
        context.add(page)
    assert short.comments_in_text(asked) == long.comments_in_text(asked)


class _LongWay(PageContext):
    def _is_plain(self, _: int) -> bool:
        return False

    def _proven_text_before(self, target: int) -> int:
        return self._pos


LEFT_ALONE = [
    b"<script>x = '%s'</script>",
    b"<script><!-- <script> %s </script> --></script>",
    b"<script><!-- <script> </script> %s --></script>",
    b"<style>%s</style>",
    b"<TEXTAREA>%s</TextArea>",
    b"<title>%s</title>",
    b"<noscript>%s</noscript>",
    b"<iframe>%s</iframe>",
    b"<xmp>%s</xmp>",
    b"<noembed>%s</noembed>",
    b"<plaintext>%s",
    b'<a title="%s">x</a>',
    b"<a title='%s'>x</a>",
    b"<a title= %s>x</a>",
    b"<a %s>x</a>",
    b"<!-- %s",
    b"<!--[if IE]>%s",
    b"<![CDATA[%s]]>",
    b"<svg><![CDATA[%s]]></svg>",
    b"<!doctype %s>",
    b"</a %s>",
    b"<?xml %s>",
    b'<a title="a > b \'c %s">x</a>',
    b"<textarea></textare>%s</textarea>",
    b"<script>'</scripty>%s'</script>",
]


@pytest.mark.parametrize("around", LEFT_ALONE)
def test_what_is_no_comment_there_is_no_marker(around: bytes) -> None:
    page = around % b"<!--slot:a-->"
    for pieces in ways_to_cut(page):
        assert markers_by_us(pieces) == []


SERVED = [
    b"%s",
    b"a < b %s",
    b"it's %s",
    b'say "%s"',
    b"<template>%s</template>",
    b'<p title="it\'s">%s</p>',
    b"<p title='\"'>%s</p>",
    b'<a title="<script>">%s</a>',
    b'<a title="<!--">%s</a>',
    b"<!-- x -->%s",
    b"<!-->%s",
    b"<script></script>%s",
    b"<script><!-- <script> </script> </script>%s",
    b"<script><!--></script>%s",
    b"<title>&lt;/title></title >%s",
    b'<a b="c"="d">%s</a>',
    b'x = "%s',
    b"x = '%s",
    b'<p>a="b" c="%s</p>',
    b"<select>%s</select>",
    b"</>%s",
    b"<scripts>%s",
    b"<![cdata[>%s",
]


@pytest.mark.parametrize("around", SERVED)
def test_what_is_a_comment_there_is_a_marker(around: bytes) -> None:
    page = around % b"<!--slot:a-->"
    for pieces in ways_to_cut(page):
        assert markers_by_us(pieces) == [b"<!--slot:a-->"]
