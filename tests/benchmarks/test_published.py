"""The docs hold what the JSON says, and curves know a cliff."""

import re

import pytest

from benchmarks import publish
from benchmarks.growth.curves import CURVES, Point, cliffs, shape_of

PERFORMANCE = publish.ROOT / "docs" / "performance.md"


def test_every_table_in_the_docs_is_what_the_json_says() -> None:
    assert [page.name for page, _ in publish.outdated()] == [], "run python -m benchmarks.publish"


def test_the_page_on_speed_holds_every_table() -> None:
    named = set(re.findall(r"<!-- figures: ([a-z-]+) -->", PERFORMANCE.read_text()))
    assert named == set(publish.TABLES)


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
