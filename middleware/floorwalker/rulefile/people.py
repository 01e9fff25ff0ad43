"""The sections `segments` and `goals`: who, and what counts as success."""

from itertools import dropwhile

from floorwalker.core.conditions.definitions import Kind
from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import (
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    Course,
    InSegment,
    Not,
    Test,
)
from floorwalker.core.ruleset import Goal, Points, Segment
from floorwalker.rulefile.conditions.matching import read_range
from floorwalker.rulefile.conditions.tree import read_condition, read_when
from floorwalker.rulefile.fields import Fields, as_list, as_mapping
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.showing.content import is_draft
from floorwalker.rulefile.tables.sections import GOAL_KEYS, POINTS_KEYS, SEGMENT_KEYS
from floorwalker.rulefile.watched import report_watched

_LONGEST_CIRCLE = 12  # segments shown of one


def read_segments(pairs: list[tuple[Scalar, Node]], reading: Reading) -> dict[str, Segment]:
    """Named classes, in the order of the files. Cycles of `in` are errors, and so is a watched one that nobody can be
    told of."""
    found: dict[str, Segment] = {}
    for name, value in pairs:
        node = as_mapping(value, name.text, reading.findings, "when: {device: mobile}")
        if node is not None:
            with reading.names.within(draft=is_draft(node)):
                found[name.text] = _segment(name, node, reading)
    _report_cycles(found, reading)
    report_watched(found, reading)
    return found


def _segment(name: Scalar, node: Mapping, reading: Reading) -> Segment:
    fields = Fields(node, SEGMENT_KEYS, f"the segment {name.text}", reading.findings, reading.names)
    when = fields.get("when")
    plan = "score" in fields or "points" in fields
    said_otherwise = node.lost or fields.meant & {"when", "score", "points"}
    if (when is None) is not plan and not said_otherwise:
        message = f"{name.text} has both when and a score" if plan else f"{name.text} does not say who is in it"
        reading.findings.error(name.at, "segment", message, "write when:, or score: and points:")
    elif plan and not ("score" in fields and "points" in fields):
        missing = "points" if "score" in fields else "score"
        hint = f"write {fields.example(missing)}"
        reading.findings.error(name.at, "missing", f"{name.text} has a score without {missing}", hint)
    return Segment(
        name=name.text,
        about=fields.text("about"),
        when=None if when is None else read_when(when, reading),
        score=_score(fields, reading),
        points=_points(fields, reading),
        draft=fields.yes_no("draft", False),
        watch=fields.yes_no("watch", False),
    )


def _score(fields: Fields, reading: Reading) -> Range | None:
    node = fields.get("score")
    if node is None:
        return None
    if not isinstance(node, Mapping):
        reading.findings.error(
            node.at, "bare-number", "score does not say whether this is the least or the most", "write {at_least: 50}"
        )
        return None
    return read_range(Kind.NUMBER, list(node.pairs), reading.findings)


def _points(fields: Fields, reading: Reading) -> tuple[Points, ...]:
    node = fields.get("points")
    items = None if node is None else as_list(node, "points", reading.findings, fields.example("points"))
    found: list[Points] = []
    for item in items.items if items is not None else ():
        mapping = as_mapping(item, "points", reading.findings, fields.example("points"))
        if mapping is None:
            continue
        plan = Fields(mapping, POINTS_KEYS, "points", reading.findings, reading.names)
        when = plan.get("when")
        condition = None if when is None else read_when(when, reading)
        if condition is not None:
            found.append(Points(plan.number("points", 0.0), condition))
    return tuple(found)


def read_goals(pairs: list[tuple[Scalar, Node]], reading: Reading) -> dict[str, Goal]:
    """Goals: exactly one condition, and beside it what it is worth and for how long a block may claim it."""
    found: dict[str, Goal] = {}
    for name, value in pairs:
        node = as_mapping(value, name.text, reading.findings, "{did: Order Completed, value: revenue}")
        goal = None if node is None else _goal(name, node, reading)
        if goal is not None:
            found[name.text] = goal
    return found


def _goal(name: Scalar, node: Mapping, reading: Reading) -> Goal | None:
    own = {key.name for key in GOAL_KEYS}
    about = tuple(pair for pair in node.pairs if pair[0].text in own)
    asked = tuple(pair for pair in node.pairs if pair[0].text not in own)
    fields = Fields(Mapping(node.at, about), GOAL_KEYS, f"the goal {name.text}", reading.findings, reading.names)
    value, within = fields.text("value"), fields.duration("within", Goal("", Not(())).within)
    if not asked and node.lost:
        return None
    if not asked:
        hint = "write a condition such as did: Order Completed"
        reading.findings.error(name.at, "missing", f"the goal {name.text} has no condition", hint)
        return None
    if len(asked) > 1:
        message = f"the goal {name.text} has two conditions, {asked[0][0].text} and {asked[1][0].text}"
        reading.findings.error(asked[1][0].at, "condition", message, "join them under all:, each with its own dash")
        return None
    when = read_condition(Mapping(node.at, asked), reading)
    return None if when is None else Goal(name.text, when, value, within)


def asked_segments(condition: Condition) -> set[str]:
    """The segments that a condition refers to by `in`."""
    match condition:
        case InSegment():
            return set(condition.names)
        case All() | AnyCondition() | Not():
            return {name for part in condition.of for name in asked_segments(part)}
        case Test() | Behaviour() | Course() | Chance():
            return set()


def _report_cycles(segments: dict[str, Segment], reading: Reading) -> None:
    edges = {name: sorted(_asked_by(segment) & segments.keys()) for name, segment in segments.items()}
    done: set[str] = set()
    for name in segments:
        cycle = _cycle(name, edges, done)
        if cycle:
            at = reading.names.defined_at("segment", cycle[0])
            shown = cycle if len(cycle) <= _LONGEST_CIRCLE else [*cycle[: _LONGEST_CIRCLE - 2], "…", *cycle[-2:]]
            message = f"segments ask each other in a circle: {' → '.join(shown)}"
            if at is not None:
                reading.findings.error(at, "cycle", message, "let one of them ask something else")


def _asked_by(segment: Segment) -> set[str]:
    conditions = [points.when for points in segment.points]
    conditions += [segment.when] if segment.when is not None else []
    return {name for condition in conditions for name in asked_segments(condition)}


def _cycle(start: str, edges: dict[str, list[str]], done: set[str]) -> list[str]:
    """A circle reached from `start`, if there is one that was not seen before."""
    path: dict[str, None] = {}
    stack = [(start, iter(edges[start]))] if start not in done else []
    path |= {start: None} if stack else {}
    while stack:
        following = next((name for name in stack[-1][1] if name not in done), None)
        if following is None:
            done.add(stack.pop()[0])
            path.popitem()
        elif following in path:
            done.update(path)
            return [*dropwhile(following.__ne__, path), following]
        else:
            stack.append((following, iter(edges[following])))
            path[following] = None
    return []
