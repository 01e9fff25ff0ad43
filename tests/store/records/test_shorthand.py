"""Profiles and records in short: they come back as they were, and are never longer."""

import contextlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import DecodeError, msgpack
from msgspec.structs import replace

from floorwalker.core.events import Page
from floorwalker.core.memory.kept.holdings import Interests
from floorwalker.core.memory.kept.recents import Recents, with_event
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.signals import Campaign, Referrer, Search
from floorwalker.store.records import shorthand
from floorwalker.store.records.codec import LAYOUT_FULL, LAYOUT_SHORT, decode_profile, encode_profile
from floorwalker.store.records.found import Loaded, read_found
from floorwalker.store.records.record import Body, Record, State, decode_record
from tests.store.records.test_record import bodies

MOMENT = 1_795_420_000
VISITOR = "0000000000000000000042"
times = st.just(MOMENT) | st.integers(0, 2**40)
texts = st.text(max_size=20) | st.sampled_from(["/", "/lenses", "/каталог/линзы", "Page Viewed", "Direct", "ÿþ"])
referrers = st.just(Referrer()) | st.builds(
    Referrer, st.sampled_from(["search", "social", "referral"]), st.none() | texts, st.none() | texts, st.none() | texts
)
touches = st.builds(
    Touch,
    at=times,
    landing_page=texts,
    channel=st.sampled_from(["Direct", "Organic Search", "Organic Social"]) | texts,
    referrer=referrers,
    search=st.none() | st.builds(Search, st.sampled_from(["Google", "Bing"]), st.none() | texts),
    campaign=st.none() | st.builds(Campaign, st.none() | texts, st.none() | texts),
)
visits = st.builds(Visit, st.integers(0, 3), times, times, st.integers(0, 3), touches, texts, st.integers(0, 2))
events = st.lists(st.tuples(times, texts, st.none() | st.builds(Page, path=texts)), max_size=3)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    recents, visit = Recents(), draw(st.none() | visits)
    for at, name, page in draw(events):
        recents = with_event(recents, at=at, name=name, page=page)
    told = (visit.touch,) if visit is not None and draw(st.booleans()) else ()
    return Profile(
        seed=draw(st.integers(0, 2**64 - 1)),
        first_seen=draw(times),
        last_seen=draw(times),
        visits=draw(st.integers(0, 3)),
        visit=visit,
        touches=(*draw(st.lists(touches, max_size=1)), *told),
        user=draw(texts),
        recents=recents,
        interests=draw(st.none() | st.just(Interests({"lenses": 0.5}))),
    )


@given(profiles())
def test_a_profile_reads_the_same_in_full_and_in_short_and_is_never_longer(profile: Profile) -> None:
    full, short = (encode_profile(profile, layout) for layout in (LAYOUT_FULL, LAYOUT_SHORT))
    assert decode_profile(short) == decode_profile(full) == profile
    assert len(short) <= len(full)


@given(st.binary(min_size=18, max_size=80).map(b"\xdc\x00\x10\xcf".__add__), st.text(max_size=9))
def test_whatever_is_put_in_short_comes_back_byte_by_byte(whole: bytes, page: str) -> None:
    short = shorthand.in_short(whole, page)
    assert short == whole or shorthand.in_full(short) == whole


@given(profiles(), st.binary(max_size=3), st.integers(0, 60))
def test_a_damaged_profile_in_short_is_a_named_error_or_a_profile(profile: Profile, damage: bytes, at: int) -> None:
    short = encode_profile(profile, LAYOUT_SHORT)
    with contextlib.suppress(DecodeError, UnicodeDecodeError):
        assert isinstance(decode_profile((short[:at] + damage + short[at + len(damage) :]) or b"\xc1"), Profile)


@given(bodies, st.sampled_from(State), st.integers(0, 2**32 - 1))
def test_a_record_in_short_survives_its_bytes_and_is_never_longer(body: Body, state: State, version: int) -> None:
    record = Record(state, b"epoch123", version, body, schema=1, layout=LAYOUT_SHORT)
    stored = record.encode()
    assert decode_record(stored, body.visitor) == record
    assert len(stored) <= len(replace(record, layout=LAYOUT_FULL).encode())


def seen_once(path: str, *, at: int = MOMENT) -> Profile:
    """Whoever saw one page, and told nothing."""
    recents = with_event(Recents(), at=at, name="Page Viewed", page=Page(path=path))
    visit = Visit(1, at, at, 1, Touch(at, path), path)
    return Profile(seed=0xDC986E8602632525, first_seen=at, last_seen=at, visits=1, visit=visit, recents=recents)


@pytest.mark.parametrize("path", ["/", "/category-3/product-25", "/каталог", "/" + "x" * 300])
def test_who_saw_one_page_takes_a_byte_for_what_all_of_them_say(path: str) -> None:
    assert len(encode_profile(seen_once(path), LAYOUT_SHORT)) <= len(path.encode()) + 27


def test_a_time_that_would_be_taken_for_a_mark_is_written_in_full() -> None:
    unlucky = replace(seen_once("/a", at=MOMENT), last_seen=0x6B03C1F5)
    assert encode_profile(unlucky, LAYOUT_SHORT) == encode_profile(unlucky)


def test_an_arrival_that_is_this_visits_and_the_latest_is_written_once() -> None:
    touch = Touch(MOMENT, "/lenses", "Organic Search", Referrer("search", "Google", "www.google.com"))
    first = Touch(MOMENT - 9000)
    profile = replace(seen_once("/a"), visits=2, visit=Visit(2, MOMENT, MOMENT, 1, touch), touches=(first, touch))
    short = encode_profile(profile, LAYOUT_SHORT)
    assert short.count(b"/lenses") == 1
    assert decode_profile(short) == profile
    assert decode_profile(encode_profile(replace(profile, touches=(first,)), LAYOUT_SHORT)).touches == (first,)


def test_a_record_in_short_under_another_visitors_key_is_known_by_the_end_of_the_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    payload = encode_profile(seen_once("/a"), LAYOUT_SHORT)
    stored = Record(State.LIVE, b"epoch123", 1, Body(VISITOR, payload=payload), layout=LAYOUT_SHORT).encode()
    mine, others = read_found(VISITOR, stored), read_found("0000000000000000000043", stored)
    assert isinstance(mine, Loaded)
    assert mine.profile == seen_once("/a")
    assert VISITOR.encode() not in stored
    assert isinstance(others, Loaded)
    assert others.profile is None
    assert "another visitor's key" in caplog.text


OF_LAYOUT_2 = bytes.fromhex(
    "024c65706f6368313233000000010101"
    "95a430303432c408707365756e646f6dce6b03ef60"
    "c42ec12f63617465676f72792d332f70726f647563742d3235ffdc0010cfdc986e8602632525ce6b03ef60f6f9f7f838"
    "9193070bce6b03ef60"
)


def test_a_record_of_layout_2_is_read_for_ever() -> None:
    loaded = read_found(VISITOR, OF_LAYOUT_2)
    assert isinstance(loaded, Loaded)
    assert loaded.profile == seen_once("/category-3/product-25")
    assert loaded.record is not None
    assert (loaded.record.body.visitor, loaded.record.body.pseudonym) == (VISITOR, b"pseundom")


def test_what_stands_for_what_is_as_it_lies_in_stores() -> None:
    """A change of the table would make other profiles of those that lie there."""
    table = msgpack.encode(shorthand.PHRASES)
    assert sha256(table).hexdigest()[:16] == "b7cfef1d57795053"
