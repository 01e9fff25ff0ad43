"""From a line of a log to a Hit: what counts as a page where no content type is known."""

from hashlib import blake2b

from msgspec import Struct

from floorwalker.accesslog.lines import LogLine
from floorwalker.core.hit import Headers, Hit, HitKind

_PAGE_ENDINGS = frozenset(
    [".html", ".htm", ".xhtml", ".shtml", ".php", ".php5", ".phtml", ".asp", ".aspx", ".jsp", ".jsf"]
)
_FEED_VALUES = frozenset(["rss", "rss2", "rss20", "atom", "rdf", "json", "xml"])
_FEED_NAMES = frozenset(["flav", "feed", "format", "alt", "output"])
_NO_PAGES = ("/feed", "/rss", "/atom", "/xmlrpc.php", "/wp-cron.php", "/wp-json", "/api/")
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class LogHit(Struct, frozen=True):
    """A Hit with the id of its visitor: a hash of address and user agent, since a log has no cookie of ours."""

    visitor: str
    hit: Hit


def hit_of(line: LogLine, *, host: str = "", scheme: str = "https") -> LogHit | None:
    """The Hit that a line stands for, or None where it is no page: assets, feeds, downloads, HEAD, other methods.

    host: the site's own, where the line does not name it. A page that was revalidated (304) was seen.
    """
    kind = kind_of(line)
    return None if kind is None else LogHit(visitor_of(line), _hit(line, kind, host, scheme))


def as_file(line: LogLine, *, host: str = "", scheme: str = "https") -> Hit:
    """The request as one for a file: its signals can be read, but it is no page and counts as nothing."""
    return _hit(line, HitKind.FRAGMENT, host, scheme)


def _hit(line: LogLine, kind: HitKind, host: str, scheme: str) -> Hit:
    url = line.target if "://" in line.target[:9] else f"{scheme}://{line.host or host}{line.target}"
    return Hit(
        at=line.at,
        url=url,
        headers=headers_of(line),
        method=line.method,
        status=line.status,
        kind=kind,
        address=line.address,
    )


def headers_of(line: LogLine) -> Headers:
    """The request headers that a log keeps."""
    headers = []
    if line.referrer:
        headers.append((b"referer", line.referrer.encode("latin-1", "replace")))
    if line.user_agent:
        headers.append((b"user-agent", line.user_agent.encode("latin-1", "replace")))
    return tuple(headers)


def visitor_of(line: LogLine) -> str:
    """An id that cannot be turned back into the address."""
    name = f"{line.address}\0{line.user_agent}".encode("utf-8", "surrogatepass")
    return blake2b(name, digest_size=16, person=b"fw-log-visitor").hexdigest()


def kind_of(line: LogLine) -> HitKind | None:
    """View, error view, redirect, or None where nothing that a person would call a page was asked for."""
    if line.method not in ("GET", "POST") or not is_page(line.target):
        return None
    if line.status in (200, 203, 304):
        return HitKind.VIEW
    if line.status in _REDIRECTS:
        return HitKind.REDIRECT
    return HitKind.ERROR if line.status >= 400 else None


def is_page(target: str) -> bool:
    """Whether an address looks like an HTML page: no other file's ending, not a feed."""
    path, _, query = target.partition("?")
    path = path.lower()
    last = path.rpartition("/")[2]
    name, dot, ending = last.rpartition(".")
    if dot and name and "." + ending not in _PAGE_ENDINGS and ending.isalnum() and not ending.isdecimal():
        return False
    if path.startswith(_NO_PAGES) or path.endswith(("/feed", "/feed/", "/rss", "/atom")):
        return False
    return not (query and _asks_for_feed(query.lower()))


def _asks_for_feed(query: str) -> bool:
    pairs = (pair.partition("=") for pair in query.split("&"))
    return any(name in _FEED_NAMES and value in _FEED_VALUES for name, _, value in pairs)
