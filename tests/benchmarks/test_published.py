"""The docs hold what the JSON says, and curves know a cliff."""

import re

import pytest

from benchmarks import publish
from benchmarks.growth.curves import CURVES, Point, cliffs, shape_of
from benchmarks.million.sizing import Sizing
from benchmarks.million.table import reader_table
from benchmarks.values import VALUES

PERFORMANCE = publish.ROOT / "docs" / "performance.md"


def test_every_table_in_the_docs_is_what_the_json_says() -> None:
    assert [page.name for page, _ in publish.outdated()] == [], "run python -m benchmarks.publish"


ELSEWHERE = {"million-weights", "million-paces", "million-readers", "hundred-million"}


def test_the_page_on_speed_holds_every_table_of_pages() -> None:
    named = set(re.findall(r"<!-- figures: ([a-z-]+) -->", PERFORMANCE.read_text()))
    assert named == set(publish.TABLES) - ELSEWHERE


def test_every_table_and_every_figure_stands_on_some_page() -> None:
    told = "".join(page.read_text() for page in publish.PAGES)
    assert set(re.findall(r"<!-- figures: ([a-z-]+) -->", told)) == set(publish.TABLES)
    assert set(re.findall(r"<!-- value: ([a-z-]+) -->", told)) == set(VALUES)


def test_a_figure_in_a_sentence_is_made_anew() -> None:
    fresh = publish.published("It takes <!-- value: server-us -->old<!-- /value --> of a master.")
    assert fresh == "It takes <!-- value: server-us -->40 µs<!-- /value --> of a master."


def test_sums_follow_from_what_was_measured() -> None:
    sizing = Sizing(visitor_bytes=1120, fullest_bytes=2300, page_us=530)
    assert (sizing.masters, sizing.workers) == (12, 89)
    assert "60 M × 198 bytes = 12 GB" in sizing.table()
    assert "100 M × 1.12 KB = 112 GB" in sizing.table()
    assert "89 workers × 2" in sizing.table()
    assert Sizing(visitor_bytes=1120, fullest_bytes=2300, page_us=60).workers == 10


def test_readers_stand_beside_themselves_at_another_size() -> None:
    reader = {"cpu_seconds": 1.0, "seconds": 2.0, "peak_bytes": 56e6, "exit_status": 0}
    quick, slow = {"us": 0, "command": ""}, {"us": 8388, "command": "XRANGE"}
    told = reader_table(
        {
            "readers": [
                {**reader, "name": "report", "visitors": 1000, "longest": quick},
                {**reader, "name": "backup", "visitors": 1000, "longest": slow},
                {**reader, "name": "report", "visitors": 5, "longest": quick, "exit_status": 1},
                {**reader, "name": "visitor traces", "visitors": 5, "longest": quick, "exit_status": 1},
            ]
        }
    ).splitlines()[2:]
    assert [line.split("|")[1].strip() for line in told] == [
        "`report` (ended with 1)",
        "`report`",
        "`backup`",
        "`visitor traces`",
    ]
    assert "under 0.2" in told[0]
    assert "8.4 XRANGE" in told[2]


def test_a_table_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        publish.published("<!-- figures: nothing -->\n<!-- /figures -->")


def test_what_is_outdated_is_made_anew() -> None:
    stale = "before\n<!-- figures: made -->\nold\n<!-- /figures -->\nafter"
    fresh = publish.published(stale)
    assert "old" not in fresh
    assert publish.published(fresh) == fresh
    assert fresh.startswith("before\n")
    assert fresh.endswith("\nafter")


@pytest.mark.parametrize(
    ("costs", "found"),
    [([(1, 10), (10, 11), (100, 12)], []), ([(1, 10), (10, 100)], []), ([(1, 10), (10, 140)], [10])],
)
def test_a_cliff_is_where_cost_outgrows_size(costs: list[tuple[float, float]], found: list[float]) -> None:
    assert cliffs([Point(size, cost) for size, cost in costs]) == found


def test_every_curve_grows_a_measure_of_the_site() -> None:
    for measure, (_, sizes) in CURVES.items():
        assert [getattr(shape_of(measure, size), measure) for size in sizes] == list(sizes) == sorted(sizes)
