"""A site under load, and what may befall it: pages stay the app's, and what was acknowledged counts once."""

import asyncio
import os
from pathlib import Path

import pytest

from floorwalker import open_store
from tests.faults.audit import Audit, audit
from tests.faults.crowd import Crowd
from tests.faults.faults import FAULTS, Fault
from tests.faults.ledger import within
from tests.faults.scene import BUDGET_S, Scene, scene
from tests.faults.table import Row, row_of

pytestmark = pytest.mark.faults

GUESTS = int(os.environ.get("FLOORWALKER_TEST_GUESTS", "200"))
ACTS = 8
STRIKES_AT = GUESTS  # so much is acknowledged then; about a quarter of all
# Beyond what it took before the fault struck, what the bare app took, the budget, and how long a worker was kept
# waiting for a processor. The machine may be shared, and its noise grow meanwhile; what hangs is above all of this.
NOISE, MOST_MARGIN_S, MARGIN_S = 2.0, 1.0, 6.0
COLLECTING_S = 5.0 + MARGIN_S  # events over HTTP wait five seconds for the store
WITHIN_S = 150
MORE_TASKS, MORE_FILES = 3, 6
ENDED = -15  # by the signal that a deployment sends, after it has tidied up


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
async def test_whatever_befalls_the_site(fault: Fault, tmp_path: Path, rows: list[Row]) -> None:
    async with asyncio.timeout(WITHIN_S), scene(tmp_path, **fault.options) as one:
        crowd = Crowd([worker.port for worker in one.workers], one.bare.port, one.ledger, guests=GUESTS, acts=ACTS)
        await warmed_up(one)
        before = await one.inside()
        await befallen(one, crowd, fault)
        lost = await one.settled()
        store = open_store(one.redis.url)
        result = await audit(store, one.ledger, crowd.guests, one.pardons)
        await store.close()
        rows.append(row_of(fault.name, fault.may_go, one.ledger, result))
        await nothing_leaks(one, before)
        starved_s = max(worker.starved_s for worker in one.workers)
        ends = [await asyncio.to_thread(worker.end) for worker in one.workers]
    pages_are_the_apps_own(one, starved_s)
    all_that_was_acknowledged_stands_once(result)
    assert not lost
    assert ends == [ENDED, ENDED]


async def warmed_up(one: Scene) -> None:
    """Both workers have met the store, so that what they hold from then on is what they need."""
    for worker in one.workers:
        await worker.ask("/stock/1")
    await one.settled()


async def befallen(one: Scene, crowd: Crowd, fault: Fault) -> None:
    living = asyncio.create_task(crowd.live())
    await one.ledger.reached(STRIKES_AT)
    ledger = one.ledger
    ledger.calm, ledger.struck_since = len(ledger.took_s), one.now
    await fault.strike(one)
    ledger.struck_until = one.now
    await living


async def nothing_leaks(one: Scene, before: list[dict[str, int]]) -> None:
    """Tasks and files of each worker that lived through it are what they were before the load."""
    async with asyncio.timeout(15):
        while True:
            if all(map(no_more, before, await one.inside())):
                return
            await asyncio.sleep(0.2)


def no_more(before: dict[str, int], after: dict[str, int]) -> bool:
    if after["pid"] != before["pid"]:
        return after["tasks"] < 40
    return after["tasks"] <= before["tasks"] + MORE_TASKS and after["fds"] <= before["fds"] + MORE_FILES


def pages_are_the_apps_own(one: Scene, starved_s: float) -> None:
    """starved_s: for how long the machine had no time for a worker."""
    ledger = one.ledger
    assert ledger.differing == []
    assert ledger.server_errors == []
    late_s = BUDGET_S + one.late_allowed_s + starved_s
    calm = [*ledger.took_s[: ledger.calm], *ledger.bare_took_s]
    assert within(ledger.took_s, 0.99) <= NOISE * within(calm, 0.99) + late_s + MOST_MARGIN_S
    assert within(ledger.took_s) <= NOISE * within(calm) + late_s + MARGIN_S
    assert within(ledger.collecting_took_s) <= NOISE * within(calm) + late_s + COLLECTING_S
    if not one.late_allowed_s:  # no worker died, so nobody was left without an answer
        assert not ledger.broken


def all_that_was_acknowledged_stands_once(result: Audit) -> None:
    assert result.lost == []
    assert result.doubled == []
    assert result.misplaced == []
    assert result.unequal == []
