"""Everything at once over real processes, some of which are killed: the counts equal the events that were sent."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from signal import SIGKILL, SIGSTOP

import httpx
import pytest

from floorwalker import Profile, Store, open_store
from floorwalker.core.events import PAGE_VIEWED
from floorwalker.core.memory.kept.recents import Past
from floorwalker.core.memory.proving.comparisons import expanded
from floorwalker.core.memory.proving.facts import facts_of, read_fact
from floorwalker.relay.relay import Relay
from tests.conftest import ROOT
from tests.relay.shop import SECRET, Hook, corridor_of, quick, receiving
from tests.together.people import Ledger, Server, life
from tests.together.site import RULES

pytestmark = pytest.mark.load

PEOPLE, KILL_WORKER_AT, KILL_RELAY_AT = 20, 60, 160
WITHIN_S = 55
UNCERTAIN_S = 1.0  # a page that was sent so shortly before its worker died may not have been stored


class Site:
    """Two workers on sockets of their own, and a relay; each may die and come back."""

    def __init__(self, rules: Path, store: str, webhook: str, stack: ExitStack) -> None:
        self._rules, self._store, self._webhook = rules, store, webhook
        self._sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512)) for _ in range(2)]
        self.workers = [self._worker(bound) for bound in self._sockets]
        self.relay = self._relaying()

    @property
    def hosts(self) -> list[str]:
        return [f"http://127.0.0.1:{bound.getsockname()[1]}" for bound in self._sockets]

    def stop_worker(self) -> None:
        os.kill(self.workers[0].pid, SIGSTOP)

    def kill_worker(self) -> None:
        os.kill(self.workers[0].pid, SIGKILL)
        self.workers[0].wait()
        self.workers[0] = self._worker(self._sockets[0])

    def kill_relay(self) -> None:
        os.kill(self.relay.pid, SIGKILL)
        self.end_relay()
        self.relay = self._relaying()

    def end_relay(self) -> None:
        self.relay.terminate()
        self.relay.wait()
        assert self.relay.stdout is not None
        self.relay.stdout.close()

    def close(self) -> None:
        self.end_relay()
        for process in self.workers:
            process.kill()
            process.wait()

    def _worker(self, bound: socket.socket) -> "subprocess.Popen[str]":
        arguments = [str(bound.fileno()), str(self._rules), self._store]
        command = [sys.executable, "-m", "tests.together.site", *arguments]
        return subprocess.Popen(command, cwd=ROOT, pass_fds=[bound.fileno()], text=True)

    def _relaying(self) -> "subprocess.Popen[str]":
        arguments = ["--rules", str(self._rules), "--store", self._store, "--webhook", self._webhook]
        command = [sys.executable, "-m", "floorwalker", "relay", *arguments]
        environment = {**os.environ, "FLOORWALKER_WEBHOOK_SECRET": SECRET}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with receiving() as hook:
        hook.answers = ["200 OK", "500 Oops", "200 OK", "503 Later"] * 3
        yield hook


@pytest.fixture
def site(tmp_path: Path, valkey_url: str, hook: Hook) -> Iterator[Site]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    with ExitStack() as stack:
        site = Site(tmp_path / "rules", valkey_url, hook.url, stack)
        stack.callback(site.close)
        yield site


async def test_the_counts_equal_the_events_that_were_sent(site: Site, hook: Hook, valkey_url: str) -> None:
    ledger = Ledger()
    async with asyncio.timeout(WITHIN_S):
        assert site.relay.stdout is not None
        assert "runs" in await asyncio.to_thread(site.relay.stdout.readline)
        living = asyncio.gather(*(life(number, site.hosts, ledger) for number in range(PEOPLE)))
        await ledger.reached(KILL_WORKER_AT)
        site.stop_worker()  # so that somebody certainly waits when it dies
        ledger.died_at = asyncio.get_running_loop().time()
        await ledger.all_wait()
        site.kill_worker()
        await ledger.reached(KILL_RELAY_AT)
        site.kill_relay()
        await living
        await replayed(site, ledger)
    store = open_store(valkey_url)
    people = {user: await store.person(user) for user in ledger.orders}
    profiles = {user: await profile_of(store, visitor) for user, visitor in people.items()}
    site.end_relay()
    await relayed(store, hook)
    assert ledger.answers[0] > 0
    await every_event_is_in_one_profile(store, ledger, profiles)
    await the_stream_holds_what_profiles_hold(store, ledger, people, profiles)
    money_is_what_was_paid(ledger, profiles)
    await counters_are_a_recount(store, ledger, profiles)
    webhooks_tell_each_change_once(hook, ledger, people)
    await store.close()


async def replayed(site: Site, ledger: Ledger) -> None:
    """Every third body comes again, long after it was acknowledged."""
    server = Server(site.hosts, ledger)
    await asyncio.gather(*(server.send(body) for body in ledger.sent[::3]))
    await server.close()


async def relayed(store: Store, hook: Hook) -> None:
    """What the killed relay left is taken over, and what failed is tried again, as if the hours had passed."""
    corridor = corridor_of(RULES)
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        for hours in range(8, 80, 8):
            relay = Relay(
                store,
                lambda: corridor,
                [hook.endpoint()],
                client,
                consumer=f"{hours} hours later",
                clock=partial(later, hours),
                dice=lambda: 0.5,
                settings=quick(),
            )
            await relay.run_once()


def later(hours: int) -> float:
    return time.time() + hours * 3600


NOT_COUNTED = frozenset(("page", "who", "again", "second", "refund", "counter", "cancel"))


async def profile_of(store: Store, visitor: str) -> Profile:
    profile = (await store.load(visitor)).profile
    assert profile is not None
    return profile


def past_of(profile: Profile, name: str) -> list[Past]:
    """All is recent: nothing was forgotten."""
    assert profile.counts is None
    return [past for past in profile.recents.past() if past.name == name]


async def every_event_is_in_one_profile(store: Store, ledger: Ledger, profiles: dict[str, Profile]) -> None:
    for user, profile in profiles.items():
        counted = [id for id in ledger.ids[user] if id.rpartition("-")[2] not in NOT_COUNTED]
        assert len(past_of(profile, "Counted")) == len(counted)
        assert profile.user == user
        assert profile.traits["n"] == 1
    others = [one async for one in store.profiles() if one.profile is not None and one.profile.user not in profiles]
    assert [one for one in others if one.confirmed] == []  # a page whose cookie was lost is all that may be left
    assert not any(past_of(one.profile, "Counted") for one in others if one.profile is not None)


async def the_stream_holds_what_profiles_hold(
    store: Store, ledger: Ledger, people: dict[str, str], profiles: dict[str, Profile]
) -> None:
    events = [entry.event async for entry in store.events()]
    ids = Counter(event.id for event in events if event.id)
    assert set(ids.values()) == {1}
    told = {id for id in ids if not id.startswith("aside:")}  # a login that waited for a newer release was named
    assert told == {id for of_one in ledger.ids.values() for id in of_one if not id.endswith("-page")}
    assert "Nothing of this" not in {event.name for event in events}
    views = 0
    for user, visitor in people.items():
        names = Counter([entry.event.name async for entry in store.events(visitor)])
        held = Counter(past.name for past in profiles[user].recents.past())
        assert {name: names[name] for name in held} == held
        views += names[PAGE_VIEWED]
    assert_views(views, ledger)


def assert_views(views: int, ledger: Ledger) -> None:
    """Pages are no messages: who looked at one does not send it again, and a dying worker may lose its last ones."""
    uncertain = sum(worker == 0 and 0 <= ledger.died_at - at < UNCERTAIN_S for worker, at in ledger.pages)
    sure = len(ledger.pages) + ledger.told_pages - uncertain
    assert sure <= views <= sure + uncertain + ledger.broken


def money_is_what_was_paid(ledger: Ledger, profiles: dict[str, Profile]) -> None:
    for user, profile in profiles.items():
        orders = profile.orders
        assert orders is not None
        assert {order.id: order.amount for order in orders.latest} == ledger.orders[user]
        assert orders.count == len(ledger.orders[user])
        assert orders.totals["EUR"].amount == pytest.approx(sum(ledger.orders[user].values()))


async def counters_are_a_recount(store: Store, ledger: Ledger, profiles: dict[str, Profile]) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    async for one in store.profiles():
        if one.confirmed and one.profile is not None and one.profile.responses is not None:
            for exposure in expanded(one.profile.responses.exposures):
                for count in facts_of(exposure):
                    counted[count.day, count.field] += count.by
    today = datetime.now(UTC).date()
    stats = await store.stats((today - timedelta(days=1)).isoformat(), today.isoformat())
    told = {(day, field): value for day, facts in stats.items() for field, value in facts.items() if value}
    assert told == {key: value for key, value in counted.items() if value}
    of_site: Counter[str] = Counter()
    for (_, field), value in told.items():
        fact = read_fact(field)
        assert fact is not None
        if not fact.unit and not fact.block:
            of_site[fact.name] += value
    assert of_site["shown"] == of_site["converted"] == len(profiles)
    assert of_site["revenue"] == round(100 * sum(ledger.credited.values()))


def webhooks_tell_each_change_once(hook: Hook, ledger: Ledger, people: dict[str, str]) -> None:
    first_of = {one.headers["webhook-id"]: one.told for one in reversed(hook.received)}
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for id in dict.fromkeys(one.headers["webhook-id"] for one in hook.received):
        kind, segment, visitor = first_of[id]
        told[visitor].append((kind, segment))
    assert told == {people[user]: transitions for user, transitions in ledger.transitions.items()}
