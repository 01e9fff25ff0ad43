"""Bodies: bytes as they came become messages as they were sent, strictly JSON and never more than 500 KB.

What a body is shows in its first bytes. Labels are not trusted: Rudder's Node client calls gzip a form, browser builds
call JSON plain text.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from floorwalker.collect.limits import BODY_BYTES, DEEPEST, MESSAGE_BYTES, MOST_MESSAGES
from floorwalker.collect.refusals import Fault, Refused, refused_for
from floorwalker.errors import BodyUndecodable
from floorwalker.html.encoding import decoder_for, read_codings

_GZIP: Final = b"\x1f\x8b"
_JSON_BEGINS: Final = b'{[" \t\r\n'
_SAFE_INTEGER: Final = 1 << 53  # beyond, a JSON number is not the same everywhere (RFC 8259, 6)
_LARGEST_INTEGER: Final = 1 << 64
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Sent(Struct, frozen=True):
    """One message as it was sent. where: what its fields are called before it, such as `batch[3].`."""

    where: str
    fields: dict[str, Any]


class Envelope(Struct, frozen=True):
    """A body. fields: what stands beside the messages of a batch; of a single message, the message."""

    fields: Mapping[str, Any]
    messages: tuple[Sent, ...]


def unpack(body: bytes, content_encoding: bytes = b"") -> bytes:
    """The body in plain bytes. No more is unpacked than may be taken. Raises Refused."""
    codings = _codings(body, content_encoding)
    if not codings:
        return body
    decoder = decoder_for(codings)
    plain = bytearray()
    try:
        for pieces in (decoder.feed(body), decoder.close()):
            for piece in pieces:
                plain += piece
                if len(plain) > BODY_BYTES:
                    raise Refused(413, f"The body unpacks to more than {BODY_BYTES} bytes. Send fewer events at once.")
    except BodyUndecodable as broken:
        raise Refused(400, f"The body is broken {broken}.") from broken
    return bytes(plain)


def read_message(text: bytes, *, most_bytes: int = MESSAGE_BYTES) -> Envelope:
    """The one message of a body. Raises Refused."""
    if len(text) > most_bytes:
        raise _too_long("", len(text), most_bytes)
    fields = _decoded(text)
    if not isinstance(fields, dict):
        raise Refused(400, "The body is no JSON object.")
    faults = _checked(fields, "")
    if faults:
        raise refused_for(faults, 400)
    return Envelope(fields, (Sent("", fields),))


def read_batch(text: bytes) -> Envelope:
    """The messages of a batch. Raises Refused."""
    try:
        raw = msgspec.json.decode(text, type=dict[str, Raw])
    except _BROKEN as broken:
        raise Refused(400, _told(broken)) from broken
    items = _items(raw.pop("batch", None))
    faults: list[Fault] = []
    fields = {name: _decoded(value) for name, value in raw.items()}
    messages = []
    for index, item in enumerate(items):
        where = f"batch[{index}]"
        if len(bytes(item)) > MESSAGE_BYTES:
            raise _too_long(where, len(bytes(item)))
        message = _decoded(item)
        if isinstance(message, dict):
            faults += _checked(message, f"{where}.")
            messages.append(Sent(f"{where}.", message))
        else:
            faults.append(Fault(where, "is no object"))
    if faults:
        raise refused_for(faults, 400)
    return Envelope(fields, tuple(messages))


def _codings(body: bytes, content_encoding: bytes) -> tuple[str, ...]:
    if body.startswith(_GZIP):
        return ("gzip",)
    if not body or body[0] in _JSON_BEGINS:
        return ()
    labelled = read_codings(content_encoding)
    if labelled is None:
        raise Refused(415, "The body's Content-Encoding is not known here. Send gzip, deflate or plain JSON.")
    is_zlib = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0  # RFC 1950, 2.2
    return ("deflate",) if is_zlib or labelled == ("deflate",) else ()


def _items(batch: Raw | None) -> list[Raw]:
    if batch is None:
        raise refused_for([Fault("batch", "is missing: a list of messages")], 400)
    try:
        items = msgspec.json.decode(batch, type=list[Raw])
    except msgspec.ValidationError as wrong:
        raise refused_for([Fault("batch", "is no list")], 400) from wrong
    except _BROKEN as broken:
        raise Refused(400, _told(broken)) from broken
    if not items:
        raise refused_for([Fault("batch", "is empty")], 400)
    if len(items) > MOST_MESSAGES:
        detail = f"A batch holds up to {MOST_MESSAGES} messages, this one {len(items)}. Send several batches."
        raise Refused(413, detail, [Fault("batch", f"holds {len(items)} messages")])
    return items


def _decoded(text: bytes | Raw) -> Any:
    try:
        return msgspec.json.decode(text)
    except _BROKEN as broken:
        raise Refused(400, _told(broken)) from broken


def _told(broken: Exception) -> str:
    """What is wrong with the JSON, without a word of what stands in it."""
    match broken:
        case RecursionError():
            return f"The body's objects and lists lie more than {DEEPEST} deep within one another."
        case UnicodeDecodeError():
            return "The body is no UTF-8 text."
        case msgspec.ValidationError():
            return "The body is no JSON object." if "Expected `object`" in str(broken) else f"The body's {broken}."
        case _:
            return f"The body is no JSON (RFC 8259): {str(broken).removeprefix('JSON is malformed: ')}."


def _checked(fields: dict[str, Any], where: str) -> list[Fault]:
    """What lies too deep or counts too far. Whole numbers that JSON readers disagree on become texts."""
    faults: list[Fault] = []
    inner: list[tuple[str, Any, int]] = [(where, fields, 1)]
    while inner and not faults:
        path, values, depth = inner.pop()
        if depth > DEEPEST:
            faults.append(Fault(path.rstrip("."), f"lies more than {DEEPEST} deep"))
            break
        is_object = isinstance(values, dict)
        for key, value in values.items() if is_object else enumerate(values):
            if isinstance(value, (dict, list)):
                inner.append((_path(path, key), value, depth + 1))
            elif isinstance(value, int) and not -_SAFE_INTEGER <= value <= _SAFE_INTEGER:
                if not -_LARGEST_INTEGER < value < _LARGEST_INTEGER:
                    faults.append(Fault(_path(path, key).rstrip("."), "is too large a number; send it as a text"))
                values[key] = str(value) if -_LARGEST_INTEGER < value < _LARGEST_INTEGER else 0
    return faults


def _path(path: str, key: str | int) -> str:
    return f"{path.rstrip('.')}[{key}]." if isinstance(key, int) else f"{path}{key[:60]}."


def _too_long(where: str, count: int, most_bytes: int = MESSAGE_BYTES) -> Refused:
    detail = f"A message has up to {most_bytes} bytes, this one {count}."
    return Refused(413, detail, [Fault(where, "is too long")] if where else ())
