"""The pages of the docs, taken apart: fenced blocks with the remark above them, tables, links."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_FENCE = re.compile(r"(?ms)^(?:<!-- ([^\n]*?) -->\n)?^( *)```(\w*)\n(.*?)^ *```$")
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block. remark: of the comment right above it; empty without one."""

    page: Path
    line: int
    language: str
    text: str
    remark: str = ""

    @property
    def name(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(language: str) -> list[Block]:
    """Every block of a language, in all pages."""
    return [block for page in PAGES for block in _blocks(page) if block.language == language]


def block_with(remark: str) -> Block:
    """The one block that bears a remark."""
    (found,) = [block for page in PAGES for block in _blocks(page) if block.remark == remark]
    return found


def table(page: str, remark: str) -> list[list[str]]:
    """The rows of a table, by the comment right above it or the heading over it; without its head."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    _, found, rest = text.partition(f"{remark}\n")
    assert found, f"{page} has no {remark}"
    rows = [line for line in rest[: rest.find("|\n\n")].split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").replace(r"\|", "¦").split("|")] for row in rows[2:]]


def prose(page: Path) -> str:
    """A page without its blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    """The code in its prose."""
    return [span.replace(r"\|", "|") for span in _SPAN.findall(prose(page))]


def _blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for remark, indent, language, body in ((m[1], m[2], m[3], m) for m in _FENCE.finditer(text)):
        line = text.count("\n", 0, body.start(4))
        found.append(Block(page, line, language, re.sub(f"(?m)^{indent}", "", body[4]), remark or ""))
    return found
