"""Rows as Parquet, by pyarrow: typed columns, names as dictionaries, row groups of bounded size."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from floorwalker.export.rows import EventRow, ProfileRow, Row

ROWS_OF_A_GROUP: Final = 100_000  # about what DuckDB and Spark read at once; some 20 MB while it is gathered
_AS_THEY_ARE: Final = (datetime, date)

_name = pa.dictionary(pa.int32(), pa.string())
_moment = pa.timestamp("us", tz="UTC")
_names = pa.list_(pa.string())
_touch = pa.struct([
    ("arrived_at", _moment), ("channel", pa.string()), ("medium", pa.string()), ("source", pa.string()),
    ("domain", pa.string()), ("campaign", pa.string()), ("campaign_source", pa.string()),
    ("campaign_medium", pa.string()), ("landing_page", pa.string()),
])  # fmt: skip
_page = pa.struct([
    ("path", pa.string()), ("type", pa.string()), ("category", pa.string()), ("product", pa.string()),
    ("brand", pa.string()), ("tags", _names), ("topics", _names), ("price", pa.float64()),
    ("price_tier", pa.string()), ("search", pa.string()),
])  # fmt: skip
_reached = pa.struct([
    ("goal", pa.string()), ("converted", pa.bool_()), ("revenue", pa.map_(pa.string(), pa.int64())),
])  # fmt: skip
_exposure = pa.struct([
    ("unit", pa.string()), ("block", pa.string()), ("arm", pa.string()), ("day", pa.date32()), ("exposed_at", _moment),
    ("clicked", pa.bool_()), ("mixed", pa.bool_()), ("goals", pa.list_(_reached)),
])  # fmt: skip
EVENTS = pa.schema([
    ("entry", pa.string()), ("stored_at", _moment), ("happened_at", _moment), ("pseudonym", pa.string()),
    ("name", _name), ("message", pa.string()), ("properties", pa.map_(pa.string(), pa.string())),
    ("numbers", pa.map_(pa.string(), pa.float64())), ("page", _page),
])  # fmt: skip
PROFILES = pa.schema([
    ("pseudonym", pa.string()), ("pseudonyms", _names), ("created", _moment), ("first_seen", _moment),
    ("last_seen", _moment), ("visits", pa.int64()), ("identified", pa.bool_()), ("segments", _names),
    ("traits", pa.map_(pa.string(), pa.string())), ("first_touch", _touch), ("last_touch", _touch),
    ("orders", pa.int64()), ("revenue", pa.map_(pa.string(), pa.float64())), ("exposures", pa.list_(_exposure)),
])  # fmt: skip
SCHEMAS: Final[dict[type[Row], pa.Schema]] = {EventRow: EVENTS, ProfileRow: PROFILES}


class ParquetFile:
    """One file that is being written; whole once it is closed."""

    def __init__(self, path: Path, row: type[Row], *, group: int = ROWS_OF_A_GROUP) -> None:
        self._schema, self._group = SCHEMAS[row], group
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._batches: list[pa.RecordBatch] = []
        self._waiting = 0

    def write(self, rows: Sequence[Row]) -> None:
        """Some rows; as columns they take a tenth of the memory, so they wait as such for their group."""
        builtins: list[dict[str, Any]] = [_columns_of(row) for row in rows]
        self._batches.append(pa.RecordBatch.from_pylist(builtins, schema=self._schema))
        self._waiting += len(rows)
        if self._waiting >= self._group:
            self._write_group()

    def close(self) -> None:
        """Write what waits, and the footer."""
        if self._waiting:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self._batches, self._schema).unify_dictionaries()
        self._writer.write_table(table, row_group_size=max(self._group, self._waiting))
        self._batches, self._waiting = [], 0


def _columns_of(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(row, builtin_types=_AS_THEY_ARE)
    return found
