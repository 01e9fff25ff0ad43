"""An endpoint: where webhooks go, and what it is told of."""

from hashlib import blake2b
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from floorwalker.errors import ConfigurationError
from floorwalker.store.relaying.groups import WEBHOOK


class Endpoint(Struct, frozen=True):
    """One receiver. segments: of which it is told; empty is of all. with_traits: whether it is told traits, too."""

    url: str
    secrets: tuple[bytes, ...]
    segments: frozenset[str] = frozenset()
    with_traits: bool = False

    @property
    def key(self) -> str:
        """By what stores and logs know it: of its address, without a password and what follows `?`."""
        address = urlsplit(self.url)
        told = f"{address.scheme}://{_host(address)}{address.path}"
        return blake2b(told.encode(), digest_size=6, person=b"fw-webhook").hexdigest()

    @property
    def shown(self) -> str:
        """For people: the host alone, since a path may be a secret."""
        return f"{_host(urlsplit(self.url))} ({self.key})"

    @property
    def group(self) -> str:
        """The consumer group that reads the streams for it."""
        return WEBHOOK + self.key

    def wants(self, segment: str) -> bool:
        """Whether it is told of this segment."""
        return not self.segments or segment in self.segments


def read_endpoint(
    url: str, *, secrets: tuple[bytes, ...], segments: frozenset[str] = frozenset(), with_traits: bool = False
) -> Endpoint:
    """An endpoint of an address that was typed. Raises ConfigurationError."""
    try:
        address = urlsplit(url)
        is_one = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise ConfigurationError("--webhook takes a whole address, such as https://crm.example/hooks/floorwalker")
    return Endpoint(url, secrets, segments, with_traits)


def _host(address: SplitResult) -> str:
    name = address.hostname or ""
    return f"{name}:{address.port}" if address.port else name
