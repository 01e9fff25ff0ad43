"""The command line as a whole."""

from importlib.metadata import version

import pytest

from floorwalker.cli import main


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"floorwalker {version('floorwalker')}\n"
