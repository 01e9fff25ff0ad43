"""Attempts: so many and no more, whoever counts, whatever names are tried, from however many networks."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker import Store, open_store
from floorwalker.console.attempts import (
    MOST_OF_BOTH,
    MOST_OF_NAME,
    MOST_OF_NETWORK,
    MOST_OF_SITE,
    SLOWEST_S,
    WINDOW_S,
    Attempts,
)
from floorwalker.errors import StoreUnavailable
from floorwalker.pacing.pace import Rate
from tests.store.conftest import client_of

KEY = "k" * 40
Worker = Callable[[], Attempts]


class Nobody:
    """A store that is away."""

    async def take(self, _: Sequence[tuple[str, Rate]]) -> float:
        raise StoreUnavailable("away")

    async def give_back(self, _: Sequence[tuple[str, Rate]]) -> None:
        raise StoreUnavailable("away")


def alone() -> Attempts:
    away: Any = Nobody()
    return Attempts(secret_key=KEY, salt=b"salt", shared=lambda: away)


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    store = open_store(valkey_url)
    yield store
    await store.close()


@pytest.fixture
def worker(store: Store) -> Worker:
    """Makes the attempts of one more worker on the same store."""
    return lambda: Attempts(secret_key=KEY, salt=b"salt", shared=lambda: store.tries)


async def test_one_name_from_one_network_may_fail_five_times_in_a_quarter_of_an_hour() -> None:
    attempts = alone()
    waits = [await attempts.begin("anna", "192.0.2.1", 100.0 + n) for n in range(MOST_OF_BOTH + 3)]
    assert waits[:MOST_OF_BOTH] == [0] * MOST_OF_BOTH
    assert all(0 < wait <= WINDOW_S / MOST_OF_BOTH for wait in waits[MOST_OF_BOTH:])
    assert await attempts.begin("anna", "192.0.2.2", 110.0) == 0
    later = [await attempts.begin("anna", "192.0.2.1", 110.0 + WINDOW_S) for _ in range(MOST_OF_BOTH + 1)]
    assert [wait == 0 for wait in later] == [True] * MOST_OF_BOTH + [False]


@pytest.mark.parametrize(
    ("most", "name", "address"),
    [
        (MOST_OF_NETWORK, "name{0}", "192.0.2.1"),
        (MOST_OF_NETWORK, "name{0}", "2001:db8::{0}"),
        (MOST_OF_NETWORK, "name{0}", "::ffff:192.0.2.1"),
        (MOST_OF_SITE, "name{0}", "2001:db8:0:{0}::1"),
        (MOST_OF_NAME, "anna", "192.0.2.{0}"),
        (MOST_OF_NAME, "anna", "2001:{0}::1"),
    ],
)
async def test_a_network_a_site_and_a_name_have_each_their_bound(most: int, name: str, address: str) -> None:
    attempts = alone()
    waits = [await attempts.begin(name.format(n), address.format(n), 100.0) for n in range(most + 5)]
    assert [wait == 0 for wait in waits] == [True] * most + [False] * 5


async def test_names_that_nobody_has_are_refused_no_sooner_than_others() -> None:
    attempts = alone()
    for name in ("anna", "nobody", "nobody either", "bob", "\0"):
        waits = [await attempts.begin(name, f"192.0.2.{len(name)}", 100.0) for _ in range(MOST_OF_BOTH + 1)]
        assert [wait == 0 for wait in waits] == [True] * MOST_OF_BOTH + [False]


async def test_attempts_from_many_networks_do_not_make_any_forgotten() -> None:
    attempts = alone()
    for _ in range(MOST_OF_BOTH):
        await attempts.begin("anna", "192.0.2.1", 100.0)
    for number in range(20_000):
        attempts._paces["both"].take(f"{number}", 100.0)
        attempts._paces["network"].take(f"{number}", 100.0)
    assert await attempts.begin("anna", "192.0.2.1", 100.0) > 0


async def test_who_succeeds_begins_anew_and_the_network_keeps_the_rest() -> None:
    attempts = alone()
    for _ in range(3):
        waits = [await attempts.begin("anna", "192.0.2.1", 100.0) for _ in range(MOST_OF_BOTH)]
        assert waits == [0] * MOST_OF_BOTH
        await attempts.succeeded("anna", "192.0.2.1", 100.0)
    left = MOST_OF_NETWORK - 3 * (MOST_OF_BOTH - 1)
    waits = [await attempts.begin(f"name{n}", "192.0.2.1", 100.0) for n in range(left + 1)]
    assert [wait == 0 for wait in waits] == [True] * left + [False]


async def test_each_failure_is_answered_later() -> None:
    attempts, slow = alone(), []
    for n in range(MOST_OF_BOTH):
        await attempts.begin("anna", "192.0.2.1", 100.0 + n)
        slow.append(attempts.slowness_s("anna", "192.0.2.1", 100.0 + n))
    assert slow == sorted(slow)
    assert slow[0] > 0
    assert slow[-1] == SLOWEST_S


async def test_workers_count_together(worker: Worker) -> None:
    workers = [worker() for _ in range(4)]
    waits = [await workers[n % 4].begin("anna", "192.0.2.1", 100.0) for n in range(MOST_OF_BOTH + 3)]
    assert [wait == 0 for wait in waits] == [True] * MOST_OF_BOTH + [False] * 3
    assert 0 < waits[-1] <= WINDOW_S / MOST_OF_BOTH
    await workers[0].succeeded("anna", "192.0.2.1", 100.0)
    assert await workers[3].begin("anna", "192.0.2.1", 101.0) == 0


async def test_a_new_worker_knows_what_failed_before_it(worker: Worker) -> None:
    first = worker()
    for n in range(MOST_OF_NETWORK):
        assert await first.begin(f"name{n}", "192.0.2.1", 100.0) == 0
    assert await worker().begin("another", "192.0.2.1", 100.0) > 0
    assert await worker().begin("another", "192.0.2.2", 100.0) == 0


async def test_what_is_refused_counts_no_further(worker: Worker) -> None:
    one = worker()
    for _ in range(MOST_OF_BOTH):
        await one.begin("anna", "192.0.2.1", 100.0)
    for _ in range(100):
        await worker().begin("anna", "192.0.2.1", 100.0)
    waits = [await worker().begin("anna", "192.0.2.2", 100.0) for _ in range(MOST_OF_BOTH)]
    assert waits == [0] * MOST_OF_BOTH


async def test_the_store_holds_neither_names_nor_addresses_and_forgets_them(worker: Worker, valkey_url: str) -> None:
    await worker().begin("anna", "2001:db8::1", 100.0)
    namespace = valkey_url.rpartition("namespace=")[2]
    with client_of(valkey_url) as client:
        keys = list(client.scan_iter(f"fw:{namespace}:{{tries}}:*"))
        assert len(keys) == 4
        assert not any(b"anna" in key or b"2001" in key for key in keys)
        assert {client.get(key) for key in keys} == {b""}
        assert all(0 < client.pttl(key) <= 1000 * WINDOW_S for key in keys)


tries = st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3), st.floats(0, 1e6)), max_size=30)


@settings(max_examples=50)
@given(tries)
async def test_whatever_comes_nothing_is_negative(tried: list[tuple[str, str, float]]) -> None:
    attempts = alone()
    for name, address, at in tried:
        assert await attempts.begin(name, address, at) >= 0
