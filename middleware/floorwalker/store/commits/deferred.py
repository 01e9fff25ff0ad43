"""The side list as it lies there: what an older release could not fold into a record that a newer one wrote."""

from collections.abc import Callable, Sequence

from msgspec import DecodeError, Struct, msgpack
from msgspec.structs import replace

from floorwalker.store.commits.attempt import Step
from floorwalker.store.records.keyring import Keyring, Purpose

Resume = Callable[[bytes], Step]


class Entry(Struct, frozen=True, array_like=True):
    """One step, or the wish of a visitor to join whose list this is. writer, sequence: a commit that may hold it.

    place: among those that were put aside together. raw: what the step is made of, or the event of the join.
    message: by which it counts once, whoever folds it. confirmed: whether the cookie had come back. joins: who joins.
    """

    writer: int
    sequence: int
    place: int
    raw: bytes
    message: str = ""
    confirmed: bool = True
    joins: str = ""


def encode_entry(entry: Entry, visitor: str, keyring: Keyring) -> bytes:
    """An entry as it lies in the side list of that visitor."""
    return _encoder.encode(replace(entry, raw=keyring.hide(entry.raw, Purpose.ASIDE, visitor)))


def entries_in(stored: Sequence[bytes], visitor: str, keyring: Keyring) -> list[Entry] | None:
    """The entries of a side list, in order; what cannot be read is left out.

    None where no data key opens one of them: then the list is to wait for a worker that has it.
    """
    entries: list[Entry] = []
    for one in stored:
        try:
            entry = _entries.decode(one)
        except DecodeError:
            continue
        raw = keyring.show(entry.raw, Purpose.ASIDE, visitor)
        if raw is None:
            return None
        entries.append(replace(entry, raw=raw))
    return entries


_encoder = msgpack.Encoder()
_entries = msgpack.Decoder(Entry)
