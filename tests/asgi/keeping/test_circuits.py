"""Circuits by server: who lies on a server that hangs is not waited for, and everybody else is."""

import asyncio

from floorwalker.asgi.keeping.circuit import Circuit
from floorwalker.asgi.keeping.circuits import Circuits
from floorwalker.store import Committed, Health
from floorwalker.store.commits.attempt import Outcome


class Spread:
    """A store of two servers, or of one."""

    def __init__(self, *, is_one_server: bool = False) -> None:
        self.is_one_server = is_one_server
        self.away: tuple[str, ...] = ()

    def server_of(self, visitor: str) -> str:
        return "" if self.is_one_server else visitor[0]

    def health(self) -> Health:
        return Health(False, "", 0, {}, servers_away=self.away)


def circuits_of(store: Spread) -> Circuits:
    return Circuits(store, lambda: Circuit(clock=lambda: 0.0, failures=2))  # type: ignore[arg-type]


def opened(circuit: Circuit) -> None:
    for _ in range(2):
        circuit.failed()


def test_one_server_that_fails_opens_no_others_circuit() -> None:
    circuits = circuits_of(Spread())
    opened(circuits.of("a1"))
    assert (circuits.of("a2").is_open, circuits.of("b1").is_open, circuits.whole_is_open) == (True, False, False)
    opened(circuits.of("b1"))
    assert circuits.whole_is_open


def test_where_there_is_one_server_there_is_one_circuit() -> None:
    circuits = circuits_of(Spread(is_one_server=True))
    assert circuits.of("a1") is circuits.of("b1")
    opened(circuits.of("a1"))
    assert circuits.whole_is_open


async def test_a_commit_has_the_circuit_of_its_visitors_server() -> None:
    store = Spread()
    circuits = circuits_of(store)
    commit: asyncio.Future[Committed] = asyncio.get_running_loop().create_future()
    commit.set_result(Committed(Outcome.STORED))
    assert circuits.remember(commit, "b1") is commit
    assert circuits.of_commit(commit) is circuits.of("b2")
    assert not circuits.is_away(commit)
    store.away = ("b",)
    assert circuits.is_away(commit)
