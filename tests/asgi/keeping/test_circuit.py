"""The circuit."""

from floorwalker.asgi.keeping.circuit import Circuit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Circuit:
    circuit = Circuit(clock=clock, failures=3, pause_s=1.0)
    for _ in range(3):
        assert circuit.admits()
        circuit.failed()
    return circuit


def test_it_opens_after_failures_in_a_row() -> None:
    clock = Clock()
    circuit = Circuit(clock=clock, failures=2)
    circuit.failed()
    circuit.succeeded()
    circuit.failed()
    assert not circuit.is_open
    circuit.failed()
    assert circuit.is_open
    assert not circuit.admits()


def test_one_caller_a_pause_probes() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += 1.0
    assert [circuit.admits(), circuit.admits()] == [True, False]
    circuit.failed()
    assert not circuit.admits()
    clock.now += 1.0
    assert circuit.admits()


def test_a_probe_that_succeeds_closes_it() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += 1.0
    assert circuit.admits()
    circuit.succeeded()
    assert [circuit.admits(), circuit.admits()] == [True, True]
