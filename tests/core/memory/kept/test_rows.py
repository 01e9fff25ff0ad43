"""Rows: found by their bytes alone, whatever the numbers in them look like."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import msgpack

from floorwalker.core.memory.kept.rows import NO_ROWS, last_row, may_hold, rows_in, with_row

Row = tuple[Any, ...]

_numbers = st.sampled_from((1, 2, 3, 17, 0x91, 0x92, 0x93, 0xCC, 0x9102, 0x0291))  # some look like headers
_several = st.lists(_numbers, min_size=1, max_size=2).map(tuple)
_short = st.lists(_numbers, min_size=1, max_size=5).map(tuple)
_long = st.tuples(_numbers, _numbers, _numbers, _numbers, _numbers, _several, _several)
rows = st.one_of(_short, _long, _long.map(lambda row: row[:6]))


@given(st.lists(rows, max_size=20), rows)
@example([(145, 2)], (2,))  # 92 CC 91 02 ends with 91 02
@example([(5, 1, 1, 1, 1, (2,))], (2,))
@example([(2,), (3,)], (2,))
def test_the_last_row_is_told_by_its_bytes_from_all_that_end_alike(kept_rows: list[Row], row: Row) -> None:
    kept, encoded = NO_ROWS, msgpack.encode(row)
    for number, one in enumerate(kept_rows, start=1):
        kept, added = with_row(kept, msgpack.encode(one))
        assert added == number == last_row(kept, msgpack.encode(one))
    is_last = kept_rows[-1:] == [row]
    assert last_row(kept, encoded) == (len(kept_rows) if is_last else 0)
    assert may_hold(kept, encoded) or row not in kept_rows
    assert len(rows_in(kept)) == len(kept_rows)
