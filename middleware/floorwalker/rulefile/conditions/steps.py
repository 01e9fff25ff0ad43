"""Steps: what is done in an order. The section `funnels`, and the steps of conditions."""

from floorwalker.core.conditions.definitions import DEFINITIONS, NUMBER_OPERATORS, STEPS, Definition
from floorwalker.core.conditions.matchers import Range, fold_text
from floorwalker.core.conditions.model import Behaviour, Stage
from floorwalker.core.ruleset import Funnel
from floorwalker.rulefile.conditions.asking import BESIDE, Parts, read_fields, read_parts
from floorwalker.rulefile.conditions.matching import read_matcher
from floorwalker.rulefile.fields import as_list, one_text
from floorwalker.rulefile.nodes import Mapping, Node, Scalar, Sequence, texts
from floorwalker.rulefile.problems import did_you_mean, one_of
from floorwalker.rulefile.reading import Reading, Step
from floorwalker.rulefile.text.writing import written

MOST_STEPS = 20


def read_funnels(pairs: list[tuple[Scalar, Node]], reading: Reading) -> dict[str, Funnel]:
    """Named steps, and, in `reading`, what each step is called."""
    found: dict[str, Funnel] = {}
    for name, node in pairs:
        steps = read_steps(node, f"the funnel {name.text}", reading)
        if steps is not None:
            reading.steps[name.text] = steps
            found[name.text] = Funnel(name.text, tuple(one.step for one in steps))
    return found


def read_steps(node: Node, what: str, reading: Reading) -> tuple[Step, ...] | None:
    """A list of steps; None where any is wrong."""
    items = as_list(node, what, reading.findings, "[{viewed: /cart}, {did: Order Completed}]")
    if items is None:
        return None
    if not 2 <= len(items.items) <= MOST_STEPS:
        one = len(items.items) == 1
        message = f"{what} has one step" if one else f"{what} has {len(items.items)} steps"
        hint = "write the step alone, or one more" if one else f"write at most {MOST_STEPS}"
        reading.findings.error(node.at, "steps", message, hint)
        return None
    found = [_step(item, reading) for item in items.items]
    steps = tuple(step for step in found if step is not None)
    return steps if len(steps) == len(found) else None


def _step(node: Node, reading: Reading) -> Step | None:
    match node:
        case Mapping(pairs=((key, value),)) if key.text in STEPS:
            step = read_step(key.text, value, reading, "a step only says what happened")
            return None if step is None else Step(step, _names(key.text, value))
        case Mapping(lost=True):
            return None
        case Scalar():
            how = "viewed" if node.text.startswith("/") else "did"
            message = f"a step says whether {node.text[:40].strip()} was viewed or done"
            reading.findings.error(node.at, "step", message, f"write {how}: {node.text[:40].strip()}")
        case Sequence():
            reading.findings.error(node.at, "step", "a list stands where one step is meant", "give each its own dash")
        case Mapping(pairs=((key, _),)):
            reading.findings.error(key.at, "step", f"a step is viewed or did, not {key.text[:40]}", _instead(key.text))
        case Mapping():
            _too_many(node, reading)
    return None


def _instead(word: str) -> str:
    if word in DEFINITIONS:
        return f"ask for {word} beside it, with a dash of its own"
    return did_you_mean(word, STEPS)


def _too_many(node: Mapping, reading: Reading) -> None:
    keys = [key for key, _ in node]
    if len(keys) < 2:
        reading.findings.error(node.at, "empty", "a step is missing here", "write one, such as viewed: /cart")
        return
    owner = next((key for key in keys if key.text in STEPS), keys[0])
    stray = next(key for key in keys if key is not owner)
    if stray.text in STEPS:
        message, hint = f"two steps, {owner.text} and {stray.text}, where one is meant", "give each its own dash"
    elif owner.text in STEPS and STEPS[owner.text].field(stray.text):
        message = f"{stray.text} stands beside {owner.text}, not inside it"
        hint = f"move it inside: {owner.text}: {{…, {stray.text}: …}}"
    else:
        message, hint = f"{stray.text[:40]} stands inside a step", "write it beside the steps, or take it out"
    reading.findings.error(stray.at, "step", message, hint)


