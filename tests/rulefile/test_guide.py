"""The editors' guide: what it shows can be loaded, what it warns of is reported."""

import re
from pathlib import Path

import pytest

from floorwalker.rulefile import Severity, read
from floorwalker.rulefile.tables.sections import SECTIONS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = [re.sub(f"(?m)^{indent}", "", text) for indent, text in re.findall(r"(?ms)^( *)```yaml\n(.*?)^ *```", GUIDE)]
QUOTES = re.findall(r"(?m)^\| `([^`]+)` \| [^|]+ \| `([^`]+)` \|$", GUIDE)


def errors(rules: str) -> list[str]:
    _, problems = read({"r.yaml": rules.encode()})
    return [str(problem) for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split(":")[0])
def test_an_example_can_be_loaded(example: str) -> None:
    indented = "".join(f"    {line}\n" for line in example.split("\n"))
    if example.startswith("when"):
        example = f"segments:\n  a:\n{indented}"
    elif example.split(":")[0] not in SECTIONS:
        example = f"segments:\n{indented}"
    assert errors(example) == []


@pytest.mark.parametrize(("written", "instead"), QUOTES, ids=[written for written, _ in QUOTES])
def test_what_needs_quotes_is_an_error_and_the_other_is_none(written: str, instead: str) -> None:
    def placed(text: str) -> str:
        if text.startswith("at"):
            return f"slots:\n  a:\n    {text}\n    show: [{{hide: yes}}]\n"
        if text.startswith("email"):
            return f"segments:\n  a:\n    when:\n      trait:\n        {text}\n"
        return (
            f"blocks:\n  a:\n    {text}\n" if text.startswith("text") else f"blocks: {{a: {{text: x, with: {text}}}}}\n"
        )

    assert len(QUOTES) >= 7
    assert errors(placed(written))
    assert errors(placed(instead)) == []


def test_the_guide_is_plain() -> None:
    assert "!" not in re.sub(r"`[^`]*`|```.*?```", "", GUIDE, flags=re.DOTALL)
