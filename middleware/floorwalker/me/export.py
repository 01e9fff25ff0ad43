"""A copy of everything that the store holds about one visitor, as plain values."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Raw, Struct

from floorwalker.core.memory.kept.counts import Counts
from floorwalker.core.portrait import iso
from floorwalker.store import Loaded, Store


async def everything_of(store: Store, loaded: Loaded, portrait: Mapping[str, Any]) -> dict[str, Any]:
    """All that the store holds about somebody, ready for JSON. portrait: theirs. Raises StoreUnavailable."""
    return {
        "portrait": dict(portrait),
        "profile": plainly(loaded.profile),
        "stream": [
            {"id": entry.id, "at": iso(entry.event.at), "event": entry.event.name}
            | {"properties": dict(entry.event.properties), "page": plainly(entry.event.page)}
            async for entry in store.events(loaded.visitor)
        ],
        "message_ids": await store.messages_known(loaded.visitor),
        "joined": joined_by(loaded),
    }


def for_the_visitor(everything: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the one whom it is about: without the names of those who spoke with them.

    Who of a company's people looked at somebody's data is no part of what that person may have (CJEU C-579/21).
    """
    portrait, profile = dict(everything["portrait"]), dict(everything["profile"] or {})
    portrait["notes"] = [{**note, "by": None} for note in portrait.get("notes", ())]
    if notes := profile.get("notes"):
        profile["notes"] = {**notes, "latest": [{**note, "by": ""} for note in notes["latest"]]}
    return {**everything, "portrait": portrait, "profile": profile}


def nothing_of() -> dict[str, Any]:
    """The same of somebody about whom nothing is kept."""
    return {"portrait": None, "profile": None, "stream": [], "message_ids": 0, "joined": []}


def joined_by(loaded: Loaded) -> list[str]:
    """The visitors whose history is this one's by now."""
    return [one.visitor for one in loaded.record.body.aliases] if loaded.record is not None else []


def plainly(value: Any) -> Any:
    """A value of the profile with the names of its fields; bytes as hexadecimal digits."""
    match value:
        case Struct():
            return {name: plainly(one) for name, one in _fields(value)}
        case bytes():
            return value.hex()
        case Mapping():
            return {str(name): plainly(one) for name, one in value.items()}
        case tuple() | list():
            return [plainly(one) for one in value]
        case _:
            return value


def _fields(value: Struct) -> Iterator[tuple[str, Any]]:
    """The fields of a value by name; what lies there unread, as it is when it is read."""
    read = value.read() if isinstance(value, Counts) else value
    for name in value.__struct_fields__:
        one = getattr(value, name)
        if isinstance(one, Raw):
            name = name.removeprefix("kept_")
            one = getattr(read, name)
        yield name, one
