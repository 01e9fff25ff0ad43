"""Why-trees as an editor reads them: what was asked, what was found, and ✓, ✗ or ? before each line."""

from collections.abc import Iterator, Mapping
from typing import Any

from floorwalker.cli.reports.paper import Paper, printable
from floorwalker.core.evaluation.words import FORGOTTEN, NEEDS_CONSENT, found_words

LEGEND = "✓ holds   ✗ does not hold   ? not known, so that neither it nor its opposite counts"
Tree = Mapping[str, Any]
_SIGNS = {True: "✓", False: "✗", None: "?"}
_JOINED = {"all": "all of these", "any": "any of these", "none": "none of these", "not": "not this"}
_UNKNOWN = (NEEDS_CONSENT, FORGOTTEN)


def sign(holds: bool | None, paper: Paper) -> str:
    """✓, ✗, or ? for what is not known."""
    written = _SIGNS[holds]
    return paper.accent(written) if holds else paper.quiet(written)


def tree_lines(node: Tree, depth: int, paper: Paper) -> Iterator[str]:
    """The tree, two spaces for each level, from `depth` on."""
    asked = printable(_JOINED.get(node["condition"], str(node["condition"])), longest=240)
    found = observed_words(node)
    yield f"{'  ' * depth}{sign(node['holds'], paper)} {asked}{paper.quiet(f'  {found}') if found else ''}"
    for inner in node["of"]:
        yield from tree_lines(inner, depth + 1, paper)


def observed_words(node: Tree) -> str:
    """What was found, as the end of the line."""
    observed = node["observed"]
    if observed in _UNKNOWN:
        return str(observed)
    words = printable(found_words(observed))
    if words == node["condition"]:
        return ""
    if words:
        return f"found {words}"
    return "" if node["of"] or node["holds"] else "found nothing"
