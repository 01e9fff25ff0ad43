"""Whose request it is behind proxies: the client's address and whether it spoke https. Evaluated, never stored."""

import ipaddress
from collections.abc import Sequence

from msgspec import Struct

from floorwalker.asgi.http.headers import Headers, all_of, first_of
from floorwalker.errors import ConfigurationError

_SECURE = ("https", "wss")
_HOPS = 32  # nobody has more proxies; a longer header is noise
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Caller(Struct, frozen=True, gc=False):
    """address: None where it is not known. secure: the client spoke https."""

    address: str | None
    secure: bool


class Proxies:
    """The proxies whose forwarding headers are believed; from anybody else those headers are hearsay."""

    def __init__(self, trusted: Sequence[str]) -> None:
        """trusted: addresses and networks, or `*` for whoever connects. Raises ConfigurationError."""
        self._all = "*" in trusted
        self._networks = tuple(_network(each) for each in trusted if each != "*")
        self._believes_nobody = not (self._all or self._networks)

    def caller(self, client: object, scheme: str, headers: Headers) -> Caller:
        """client: the scope's pair of address and port, or None."""
        peer = str(client[0]) if isinstance(client, (list, tuple)) and client else None
        if self._believes_nobody or not self._trusts(peer):
            return Caller(peer, scheme in _SECURE)
        protocol = first_of(headers, b"x-forwarded-proto")
        secure = scheme in _SECURE if protocol is None else protocol.split(b",")[0].strip().lower() == b"https"
        return Caller(self._forwarded(headers) or peer, secure)

    def _forwarded(self, headers: Headers) -> str | None:
        """The address nearest to us that is no trusted proxy: what stands left of it, anybody may have written."""
        hops = b",".join(all_of(headers, b"x-forwarded-for")).decode("latin-1").split(",")
        if self._all:
            return _address(hops[0].strip())
        nearest = None
        for hop in reversed(hops[-_HOPS:]):
            address = _address(hop.strip())
            if address is None:
                break
            nearest = address
            if not self._trusts(address):
                break
        return nearest

    def _trusts(self, address: str | None) -> bool:
        if self._all or not self._networks or address is None:
            return self._all
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ConfigurationError(
            f"The trusted proxy {text!r} is no address or network; write 10.0.0.0/8, ::1 or *."
        ) from error


def _address(text: str) -> str | None:
    """An address without port or brackets, or None."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
