"""Nothing depends on the process: sets, names and lots are in the same order in every one."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def told(hash_seed: str) -> bytes:
    command = [sys.executable, "-m", "tests.core.deciding"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout


def test_two_processes_decide_and_explain_alike() -> None:
    one, other = told("1"), told("2")
    assert one == other
    assert len(set(one.splitlines())) > 40