def read_step(name: str, value: Node, reading: Reading, why: str) -> Behaviour | None:
    """What was viewed or done; counts and windows are refused, because of `why`."""
    definition = STEPS[name]
    if isinstance(value, Mapping):
        strays = [key for key, _ in value if key.text in (*BESIDE, *NUMBER_OPERATORS)]
        for key in strays:
            hint = f"move {key.text} out of {name}, or take it out"
            reading.findings.error(key.at, "step", f"{key.text} stands inside {name}: {why}", hint)
        if strays:
            return None
    fields = read_fields(definition, read_parts(definition, value, reading), reading)
    return None if fields is None else Behaviour(name, fields, written=written(name, value))


def _names(name: str, value: Node) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        value = value.get(STEPS[name].main) or value
    return tuple(texts(value))


def read_stage(definition: Definition, parts: Parts, value: Node, reading: Reading) -> Stage | None:
    """`funnel: {name, reached, stuck_at, ago}`."""
    node = parts.fields.get("name")
    if node is None:
        if not parts.wrong:
            reading.findings.error(value.at, "missing", "funnel lacks its name", f"write {definition.example}")
        return None
    name = one_text(node, reading.findings, "name: purchase")
    if name is None:
        return None
    reading.names.refer("funnel", name.text, name.at)
    asked = [word for word in ("reached", "stuck_at") if word in parts.fields]
    if len(asked) != 1:
        message = "funnel asks for reached and stuck_at" if asked else f"funnel does not say how far in {name.text}"
        hint = "keep one of them" if asked else f"write {definition.example.replace('purchase', name.text)}"
        reading.findings.error((parts.fields[asked[1]] if asked else value).at, "missing", message, hint)
        return None
    ago = _ago(definition, parts, reading)
    step = _number(parts.fields[asked[0]], asked[0], name.text, reading)
    if step is None or parts.wrong or ("ago" in parts.fields and ago is None):
        return None
    steps = tuple(one.step for one in reading.steps[name.text])
    return Stage(name.text, steps, step, asked[0] == "stuck_at", ago)


def _ago(definition: Definition, parts: Parts, reading: Reading) -> Range | None:
    node, field = parts.fields.get("ago"), definition.field("ago")
    found = None if node is None or field is None else read_matcher(field, node, reading)
    return found if isinstance(found, Range) else None


def _number(node: Node, key: str, funnel: str, reading: Reading) -> int | None:
    """Which step is meant, from 0; None where none is, or where the funnel's steps could not be read."""
    scalar = one_text(node, reading.findings, f"{key}: /checkout")
    steps = reading.steps.get(funnel)
    if scalar is None or steps is None:
        return None
    fitting = [number for number, step in enumerate(steps) if _called(scalar.text) in map(_called, step.names)]
    if not fitting and scalar.text.isdecimal() and len(scalar.text) < 4 and 0 < int(scalar.text) <= len(steps):
        return int(scalar.text) - 1
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        numbers = [str(number + 1) for number in fitting]
        message = f"{scalar.text} is more than one step of {funnel}"
        reading.findings.error(scalar.at, "unknown-step", message, f"write its number: {key}: {one_of(numbers)}")
    else:
        names = [name for step in steps for name in step.names]
        hint = did_you_mean(scalar.text, names, instead=f"write the number of a step, from 1 to {len(steps)}")
        reading.findings.error(scalar.at, "unknown-step", f"no step of {funnel} is {scalar.text[:60]}", hint)
    return None


def _called(name: str) -> str:
    return fold_text(name).rstrip("/") or "/"
