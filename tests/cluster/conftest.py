"""The table of all that befell a cluster; FLOORWALKER_TEST_CLUSTER_TABLE names the page that it is written into."""

import os

import pytest

from tests.faults.table import Row, show

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """One for each thing that was tried."""
    return pytestconfig.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    title, page = "what befell the cluster, and what came of it", "FLOORWALKER_TEST_CLUSTER_TABLE"
    made = f"{os.cpu_count()} cores for all nodes, workers and visitors"
    show(terminalreporter, config.stash.get(ROWS, []), title=title, page=page, made=made)
