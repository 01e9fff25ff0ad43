"""What a server left behind is read again: what it had in the end, and what it dropped to take another's."""

from pathlib import Path

import pytest

from floorwalker import Profile, open_store
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.kept.recents import Recents, with_event
from floorwalker.store import Step
from tests.cluster.nodes import Node, until
from tests.cluster.remains import remains_of, states

pytestmark = pytest.mark.cluster

AT = 1_795_420_000


def doing(name: str) -> Step:
    """A visitor who did one thing."""

    def step(profile: Profile | None) -> tuple[Profile, Effects]:
        return Profile(seed=7, recents=with_event(Recents(), at=AT, name=name)), NOTHING

    return step


@pytest.mark.parametrize("product", ["valkey", "redis"])
async def test_what_a_server_dropped_to_take_anothers_is_found(product: str) -> None:
    """Twice it drops what it had; each time a part of that stands in the file that others are based on."""
    one, other, third = Node(product), Node(product), Node(product)
    try:
        for node in (one, other, third):
            node.start()
        one.tell("CONFIG", "SET", "aof-disable-auto-gc", "yes")
        await _written(one, "E1-1")
        _rewrites(one)
        await _written(one, "E1-2")
        await _written(other, "E2-1")
        await _written(third, "E3-1")
        _takes_all_of(one, other)
        one.tell("REPLICAOF", "NO", "ONE")
        await _written(one, "E1-3")
        _takes_all_of(one, third)
        assert await remains_of([third.folder], product) == {"E3-1"}
        assert await remains_of([one.folder], product) == {"E1-1", "E1-2", "E1-3", "E2-1", "E3-1"}
    finally:
        for node in (one, other, third):
            node.close()


def test_the_files_that_were_dropped_belong_together_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "appendonly.aof.manifest").write_text(
        "file c.base.rdb seq 3 type b\n"
        "file b.incr.aof seq 3 type h\nfile b.base.rdb seq 2 type h\n"
        "file a.2.incr.aof seq 2 type h\nfile a.1.incr.aof seq 1 type h\nfile a.base.rdb seq 1 type h\n"
        "file c.incr.aof seq 4 type i\n"
    )
    assert [[line.split()[1] for line in lines] for lines in states(tmp_path)] == [
        ["c.base.rdb", "c.incr.aof"],
        ["a.base.rdb", "a.1.incr.aof", "a.2.incr.aof"],
        ["b.base.rdb", "b.incr.aof"],
    ]


def _takes_all_of(one: Node, other: Node) -> None:
    before = _based_on(one)
    one.tell("REPLICAOF", "127.0.0.1", other.port)
    until(lambda: one.asked("replication")["master_link_status"] == "up")
    until(lambda: _based_on(one) != before)


def _rewrites(one: Node) -> None:
    """Its file anew, so that what it has stands in the base."""
    before = _based_on(one)
    one.tell("BGREWRITEAOF")
    until(lambda: _based_on(one) != before)


def _based_on(one: Node) -> str:
    return (one.folder / "appendonlydir" / "appendonly.aof.manifest").read_text().splitlines()[0]


async def _written(node: Node, name: str) -> None:
    store = open_store(f"redis://{node.address}")
    await store.commit("visitor-of-" + name, None, doing(name))
    await store.close()
