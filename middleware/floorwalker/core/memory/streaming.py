"""What of an event may go to the stream: nothing that names or addresses a person."""

import re
from functools import lru_cache

from floorwalker.core.bounds import NAME_BYTES, PATH_BYTES, scalars, short, short_page
from floorwalker.core.events import PAGE_VIEWED, Event, Page

MOST_STREAMED = 16  # properties of one event in the stream

_MAIL_ADDRESS = re.compile(r"[^/@\s]+@[^/@\s]+\.[^/@\s]+")
PERSONAL = frozenset((
    "address", "billing_address", "birthday", "city", "company", "date_of_birth", "dob", "email", "email_address",
    "firstname", "first_name", "full_name", "ip", "ip_address", "lastname", "last_name", "mail", "mobile", "phone",
    "phone_number", "postal_code", "postcode", "shipping_address", "street", "street_address", "surname", "tel",
    "telephone", "user", "user_id", "user_email", "username", "user_name", "zip", "zip_code",
))  # fmt: skip
"""Names of properties and traits that name or address a person, in lower case."""
_ADDRESSES = frozenset(("ip", "ipaddress", "ipv4", "ipv6", "clientip", "remoteaddr", "remoteaddress"))
_PLAIN = _ADDRESSES.union([name.replace("_", "") for name in PERSONAL])
_APART = str.maketrans("", "", "_- ")


def streamed(event: Event, at: int) -> Event:
    """The event as the stream may hold it: cut, without what names or addresses a person."""
    if event.name == PAGE_VIEWED and event.page is not None and not event.properties and not event.id:
        return Event(event.name, at, page=_page_as_streamed(event.page))
    properties = event.properties and {
        name: value
        for name, value in scalars(event.properties, most=MOST_STREAMED).items()
        if "@" not in name and not _is_personal(name) and not (isinstance(value, str) and "@" in value)
    }
    name, id = short(event.name, NAME_BYTES), short(event.id, PATH_BYTES)
    if "@" in name or "@" in id:
        name, id = _without_addresses(name), _without_addresses(id)
    page = event.page
    return Event(name, at, properties, page and _page_as_streamed(page), id)


@lru_cache(1024)  # many visitors see the same pages
def is_plain(page: Page) -> bool:
    """Whether a page is remembered and streamed as it is: within its bounds, and no address in it."""
    return short_page(page) == page and _page_as_streamed(page) == page


def is_address(name: str) -> bool:
    """Whether a property or trait of that name is a network address, which nothing remembers."""
    return name.lower().translate(_APART) in _ADDRESSES


def _is_personal(name: str) -> bool:
    """Whether a property names or addresses a person, however its name is spelled."""
    return name.lower().translate(_APART) in _PLAIN


def _page_as_streamed(page: Page) -> Page:
    """What an address captures may be an address of another kind."""
    names = (page.path, page.search, page.product, page.category, page.brand, page.type, page.price_tier)
    if "@" not in "".join((*names, *page.tags, *page.topics)):
        return page
    return Page(
        path=_without_addresses(page.path),
        type=_without_addresses(page.type),
        category=_without_addresses(page.category),
        product=_without_addresses(page.product),
        brand=_without_addresses(page.brand),
        tags=tuple(map(_without_addresses, page.tags)),
        topics=tuple(map(_without_addresses, page.topics)),
        price=page.price,
        price_tier=_without_addresses(page.price_tier),
        search=_without_addresses(page.search),
    )


def _without_addresses(text: str) -> str:
    return _MAIL_ADDRESS.sub("@", text)
