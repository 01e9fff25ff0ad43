"""Whose address it is, as far as an address tells: one household, one subscriber, one site behind a proxy."""

import ipaddress
from typing import Final

UNKNOWN: Final = "unknown"
HOUSEHOLD_BITS: Final = 64  # of IPv6: what one household has (RFC 6177)
SITE_BITS: Final = 48  # of IPv6: what one site or small provider has
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def network_of(address: str) -> str:
    """The address; of IPv6 the network of one household, unless an address of IPv4 lies in it."""
    return _named(_read(address), HOUSEHOLD_BITS)


def site_of(address: str) -> str | None:
    """Of IPv6, the network of a whole site, out of which somebody may take 65,536 households; None of IPv4."""
    read = _read(address)
    return _named(read, SITE_BITS) if isinstance(read, ipaddress.IPv6Address) else None


def is_of_many(address: str) -> bool:
    """Whether many may come from it: it is not known, or one of a private network, as of a proxy that nobody named."""
    read = _read(address)
    return read is None or not read.is_global


def _read(address: str) -> Address | None:
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return read.ipv4_mapped
        if read in _NAT64:
            return ipaddress.IPv4Address(int(read) & 0xFFFFFFFF)
    return read


def _named(address: Address | None, bits: int) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, bits), strict=False))
    return UNKNOWN if address is None else str(address)
