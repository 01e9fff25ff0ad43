"""A response that waits for what it stores first, and in vain."""

import asyncio

from floorwalker.asgi.keeping.budget import Budget
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.tallies import Tallies
from floorwalker.store import Committed, open_store


async def test_one_commit_that_is_late_is_one_failure_of_the_store() -> None:
    tallies = Tallies()
    keeper = Keeper(open_store("redis://127.0.0.1:1"), owned=True, outlives_requests=True, tallies=tallies)
    never = _never()
    for _ in range(4):
        await keeper.committed(never, Budget(0.0))
    assert not keeper.circuit_is_open
    assert tallies.commits_late == 4
    await keeper.committed(never, Budget(0.0))
    assert keeper.circuit_is_open
    await keeper.close()


def _never() -> asyncio.Future[Committed]:
    return asyncio.get_running_loop().create_future()
