"""The tables of missing values in docs/rules.md are those that the conditions are tested against."""

from typing import Any

import pytest
import yaml

from tests.docs.pages import ROOT, table

TABLES = yaml.safe_load((ROOT / "tests" / "cases" / "missing_values.yaml").read_text(encoding="utf-8"))


def shown(answers: list[bool | str] | None) -> str:
    if answers is None:
        return "–"
    plain, negated = ("unknown" if one == "unknown" else "yes" if one else "no" for one in answers)
    return plain if plain == negated else f"{plain}, not: {negated}"


def rows_of(before: str) -> dict[str, list[str]]:
    """What is asked → its cells; a row of the page may stand for several."""
    found: dict[str, list[str]] = {}
    for asked, *cells in table("rules.md", before):
        for one in asked.replace("[1, 3]", "[1,3]").split(", "):
            found[one.strip("`").replace("[1,3]", "[1, 3]")] = cells
    return found


@pytest.mark.parametrize(
    ("before", "kind", "columns"),
    [
        ("In full, the condition and its `not`:", "values", ("absent", "no permission", "forgotten", "others known")),
        (
            "that there was:",
            "counts",
            ("never", "no permission", "0 remembered", "2 remembered", "4 remembered"),
        ),
    ],
)
def test_a_table_says_what_is_tested(before: str, kind: str, columns: tuple[str, ...]) -> None:
    rows: list[dict[str, Any]] = TABLES[kind]
    assert rows_of(before) == {row["asks"]: [shown(row.get(column)) for column in columns] for row in rows}
