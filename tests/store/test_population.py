"""What is known of all visitors together: counters of topics by day, and the lifecycle table."""

import pytest
import redis

from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.errors import StoreError
from floorwalker.store import Store
from floorwalker.store.population import DAYS_KEPT
from tests.store.conftest import Behind

DAY = "2026-11-20"


async def test_what_workers_count_adds_up_by_day(store: Store) -> None:
    await store.population.add_topics(DAY, {"birds": 2, "stars": 1})
    await store.population.add_topics(DAY, {"birds": 3})
    await store.population.add_topics("2026-11-21", {"ünder": 1})
    await store.population.add_topics(DAY, {})
    assert await store.population.topics([DAY, "2026-11-21", "2026-11-22"]) == {
        DAY: {"birds": 5, "stars": 1},
        "2026-11-21": {"ünder": 1},
        "2026-11-22": {},
    }


async def test_a_day_is_bounded_and_does_not_stay_for_good(store: Store, behind: Behind) -> None:
    await store.population.add_topics(DAY, {f"t{number}": 1 for number in range(400)})
    await store.population.add_topics(DAY, {f"u{number}": 1 for number in range(400)})
    await store.population.add_topics(DAY, {"t1": 1, "v": 1})
    counts = (await store.population.topics([DAY]))[DAY]
    assert len(counts) == 500
    assert (counts["t1"], "v" in counts) == (2, False)
    life = behind.client.ttl(behind.key(f"topics:{DAY}"))
    assert 0 < life <= DAYS_KEPT * 86400  # type: ignore[operator]


async def test_the_lifecycle_table_is_kept_until_the_next(store: Store, behind: Behind, peek: redis.Redis) -> None:
    assert await store.population.lifecycle() is None
    for table in (LifecycleTable(0.4, 3.0, version="a"), LifecycleTable(0.5, 2.0, counted="orders", version="b")):
        await store.population.keep_lifecycle(table)
        assert await store.population.lifecycle() == table
    peek.set(behind.key("lifecycle"), b'{"rate_shape": "many"}')
    with pytest.raises(StoreError, match="cannot be read"):
        await store.population.lifecycle()
