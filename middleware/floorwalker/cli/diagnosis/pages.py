"""A page of the running site as two strangers and a third get it: what a shared cache may keep, and who is believed."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from floorwalker.cli.diagnosis.finding import Finding, fine, look, wrong
from floorwalker.cli.reports.paper import printable

AREA: Final = "pages"
BROWSER: Final = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
    "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
}
_COOKIE: Final = re.compile(r"(?:__Host-)?fw=([\w-]+)\.")
_MARKER: Final = re.compile(r"<!--slot:([A-Za-z0-9][A-Za-z0-9_.-]*)-->")
_PUBLIC: Final = re.compile(r"\b(public|s-maxage)\b", re.IGNORECASE)
_PRIVATE: Final = re.compile(r"\b(private|no-store)\b", re.IGNORECASE)
_REDIRECTS: Final = 5
_LARGE_BYTES: Final = 10_240


class PageSeen(Struct, frozen=True, kw_only=True):
    """What one stranger got. visitor, cookie: of the visitor's cookie that was set, empty where none was. slots: those
    that are marked. size_bytes: without compression."""

    url: str
    status: int
    is_page: bool
    cache_control: str
    vary: str
    age: str
    visitor: str
    cookie: str
    slots: tuple[str, ...]
    size_bytes: int = 0
    is_compressed: bool = False


class SiteSeen(Struct, frozen=True, kw_only=True):
    """What strangers got. health: what `/healthz` says, None where it says nothing. metrics: its status for who brings
    no key."""

    pages: tuple[PageSeen, ...]
    health: Mapping[str, Any] | None
    metrics: int


def see(url: str, *, prefix: str, client: Callable[[], httpx.Client] | None = None) -> SiteSeen:
    """Fetch a page twice, each time as somebody new, and our own addresses beside it. Raises httpx.HTTPError."""
    with (client or _client)() as asking:
        pages = tuple([_fetch(asking, url) for _ in range(2)])
        parts = urlsplit(pages[0].url)
        home = f"{parts.scheme}://{parts.netloc}{prefix}"
        health = asking.get(f"{home}/healthz")
        metrics = asking.get(f"{home}/metrics")
    told = health.json() if health.headers.get("content-type", "").startswith("application/json") else None
    is_ours = isinstance(told, dict) and "rules" in told and "store" in told
    return SiteSeen(pages=pages, health=told if is_ours else None, metrics=metrics.status_code)


def page_findings(seen: SiteSeen) -> Iterator[Finding]:
    """What it means."""
    first, second = seen.pages
    if not first.is_page:
        why = "There is nothing in it that could be looked at."
        yield look(AREA, f"{first.url} is no HTML page (status {first.status}).", why, "Name a page: --url.")
    yield from _wrapped(seen)
    yield from _shared(first, second)
    yield from _secure(first)
    yield from _compressed(first)
    if seen.metrics == httpx.codes.OK:
        why = "How much comes to the site, and how it is, is everybody's business."
        yield wrong(AREA, "The metrics are open to anybody.", why, "Something answers in our place; look at the proxy.")


def _wrapped(seen: SiteSeen) -> Iterator[Finding]:
    if seen.health is None:
        why = "The site is not wrapped there, has another prefix, or the proxy keeps it away."
        yield look(AREA, "Our own addresses do not answer below that site.", why, "Name the prefix: --prefix.")
        return
    status = seen.health.get("status")
    if status == "ok":
        yield fine(AREA, f"The site runs with the rules {printable(str(seen.health['rules']))}, and is well.")
        return
    why = "; ".join(str(one) for one in seen.health.get("why", ())) or "it does not say why"
    yield wrong(AREA, f"The site says it is {printable(str(status))}.", printable(f"{why}."), "See docs/operations.md.")


def _shared(first: PageSeen, second: PageSeen) -> Iterator[Finding]:
    if first.visitor and first.visitor == second.visitor:
        what = "Two strangers got one cookie: a shared cache keeps personal pages."
        why = "Everybody who gets it is one visitor, and sees what is meant for another."
        yield wrong(AREA, what, why, "Let the cache keep to Cache-Control, and keep nothing that sets a cookie.")
        return
    if first.visitor and not _PRIVATE.search(first.cache_control):
        what = f"A page with a visitor's cookie says Cache-Control: {printable(first.cache_control) or 'nothing'}."
        why = "Something between us and here has changed it; a shared cache may hand it to others."
        yield wrong(AREA, what, why, "Let the proxy leave Cache-Control alone.")
        return
    if first.slots and _PUBLIC.search(first.cache_control):
        named = ", ".join(first.slots[:5])
        what = f"The page is public, and holds slots: {named}."
        why = "Shared caches may keep it, so its slots keep their defaults and nobody new is known by it."
        remedy = "Write deliver: page or deliver: script at the slot, or let the app not call the page public."
        yield look(AREA, what, why, remedy)
        return
    if first.age:
        what = f"The page came out of a cache ({first.age} s old)."
        yield look(AREA, what, "Only what holds no slot may.", "Look whether any slot is for this page.")
        return
    kept = "for the visitor alone" if _PRIVATE.search(first.cache_control) else "as the app says"
    yield fine(AREA, f"The page is kept {kept}; two strangers got two pages.")


def _secure(page: PageSeen) -> Iterator[Finding]:
    if page.cookie and page.url.startswith("https:") and not page.cookie.startswith("__Host-"):
        what = "The page came over https, and the site does not know it."
        why = "Its cookie may be sent in the clear, and the visitor's address is the proxy's."
        yield wrong(AREA, what, why, "Name the proxy: trusted_proxies, or uvicorn --proxy-headers.")


def _compressed(page: PageSeen) -> Iterator[Finding]:
    if page.size_bytes >= _LARGE_BYTES and not page.is_compressed:
        what = f"The page goes out uncompressed, {page.size_bytes >> 10:,} KB of it."
        why = "It takes some four times as long on its way."
        yield look(AREA, what, why, "Let the proxy compress, or put a compressing middleware around ours.")


def _client() -> httpx.Client:
    return httpx.Client(timeout=10.0, follow_redirects=False, trust_env=False, headers=BROWSER)


def _fetch(asking: httpx.Client, url: str) -> PageSeen:
    """The page as somebody new gets it; redirects are followed within the same site."""
    asking.cookies.clear()
    answer = asking.get(url)
    for _ in range(_REDIRECTS):
        following = answer.next_request
        if following is None or following.url.host != answer.url.host:
            break
        answer = asking.send(following)
    text = answer.text if "html" in answer.headers.get("content-type", "") else ""
    set_cookie = next((one for one in answer.headers.get_list("set-cookie") if _COOKIE.match(one)), "")
    found = _COOKIE.match(set_cookie)
    return PageSeen(
        url=str(answer.url),
        status=answer.status_code,
        is_page=bool(text),
        cache_control=answer.headers.get("cache-control", ""),
        vary=answer.headers.get("vary", ""),
        age=answer.headers.get("age", ""),
        visitor=found[1] if found else "",
        cookie=set_cookie.partition("=")[0],
        slots=tuple(dict.fromkeys(_MARKER.findall(text))),
        size_bytes=len(text.encode("utf-8")),
        is_compressed="content-encoding" in answer.headers,
    )
