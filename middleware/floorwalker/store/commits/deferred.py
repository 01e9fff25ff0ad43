"""The side list: raw events of a record that a newer release wrote, put aside until a worker of that release comes."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import DecodeError, Struct, msgpack

from floorwalker.store.commits.attempt import Step
from floorwalker.store.records.keyring import Keyring, Purpose
from floorwalker.store.records.record import Record

Resume = Callable[[bytes], Step]


class Entry(Struct, frozen=True, array_like=True):
    """One raw event. Writer, sequence and place tell a repetition, after a lost reply, from another event."""

    writer: int
    sequence: int
    place: int
    raw: bytes


def entries_of(raws: Iterable[bytes], *, writer: int, sequence: int) -> list[bytes]:
    """Raw events as they lie in the side list."""
    return [_encoder.encode(Entry(writer, sequence, place, raw)) for place, raw in enumerate(raws)]


def steps_of(stored: Sequence[bytes], record: Record, resume: Resume, keyring: Keyring) -> list[Step] | None:
    """The steps of a side list, in order, each once; what the record holds already, or cannot be read, is left out.

    None where no data key opens one of them: then the list is to wait for a worker that has it.
    """
    seen: set[tuple[int, int, int]] = set()
    steps: list[Step] = []
    for one in stored:
        try:
            entry = _entries.decode(one)
        except DecodeError:
            continue
        known = (entry.writer, entry.sequence, entry.place)
        if known not in seen and not record.holds(entry.writer, entry.sequence):
            seen.add(known)
            raw = keyring.show(entry.raw, Purpose.ASIDE, record.body.visitor)
            if raw is None:
                return None
            steps.append(resume(raw))
    return steps


_encoder = msgpack.Encoder()
_entries = msgpack.Decoder(Entry)
