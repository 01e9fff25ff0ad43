"""The profile of whoever saw one page, in short: what nearly all of them say is one byte, and so is what they repeat.

Most visitors see one page and never come again, so theirs are most of the records. Everything here is replacing bytes
by bytes that MessagePack and UTF-8 never use, so a profile of any release, with whatever fields, comes back as it was.
"""

from msgspec import msgpack

BEGIN = 0xC1
"""What a profile in short begins with, and no MessagePack does."""

_MARK = b"\xc1"  # in the profile: the time of the first page
_PAGE, _END = b"\xf5", b"\xff"  # the page's path; what the path in front of all ends with
_SEED_AT, _TIME_AT, _REST_AT = 3, 12, 17  # behind an array's head, a seed of nine bytes, and a time of five
PHRASES = (
    (b"\xf6", b"\xc1\x01\x97\x01\xc1\xc1\x01\x97\xc1\xf5"),
    (b"\xf7", b"\xf5\x00\xc0\xa0\xc0\x90\xa0\x80\x90\x00\x00\xc0\x97\xc1\x92\xabPage Viewed\xf5"),
    (b"\xf8", b"\x91\x91\x02\x93\x00\x01\x01\x80\x00"),
    (b"\xf9", b"\xa6Direct\x94\xa6direct\xc0\xc0\xc0\xc0\xc0\xc0"),
    (b"\xfa", b"\xaeOrganic Search\x94\xa6search\xa6Google\xaewww.google.com"),
    (b"\xfb", b"https://www.google."),
    (b"\xfc", b"\x92\xa6Google"),
    (b"\xfd", b"\xaeOrganic Social\x94\xa6social"),
    (b"\xfe", b"\xa8Facebook\xae"),
)
"""In the order in which they are put in. Records hold these bytes: a change makes a new table, and keeps this one."""

_USED = b"".join([_PAGE, _END, *(byte for byte, _ in PHRASES)])


def in_short(whole: bytes, page: str) -> bytes:
    """A profile's MessagePack in short, where that can be told from it again; else as it is. page: its latest one's
    path."""
    if whole[_SEED_AT] != 0xCF or whole[_TIME_AT] != 0xCE or whole.find(_MARK, _REST_AT) >= 0:
        return whole
    rest = whole[_REST_AT:].replace(whole[_TIME_AT:_REST_AT], _MARK)
    if len(rest.translate(None, _USED)) != len(rest):
        return whole
    rest = rest.replace(_encode(page), _PAGE)
    for byte, phrase in PHRASES:
        rest = rest.replace(phrase, byte)
    short = b"".join((_MARK, page.encode(), _END, whole[:_REST_AT], rest))
    return short if len(short) < len(whole) else whole


def in_full(short: bytes) -> bytes:
    """The MessagePack of a profile that `in_short` made. Raises UnicodeDecodeError where it did not, or gives bytes
    that are none."""
    page, _, whole = short[1:].partition(_END)
    rest = whole[_REST_AT:]
    for byte, phrase in _BACK:
        rest = rest.replace(byte, phrase)
    rest = rest.replace(_PAGE, _encode(page.decode()))
    return whole[:_REST_AT] + rest.replace(_MARK, whole[_TIME_AT:_REST_AT])


_BACK = tuple(reversed(PHRASES))
_encode = msgpack.Encoder().encode
