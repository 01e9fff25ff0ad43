"""What a form or a script says that a visitor allows, read once."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from floorwalker.asgi.client.page import LONGEST_ADDRESS
from floorwalker.asgi.preview.landing import is_own_path
from floorwalker.collect.refusals import Fault, Refused, refused_for
from floorwalker.core.consent import EVERYTHING, NOTHING_ALLOWED, Category

MOST_BYTES: Final = 16_384
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
_MOST_FIELDS: Final = 32
_ALL, _NONE = "all", "none"
_ANSWERS: Final = (*Category, _ALL, _NONE)
_TEXTS: Final = ("to", "url", "referrer")
_YES: Final = ("yes", "on", "true", "1")
_NO: Final = ("no", "off", "false", "0", "")


class Told(Struct, frozen=True):
    """What a visitor allows. to: the path that a form leads on to. url, referrer: of the page on which they were asked,
    and where it was come to from; empty where not told. by_form: they wait for a page."""

    granted: frozenset[Category]
    to: str = ""
    url: str = ""
    referrer: str = ""
    by_form: bool = False


def read_told(body: bytes, kind: str) -> Told:
    """kind: the body's `Content-Type`. Raises Refused, with every field at fault."""
    match kind.partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            fields, by_form = _form(body), True
        case "application/json":
            fields, by_form = _json(body), False
        case _:
            raise Refused(415, f"Send a form ({FORM}) or {JSON}.")
    faults = [*_faults(fields, by_form=by_form)]
    if faults:
        raise refused_for(faults, 400)
    texts = {name: fields.get(name) or "" for name in _TEXTS}
    return Told(_granted(fields), **texts, by_form=by_form)


def _form(body: bytes) -> Mapping[str, Any]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Refused(400, "The form cannot be read.") from error
    fields: dict[str, Any] = {}
    for name, value in pairs:
        fields[name] = _flag(value) if name in _ANSWERS else value
    return fields


def _flag(value: str) -> bool | None:
    """Yes or no; None where it is neither."""
    word = value.strip().lower()
    return True if word in _YES else False if word in _NO else None


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        fields = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused(400, "The body is no JSON object.") from error
    if not any(name in fields for name in _ANSWERS):
        raise refused_for([Fault(_ALL, f"or {', '.join(_ANSWERS[:-2])}, none: say at least one of them")], 400)
    return fields


def _faults(fields: Mapping[str, Any], *, by_form: bool) -> list[Fault]:
    what = "is yes or no" if by_form else "is true or false"
    faults = [Fault(name, what) for name in _ANSWERS if not isinstance(fields.get(name, False), bool)]
    if fields.get(_NONE) is True and any(fields.get(name) is True for name in _ANSWERS if name != _NONE):
        faults.append(Fault(_NONE, "says no to all, and something else says yes"))
    for name in _TEXTS:
        text = fields.get(name)
        if text is not None and not (isinstance(text, str) and len(text) <= LONGEST_ADDRESS):
            faults.append(Fault(name, f"is no text of up to {LONGEST_ADDRESS} characters"))
        elif name == "to" and text and not is_own_path(text):
            faults.append(Fault(name, "is no path of this site"))
    return faults


def _granted(fields: Mapping[str, Any]) -> frozenset[Category]:
    """What is not said is not allowed."""
    if fields.get(_ALL):
        return EVERYTHING
    return frozenset([one for one in Category if fields.get(one)]) or NOTHING_ALLOWED
