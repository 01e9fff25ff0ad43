"""A store, and what lies in a folder of an export."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from floorwalker.store import Store, StoreSettings, open_store

Rows = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    opened = open_store(valkey_url, settings=StoreSettings(partitions=8, new_profiles_per_s=1e9))
    yield opened
    await opened.close()


@pytest.fixture
def rows() -> Rows:
    """All rows in a folder, as a reader finds them that takes every file with the right ending."""

    def read(folder: Path) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for file in sorted(folder.rglob("*.parquet")):
            found += pq.ParquetFile(file).read().to_pylist()
        for file in sorted(folder.rglob("*.ndjson")):
            found += map(msgspec.json.decode, file.read_bytes().splitlines())
        return found

    return read


def files_in(folder: Path, pattern: str) -> list[Path]:
    """The files of that name, by name."""
    return sorted(folder.rglob(pattern))


def written_in(folder: Path) -> bytes:
    """All bytes of all files of rows."""
    return b"".join(file.read_bytes() for file in files_in(folder, "*.ndjson"))
