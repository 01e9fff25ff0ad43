"""The table of all faults, shown at the end; FLOORWALKER_TEST_FAULTS_TABLE names the page that it is written into."""

import os

import pytest

from tests.faults.server import version
from tests.faults.table import Row, show

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """One for each fault that was tried."""
    return pytestconfig.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    title, page = "what befell the site, and what came of it", "FLOORWALKER_TEST_FAULTS_TABLE"
    made = f"{version()}, {os.cpu_count()} cores"
    show(terminalreporter, config.stash.get(ROWS, []), title=title, page=page, made=made)
