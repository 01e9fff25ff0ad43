"""What of an event may go to the stream: nothing that names or addresses a person."""

import re

from msgspec import structs

from floorwalker.core.bounds import NAME_BYTES, PATH_BYTES, scalars, short
from floorwalker.core.events import Event

MOST_STREAMED = 16  # properties of one event in the stream

_MAIL_ADDRESS = re.compile(r"[^/@\s]+@[^/@\s]+\.[^/@\s]+")
PERSONAL = frozenset((
    "address", "birthday", "city", "company", "dob", "email", "firstname", "first_name", "ip", "lastname", "last_name",
    "mail", "phone", "postcode", "street", "tel", "user", "user_id", "username", "user_name", "zip",
))  # fmt: skip
"""Names of properties and traits that name or address a person, in lower case."""


def streamed(event: Event, at: int) -> Event:
    """The event as the stream may hold it: cut, without what names or addresses a person. Its page is cut already."""
    properties = event.properties and {
        name: value
        for name, value in scalars(event.properties, most=MOST_STREAMED).items()
        if name.lower() not in PERSONAL and not (isinstance(value, str) and "@" in value)
    }
    page = event.page
    if page is not None and ("@" in page.path or "@" in page.search):
        page = structs.replace(page, path=_without_addresses(page.path), search=_without_addresses(page.search))
    return Event(short(event.name, NAME_BYTES), at, properties, page, short(event.id, PATH_BYTES))


def _without_addresses(text: str) -> str:
    return _MAIL_ADDRESS.sub("@", text)
