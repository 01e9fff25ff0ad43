"""Counts: how often something was counted stays bytes until it is asked."""

from msgspec import Raw, msgpack, structs

from floorwalker.core.memory.kept.counts import Bucket, Buckets, Counts, Key, kept

COUNTS = Counts(
    keys=(Key("clenses", 0, 90_000),),
    kept_days=kept((Bucket(1, (0, 3)),)),
    kept_months=kept((Bucket(600, (0, 5)),)),
    kept_older=kept((0, 7)),
)


def test_what_was_counted_is_read_as_it_was_written() -> None:
    read = msgpack.decode(msgpack.encode(COUNTS), type=Counts)
    assert read == COUNTS
    assert read.read() == Buckets((Bucket(1, (0, 3)),), (Bucket(600, (0, 5)),), (0, 7))


def test_it_lies_in_the_store_as_in_the_release_before() -> None:
    whole = [[["clenses", 0, 90_000]], [[1, [0, 3]]], [[600, [0, 5]]], [0, 7], 0, 0, {}]
    assert msgpack.encode(COUNTS) == msgpack.encode(whole)


def test_of_counts_that_cannot_be_read_nothing_is_known_but_the_keys() -> None:
    damaged = structs.replace(COUNTS, kept_days=Raw(b"\xa1x"))
    assert damaged.read() == Buckets()
    assert damaged.keys == COUNTS.keys
