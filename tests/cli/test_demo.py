"""`floorwalker demo`, where it cannot begin; the shop itself has its own tests."""

import io
import socket

import pytest

from floorwalker.cli import demo, main
from floorwalker.cli.reports.paper import Paper


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


def test_it_says_how_to_look_people_up_where_the_shop_made_a_password() -> None:
    asked = ("http://127.0.0.1:8000", (("/", "the shop"),), ("floorwalker check rules",))
    words = demo._welcome(Paper(io.StringIO()), *asked, ("anna", "a password for once"))
    assert "http://127.0.0.1:8000/_floorwalker/console/  as anna, password a password for once" in words
    assert "console" not in demo._welcome(Paper(io.StringIO()), *asked, None)
