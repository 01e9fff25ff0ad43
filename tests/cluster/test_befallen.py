"""A site on a cluster under load, and what befalls the cluster: pages stay the app's, and what was acknowledged counts
once, but for what Redis itself loses."""

import asyncio
import os
from pathlib import Path

import pytest

from benchmarks.lasting.wire import DOCUMENT, Wire
from floorwalker import open_store
from tests.cluster.clusters import Cluster, Sentinels
from tests.cluster.faults import FAULTS, ClusterFault
from tests.cluster.remains import remains_of
from tests.cluster.scene import ClusterScene, cluster_scene
from tests.faults.audit import Audit, audit
from tests.faults.crowd import Crowd
from tests.faults.table import Row, row_of
from tests.faults.test_faults import (
    ACTS,
    ENDED,
    all_that_was_acknowledged_stands_once,
    nothing_leaks,
    pages_are_the_apps_own,
)

pytestmark = pytest.mark.cluster

GUESTS = int(os.environ.get("FLOORWALKER_TEST_GUESTS", "100"))
WITHIN_S = 120
STRANGERS = 24  # of whom each server gets some
CASES = [("valkey", fault) for fault in FAULTS] + [
    ("redis", fault) for fault in FAULTS if "killed" in fault.name or "moves" in fault.name
]


@pytest.mark.parametrize(("product", "fault"), CASES, ids=[f"{product}: {fault.name}" for product, fault in CASES])
async def test_whatever_befalls_the_cluster(product: str, fault: ClusterFault, tmp_path: Path, rows: list[Row]) -> None:
    servers = Cluster(product) if fault.kind == "cluster" else Sentinels(product)
    async with asyncio.timeout(WITHIN_S), cluster_scene(tmp_path, servers, options=fault.options) as one:
        crowd = Crowd([worker.port for worker in one.workers], one.bare.port, one.ledger, guests=GUESTS, acts=ACTS)
        await warmed_up(one)
        before = await one.inside()
        await befallen(one, crowd, fault)
        lost = await one.settled()
        store = open_store(one.url)
        result = await audit(store, one.ledger, crowd.guests, [])
        if result != Audit():  # else nothing needs a pardon
            result = await audit(store, one.ledger, crowd.guests, one.pardons)
        await store.close()
        rows.append(row_of(f"{product}: {fault.name}", fault.may_go, one.ledger, result))
        await what_is_gone_was_with_the_server_that_died(one, result.pardoned)
        await nothing_leaks(one, before)
        starved_s = max(worker.starved_s for worker in one.workers)
        ends = [await asyncio.to_thread(worker.end) for worker in one.workers]
    pages_are_the_apps_own(one, starved_s)
    all_that_was_acknowledged_stands_once(result)
    assert not lost
    assert ends == [ENDED, ENDED]


async def warmed_up(one: ClusterScene) -> None:
    """Both workers have met every server, so that what they hold from then on is what they need."""
    for worker in one.workers:
        wire = Wire(worker.port)
        for _ in range(STRANGERS):
            first = await wire.ask("GET", "/", DOCUMENT)
            (cookie,) = first.all_of("set-cookie")
            await wire.ask("GET", "/", {**DOCUMENT, "cookie": cookie.partition(";")[0]})
        wire.close()
    await one.settled()


async def befallen(one: ClusterScene, crowd: Crowd, fault: ClusterFault) -> None:
    living = asyncio.create_task(crowd.live())
    ledger = one.ledger
    await ledger.reached(GUESTS)
    ledger.calm, ledger.struck_since = len(ledger.took_s), one.now
    await fault.strike(one)
    ledger.struck_until = one.now
    await living


async def what_is_gone_was_with_the_server_that_died(one: ClusterScene, gone: list[str]) -> None:
    """So it was Redis that lost it, by taking for the master whoever had not heard of it yet."""
    if gone:
        assert set(gone) <= await remains_of(one.servers.remains, one.servers.product)
