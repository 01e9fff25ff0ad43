"""What a made-up request is written with: addresses, headers, cookies, and values as an app or a client sends them."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from floorwalker.core.events import Page
from floorwalker.core.events import Scalar as Value
from floorwalker.rulefile.fields import Fields, attempt, free_text, one_text
from floorwalker.rulefile.nodes import Mapping, Scalar
from floorwalker.rulefile.problems import Findings, did_you_mean
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.tables.persona_keys import SAID_KEYS
from floorwalker.rulefile.values import Misread

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LITERAL_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}


def read_address(name: str, fields: Fields, reader: Callable[[str], str], default: str = "") -> str:
    """An address, of which nothing may be missing."""
    node = fields.get(name)
    scalar = None if node is None else one_text(node, fields.findings, fields.example(name))
    if scalar is None or not free_text(scalar, fields.findings):
        return default
    return attempt(scalar, reader, default, fields.findings)


def page_address(text: str) -> str:
    """A path with its query, or a whole address."""
    if text.startswith("/") and not text.startswith("//"):
        return _plain(text, "write %20 for a space")
    return whole_address(text, instead=f"write /{text[:60].lstrip('/')}, or a whole address")


def whole_address(text: str, *, instead: str = "") -> str:
    """A whole address, as a Referer header holds it."""
    scheme, separator, rest = text.partition("://")
    if not separator or not rest.strip("/") or not scheme.replace("-", "").isalnum():
        raise Misread(f"{text[:60]} is no address", instead or f"write https://{text[:60].lstrip('/')}")
    try:
        urlsplit(text)
    except ValueError:
        raise Misread(f"{text[:60]} is no address", "write https://shop.example/page") from None
    return _plain(text, "write %20 for a space")


def _plain(text: str, hint: str) -> str:
    if _CONTROL.search(text) or " " in text:
        raise Misread(f"{text[:60]} holds a space", hint)
    return text


def ip(text: str) -> str:
    """An IPv4 or IPv6 address."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise Misread(f"{text[:60]} is no IP address", "write 192.0.2.7, say") from None


def read_headers(fields: Fields) -> dict[str, str]:
    """The headers by name, as they are written."""
    found = {}
    for name, value in _texts("headers", fields):
        if not _HEADER_NAME.fullmatch(name.text):
            message = f"{name.text[:40]} is no name of a header"
            fields.findings.error(name.at, "value", message, "write Save-Data, say")
        else:
            found[name.text] = value
    return found


def read_cookies(fields: Fields) -> dict[str, str]:
    """The cookies by name."""
    found = {}
    for name, value in _texts("cookies", fields):
        if not _HEADER_NAME.fullmatch(name.text) or ";" in value:
            fields.findings.error(name.at, "value", f"{name.text[:40]} is no cookie", "write club: gold, without ;")
        else:
            found[name.text] = value
    return found


def _texts(key: str, fields: Fields) -> list[tuple[Scalar, str]]:
    found = []
    for name, node in fields.mapping(key) or ():
        scalar = one_text(node, fields.findings, fields.example(key))
        text = "" if scalar is None else free_text(scalar, fields.findings)
        if scalar is not None and _CONTROL.search(text):
            message = f"{name.text[:40]} holds a character that no header can"
            fields.findings.error(scalar.at, "value", message, "write it on one line")
        elif text:
            found.append((name, text))
    return found


def read_scalars(name: str, fields: Fields) -> dict[str, Value]:
    """Names and values as an app or a client sends them."""
    mapping = fields.mapping(name)
    return {} if mapping is None else scalars(mapping, fields.findings, fields.example(name))


def scalars(mapping: Mapping, findings: Findings, example: str) -> dict[str, Value]:
    """Unquoted numbers are numbers, unquoted yes, no, true and false are flags, all else is text."""
    found: dict[str, Value] = {}
    for name, node in mapping:
        scalar = one_text(node, findings, example)
        if scalar is not None:
            found[name.text] = _scalar(scalar, free_text(scalar, findings))
    return found


def _scalar(scalar: Scalar, text: str) -> Value:
    if scalar.quoted:
        return text
    if (number := _LITERAL_NUMBER.fullmatch(text)) is not None:
        return float(text) if number[2] else int(text)
    return _FLAGS.get(text, text)


def read_page(fields: Fields, reading: Reading) -> Page | None:
    """What the app would say of a page."""
    node = fields.mapping("page")
    if node is None:
        return None
    own = Fields(node, SAID_KEYS, "page", reading.findings, reading.names)
    price = own.number("price", -1.0)
    return Page(
        type=_page_type(own, reading),
        category=own.text("category"),
        product=own.text("product"),
        brand=own.text("brand"),
        tags=own.texts("tags"),
        topics=own.name_list("topics"),
        price=price if "price" in own and price >= 0 else None,
        price_tier=own.name("price_tier"),
        search=own.text("search"),
    )


def _page_type(fields: Fields, reading: Reading) -> str:
    """A page type that some page has, or that some rule asks for: the app may say types that no address tells."""
    kind = fields.label("type")
    known = {*reading.names.known("page type"), *reading.names.used("page type")}
    if kind and known and kind.casefold() not in {name.casefold() for name in known}:
        hint = did_you_mean(kind, known, instead="give some page that type, or correct the word")
        at = fields.key("type").at
        reading.findings.error(at, "unknown-page-type", f"no page has the type {kind}, and no rule asks for it", hint)
    return kind
