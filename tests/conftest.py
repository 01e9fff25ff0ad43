"""What every room's tests share: where the test data lies, and the servers."""

import os
from pathlib import Path

import pytest

from tests.servers import cluster_server, redis_server, valkey_server, valkey_url

__all__ = ["cluster_server", "redis_server", "valkey_server", "valkey_url"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test data that is not part of the project; a clone without it skips these tests."""
    folder = Path(os.environ.get("FLOORWALKER_TEST_DATA", ROOT.parent / "shared" / "data")).resolve()
    if folder.is_dir():
        return folder
    if os.environ.get("FLOORWALKER_REQUIRE_ALL"):
        pytest.fail(f"the test data folder is required here and missing: {folder.name}")
    pytest.skip("the test data folder is not part of the project; set FLOORWALKER_TEST_DATA to run this")
