import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.reading.language import LANGUAGE_LIMIT, read_languages


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", ("de-de", "de", "en-us", "en")),
        ("en;q=0.5, fr", ("fr", "en")),
        ("de;q=0, en", ("en",)),
        ("*", ()),
        ("zh-Hant-TW", ("zh-hant-tw",)),
        ("de ; q = 0.5 , pl;q=1", ("pl", "de")),
        ("de,de", ("de",)),
        ("de;q=abc, <script>, e, en", ("en",)),
        ("", ()),
    ],
)
def test_languages_come_in_the_visitors_order(header, languages):
    assert read_languages(header) == languages


@given(st.text())
def test_any_header_gives_few_short_tags(header):
    tags = read_languages(header)
    assert len(tags) <= LANGUAGE_LIMIT
    assert all(len(tag) <= 44 and tag == tag.lower() for tag in tags)
