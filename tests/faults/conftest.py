"""The table of all faults, shown at the end; FLOORWALKER_TEST_FAULTS_TABLE names the page that it is written into."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.server import version
from tests.faults.table import Row, replaced, written

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """One for each fault that was tried."""
    return pytestconfig.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("what befell the site, and what came of it")
    terminalreporter.write(written(rows))
    if page := os.environ.get("FLOORWALKER_TEST_FAULTS_TABLE"):
        caption = f"{datetime.now(UTC):%Y-%m-%d}, {version()}, {os.cpu_count()} cores."
        path = Path(page)
        path.write_text(replaced(path.read_text(), written(rows), caption))
