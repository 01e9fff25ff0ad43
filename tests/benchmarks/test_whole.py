"""What a run shows: budgets and how they stand, worst first, and what was not measured is said to be so."""

import asyncio
import json
import math
from collections.abc import Callable

import pytest

from benchmarks.whole.budgets import PIECES, Budget, Row, Standing, as_json, row_of
from benchmarks.whole.figures import Figures
from benchmarks.whole.load import Load, requests_for
from benchmarks.whole.rounds import Sample
from benchmarks.whole.tables import budget_table, markdown

MORE = Budget("throughput", 0.9, 0.95, at_least=True)
LESS = Budget("cost", 6, 4, "µs")
BESIDE = Budget("cost of another", unit="µs")


def sample(variant: str, number: int, *, rps: float, cpu_us: float, page: str = "/static10") -> Sample:
    return Sample(variant, page, number, rps, cpu_us, p50_ms=0.1, p99_ms=0.2, failures=0)


@pytest.mark.parametrize(
    ("budget", "figure", "standing"),
    [
        (MORE, 0.89, Standing.MISSED),
        (MORE, 0.90, Standing.MET),
        (MORE, 0.95, Standing.AIM),
        (LESS, 6.1, Standing.MISSED),
        (LESS, 6.0, Standing.MET),
        (LESS, 4.0, Standing.AIM),
        (LESS, math.nan, Standing.UNKNOWN),
        (BESIDE, 100, Standing.BESIDE),
    ],
)
def test_a_figure_stands_to_its_budget(budget: Budget, figure: float, standing: Standing) -> None:
    assert Row(budget, figure).standing == standing


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    row = row_of(LESS, [])
    assert row.standing == Standing.UNKNOWN
    assert as_json(row)["figure"] is None
    assert "not measured" in budget_table([as_json(row)])


def test_the_worst_is_the_one_furthest_from_its_budget() -> None:
    half, twice, tenth = Row(MORE, 0.45), Row(LESS, 18), row_of(LESS, [])
    assert sorted([tenth, half, twice], key=lambda row: -row.severity) == [twice, half, tenth]


def test_ratios_are_taken_within_a_round() -> None:
    figures = Figures(
        [
            sample("plain", 0, rps=1000, cpu_us=20),
            sample("floorwalker", 0, rps=100, cpu_us=320),
            sample("plain", 1, rps=500, cpu_us=40),
            sample("floorwalker", 1, rps=100, cpu_us=640),
        ]
    )
    assert figures.ratios("/static10", "floorwalker") == [0.1, 0.2]
    assert figures.added("/static10", "floorwalker", "cpu_us") == [300, 600]
    ours = next(line for line in figures.lines() if line.variant == "floorwalker")
    assert (ours.ratio, ours.lowest, ours.highest) == (pytest.approx(0.15), 0.1, 0.2)


def test_cpu_is_compared_with_what_a_session_adds() -> None:
    figures = Figures(
        [
            sample("plain", 0, rps=1000, cpu_us=20),
            sample("session", 0, rps=500, cpu_us=40),
            sample("floorwalker", 0, rps=100, cpu_us=80),
        ]
    )
    beside = next(row for row in figures.rows() if "SessionMiddleware" in row.budget.unit)
    assert beside.figure == 3


def test_a_table_is_aligned() -> None:
    lines = markdown(("a", "b"), [["one", "2"], ["three", "40"]]).splitlines()
    assert len({len(line) for line in lines}) == 1


class Stalling(asyncio.Protocol):
    """Answers at once, but for the first request: that waits until others are late."""

    def __init__(self, is_free: Callable[[], bool], lost: asyncio.Event) -> None:
        self._is_free, self._lost = is_free, lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._is_free():
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        else:
            asyncio.get_running_loop().call_soon(self.data_received, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set()


async def test_what_is_due_while_all_connections_are_busy_is_sent_late_and_counted_so() -> None:
    lost, loads = asyncio.Event(), list[Load]()
    server = await asyncio.get_running_loop().create_server(
        lambda: Stalling(lambda: loads[0].late >= 5, lost), "127.0.0.1", 0
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        loads.append(Load(port=port, requests=requests_for("/", []), connections=1, seconds=0.2, rate=200.0))
        told = await loads[0].run()
        await lost.wait()
    assert (told["requests"], told["failures"]) == (40, 0)  # all that were due
    assert max(loads[0].latencies) > 4 / 200


def test_percentiles_are_of_all_slices_of_a_round() -> None:
    row = as_json(row_of(LESS, [1.0, 2.0, 3.0], control=[0.0, 0.1, 9.0], timed=2700))
    table = budget_table([row])
    assert "0 – 9" in table
    assert "at least 2,700 requests, so 27 lie beyond" in table


def test_what_has_no_budget_stands_beside_with_its_figure() -> None:
    row = as_json(row_of(BESIDE, [137.0]))
    assert (row["must"], row["figure"], row["standing"]) == (None, 137.0, "no budget")
    assert "137" in budget_table([json.loads(json.dumps(row))])


def test_the_budget_of_classifying_stands_for_usual_profiles() -> None:
    usual = [name for name in PIECES if name.startswith("classify") and PIECES[name].must == PIECES[name].must]
    assert usual == ["classify 100 segments, mixed", "classify 1,000 segments, mixed"]
    assert [(PIECES[name].must, PIECES[name].aim) for name in usual] == [(6, 4), (40, 17)]
