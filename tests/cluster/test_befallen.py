"""A site on a cluster under load, and what befalls the cluster: pages stay the app's, and what was acknowledged counts
once, but for what Redis itself loses."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.lasting.wire import DOCUMENT, Wire
from floorwalker import open_store
from tests.cluster.alone import Alone
from tests.cluster.clusters import Cluster, Sentinels
from tests.cluster.faults import FAULTS, ClusterFault
from tests.cluster.operators import TOOL
from tests.cluster.remains import remains_of
from tests.cluster.scene import ClusterScene, Servers, cluster_scene
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
from tests.servers import lacking

pytestmark = pytest.mark.cluster

GUESTS = int(os.environ.get("FLOORWALKER_TEST_GUESTS", "100"))
ARRIVE_WITHIN_S = 2.0
WITHIN_S = 120
STRANGERS = 24  # of whom each server gets some
REDIS_TOO = ("a master is killed (-9); its replica takes over", "all that a master holds moves to another")
CASES = [("valkey", fault) for fault in FAULTS] + [
    ("redis", fault) for fault in FAULTS if fault.name in REDIS_TOO or fault.kind == "sentinels"
]


class Standing:
    """A cluster of each product, for case after case as long as it can be made as it was at first."""

    def __init__(self) -> None:
        self._clusters: dict[str, Cluster] = {}

    def lend(self, product: str) -> Cluster:
        one = self._clusters.get(product)
        if one is None or not one.renew():
            self.give_up(product)
            one = self._clusters[product] = Cluster(product)
            one.start()
        return one

    def give_up(self, product: str) -> None:
        """It is of no use any more."""
        if one := self._clusters.pop(product, None):
            one.close()

    def close(self) -> None:
        for product in list(self._clusters):
            self.give_up(product)


@pytest.fixture(scope="module")
def standing() -> Iterator[Standing]:
    one = Standing()
    yield one
    one.close()


@contextmanager
def lent(standing: Standing, product: str, fault: ClusterFault) -> Iterator[Servers]:
    """Servers for one case; a cluster is given up where the case fails."""
    if fault.kind == "cluster":
        spent = True
        try:
            yield standing.lend(product)
            spent = fault.spends
        finally:
            if spent:
                standing.give_up(product)
        return
    of_its_own = Sentinels(product) if fault.kind == "sentinels" else Alone(product)
    try:
        of_its_own.start()
        yield of_its_own
    finally:
        of_its_own.close()


@pytest.mark.parametrize(("product", "fault"), CASES, ids=[f"{product}: {fault.name}" for product, fault in CASES])
async def test_whatever_befalls_the_cluster(
    product: str, fault: ClusterFault, tmp_path: Path, rows: list[Row], standing: Standing
) -> None:
    if fault.by_tool and shutil.which(TOOL) is None:
        lacking(f"{TOOL} (Debian: redis-tools)")
    with lent(standing, product, fault) as servers:
        options, by_detours = fault.options, fault.by_detours
        async with (
            asyncio.timeout(WITHIN_S),
            cluster_scene(tmp_path, servers, options=options, by_detours=by_detours) as one,
        ):
            await warmed_up(one)
            before = await one.inside()
            crowd = crowd_of(one)
            await befallen(one, crowd, fault)
            lost = await one.settled()
            result, needs_pardon = await audited(one, crowd)
            may_go = told(fault, needs_pardon=needs_pardon)
            rows.append(row_of(f"{product}: {fault.name}", may_go, one.ledger, result))
            await what_is_gone_was_with_a_server_that_went(one, fault, result.pardoned)
            await nothing_leaks(one, before)
            starved_s = max(worker.starved_s for worker in one.workers)
            ends = await asyncio.gather(*(asyncio.to_thread(worker.end) for worker in one.workers))
        pages_are_the_apps_own(one, starved_s)
        all_that_was_acknowledged_stands_once(result)
        assert not lost
        assert ends == [ENDED, ENDED]


def crowd_of(one: ClusterScene) -> Crowd:
    ports = [worker.port for worker in one.workers]
    return Crowd(
        ports, one.bare.port, one.ledger, guests=GUESTS, acts=ACTS, arrive_within_s=ARRIVE_WITHIN_S, stays=True
    )


async def audited(one: ClusterScene, crowd: Crowd) -> tuple[Audit, bool]:
    """And whether it needed a pardon: something is gone with the server that was killed, or stands again without what
    hung on it there."""
    store = open_store(one.url)
    result = await audit(store, one.ledger, crowd.guests, [])
    needs_pardon = bool(one.pardons) and result != Audit()
    if needs_pardon:
        result = await audit(store, one.ledger, crowd.guests, one.pardons)
    await store.close()
    return result, needs_pardon


def told(fault: ClusterFault, *, needs_pardon: bool) -> str:
    """What a fault may cost, and whether the audit had to take that into account."""
    return f"{fault.may_go} (pardon {'' if needs_pardon else 'not '}needed)" if fault.may_go else ""


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
    ledger = one.ledger
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.live())
        await ledger.reached(GUESTS)
        ledger.calm, ledger.struck_since = len(ledger.took_s), one.now
        await fault.strike(one)
        ledger.struck_until = one.now


async def what_is_gone_was_with_a_server_that_went(one: ClusterScene, fault: ClusterFault, gone: list[str]) -> None:
    """Or with one that was deposed: so it was Redis that lost it, by taking for the master whoever had not heard of it
    yet."""
    assert isinstance(one.servers, Cluster) or one.servers.stays
    assert bool(one.pardons) == bool(one.servers.remains) == bool(fault.may_go)
    assert bool(gone) or not fault.surely_goes
    if gone:
        assert set(gone) <= await remains_of(one.servers.remains, one.servers.product)
