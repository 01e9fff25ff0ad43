"""What a profile or a record does not say at its end is not written, and is read all the same."""

import pytest
from msgspec import msgpack, structs

from floorwalker.core.memory.kept.counts import Counts
from floorwalker.core.memory.kept.holdings import Cart, Consent, Contacts, Interests, Learned, Notes
from floorwalker.core.memory.kept.purchases import Orders
from floorwalker.core.memory.kept.responses import Responses
from floorwalker.core.memory.profile import Profile
from floorwalker.store.records.codec import decode_profile, encode_profile
from floorwalker.store.records.record import Alias, Body, Pending, Record, State, decode_record

PROFILE, BODY = Profile.__struct_fields__, Body.__struct_fields__
OF_PROFILE: dict[str, tuple[object, str]] = {
    "counts": (Counts(), "interests"),
    "responses": (Responses(), "interests"),
    "interests": (Interests(), "interests"),
    "cart": (Cart(), "consent"),
    "orders": (Orders(), "consent"),
    "consent": (Consent(), "consent"),
    "contacts": ({"site": Contacts()}, PROFILE[-1]),
    "mixed": (("",), PROFILE[-1]),
    "watched": ((0,), PROFILE[-1]),
    "notes": (Notes(), PROFILE[-1]),
    "learned": (Learned(), PROFILE[-1]),
    "traits_left": (True, PROFILE[-1]),
}
OF_BODY: dict[str, tuple[object, str]] = {
    "pending": (Pending(), "pending"),
    "moved_to": ("ada", BODY[-1]),
    "merge": (b"\x00", BODY[-1]),
    "aliases": ((Alias("", b""),), BODY[-1]),
    "identified": (b"\x00", BODY[-1]),
    "sealed": ((b"",), BODY[-1]),
}
"""For each field that may be left out: the least that it can say, and the last field that is written with it."""


def record_of(body: Body) -> Record:
    return Record(State.LIVE, bytes(8), 1, body)


def test_a_profile_ends_with_the_events_where_nothing_else_is_known() -> None:
    written = encode_profile(Profile(seed=2**64 - 1))
    assert len(msgpack.decode(written)) == PROFILE.index("recents") + 1
    assert decode_profile(written) == Profile(seed=2**64 - 1)


@pytest.mark.parametrize("field", PROFILE[PROFILE.index("recents") + 1 :])
def test_whatever_a_profile_says_is_written(field: str) -> None:
    said, last = OF_PROFILE[field]
    profile = structs.replace(Profile(seed=7), **{field: said})
    written, whole = encode_profile(profile), msgpack.decode(msgpack.encode(profile))
    assert msgpack.decode(written) == whole[: PROFILE.index(last) + 1]
    assert decode_profile(written) == profile


def test_who_came_again_is_written_as_a_whole() -> None:
    profile = Profile(seed=7, visits=2)
    assert encode_profile(profile) == msgpack.encode(profile)


def test_a_record_ends_with_the_writers_where_nothing_else_is_known() -> None:
    written = record_of(Body("ada", payload=b"\x90")).encode()
    assert len(msgpack.decode(written[16:])) == BODY.index("writers") + 1
    assert decode_record(written) == record_of(Body("ada", payload=b"\x90"))


@pytest.mark.parametrize("field", BODY[BODY.index("writers") + 1 :])
def test_whatever_a_record_says_is_written(field: str) -> None:
    said, last = OF_BODY[field]
    body = structs.replace(Body("ada", payload=b"\x90"), **{field: said})
    written = record_of(body).encode()
    assert msgpack.decode(written[16:]) == msgpack.decode(msgpack.encode(body))[: BODY.index(last) + 1]
    assert decode_record(written) == record_of(body)
