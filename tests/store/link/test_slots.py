"""Which slot a key has, and which key a command names: as Redis Cluster has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from floorwalker.store.keys import Keys, history_key, lifecycle_key, meta_key, topics_key
from floorwalker.store.link.replies import Word
from floorwalker.store.link.slots import SLOTS, SlotMap, key_of, read_slots, slot_of

HERE = ("10.0.0.1", 6379)


@given(st.text(alphabet="ab{}:é", max_size=12))
def test_a_key_has_the_slot_that_redis_says(key: str) -> None:
    assert slot_of(key) == slot_of(key.encode()) == key_slot(key.encode())


@given(st.integers(0, 1023), st.text(alphabet="abcXYZ019-_", min_size=22, max_size=22))
def test_all_that_belongs_to_a_visitor_lies_in_one_slot(partition: int, visitor: str) -> None:
    keys = Keys("shop", 1024)
    own = keys.partition_of(visitor)
    together = [keys.profile(visitor), keys.messages(visitor), keys.deferred(visitor), keys.outbox(visitor)]
    together += [keys.due(own), keys.found(own), keys.events(own), keys.stats(own, "2026-11-23"), keys.undelivered(own)]
    together += [keys.exposed(own, "00ff"), keys.splits(own, "2026-11-23"), keys.waiting(own, "crm")]
    assert len({slot_of(key) for key in together}) == 1
    assert slot_of(keys.events(partition)) == key_slot(str(partition).encode())


def test_partitions_are_spread_evenly_over_three_six_and_twelve_servers() -> None:
    for servers in (3, 6, 12):
        share = SLOTS / servers
        held = [0] * servers
        for partition in range(1024):
            held[int(slot_of(Keys("", 1024).events(partition)) // share)] += 1
        assert max(held) < 1.12 * 1024 / servers
        assert min(held) > 0.88 * 1024 / servers


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (("GET", "k"), "k"),
        (("MGET", "k", "l"), "k"),
        (("EVALSHA", "0" * 40, 2, "k", "l", "argument"), "k"),
        (("EVAL", b"return 1", 1, "k"), "k"),
        (("EVAL", b"return 1", 0), None),
        (("XREADGROUP", "GROUP", "g", "c", "COUNT", 1, "STREAMS", "k", ">"), "k"),
        (("XGROUP", "CREATE", "k", "g", "$", "MKSTREAM"), "k"),
        (("XINFO", "GROUPS", "k"), "k"),
        (("PING",), None),
        (("SCAN", 0), None),
        (("CONFIG", "GET", "save"), None),
    ],
)
def test_a_command_goes_where_its_first_key_lies(command: tuple[Word, ...], key: str | None) -> None:
    assert key_of(command) == key


def test_what_is_kept_once_for_a_site_lies_in_one_slot_for_each_thing() -> None:
    assert slot_of(topics_key("shop", "2026-11-23")) == slot_of(lifecycle_key("shop")) == key_slot(b"population")
    assert slot_of(history_key("shop")) == key_slot(b"rules")
    assert slot_of(meta_key("shop")) == key_slot(b"fw:shop:meta")


def test_a_map_is_read_from_what_a_server_tells() -> None:
    told = [
        [0, 99, [b"10.0.0.2", 7000, b"id", []], [b"10.0.0.3", 7000, b"replica", []]],
        [100, 199, [b"", 6379, b"id"]],
        [200, SLOTS - 2, [None, 6380, b"id"]],
    ]
    found = read_slots(told, HERE)  # type: ignore[arg-type]
    assert [found.server_of(slot) for slot in (0, 99, 100, 200, SLOTS - 1)] == [
        ("10.0.0.2", 7000),
        ("10.0.0.2", 7000),
        HERE,
        ("10.0.0.1", 6380),
        None,
    ]
    assert found.servers == [("10.0.0.2", 7000), HERE, ("10.0.0.1", 6380)]


def test_a_slot_that_moved_is_with_its_new_server() -> None:
    known = SlotMap([(0, SLOTS - 1, HERE)])
    assert known.servers == [HERE]
    known.moved(7, ("10.0.0.9", 6379))
    assert (known.server_of(7), known.server_of(8)) == (("10.0.0.9", 6379), HERE)
    assert known.servers == [HERE, ("10.0.0.9", 6379)]
