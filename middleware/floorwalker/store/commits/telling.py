"""What commit.lua is told: keys, each named once, and arguments that speak of them by their index."""

from collections.abc import Sequence

from msgspec import Struct

from floorwalker.store.keys import Keys
from floorwalker.store.link.replies import Word
from floorwalker.store.naming import message_name
from floorwalker.store.records.record import Finding, Tally
from floorwalker.store.settings import StoreSettings


class Messages(Struct, frozen=True, gc=False):
    """The senders' ids in one commit. life_s: how long the key stays. forget_at: seconds since 1970."""

    ids: Sequence[str]
    now: int
    forget_at: int
    life_s: int


class Told:
    """The keys of one visitor's commit, and what is to be written beside the record."""

    __slots__ = ("_keys", "_partition", "_visitor", "counters", "names", "rest")

    def __init__(self, keys: Keys, visitor: str) -> None:
        self._keys = keys
        self._visitor = visitor
        self._partition, self.names = keys.of_commit(visitor)
        self.counters: list[Word] = []
        self.rest: list[Word] = []

    def head(
        self, identity: bytes, stored: bytes, life_s: int, pseudonym: str, events: int, settings: StoreSettings
    ) -> list[Word]:
        """What stands before the events. life_s: 0 leaves it as it was."""
        return [
            identity,
            stored,
            life_s,
            pseudonym,
            settings.events_kept // self._keys.partitions or 1,
            settings.counters_life_s,
            settings.events_life_s,
            events,
            len(self.counters) // 3,
        ]

    def count(self, counts: Sequence[Tally]) -> None:
        """Counters move."""
        for day, field, by in counts:
            self.counters += (self._place(self._keys.stats(self._partition, day)), field, by)

    def remember(self, messages: Messages, kept: int) -> None:
        """Senders' ids, to be known from now on; to be said before all else."""
        place = self._place(self._keys.messages(self._visitor))
        self.rest += ("messages", place, messages.now, messages.forget_at, messages.life_s, kept, len(messages.ids))
        self.rest += (message_name(self._keys.people, one) for one in messages.ids)

    def look_again(self, due: float) -> None:
        """When somebody has to look again; 0: never."""
        at = format(due, ".3f") if due else 0
        self.rest += ("due", self._place(self._keys.due(self._partition)), self._visitor, at)

    def find(self, found: Sequence[Finding]) -> None:
        """The index by which visitors are found."""
        for mark, gone in found:
            member = f"{mark}:{self._visitor}"
            place = self._place(self._keys.found(self._partition))
            self.rest += ("unmark" if gone else "mark", place, member)

    def put_aside(self, entry: bytes, life_s: int) -> None:
        """An entry of the side list, which stays for so long."""
        self.rest += ("aside", self._place(self._keys.deferred(self._visitor)), entry, life_s)

    def drop(self, key: str) -> None:
        """A key goes."""
        self.rest += ("drop", self._place(key))

    def _place(self, name: str) -> int:
        if name not in self.names:  # there are few
            self.names.append(name)
        return self.names.index(name) + 1
