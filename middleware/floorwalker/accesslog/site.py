"""Which host a log belongs to, where its lines do not say."""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from floorwalker.accesslog.hits import is_page
from floorwalker.accesslog.lines import LogLine


def guess_host(lines: Iterable[LogLine]) -> str:
    """The host that most files of pages (styles, scripts, pictures) were asked for from; empty where none stands out.

    A page's own files name the page as their referrer, so the site itself leads by far; a host needs a third of them.
    """
    hosts = Counter(_host(line.referrer) for line in lines if line.referrer and not is_page(line.target))
    hosts.pop("", None)
    if not hosts:
        return ""
    host, times = hosts.most_common(1)[0]
    return host if times * 3 >= hosts.total() else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
