"""A worker dies in the middle of what clients send; they send it again, and everything counts once."""

import asyncio
import json
import os
from collections import Counter
from signal import SIGKILL, SIGSTOP
from typing import Any

import httpx

from floorwalker import Store, open_store
from tests.clients.serving import host_of, listening, start
from tests.clients.site import KEY

PEOPLE, ROUNDS, KILLED_AFTER = 16, 4, 12


def batch(person: int, number: int) -> list[dict[str, Any]]:
    """What one person does in one round: it is seen anonymously, then said who they are."""
    anonymous, user, mark = f"anon-{person}", f"user-{person}", f"{person}-{number}"
    track = {"type": "track", "event": "Counted"}
    return [
        {"type": "page", "anonymousId": anonymous, "properties": {"path": "/p/1"}, "messageId": f"{mark}-page"},
        {**track, "anonymousId": anonymous, "messageId": f"{mark}-before"},
        {"type": "identify", "anonymousId": anonymous, "userId": user, "traits": {"n": 1}, "messageId": f"{mark}-who"},
        {**track, "userId": user, "messageId": f"{mark}-after"},
    ]


class Senders:
    """Clients that send until they are told that it stands. The first answers are counted, so that a worker can die."""

    def __init__(self, host: str) -> None:
        self._http = httpx.AsyncClient(base_url=host, auth=(KEY, ""), timeout=20, trust_env=False)
        self.waiting = 0
        self.answered = 0
        self.sent_again = 0
        self.is_time = asyncio.Event()

    async def person(self, person: int) -> None:
        for number in range(ROUNDS):
            await self._until_it_stands(json.dumps({"batch": batch(person, number)}))

    async def all_wait(self) -> None:
        """Until each of them has asked and no answer is on its way any more: the worker stands still."""
        answered = -1
        while self.waiting < PEOPLE or self.answered > answered:
            answered = self.answered
            await asyncio.sleep(0.1)

    async def _until_it_stands(self, body: str) -> None:
        while True:
            self.waiting += 1
            try:
                answer = await self._http.post("/v1/batch", content=body)
            except httpx.TransportError:
                self.sent_again += 1
                continue
            finally:
                self.waiting -= 1
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                break
            self.sent_again += 1
        self.answered += 1
        if self.answered == KILLED_AFTER:
            self.is_time.set()

    async def close(self) -> None:
        await self._http.aclose()


async def test_what_a_dying_worker_had_taken_counts_once(valkey_url: str) -> None:
    with listening() as bound:
        workers = [start(bound, valkey_url)]
        senders = Senders(host_of(bound))
        sending = [asyncio.create_task(senders.person(person)) for person in range(PEOPLE)]
        try:
            async with asyncio.timeout(40):
                await senders.is_time.wait()
                os.kill(workers[0].pid, SIGSTOP)
                await senders.all_wait()
                os.kill(workers[0].pid, SIGKILL)
                workers.append(start(bound, valkey_url))
                await asyncio.gather(*sending)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
            await senders.close()
    assert senders.answered == PEOPLE * ROUNDS
    assert senders.sent_again > 0
    store = open_store(valkey_url)
    await assert_counted_once(store)
    await store.close()


async def assert_counted_once(store: Store) -> None:
    events = [entry.event async for entry in store.events()]
    ids = Counter(event.id for event in events if event.id)
    assert set(ids.values()) == {1}
    assert len(ids) == PEOPLE * ROUNDS * 3  # a page's id is its message's alone
    names = Counter(event.name for event in events)
    assert (names["Counted"], names["Page Viewed"]) == (2 * PEOPLE * ROUNDS, PEOPLE * ROUNDS)
    assert names["Visitor Merged"] == PEOPLE
    for person in range(PEOPLE):
        profile = (await store.load(await store.person(f"user-{person}"))).profile
        assert profile is not None
        assert profile.user == f"user-{person}"
        assert profile.visits == 1
        assert profile.visit is not None
        assert profile.visit.views == ROUNDS
        assert (await store.load(await store.client(f"anon-{person}"))).profile == profile
