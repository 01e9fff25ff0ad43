"""What came of editors' tests: for people, as JSON, and as JUnit XML for continuous integration."""

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any
from xml.etree import ElementTree

from floorwalker.asgi.verdicts import Miss, Verdict
from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.cli.reports.trees import LEGEND, sign, tree_lines
from floorwalker.core.deciding.decide import tree_of
from floorwalker.core.personas import Expectation
from floorwalker.core.ruleset import Ruleset

_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")


def report(verdicts: Sequence[Verdict], ruleset: Ruleset, paper: Paper, *, took_s: float) -> Iterator[str]:
    """One line each; of what failed what was expected, what happened, and why; the summary last."""
    width = max(len(verdict.expectation.persona) for verdict in verdicts)
    for verdict in verdicts:
        yield f"{sign(verdict.holds, paper)} {verdict.expectation.persona:<{width}}  {title(verdict.expectation)}"
        if not verdict.holds:
            yield from _failure(verdict, ruleset, paper)
    failed = sum(not verdict.holds for verdict in verdicts)
    if failed:
        yield ""
        yield paper.quiet(LEGEND)
    yield _summary(len(verdicts), failed, ruleset, paper, took_s=took_s)


def title(expectation: Expectation) -> str:
    """What is expected, on one line."""
    if expectation.about:
        return printable(expectation.about)
    parts = []
    if expectation.exactly is not None:
        parts.append(f"exactly in {', '.join(expectation.exactly)}")
    if expectation.inside:
        parts.append(f"in {', '.join(expectation.inside)}")
    if expectation.outside:
        parts.append(f"not in {', '.join(expectation.outside)}")
    parts += [f"{slot}: {' or '.join(blocks)}" for slot, blocks in expectation.slots.items()]
    return printable("; ".join(parts), longest=160)


def _failure(verdict: Verdict, ruleset: Ruleset, paper: Paper) -> Iterator[str]:
    expectation = verdict.expectation
    about = ruleset.personas[expectation.persona].about
    who = f", {printable(about)}" if about else ""
    yield f"    {paper.strong(expectation.where)}{paper.quiet(who)}"
    for miss in verdict.misses:
        yield f"    {paper.accent(f'{miss.kind} {miss.name}')}: {miss_words(miss)}"
        for part in miss.why:
            yield from tree_lines(tree_of(part), 3, paper)


def miss_words(miss: Miss) -> str:
    """What was expected, and what happened."""
    match miss.kind, miss.found:
        case "segment", "in it":
            return "they should not be in it, and are"
        case "segment", _:
            return "they should be in it, and are not"
        case _:
            return printable(f"should show {miss.expected}, shows {miss.found}", longest=400)


def _summary(tests: int, failed: int, ruleset: Ruleset, paper: Paper, *, took_s: float) -> str:
    untried = len(ruleset.personas.keys() - {one.persona for one in ruleset.tests})
    beside = f" {counted(untried, 'persona')} without a test." if untried else ""
    took = f"in {took_s:.1f} s, version {ruleset.version}."
    tried = counted(tests, "test")
    head = f"{failed} of {tried} failed" if failed else f"{tried} passed"
    return f"{paper.strong(head)} {took}{beside}"


def as_json(verdicts: Sequence[Verdict], ruleset: Ruleset) -> dict[str, Any]:
    """Every test with what it missed; trees as in `explain`."""
    failed = sum(not verdict.holds for verdict in verdicts)
    return {
        "version": ruleset.version,
        "passed": len(verdicts) - failed,
        "failed": failed,
        "tests": [_test_as_json(verdict) for verdict in verdicts],
    }


def _test_as_json(verdict: Verdict) -> dict[str, Any]:
    expectation = verdict.expectation
    file, line = _place(expectation)
    return {
        "persona": expectation.persona,
        "title": title(expectation),
        "file": file,
        "line": line,
        "holds": verdict.holds,
        "misses": [
            {
                "kind": miss.kind,
                "name": miss.name,
                "expected": miss.expected,
                "found": miss.found,
                "why": [tree_of(part) for part in miss.why],
            }
            for miss in verdict.misses
        ],
    }


def _place(expectation: Expectation) -> tuple[str, int]:
    file, _, line = expectation.where.rpartition(":")
    return file, int(line)


def as_junit(verdicts: Sequence[Verdict], *, took_s: float) -> str:
    """The XML that CI services read."""
    failed = sum(not verdict.holds for verdict in verdicts)
    suite = ElementTree.Element(
        "testsuite", name="floorwalker", tests=str(len(verdicts)), failures=str(failed), time=f"{took_s:.3f}"
    )
    plain = Paper(StringIO())
    for verdict in verdicts:
        expectation = verdict.expectation
        file, line = _place(expectation)
        case = ElementTree.SubElement(
            suite, "testcase", classname=expectation.persona, name=title(expectation), file=file, line=str(line)
        )
        for miss in verdict.misses:
            failure = ElementTree.SubElement(case, "failure", message=f"{miss.kind} {miss.name}: {miss_words(miss)}")
            lines = [line for part in miss.why for line in tree_lines(tree_of(part), 0, plain)]
            failure.text = "\n".join([expectation.where, *lines]).translate(_NO_XML)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)
