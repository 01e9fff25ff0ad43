"""Many visitors at once through one cache, each with a secret; what any of them gets that is another's is noted."""

import asyncio
import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from tests.asgi.browser import CHROME, GOOGLEBOT
from tests.proxies.site import OURS, PAGES, PREFIX, REDIRECTS

_SECRET = re.compile(r"canary[0-9a-f]{12}z")
_COOKIE = re.compile(r"(?:__Host-)?fw=([A-Za-z0-9_-]+)\.")
_HITS = ("HIT", "STALE", "UPDATING", "REVALIDATED")
_WAYS: tuple[Mapping[str, str], ...] = (
    {},
    {},
    {"if-none-match": '"f"'},
    {"if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT"},
    {"range": "bytes=0-99"},
    {"accept-encoding": "identity"},
    {"accept-language": "de"},
    {"sec-fetch-dest": "empty"},
    {"sec-purpose": "prefetch"},
    {"cache-control": "no-cache"},
)


@dataclass
class Findings:
    """What the crowd saw.

    alien: path → how often somebody got another's secret. cookies: visitor's id → the secrets of those it was given to.
    kept: path → answers out of the cache. blind: pages of known people that did not show them their own.
    """

    requests: int = 0
    alien: Counter[str] = field(default_factory=Counter)
    cookies: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    kept: Counter[str] = field(default_factory=Counter)
    kept_with_cookie: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    blind: Counter[str] = field(default_factory=Counter)

    @property
    def shared_cookies(self) -> int:
        """Cookies that more than one visitor was given."""
        return sum(len(given) > 1 for given in self.cookies.values())


class Visitor:
    """One of the crowd: comes with a search that is theirs, and may log in."""

    def __init__(self, number: int, address: str, findings: Findings, *, dice: random.Random) -> None:
        self.secret = f"canary{dice.getrandbits(48):012x}z"
        self._findings = findings
        self._dice = dice
        self._is_robot = number % 12 == 11
        self._is_known = False
        agent = GOOGLEBOT if self._is_robot else CHROME
        headers = {"user-agent": agent.decode(), "accept": "text/html", "sec-fetch-site": "same-origin"}
        headers["referer"] = f"https://www.google.com/search?q={quote('tripod ' + self.secret)}"
        self._client = httpx.AsyncClient(base_url=address, headers=headers, timeout=30, follow_redirects=False)

    async def come(self, pages: int) -> None:
        """Arrive, look around, log in, look around again."""
        for number in range(pages):
            if number == pages // 3 and not self._is_robot:
                await self._log_in()
            await self.ask(self._somewhere())

    async def ask(self, path: str) -> httpx.Response:
        """One request in one of the ways in which clients ask."""
        dice = self._dice
        method = "HEAD" if dice.random() < 0.1 else "GET"
        way = dict(dice.choice(_WAYS))
        if "sec-fetch-dest" not in way and dice.random() < 0.5:
            way["sec-fetch-dest"] = "document"
        response = await self._client.request(method, path, headers=way)
        self._note(path, response, is_whole=method == "GET" and "range" not in way and "sec-purpose" not in way)
        return response

    async def leave(self) -> None:
        await self._client.aclose()

    async def _log_in(self) -> None:
        response = await self._client.post("/login", content=self.secret.encode())
        self._note("/login", response, is_whole=False)
        told = {"url": "/personal", "events": [{"type": "track", "id": self.secret, "event": "Thing Done"}]}
        self._note("/collect", await self._client.post(f"{PREFIX}/collect", json=told), is_whole=False)
        self._is_known = response.status_code == 303

    def _somewhere(self) -> str:
        where = self._dice.choice([*PAGES, *PAGES, *REDIRECTS, *OURS, "/data"])
        return f"{PREFIX}{where}" if where in OURS else where

    def _note(self, path: str, response: httpx.Response, *, is_whole: bool) -> None:
        findings = self._findings
        findings.requests += 1
        findings.statuses[response.status_code] += 1
        seen = response.text + str(response.headers.multi_items())
        if set(_SECRET.findall(seen)) - {self.secret}:
            findings.alien[path] += 1
        given = [_COOKIE.match(value) for value in response.headers.get_list("set-cookie")]
        for cookie in filter(None, given):
            findings.cookies[cookie[1]].add(self.secret)
        if response.headers.get("x-cache") in _HITS:
            findings.kept[path] += 1
            findings.kept_with_cookie[path] += bool(response.headers.get_list("set-cookie"))
        page = PAGES.get(path)
        expected = page is not None and page.personal and path not in ("/selected",) and is_whole and self._is_known
        if expected and self.secret not in response.text:
            findings.blind[path] += 1


async def send_crowd(address: str, *, visitors: int, pages: int, seed: int) -> Findings:
    """All of them at once, interleaved as it happens."""
    findings = Findings()
    dice = random.Random(seed)
    crowd = [Visitor(number, address, findings, dice=dice) for number in range(visitors)]
    try:
        await asyncio.gather(*(visitor.come(pages) for visitor in crowd))
    finally:
        await asyncio.gather(*(visitor.leave() for visitor in crowd))
    return findings
