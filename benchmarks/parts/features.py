"""`python -m benchmarks.parts.features`: what each feature costs where it is used; microseconds of this process's CPU.

Rules: one page of a visit that goes on, for visitors with thirty pages behind them, from the address to the step that
is to be stored, with the feature and without, in turn. Doors: whole requests, 32 at once, on one embedded server, whose
own time is not in it. The median of the rounds.
"""

import argparse
import asyncio
import gc
import json
import tempfile
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.site.pages import App, app
from benchmarks.site.requests import AGENT, started
from benchmarks.site.serve import SECRET
from benchmarks.site.visitors import histories, returning_visitors
from floorwalker import PersonalizationMiddleware, Ruleset
from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import EVERYTHING_PERMITTED
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import IDENTIFIED, Event
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.html.weave import Outcome
from floorwalker.store import Store, open_store

_TOPICS = "".join(f"  topic-{n}: {{pages: [/category-{n}/**]}}\n" for n in range(9))
_SLOTS = "".join(f"  slot-{n}: {{control: 10 %, show: [{{name: block-{n}, text: Hello}}]}}\n" for n in range(8))
_WATCHED = "  keen: {watch: yes, when: {viewed: {type: category, at_least: 3, within: 30 days}}}\n"
_GOALS = "  order: {did: Order Completed, value: revenue}\n  welcome: {viewed: /welcome}\n"
_HELD = "  loyal: {visits: {at_least: 40}}\n"
_PAGES = 'pages: [{path: "/{category}/**", type: category}]\n'
RULES = {
    "nothing asked": "topics: {none: {pages: [/nowhere]}}\n",
    "nine topics": f"topics:\n{_TOPICS}",
    "one watched segment": f"topics: {{none: {{pages: [/nowhere]}}}}\nsegments:\n{_WATCHED}",
    "eight slots": f"topics: {{none: {{pages: [/nowhere]}}}}\nslots:\n{_SLOTS}",
    "eight slots, two goals": f"topics: {{none: {{pages: [/nowhere]}}}}\nslots:\n{_SLOTS}goals:\n{_GOALS}",
    "eight slots, a goal held": f"topics: {{none: {{pages: [/nowhere]}}}}\nslots:\n{_SLOTS}goals:\n{_HELD}",
}
_KEY = "a write key for benchmarks"
_AT_ONCE = 32
_EVENTS = 100  # in each batch


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.features", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--visitors", type=int, default=640)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-bench-") as name:
        for feature, took in in_rules(Path(name), options.rounds).items():
            print(f"{feature:44}{took:8.1f}")
        for feature, took in asyncio.run(at_doors(Path(name), options.rounds, options.visitors)).items():
            print(f"{feature:44}{took:8.1f}")


def in_rules(folder: Path, rounds: int) -> Mapping[str, float]:
    """Microseconds of one page by what the rules have."""
    subjects = {name: _Pages(_written(folder / str(n), text)) for n, (name, text) in enumerate(RULES.items())}
    figures: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, subject in subjects.items():
            figures.setdefault(name, []).append(subject.again())
            if "slots" in name:
                figures.setdefault(f"{name}, shown at first", []).append(subject.first())
    return {name: median(found) for name, found in figures.items()}


def _written(folder: Path, rules: str) -> Path:
    folder.mkdir()
    (folder / "rules.yaml").write_text(_PAGES + rules)
    (folder / "templates").mkdir()
    return folder


class _Pages:
    """Pages under one set of rules."""

    def __init__(self, folder: Path) -> None:
        now = time.time()
        self._rulebook: Rulebook = load_rulebook(folder, folder / "templates", now=now)
        headers = ((b"host", b"shop.example"), (b"user-agent", AGENT))
        self._hit = Hit(at=now, url="http://shop.example/category-3/x", headers=headers, address="127.0.0.1")
        self._outcomes = dict.fromkeys(self._rulebook.ruleset.slots, Outcome.CHANGED)
        arrived = Hit(at=now - 60, url="http://shop.example/category-2/x", headers=headers)
        old = histories(self._rulebook.ruleset, now)
        self._new = [self._rulebook.corridor.advance(profile, arrived)[0] for profile in old]
        self._met = [self._seen(profile) for profile in self._new]

    def again(self) -> float:
        """Microseconds of a page whose slots were shown before."""
        return self._timed(self._met)

    def first(self) -> float:
        """The same where they are shown for the first time."""
        return self._timed(self._new)

    def _timed(self, profiles: list[Profile]) -> float:
        for profile in profiles:
            self._seen(profile)
        gc.collect()
        gc.disable()
        began = time.process_time()
        for profile in profiles * 4:
            self._seen(profile)
        took_s = time.process_time() - began
        gc.enable()
        return took_s / len(profiles) / 4 * 1e6

    def _seen(self, profile: Profile) -> Profile:
        walk = Walk(
            self._rulebook, self._hit, profile, visitor="a visitor", degraded=False, permission=EVERYTHING_PERMITTED
        )
        for slot in self._outcomes:
            walk.markup(slot)
        step = walk.take(self._outcomes)
        assert step is not None
        return step(profile)[0]


