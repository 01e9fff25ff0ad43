"""Charsets."""

import pytest

from floorwalker.html.charset import can_hold_markers, can_use_selectors, read_charset


@pytest.mark.parametrize(
    ("content_type", "head", "charset"),
    [
        (b"text/html; charset=utf-8", b"", "utf-8"),
        (b'text/html;CHARSET = "UTF8"', b"", "utf-8"),
        (b"text/html; charset=ISO-8859-1", b"", "cp1252"),
        (b"text/html; charset=us-ascii", b"", "cp1252"),
        (b"text/html; charset=Shift_JIS", b"<meta charset=utf-8>", "shift_jis"),
        (b"text/html", b"<html><head><META charset='windows-1251'>", "cp1251"),
        (b"text/html", b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb2312"),
        (b"text/html", b" " * 1024 + b"<meta charset=utf-8>", "ascii"),
        (b"text/html", b"<p>", "ascii"),
        (b"text/html; charset=klingon", b"", "ascii"),
        (b"text/html; charset=\xff\xfe", b"", "ascii"),
        (b"text/html; charset=", b"", "ascii"),
        (b"text/html; charset=cp1252", b"\xef\xbb\xbf<p>", "utf-8"),
        (b"text/html", b"\xff\xfe<\0", "utf-16-le"),
        (b"text/html", b"\xfe\xff\0<", "utf-16-be"),
        (b"text/html; charset=utf-16", b"", "utf-16"),
    ],
)
def test_the_charset_is_what_a_browser_would_take(content_type: bytes, head: bytes, charset: str) -> None:
    assert read_charset(content_type, head) == charset


@pytest.mark.parametrize(
    "charset", ["utf-8", "ascii", "cp1252", "cp1251", "gb2312", "big5", "shift_jis", "euc_kr", "koi8-r"]
)
def test_charsets_that_extend_ascii_can_hold_markers(charset: str) -> None:
    assert can_hold_markers(charset)


@pytest.mark.parametrize(
    "charset", ["utf-16", "utf-16-le", "utf-32", "utf-7", "iso2022_jp", "hz", "cp037", "base64", "none"]
)
def test_other_charsets_pass_through(charset: str) -> None:
    assert not can_hold_markers(charset)


def test_selectors_are_for_utf_8() -> None:
    assert can_use_selectors("utf-8")
    assert can_use_selectors("ascii")
    assert not can_use_selectors("cp1252")
