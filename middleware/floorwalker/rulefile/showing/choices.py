"""Warnings of how one of several entries is chosen: keys that do not count there, choices that are none."""

from collections.abc import Iterable, Sequence

from floorwalker.core.ruleset import Entry
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.problems import Findings

_COUNTS_WHERE = {"weight": ("weighted",), "score": ("best",), "priority": ("first", "best")}


def review_choice(entries: Sequence[tuple[Node, Entry]], choose: str, findings: Findings) -> None:
    """Warn of what the editor wrote in vain, and of lots that would not be drawn as it seems."""
    for node, _ in entries:
        for key in _keys(node):
            _warn_in_vain(key, choose, findings)
    if choose == "best" and entries and not any(entry.score for _, entry in entries):
        message = "no entry has a score, so that their order decides"
        findings.warn(entries[0][0].at, "choose", message, "write score: and a number, or a segment that has points")
    if choose == "weighted":
        _review_lots(entries, findings)


def _keys(node: Node) -> Iterable[Scalar]:
    return (key for key, _ in node) if isinstance(node, Mapping) else ()


def _warn_in_vain(key: Scalar, choose: str, findings: Findings) -> None:
    ways = _COUNTS_WHERE.get(key.text, (choose,))
    if choose not in ways:
        message = f"{key.text} does not count where choose: {choose}"
        hint = f"take it out, or write choose: {ways[0]} beside show: of these entries"
        findings.warn(key.at, "choose", message, hint)


def _review_lots(entries: Sequence[tuple[Node, Entry]], findings: Findings) -> None:
    if entries and not any(entry.weight > 0 for _, entry in entries):
        findings.warn(entries[0][0].at, "choose", "all weights are 0, so that none is shown", "give one a weight")
    names: dict[str, int] = {}
    for node, entry in entries:
        name = entry.name if entry.content is None else entry.content.name
        if not name:
            message = "this show has no name; who sees it is drawn anew when what is in it changes"
            findings.warn(node.at, "no-name", message, "write name: and a word beside show:")
        elif name in names:
            message = f"{name} is weighed twice, as in line {names[name]}; where both fit, the greater weight counts"
            findings.warn(node.at, "choose", message, "write it once, or take another block")
        names.setdefault(name, node.at.line)
