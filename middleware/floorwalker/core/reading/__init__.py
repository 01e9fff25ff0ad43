"""From one hit to its signals: everything that a single request tells, before anything is remembered."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from floorwalker.core.events import Page
from floorwalker.core.hit import Headers, Hit
from floorwalker.core.reading.reader import NO_PAGE, SignalReader
from floorwalker.core.reading.shape import signals_as_json
from floorwalker.core.signals import Signals

__all__ = ["SignalReader", "read_signals", "signals_as_json"]

Text = str | bytes


def read_signals(
    *,
    url: str,
    headers: Mapping[Text, Text] | Mapping[str, str] | Iterable[tuple[Text, Text]] = (),
    now: float | datetime = 0.0,
    address: str | None = None,
    page: Page = NO_PAGE,
    site_timezone: str = "UTC",
    reader: SignalReader | None = None,
) -> Signals:
    """Everything that one request tells; pure, and never raises on what a client may send.

    url: absolute, or a path with query. headers: a mapping or pairs, names in any case, text or bytes. now: seconds
    since 1970 or a datetime (a naive one is UTC). address: the client's, for the place. reader: carries partners,
    own hosts, a city database and trusted headers; keep one where many requests are read, for its caches.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    hit = Hit(at=_seconds(now), url=url, headers=_bytes_of(pairs), address=address)
    return (reader or SignalReader()).read(hit, page=page, site_timezone=site_timezone)


def _bytes_of(pairs: Iterable[tuple[Text, Text]]) -> Headers:
    return tuple((_bytes(name).lower(), _bytes(value)) for name, value in pairs)


def _bytes(text: Text) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _seconds(now: float | datetime) -> float:
    if isinstance(now, datetime):
        return (now if now.tzinfo else now.replace(tzinfo=UTC)).timestamp()
    return now
