"""The layout of the keyspace: what changes together carries one partition as its hash tag."""

from dataclasses import dataclass, field
from functools import cached_property
from zlib import crc32

from floorwalker.store.records.codec import LAYOUT_FULL


@dataclass(frozen=True)
class Keys:
    """Key names of one site's keyspace. `{N}` is the cluster's hash tag: one partition lies on one node.

    people: the secret by which people, messages and traits are named. layout: in which records are written.
    """

    namespace: str
    partitions: int
    people: bytes = field(default=b"", repr=False)
    layout: int = LAYOUT_FULL

    def partition_of(self, visitor: str) -> int:
        """Where a visitor's keys lie; for good, as long as `partitions` stays."""
        return crc32(visitor.encode()) % self.partitions

    def profile(self, visitor: str) -> str:
        """String: the visitor's record."""
        return f"{self._heads[crc32(visitor.encode()) % self.partitions]}profile:{visitor}"

    def of_commit(self, visitor: str) -> tuple[int, list[str]]:
        """The partition, and what every commit touches: the record and the stream."""
        partition = crc32(visitor.encode()) % self.partitions
        head = self._heads[partition]
        return partition, [f"{head}profile:{visitor}", f"{head}events"]

    def head(self, partition: int) -> str:
        """What every key of a partition begins with."""
        return self._heads[partition]

    def messages(self, visitor: str) -> str:
        """Sorted set: ids of client events, by when they may be forgotten."""
        return f"{self._heads[self.partition_of(visitor)]}messages:{visitor}"

    def deferred(self, visitor: str) -> str:
        """List: raw events that only a newer release can fold."""
        return f"{self._heads[self.partition_of(visitor)]}deferred:{visitor}"

    def due(self, partition: int) -> str:
        """Sorted set: visitors whose watched segments may change by time alone, by when (seconds since 1970)."""
        return f"{self._heads[partition]}due"

    def found(self, partition: int) -> str:
        """Sorted set, in the order of its members: the hash of a trait's value, a colon, a visitor who has it."""
        return f"{self._heads[partition]}found"

    def events(self, partition: int) -> str:
        """Stream: what was committed, under pseudonyms."""
        return f"{self._heads[partition]}events"

    def stats(self, partition: int, day: str) -> str:
        """Hash: counters of one day (YYYY-MM-DD)."""
        return f"{self._heads[partition]}stats:{day}"

    def exposed(self, partition: int, pseudonym: str) -> str:
        """Hash: what somebody was first exposed to, with the day and the segments they were in."""
        return f"{self._heads[partition]}exposed:{pseudonym}"

    def splits(self, partition: int, day: str) -> str:
        """Hash: what came of exposures of one day (YYYY-MM-DD), by segment."""
        return f"{self._heads[partition]}splits:{day}"

    def outbox(self, visitor: str) -> str:
        """Hash: what webhooks are to be told of a visitor, and what they could not be told."""
        return f"{self._heads[self.partition_of(visitor)]}outbox:{visitor}"

    def waiting(self, partition: int, endpoint: str) -> str:
        """Sorted set: visitors of whom a webhook is to be told something, by when to try."""
        return f"{self._heads[partition]}waiting:{endpoint}"

    def undelivered(self, partition: int) -> str:
        """Sorted set: what was given up, by when."""
        return f"{self._heads[partition]}undelivered"

    @cached_property
    def _heads(self) -> tuple[str, ...]:
        return tuple(f"{prefix(self.namespace)}{{{n}}}:" for n in range(self.partitions))


def prefix(namespace: str) -> str:
    """What every key of a namespace begins with."""
    return f"fw:{namespace}:" if namespace else "fw:"


def meta_key(namespace: str) -> str:
    """Hash: what was fixed when the keyspace was first used (`partitions`, `people`, `layout`)."""
    return f"{prefix(namespace)}meta"


def history_key(namespace: str) -> str:
    """Sorted set: which version of the rules came into force when, or was put aside; by seconds since 1970."""
    return f"{prefix(namespace)}{{rules}}:history"


def files_key(namespace: str) -> str:
    """Hash: the files of the last versions of the rules, packed, by version."""
    return f"{prefix(namespace)}{{rules}}:files"


def relay_key(namespace: str) -> str:
    """Hash: what relays know of gaps, of webhooks that were stopped, and of the watched segments they began with."""
    return f"{prefix(namespace)}{{relay}}:state"


def topics_key(namespace: str, day: str) -> str:
    """Hash: how often each topic was seen on a day (YYYY-MM-DD, UTC) by the whole population."""
    return f"{prefix(namespace)}{{population}}:topics:{day}"


def tries_key(namespace: str, name: str) -> str:
    """String: how much somebody has tried, as the time that it lives."""
    return f"{prefix(namespace)}{{tries}}:{name}"


def lifecycle_key(namespace: str) -> str:
    """String: the table that was fitted to how people come back, as JSON."""
    return f"{prefix(namespace)}{{population}}:lifecycle"
