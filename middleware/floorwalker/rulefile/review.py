"""What is right by itself and yet probably not meant: the warnings that need the whole folder."""

from floorwalker.core.reasoning import Reasoning
from floorwalker.core.ruleset import Content, Ruleset
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.reviews.audience import IsCertain
from floorwalker.rulefile.reviews.conditions import ConditionReview
from floorwalker.rulefile.reviews.entries import EntryReview
from floorwalker.rulefile.reviews.memory import review_memory
from floorwalker.rulefile.reviews.unused import References, review_templates, review_twins, review_unused

_MOST_STEPS = 200_000
"""How long a folder is reasoned about: twice as long as a thousand segments and two hundred slots need, and about a
second and a half. What is not told by then stays untold."""


def review(
    ruleset: Ruleset,
    reading: Reading,
    *,
    now: float | None = None,
    is_certain: IsCertain | None = None,
    references: References | None = None,
) -> None:
    """Warn of what nobody uses and, where nothing is wrong, of what can never be.

    now: seconds since 1970, for what is over. is_certain: whether a content is shown whatever is known of a visitor.
    references: which templates one takes in.
    """
    review_unused(ruleset, reading)
    if now is not None:
        _over(reading, now)
    if reading.findings:
        return
    reasoning = Reasoning(ruleset.segments, most_in_all=_MOST_STEPS)
    ConditionReview(ruleset, reading, reasoning, now).review()
    entries = EntryReview(ruleset, reading, reasoning, is_certain or _holds_no_template)
    for slot in ruleset.slots.values():
        entries.review(slot)
    _controls(ruleset, reading)
    review_twins(ruleset, reading)
    review_memory(ruleset, reading)
    if references is not None:
        review_templates(ruleset, reading, references)


def _holds_no_template(content: Content) -> bool:
    """What can be told without reading templates: what holds no brace uses nothing unknown."""
    return content.kind in ("hide", "default") or (content.kind != "template" and "{" not in content.source)


def _over(reading: Reading, now: float) -> None:
    for ending in reading.endings:
        if ending.end <= now:
            hint = "take it out, or set a later day"
            reading.findings.warn(ending.at, "over", f"the schedule of {ending.what} is over", hint)


def _controls(ruleset: Ruleset, reading: Reading) -> None:
    """Control groups that leave nobody to compare with."""
    controls = [("slot", one.name, one.control) for one in ruleset.slots.values()]
    controls += [("promotion", one.name, one.control) for one in ruleset.promotions.values()]
    for kind, name, control in controls:
        at = reading.names.defined_at(kind, name)
        if control >= 1 and at is not None:
            message = f"the control group of the {kind} {name} is everybody, so nobody sees what it shows"
            reading.findings.warn(at, "control", message, "write a share such as 10 %")
