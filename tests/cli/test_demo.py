"""`floorwalker demo`, where it cannot begin; the shop itself has its own tests."""

import socket

import pytest

from floorwalker.cli import main


@pytest.mark.parametrize("port", ["0", "-5", "65536", "99999"])
def test_what_is_no_port_is_told_as_that(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("demo_site", reason="the shop lies in a clone only")
    assert main(["demo", f"--port={port}"]) == 2
    assert capsys.readouterr().err == f"floorwalker demo: {port} is no port; write a number from 1 to 65535\n"


def test_a_busy_port_names_another(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("demo_site", reason="the shop lies in a clone only")
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert main(["demo", f"--port={port}"]) == 2
    other = port + 1 if port < 65535 else 8000
    assert capsys.readouterr().err == f"floorwalker demo: port {port} is not free; try --port {other}\n"
