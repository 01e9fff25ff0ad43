"""Commands that are packed, read again."""

import asyncio

from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.link.resp import Packed, PlainReader, pack


def packed(*command: Word) -> Packed:
    """A script's run with its first key, as bytes."""
    return Packed(str(command[3]).encode(), pack(command))


def words_of(command: Packed) -> tuple[Word, ...]:
    """The words of a command, the first as text; commands have the form of replies."""
    reading = PlainReader()
    reading.feed(command.whole)
    name, *others = reading.gets()
    return name.decode(), *others


class Unpacking:
    """A link that sends what is packed by `call`, where all that goes through it is looked at."""

    def call(self, *command: Word) -> "asyncio.Future[Reply]":
        raise AssertionError("whoever is a link says how to call")

    def send(self, command: Packed) -> "asyncio.Future[Reply]":
        return self.call(*words_of(command))
