"""Messages as they were sent become messages as they are meant, all of a body or none: every fault is found first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from floorwalker.collect.bodies import Envelope, Sent
from floorwalker.collect.keys import Access
from floorwalker.collect.limits import ID_CHARACTERS, NAME_CHARACTERS
from floorwalker.collect.messages import PUBLIC_KINDS, Kind, Message
from floorwalker.collect.refusals import Fault, refused_for
from floorwalker.collect.surroundings import read_page, read_surroundings
from floorwalker.collect.times import Received, fault_of, happened_at, read_time
from floorwalker.collect.values import Fields
from floorwalker.core.happening import is_reserved, today_of

_KINDS: Final = frozenset(kind.value for kind in Kind)
_INSTEAD: Final = {"Page Viewed": "send `page`", "Identified": "send `identify`"}


def keys_in(envelope: Envelope) -> list[str]:
    """Every `writeKey` that a body names. Raises Refused where one is no text."""
    faults: list[Fault] = []
    found = [Fields(envelope.fields, "", faults).text("writeKey", most=ID_CHARACTERS)]
    found += [
        Fields(sent.fields, sent.where, faults).text("writeKey", most=ID_CHARACTERS) for sent in envelope.messages
    ]
    if faults:
        raise refused_for(_once(faults), 400)
    return [key for key in found if key]


def read_messages(envelope: Envelope, kind: Kind | None, *, now: float, access: Access) -> list[Message]:
    """The messages in the order in which they were sent.

    kind: by the address; None for a batch, whose messages tell. now: seconds since 1970. Raises Refused: 400 with every
    fault of form, else 403 with all that the key does not allow.
    """
    faults: list[Fault] = []
    sent_at = _time(Fields(envelope.fields, "", faults), "sentAt")
    messages = [_read(sent, kind, Received(now, sent_at), faults) for sent in envelope.messages]
    if faults:
        raise refused_for(_once(faults), 400)
    read = [message for message in messages if message is not None]
    if access is Access.BROWSER and (forbidden := [fault for message in read for fault in _forbidden(message)]):
        raise refused_for(forbidden, 403)
    return read


def _read(sent: Sent, kind: Kind | None, received: Received, faults: list[Fault]) -> Message | None:
    fields = Fields(sent.fields, sent.where, faults)
    kind = _kind(fields, kind)
    if kind is None:
        return None
    own = _time(fields, "sentAt")
    received = received if own is None else Received(received.at, own)
    message = Message(
        kind=kind,
        at=_at(fields, received),
        where=sent.where,
        id=fields.text("messageId", most=ID_CHARACTERS),
        user=_id(fields, "userId"),
        anonymous=_id(fields, "anonymousId"),
        previous=_id(fields, "previousId") if kind is Kind.ALIAS else "",
        group=_id(fields, "groupId") if kind is Kind.GROUP else "",
        name=_name(fields, kind),
        category=fields.text("category", most=NAME_CHARACTERS),
        properties=fields.object("properties"),
        traits=_traits(fields, kind),
        context=read_surroundings(fields.inner("context")),
    )
    _require(message, fields)
    if kind in (Kind.PAGE, Kind.SCREEN):
        read_page(fields.inner("properties"))
    return message


def _kind(fields: Fields, by_address: Kind | None) -> Kind | None:
    said = fields.text("type", most=NAME_CHARACTERS)
    if by_address is not None:
        if said and said != by_address:
            fields.fault("type", f"is not the address's own, `{by_address}`")
        return by_address
    if said in _KINDS:
        return Kind(said)
    fields.fault("type", f"is one of {', '.join(Kind)}")
    return None


def _at(fields: Fields, received: Received) -> float:
    """By our clock. Faults are told of the field that named the time."""
    named = "originalTimestamp" if fields.has("originalTimestamp") else "timestamp"
    told = _time(fields, named)
    at = happened_at(told, received)
    if detail := fault_of(at, received):
        fields.fault(named, detail)
    return at


def _time(fields: Fields, name: str) -> float | None:
    text = fields.text(name, most=ID_CHARACTERS)
    if not text:
        return None
    at = read_time(text)
    if at is None:
        fields.fault(name, "is no ISO 8601 time, such as 2026-11-22T14:45:58.514Z")
    return at


def _id(fields: Fields, name: str) -> str:
    """An id: a text, or a whole number as older libraries send it; empty where there is none."""
    value = fields.value(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = fields.text(name, most=ID_CHARACTERS)
    if text and not text.strip():
        fields.fault(name, "is blank")
    return text


def _name(fields: Fields, kind: Kind) -> str:
    if kind is not Kind.TRACK:
        return fields.text("name", most=NAME_CHARACTERS)
    name = fields.text("event", most=NAME_CHARACTERS)
    if not name.strip():
        fields.fault("event", "is missing: what happened")
    elif is_reserved(name):
        instead = _INSTEAD.get(today_of(name).title(), "it follows from other events")
        fields.fault("event", f"is a name that nobody can track; {instead}")
    return name


def _traits(fields: Fields, kind: Kind) -> Mapping[str, Any]:
    """What is told of the person; Rudder's libraries put it into the context."""
    if kind not in (Kind.IDENTIFY, Kind.GROUP):
        return {}
    traits = fields.object("traits")
    return {**fields.inner("context").object("traits"), **traits} if kind is Kind.IDENTIFY else traits


def _require(message: Message, fields: Fields) -> None:
    """What this kind of message cannot do without."""
    match message.kind:
        case Kind.ALIAS:
            for name, value in (("previousId", message.previous), ("userId", message.user)):
                if not value:
                    fields.fault(name, "is missing")
            return
        case Kind.GROUP if not message.group:
            fields.fault("groupId", "is missing")
        case _:
            pass
    if not (message.user or message.anonymous):
        fields.fault("userId", "is missing, and so is `anonymousId`: one of them tells whose it is")


def _forbidden(message: Message) -> Iterable[Fault]:
    """What a public key does not allow: to say who somebody is."""
    if message.kind not in PUBLIC_KINDS:
        yield Fault(f"{message.where}type", f"`{message.kind}` takes a secret key: send it from a server")
    elif message.user:
        yield Fault(f"{message.where}userId", "takes a secret key: a browser may not say who somebody is")


def _once(faults: Sequence[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))
