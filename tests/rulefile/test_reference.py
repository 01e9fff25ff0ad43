"""The reference page is what the definitions say, and complete."""

from pathlib import Path

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.rulefile import reference
from floorwalker.rulefile.tables.sections import ENTRY_KEYS, SECTIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"


def test_the_committed_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "write what reference() gives to docs/reference.md"


def test_it_names_every_section_key_and_condition() -> None:
    page = reference()
    for name in (*SECTIONS, *DEFINITIONS, *(key.name for key in ENTRY_KEYS)):
        assert f"`{name}`" in page, name
    for definition in DEFINITIONS.values():
        assert definition.example in page


def test_its_tables_are_whole() -> None:
    for line in reference().split("\n"):
        if line.startswith("|"):
            assert line.endswith("|")
