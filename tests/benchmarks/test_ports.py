"""Ports for servers that begin later than they were given one."""

import socket

import pytest

from benchmarks import ports
from benchmarks.ports import free_port


def test_no_port_is_given_twice_though_nobody_listens_yet() -> None:
    given = [free_port() for _ in range(500)]
    assert len(set(given)) == len(given)


def test_a_port_is_none_that_a_client_could_be_given_meanwhile() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        clients = [socket.create_connection(server.getsockname()) for _ in range(50)]
        lowest = min(client.getsockname()[1] for client in clients)
        for client in clients:
            client.close()
    assert all(free_port() < lowest for _ in range(500))


def test_a_port_on_which_somebody_listens_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = free_port(), free_port()
    monkeypatch.setattr(ports, "_ports", iter([taken, free]))
    with socket.create_server(("127.0.0.1", taken)):
        assert free_port() == free