async def at_doors(folder: Path, rounds: int, visitors: int) -> Mapping[str, float]:
    """Microseconds of what comes in by the other doors."""
    rules = _written(folder / "doors", RULES["nine topics"])
    address, cookies = f"embedded:{folder / 'store'}", folder / "cookies"
    await returning_visitors(visitors, store=address, rules=rules, cookies=cookies)
    jar = (await asyncio.to_thread(cookies.read_text)).split()
    store = open_store(address)
    served = PersonalizationMiddleware(
        app(), rules=str(rules), store=store, secret_key=[SECRET], write_keys=[_KEY], budget_ms=1000
    )
    doors = _Doors(served, store, jar)
    calls: Mapping[str, tuple[Callable[[int], Awaitable[object]], int]] = {
        "POST /collect, one event": (doors.collect, 1),
        f"POST /v1/batch, {_EVENTS} events of one person: each": (doors.batch_of_one, _EVENTS),
        f"POST /v1/batch, {_EVENTS} events of as many: each": (doors.batch_of_many, _EVENTS),
        "a history joins a new person": (doors.join, 1),
    }
    figures: dict[str, list[float]] = {}
    async with started(served):
        await doors.prepare(histories(Ruleset.load(rules), time.time()), visitors)
        for number in range(rounds):
            for name, (call, events) in calls.items():
                count = visitors // rounds if events == 1 else _AT_ONCE
                figures.setdefault(name, []).append(await _timed(call, number * count, count) / events)
    await store.close()
    return {name: median(found) for name, found in figures.items()}


async def _timed(call: Callable[[int], Awaitable[object]], first: int, count: int) -> float:
    """Microseconds of CPU for each call."""
    numbers = iter(range(first, first + count))

    async def some() -> None:
        for number in numbers:
            await call(number)

    began = time.process_time()
    await asyncio.gather(*[some() for _ in range(_AT_ONCE)])
    return (time.process_time() - began) / count * 1e6


class _Doors:
    """Calls by their numbers; no number is called twice."""

    def __init__(self, served: App, store: Store, jar: list[str]) -> None:
        self._served, self._store, self._jar = served, store, jar

    async def collect(self, number: int) -> None:
        told = {"type": "track", "id": f"c{number}", "event": "Video Played", "properties": {"name": "intro"}}
        cookie = (b"cookie", self._jar[number].encode())
        same = ((b"sec-fetch-site", b"same-origin"), (b"sec-fetch-dest", b"empty"), (b"content-type", b"text/plain"))
        await self._post("/_floorwalker/collect", {"url": "/category-3/x", "events": [told]}, cookie, *same)

    async def batch_of_one(self, number: int) -> None:
        await self._batch([f"one {number}"] * _EVENTS, number)

    async def batch_of_many(self, number: int) -> None:
        await self._batch([f"many {number} {n}" for n in range(_EVENTS)], number)

    async def prepare(self, profiles: list[Profile], count: int) -> None:
        """Give clients a history that can join somebody's."""
        for number in range(count):
            done = profiles[number % len(profiles)], NOTHING
            await self._store.commit(await self._store.client(f"client {number}"), None, partial(_given, done))

    async def join(self, number: int) -> None:
        anonymous, person = await self._store.client(f"client {number}"), await self._store.person(f"p{number}")
        event = Event(IDENTIFIED, time.time(), {"user_id": f"p{number}"}, id=f"j{number}")
        joined = await self._store.merge(anonymous, person, event)
        if joined.loaded is None or joined.loaded.visitor != person:
            raise SystemExit("a history did not join")

    async def _batch(self, users: list[str], number: int) -> None:
        told = [
            {"type": "track", "event": "Article Read", "userId": user, "messageId": f"{number} {user} {n}"}
            for n, user in enumerate(users)
        ]
        key = b64encode(f"{_KEY}:".encode())
        await self._post("/_floorwalker/v1/batch", {"batch": told}, (b"authorization", b"Basic " + key))

    async def _post(self, path: str, body: Any, *headers: tuple[bytes, bytes]) -> None:
        content, status = json.dumps(body).encode(), 0

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)

        await self._served(_scope(path, headers, len(content)), receive, send)
        if status not in (200, 204):
            raise SystemExit(f"{path} answers {status}")


def _given(done: tuple[Profile, Effects], _: Profile | None) -> tuple[Profile, Effects]:
    return done


def _scope(path: str, headers: tuple[tuple[bytes, bytes], ...], length: int) -> dict[str, Any]:
    host = [(b"host", b"shop.example"), (b"user-agent", AGENT), (b"content-length", b"%d" % length)]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [*host, *headers],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 80),
    }


if __name__ == "__main__":
    main()
