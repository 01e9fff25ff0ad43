"""The command line as a whole."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from floorwalker.cli import main


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"floorwalker {version('floorwalker')}\n"


@pytest.mark.parametrize(
    "asked",
    [
        "check rules >&-",
        "check rules 2>&-",
        "signals --jsonl <&- >&- 2>&-",
        "check rules --json | head -1",
        "--help >/dev/full",
    ],
)
def test_streams_that_nobody_reads_are_no_failure_of_ours(asked: str, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    command = f"{sys.executable} -m floorwalker {asked}"
    ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
