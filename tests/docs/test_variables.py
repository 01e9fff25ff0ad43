"""The page that lists what blocks can show is the one that the code makes, and rules know the same names."""

from floorwalker.asgi.rules.context import VARIABLES
from floorwalker.asgi.rules.variables import variables_page
from tests.docs.pages import ROOT, table


def test_the_committed_page_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "variables.md").read_text(encoding="utf-8") == variables_page()


def test_it_lists_every_name_that_rules_may_use() -> None:
    named = {row[0].strip("`") for row in table("variables.md", "# What blocks can show\n")}
    known = {f"{root}.{name}" for root, names in VARIABLES.items() for name in names}
    assert named == known | {"segments", "nonce"}
