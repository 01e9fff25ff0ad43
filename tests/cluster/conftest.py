"""The table of all that befell a cluster; FLOORWALKER_TEST_CLUSTER_TABLE names the page that it is written into."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.table import Row, replaced, written

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """One for each thing that was tried."""
    return pytestconfig.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("what befell the cluster, and what came of it")
    terminalreporter.write(written(rows))
    if page := os.environ.get("FLOORWALKER_TEST_CLUSTER_TABLE"):
        path = Path(page)
        caption = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores for all nodes, workers and visitors."
        path.write_text(replaced(path.read_text(), written(rows), caption))
