"""What browsers send: cookies, addresses, headers; and the pages that are sent to them."""

import re
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

from floorwalker.asgi.cookie import VisitorCookie
from floorwalker.asgi.permitting.cookie import read_choice
from floorwalker.asgi.preview.seal import LONGEST_LINK_S, Refused, link_seal
from floorwalker.core.advance import Corridor
from floorwalker.core.choices import LONGEST, read_cookiebot, read_onetrust, read_words
from floorwalker.core.consent import Category
from floorwalker.core.hit import Hit
from floorwalker.core.memory.guard import MOST_BYTES
from floorwalker.core.ruleset import Ruleset
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.store.records.codec import decode_profile, encode_profile

KEY: Final = "a key of the fuzzers, known to everybody, 40+"
NOW: Final = 1_795_358_800.0
AGENT: Final = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_TODAY: Final = int(NOW // 86_400)
_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_COOKIE: Final = VisitorCookie([KEY], random=lambda count: b"\0" * count)
_LINKS: Final = link_seal([KEY])
_CORRIDOR: Final = Corridor(Ruleset())


def cookies(data: bytes) -> None:
    """Nobody is named by a cookie but who was signed, letter for letter."""
    for secure in (False, True):
        found = _COOKIE.read(data, secure=secure, now=NOW)
        if found is not None:
            signed = _COOKIE.set_cookie(found, secure=secure, now=found.issued)
            assert _VISITOR.fullmatch(found.visitor)
            assert signed.partition(b";")[0].partition(b"=")[2] in data


def a_choice(data: bytes) -> None:
    """Nothing is allowed that is not named, letter for letter, whoever wrote it."""
    for secure in (False, True):
        choice = read_choice([b"__Host-" + data if secure else data], secure=secure, today=_TODAY)
        if choice is not None and choice.is_clear:
            assert choice.day <= _TODAY + 1
            assert all(category.value.encode() in data for category in choice.granted)
    text = data.decode("latin-1")
    assert Category.ANALYTICS not in read_onetrust(text, None, today=_TODAY).granted or "C0002" in unquote(text)
    assert Category.ANALYTICS not in read_cookiebot(text, today=_TODAY).granted or "true" in unquote(text)
    assert len(text) <= LONGEST or not read_words(text, today=_TODAY).is_clear


def seals(data: bytes) -> None:
    """No bytes open a preview but those that were signed."""
    found = _LINKS.open(data, now=NOW, longest_s=LONGEST_LINK_S)
    if not isinstance(found, Refused):
        assert _LINKS.close(found.guise, until=found.until, made=found.made).encode() == data


def a_referrer(data: bytes) -> None:
    """Any referrer is read, and what it leaves in a profile is small and comes back as it was."""
    _arrive("/", (b"referer", data))


def an_address(data: bytes) -> None:
    """The same for any address."""
    _arrive(f"/{data.decode('latin-1')}")


def an_agent(data: bytes) -> None:
    """The same for any browser, client hints and languages."""
    names = (b"sec-ch-ua", b"sec-ch-ua-platform", b"sec-ch-ua-mobile", b"accept-language", b"user-agent")
    _arrive("/", *zip(names, data.split(b"\n"), strict=False))


def _arrive(target: str, *headers: tuple[bytes, bytes]) -> None:
    told = {b"host": b"shop.example", b"user-agent": AGENT} | dict(headers)
    hit = Hit(at=NOW, url=f"https://shop.example{target}", headers=tuple(told.items()))
    profile, _ = _CORRIDOR.advance(None, hit)
    stored = encode_profile(profile)
    assert len(stored) <= MOST_BYTES
    assert encode_profile(decode_profile(stored)) == stored


def a_page(data: bytes) -> None:
    """Where a page is cut changes nothing; where no slot is shown, not one byte of it changes.

    The first byte says how it is cut.
    """
    cut, page = (data[0] % 16 + 1, data[1:]) if data else (1, b"")
    for shown in (None, "<b>shown</b>"):
        whole = SlotRewriter(lambda _: shown)  # noqa: B023 - it is called at once
        cut_up = SlotRewriter(lambda _: shown)  # noqa: B023
        out = whole.feed(page) + whole.close()
        places = [*range(0, len(page), cut), len(page)]
        pieces = b"".join(cut_up.feed(page[start:end]) for start, end in pairwise(places)) + cut_up.close()
        assert out == pieces
        assert dict(whole.report) == dict(cut_up.report)
        assert shown is not None or out == page
