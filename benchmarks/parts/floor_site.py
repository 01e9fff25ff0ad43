"""The site of benchmarks.parts.floor: two crowds of the same histories, one for the least, one for the whole.

What the least knows beforehand is listened to: the whole middleware serves each of its visitors some pages, and the
commands of the last one are kept.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct, msgpack

from benchmarks.parts.least import Known, Ready
from benchmarks.site.pages import SLOTS, App, Pages, app
from benchmarks.site.requests import no_body, request, started, swallow
from benchmarks.site.rules import write_rules
from benchmarks.site.serve import SECRET
from benchmarks.site.visitors import returning_visitors
from floorwalker import PersonalizationMiddleware
from floorwalker.asgi.cookie import VisitorCookie
from floorwalker.store import Store, StoreSettings
from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.link.address import read_address
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.link.resp import Packed, packer, reader
from floorwalker.store.open import open_link
from floorwalker.store.records.record import IDENTITY_BYTES

PAGE = "/static10"
_WARM = 3
_KEYS = 3  # in EVALSHA, after its hash and their number
_CONTENT = b'<section class="offer"><h2>For everyone</h2><p>You have been here 6 times.</p></section>'
_SETTINGS = StoreSettings(new_profiles_per_s=1e9)


class Site(Struct, frozen=True):
    """A store with both crowds. ready: what the least knows. whole: the middleware; its visitors are others."""

    ready: Ready
    whole: App
    floor_cookies: Path
    whole_cookies: Path

    def cookies(self, *, whole: bool) -> Path:
        """The file with a cookie a line of one of the crowds."""
        return self.whole_cookies if whole else self.floor_cookies


class Listening:
    """A link that keeps the words of the last script, and the key of the last GET."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.commit: tuple[Word, ...] = ()
        self.key: Word = b""

    def call(self, *command: Word) -> "asyncio.Future[Reply]":
        if command[0] == "EVALSHA":
            self.commit = command
        elif command[0] == "GET":
            self.key = command[1]
        return self._link.call(*command)

    def send(self, command: Packed) -> "asyncio.Future[Reply]":
        read = reader()  # commands have the form of replies
        read.feed(command.whole)
        self.commit = read.gets()
        return self._link.send(command)

    async def nodes(self) -> Sequence[Link]:
        return await self._link.nodes()

    async def close(self) -> None:
        await self._link.close()


@asynccontextmanager
async def floor_site(folder: Path, visitors: int) -> AsyncIterator[Site]:
    """Both crowds stored, the middleware started, and all that the least knows found out."""
    rules, templates = write_rules(folder)
    with EmbeddedServer(folder / "data") as server:
        url = f"unix://{await asyncio.to_thread(server.start)}"
        jars = folder / "floor", folder / "whole"
        for jar in jars:
            await returning_visitors(visitors, store=url, rules=rules, cookies=jar)
        link = Listening(open_link(read_address(url), _SETTINGS))
        store = Store(link, settings=_SETTINGS)
        whole = PersonalizationMiddleware(
            app(), rules=str(rules), templates=str(templates), store=store, secret_key=[SECRET], budget_ms=10_000
        )
        async with started(whole):
            ready = await _found_out(whole, store, link, jars[0])
            await _found_out(whole, store, link, jars[1])  # those of the whole have seen as many pages
            yield Site(ready, whole, *jars)
        await store.close()
        server.stop()


async def _found_out(whole: App, store: Store, link: Listening, jar: Path) -> Ready:
    """What the least knows, once its visitors have seen some pages."""
    cookie, now = VisitorCookie([SECRET], random=secrets.token_bytes), time.time()
    known = {}
    for one in (await asyncio.to_thread(jar.read_text)).split():
        for _ in range(_WARM):
            await whole(request(PAGE, one), no_body, swallow)
            await store.flush(10)
        identity = cookie.read(one.encode(), secure=False, now=now)
        assert identity is not None
        profile = (await store.load(identity.visitor)).profile
        known[identity.visitor] = Known(str(link.key), _again(link.commit), msgpack.encode(profile))
    pages = Pages()
    cut = {len(page): (page, _cut(page)) for page in (*pages.static.values(), pages.rendered(marked=True))}
    return Ready(link, cookie, now, known, cut, [_CONTENT] * len(SLOTS))


def _again(commit: Sequence[Word]) -> Packed:
    """The same commit, made so that it stands as often as it is sent: it expects the very record that it writes."""
    if len(commit) < _KEYS + 2:
        raise SystemExit("no commit was heard")
    first = _KEYS + int(commit[2])
    record, key = commit[first + 1], commit[_KEYS]
    if not isinstance(record, bytes):
        raise SystemExit("what was heard is no commit")
    words = (*commit[:first], record[:IDENTITY_BYTES], *commit[first + 1 :])
    return Packed(key if isinstance(key, bytes) else str(key).encode(), packer()(words))


def _cut(page: bytes) -> list[bytes]:
    """The page without what its slots hold, cut where that goes."""
    pieces, at = [], 0
    for slot in SLOTS:
        begin = b"<!--slot:%s-->" % slot.encode()
        ends = page.index(begin, at) + len(begin)
        pieces.append(page[at:ends])
        at = page.index(b"<!--/slot:%s-->" % slot.encode(), ends)
    return [*pieces, page[at:]]
