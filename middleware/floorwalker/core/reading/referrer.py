"""The referrer: which medium and source sent this visitor, decided by host and path, never by what a name resembles."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote_from_bytes

from msgspec import Struct

from floorwalker.core.reading.address import (
    TEXT_LIMIT,
    URL_LIMIT,
    Address,
    is_within,
    printable,
    split_address,
    without_www,
)  # fmt: skip
from floorwalker.core.reading.search import read_search
from floorwalker.core.reading.sources import Source, SourceIndex
from floorwalker.core.signals import Referrer, Search

_ASCII = bytes(range(0x21, 0x7F)).decode()


class Arrival(Struct, frozen=True):
    """What the Referer header alone tells. kind: what a channel is named after, empty where the site is not known."""

    referrer: Referrer = Referrer()
    search: Search | None = None
    kind: str = ""


DIRECT = Arrival()


def read_referrer(
    header: bytes, *, host: str, hosts: Sequence[str], partners: Mapping[str, str], sources: SourceIndex
) -> Arrival:
    """The arrival that a Referer header stands for; an empty or unreadable one is direct.

    host: of this request; hosts: the site's others, with their subdomains; partners: host to name.
    """
    # Bytes that should have been escaped are escaped here, so that the charset can still be chosen.
    url = quote_from_bytes(header[:URL_LIMIT].strip(), safe=_ASCII)
    address = split_address(url)
    if address.scheme in ("android-app", "ios-app"):
        return _from_app(address, url, sources)
    if not address.host or address.scheme not in ("http", "https"):
        return DIRECT
    if _is_own(address.host, host, hosts):
        return Arrival(Referrer("internal", None, address.host, url[:TEXT_LIMIT]))
    for domain, name in partners.items():
        if is_within(address.host, domain):
            return Arrival(Referrer("partner", name, address.host, url[:TEXT_LIMIT]), None, "partner")
    return _from_source(sources.by_address(address.host, address.path), address, url)


def _is_own(referring: str, host: str, hosts: Sequence[str]) -> bool:
    own = without_www(host)
    return bool(own and is_within(referring, own)) or any(is_within(referring, one) for one in hosts)


def _from_source(source: Source | None, address: Address, url: str) -> Arrival:
    if source is None:
        return Arrival(Referrer("referral", None, address.host, url[:TEXT_LIMIT]), None, "referral")
    referrer = Referrer(source.medium, source.name, address.host, url[:TEXT_LIMIT])
    return Arrival(referrer, read_search(source, address), source.kind)


def _from_app(address: Address, url: str, sources: SourceIndex) -> Arrival:
    """An application's referrer may carry the page it showed: android-app://APP/https/www.google.com/search?q=…"""
    source = sources.by_app(address.host)
    scheme, _, rest = address.path[1:].partition("/")
    if scheme in ("http", "https") and rest:
        inner = split_address(f"{scheme}://{rest}" + (f"?{address.query}" if address.query else ""))
        source = source or sources.by_address(inner.host, inner.path)
        address = Address(address.scheme, address.host, inner.path, inner.query, inner.fragment)
    return _from_source(source, address, url)


def bare_hosts(hosts: Sequence[str]) -> tuple[str, ...]:
    """Configured hosts as they are compared: lower-case, without scheme, port, path and `www.`."""
    found = (split_address(host if "://" in host else f"http://{printable(host)}").host for host in hosts)
    return tuple(without_www(host) for host in found if host)
