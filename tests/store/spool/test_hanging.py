"""A server that hangs: for some time nobody knows that it is away, and a process may die meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from floorwalker.asgi.keeping.budget import Budget
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.store import Store
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from tests.store.packed import Unpacking
from tests.store.spool.bench import VISITOR, Site, step, steps


class HangingLink(Unpacking):
    """Another link; while it hangs, what it is told arrives nowhere, and nothing fails."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.hangs = False

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        if self.hangs:
            return asyncio.get_running_loop().create_future()
        return self._link.call(*command)

    async def close(self) -> None:
        await self._link.close()


@pytest.fixture
async def site(valkey_server: str, tmp_path: Path) -> AsyncIterator[Site]:
    one = Site(valkey_server, tmp_path / "spool")
    yield one
    for store in one.stores:
        await store.close()


async def hanging(site: Site) -> Store:
    """A worker whose server hangs from now on."""
    link = HangingLink(site.link())
    store = site.store(link)  # type: ignore[arg-type] - of one server, which nobody asks for its nodes
    await store.commit(VISITOR, None, step(0))
    link.hangs = True
    return store


async def as_it_lay_when_it_died(site: Site) -> list[str]:
    """What became of it all, had the process died now."""
    copies = {path.name: path.read_bytes() for path in site.files()}
    for store in tuple(site.stores):
        await store.close()
    for path in site.files():
        path.unlink()
    for name, content in copies.items():
        (site.folder / name).write_bytes(content)
    after, _ = site.worker()
    await after.drain_spool()
    return await site.happened()


async def test_what_waits_for_an_answer_is_written_before_anybody_knows_that_none_comes(site: Site) -> None:
    store = await hanging(site)
    for number in (1, 2, 3):
        store.submit(VISITOR, None, step(number))
        written = store.written()
        assert written is not None
        await written
    assert not store.health().away
    assert await as_it_lay_when_it_died(site) == steps(0, 1, 2, 3)
    assert await site.counted() == 4


async def test_a_response_goes_out_once_what_it_brought_is_on_disk_where_its_commit_is_late(site: Site) -> None:
    store = await hanging(site)
    keeper = Keeper(store, owned=False, outlives_requests=True)
    budget = Budget(0.5)
    commit = keeper.commit(VISITOR, None, step(1), confirmed=True)
    await keeper.committed(commit, budget)
    assert not commit.done()
    assert budget.left_s > 0
    assert await as_it_lay_when_it_died(site) == steps(0, 1)


async def test_while_the_circuit_is_open_too(site: Site) -> None:
    store = await hanging(site)
    keeper = Keeper(store, owned=False, outlives_requests=True)
    while not keeper.circuit_is_open:
        await keeper.committed(asyncio.get_running_loop().create_future(), Budget(0.0))
    await keeper.committed(keeper.commit(VISITOR, None, step(1), confirmed=True), Budget(5))
    assert await as_it_lay_when_it_died(site) == steps(0, 1)
