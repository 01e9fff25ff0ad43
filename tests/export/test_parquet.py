"""Parquet files: row groups of bounded size, whatever the size of what comes."""

from pathlib import Path

import pyarrow.parquet as pq

from floorwalker.core.events import Event
from floorwalker.export.parquet import EVENTS, ParquetFile
from floorwalker.export.rows import EventRow, event_row
from floorwalker.store import StreamEntry


def test_row_groups_are_of_bounded_size_and_hold_everything(tmp_path: Path) -> None:
    rows = [
        event_row(0, StreamEntry(f"{number}-0", "ab", Event(f"Name {number % 7}", 1.0))) for number in range(1, 251)
    ]
    file = ParquetFile(tmp_path / "rows.parquet", EventRow, group=50)
    for first in range(0, 250, 20):
        file.write(rows[first : first + 20])
    file.close()
    read = pq.ParquetFile(tmp_path / "rows.parquet")
    sizes = [read.metadata.row_group(number).num_rows for number in range(read.num_row_groups)]
    assert sizes == [60, 60, 60, 60, 10]
    assert read.read().column("entry").to_pylist() == [row.entry for row in rows]
    assert read.read().column("name").to_pylist() == [row.name for row in rows]


def test_a_file_of_nobody_says_which_columns_there_are(tmp_path: Path) -> None:
    ParquetFile(tmp_path / "rows.parquet", EventRow).close()
    read = pq.read_table(tmp_path / "rows.parquet")
    assert (read.num_rows, read.column_names) == (0, EVENTS.names)
