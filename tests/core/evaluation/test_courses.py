"""The order and the rhythm of what happened, against a memory that forgets nothing; and what explanations say."""

from collections import Counter
from itertools import pairwise
from math import ceil
from random import Random
from typing import Any, assert_never

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import (
    Behaviour,
    Course,
    Field,
    InOrder,
    Regular,
    Restarted,
    Stage,
    Stopped,
    Window,
)
from floorwalker.core.evaluation.evaluate import explain, holds
from floorwalker.core.memory import ledger, recents
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from tests.core.evaluation.test_cases import ruleset_of
from tests.core.journeys import DAY, SITE, START, PerfectMemory, any_of, journey, walked
from tests.core.visitors import moment_of, profile_of, signals_of

WEEK = 7 * DAY
RULES = Ruleset(site=SITE)
EVER = Window()


def viewed(field: str, *values: str) -> Behaviour:
    return Behaviour("viewed", (Field(field, any_of(*values)),))


STEPS = (
    viewed("category", "lenses"),
    viewed("category", "bags", "tripods"),
    viewed("type", "article"),
    viewed("tag", "new", "sale"),
    viewed("category", "never-seen"),
    Behaviour("viewed", ()),
    Behaviour("viewed", (Field("category", any_of("lenses")), Field("type", any_of("product")))),
    Behaviour("viewed", (Field("price", Range(low=100)),)),
    Behaviour("did", (Field("event", any_of("product added")),)),
    Behaviour("did", (Field("event", any_of(patterns=("product*",))),)),
    Behaviour("did", (Field("event", any_of("never happened")),)),
    Behaviour("did", (Field("event", any_of("coupon applied")), Field("where", any_of("s"), key="size"))),
)
STEP = st.sampled_from(STEPS)
SEVERAL = st.lists(STEP, min_size=2, max_size=3).map(tuple)
PERIODS = st.sampled_from([Window("seconds", DAY), Window("seconds", 30 * DAY), Window("visit"), Window("month")])
COUNTS = st.sampled_from([None, Range(low=2), Range(high=1), Range(high=0), Range(1, 1)])
AGO = st.sampled_from([None, None, Range(high=DAY), Range(low=3600.0)])
OFTEN = st.sampled_from([(1, 1), (1, 4), (2, 3), (3, 4), (4, 8)])
SILENCES = st.sampled_from([3600.0, DAY * 1.0, 21.0 * DAY])
COURSES = st.one_of(
    st.builds(
        InOrder,
        SEVERAL,
        st.one_of(st.just(Window()), PERIODS),
        st.sampled_from([None, 60.0, 1.0 * DAY]),
        COUNTS,
        AGO,
    ),
    st.builds(lambda what, often: Regular(what, *often), STEP, OFTEN),
    st.builds(lambda what, often, silence: Stopped(what, often[0], often[1], silence), STEP, OFTEN, SILENCES),
    st.builds(Restarted, STEP, SILENCES, st.one_of(st.just(Window()), PERIODS)),
    st.builds(
        lambda steps, step, stuck, ago: Stage("it", steps, min(step, len(steps) - 1), stuck, ago),
        SEVERAL,
        st.integers(0, 2),
        st.booleans(),
        AGO,
    ),
)


class Oracle:
    """Answers by walking every event that ever was."""

    def __init__(self, memory: PerfectMemory, at: float) -> None:
        self.memory, self.at = memory, max(int(at), memory.now)

    def numbers(self, step: Behaviour, window: Window = EVER) -> set[int]:
        """Which events, by their number, were that step."""
        find = self.memory.views if step.name == "viewed" else self.memory.events
        matching = {id(one) for one in find(step.what, window, self.at)}
        return {number for number, one in enumerate(self.memory.all) if id(one) in matching}

    def times(self, step: Behaviour) -> list[int]:
        return [self.memory.all[number].at for number in sorted(self.numbers(step))]

    def holds(self, asked: Any) -> bool:
        match asked:
            case InOrder():
                return self.in_order(asked)
            case Regular():
                return self.weeks(self.times(asked.what), self.at, asked.of) >= asked.weeks
            case Stopped():
                times = self.times(asked.what)
                silent = bool(times) and self.at - times[-1] >= asked.silence
                return silent and self.weeks(times, times[-1], asked.of) >= asked.weeks
            case Restarted():
                start = self.memory.start(asked.window, self.at)
                pairs = pairwise(self.times(asked.what))
                return any(after - before >= asked.silence and after >= start for before, after in pairs)
            case Stage():
                return self.reached(asked)
            case _:
                assert_never(asked)

    def weeks(self, times: list[int], until: float, of: int) -> int:
        ages = [until - at for at in times if at <= until]
        return len({max(0, ceil(age / WEEK) - 1) for age in ages if age <= of * WEEK})

    def in_order(self, asked: InOrder) -> bool:
        matching = [self.numbers(step, asked.window) for step in asked.steps]
        ends = self.complete(matching, asked.gap)
        count, after = 0, -1
        while following := self.complete([{number for number in of if number > after} for of in matching], asked.gap):
            count, after = count + 1, min(following)
        answers = [] if asked.count is None else [asked.count.holds(count)]
        if asked.ago is not None:
            answers.append(bool(ends) and asked.ago.holds(self.at - self.memory.all[max(ends)].at))
        return all(answers) if answers else count >= 1

    def complete(self, matching: list[set[int]], gap: float | None) -> set[int]:
        """The last events of every way through the steps."""
        ends = matching[0]
        for step in matching[1:]:
            ends = {after for after in step if any(self.follows(before, after, gap) for before in ends)}
        return ends

    def follows(self, before: int, after: int, gap: float | None) -> bool:
        apart = self.memory.all[after].at - self.memory.all[before].at
        return after > before and (gap is None or apart <= gap)

    def reached(self, asked: Stage) -> bool:
        matching = [self.numbers(step) for step in asked.steps]
        far: dict[int, int] = {}
        for number, one in enumerate(self.memory.all):
            if len(far) == len(matching) and number in matching[0] and number not in matching[-1]:
                far = {0: one.at}
                continue
            steps = [step for step in range(len(matching)) if number in matching[step] and step <= len(far)]
            if steps and (len(far) < len(matching) or steps[-1] == len(matching) - 1):
                far[steps[-1]] = one.at
        came = len(far) == asked.step + 1 if asked.stuck else len(far) > asked.step
        return came and (asked.ago is None or asked.ago.holds(self.at - far[asked.step]))


def agree(seed: int, length: int, later: int, courses: list[Any]) -> Counter[bool | None]:
    """Every answer is true, or that it is not known. Counts which."""
    events = journey(Random(seed), length)
    memory = PerfectMemory(events)
    at = max(memory.now, START) + later
    profile, oracle, answers = walked(events), Oracle(memory, at), Counter[bool | None]()
    for asked in courses:
        answer = holds(Course(asked), moment_of(RULES, profile, at=at))
        assert answer in (None, oracle.holds(asked)), asked
        assert explain(Course(asked), moment_of(RULES, profile, at=at)).holds is answer
        answers[answer] += 1
    return answers


LATER = st.sampled_from((0, 1800, 5 * DAY, 30 * DAY))


@given(st.integers(0, 10**9), st.integers(0, 60), LATER, st.lists(COURSES, min_size=5, max_size=10))
@settings(max_examples=60, deadline=None)
def test_what_is_recent_is_known_exactly(seed: int, length: int, later: int, courses: list[Any]) -> None:
    assert agree(seed, length, later, courses)[None] == 0


@given(
    st.integers(0, 10**9),
    st.integers(30, 150),
    LATER,
    st.sampled_from(((10, 3000, 32), (20, 600, 32), (8, 250, 4))),
    st.lists(COURSES, min_size=5, max_size=10),
)
@settings(max_examples=80, deadline=None)
def test_what_is_forgotten_is_never_taken_for_what_never_was(
    seed: int, length: int, later: int, bounds: tuple[int, int, int], courses: list[Any]
) -> None:
    moments, count_bytes, keys = bounds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recents, "MOST_MOMENTS", moments)
        patch.setattr(ledger, "MOST_BYTES", count_bytes)
        patch.setattr(ledger, "MOST_DAYS", 12)
        patch.setattr(ledger, "MOST_MONTHS", 3)
        patch.setattr(ledger, "MOST_KEYS", {**dict.fromkeys(ledger.MOST_KEYS, keys), "v": 1, "w": 1})
        agree(seed, length, later, courses)


def test_counts_of_days_tell_the_rhythm_of_an_ordinary_customer() -> None:
    answers = Counter[bool | None]()
    asked = [
        ask
        for what in STEPS[:4]
        for ask in (Regular(what), Stopped(what), Restarted(what, 21.0 * DAY, Window("seconds", 21.0 * DAY)))
    ]
    for seed in range(8):
        answers += agree(seed, 400, 30 * DAY * (seed % 2), asked)
    assert answers[None] < 0.1 * answers.total()
    assert answers[True] > 0.1 * answers.total()


def explained(ask: str, profile: dict[str, Any] | None) -> Any:
    ruleset = ruleset_of(ask)
    condition = ruleset.segments["asked"].when
    assert condition is not None
    remembered: Profile | None = None if profile is None else profile_of(**profile)
    return explain(condition, moment_of(ruleset, remembered, signals_of()))


def did(*ago: int) -> dict[str, Any]:
    return {"events": [{"ago": one, "name": "A"} for one in ago]}


CART = {"ago": 7200, "path": "/cart"}
CHECKOUT = {"ago": 3600, "path": "/checkout"}


@pytest.mark.parametrize(
    ("ask", "profile", "observed"),
    [
        ("did_regularly: A", did(60, 10 * DAY), "in 2 of 4 weeks"),
        ("did_regularly: A", {"counted": [{"ago": WEEK, "name": "A"}]}, "in 1 of 4 weeks"),
        (
            "did_regularly: {event: A, where: {x: 1}}",
            {"counted": [{"ago": DAY, "name": "A"}]},
            "in 0 to 1 of 4 weeks, as far as is remembered",
        ),
        ("did_regularly: A", None, "needs consent"),
        ("stopped: A", did(25 * DAY, 33 * DAY), "last 25 days ago, on 2026-11-03; in 2 of 4 weeks up to then"),
        ("stopped: A", {}, "never"),
        (
            "stopped: {event: A, where: {x: 1}}",
            {"counted": [{"ago": DAY, "name": "A"}]},
            "further back than is remembered",
        ),
        ("restarted: A", did(DAY, 41 * DAY), "again 1 day ago, on 2026-11-27, after 40 days without"),
        ("restarted: A", did(DAY, 4 * DAY, 5 * DAY), "the longest silence was 3 days"),
        ("restarted: A", did(DAY), "no silence in this window"),
        ("restarted: A", {}, "never"),
        (
            "restarted: {event: A, where: {x: 1}}",
            {"counted": [{"ago": 90 * DAY, "name": "A"}], "events": [{"ago": 9, "name": "A", "properties": {"x": 1}}]},
            "further back than is remembered",
        ),
        (
            "funnel: {name: purchase, stuck_at: /checkout}",
            {"views": [CART, CHECKOUT]},
            "step 2 of 3, viewed: /checkout, 1 hour ago",
        ),
        ("funnel: {name: purchase, reached: /checkout}", {}, "not begun"),
        (
            "funnel: {name: purchase, reached: 1}",
            {"views": [CART], "counted": [{"ago": 9 * DAY, "name": "A"}]},
            "step 1 of 3, viewed: /cart, 2 hours ago",
        ),
        ("did_in_order: {steps: [{viewed: /cart}, {viewed: /checkout}], at_least: 2}", {"views": [CART, CHECKOUT]}, 1),
        (
            "did_in_order: {steps: [{viewed: /cart}, {viewed: /checkout}], ago: {at_most: 1 day}}",
            {"views": [CART, CHECKOUT]},
            "1 hour ago",
        ),
        ("did_in_order: [{viewed: /cart}, {viewed: /checkout}]", None, "needs consent"),
    ],
)
def test_an_explanation_says_what_was_found(ask: str, profile: dict[str, Any] | None, observed: object) -> None:
    assert explained(ask, profile).observed == observed


def test_steps_are_explained_one_by_one() -> None:
    why = explained("did_in_order: [{viewed: /cart}, {viewed: /checkout}, {did: Pay}]", {"views": [CART, CHECKOUT]})
    assert (why.observed, why.holds) == (0, False)
    assert [(part.condition, part.observed, part.holds) for part in why.of] == [
        ("viewed: /cart", "2 hours ago", True),
        ("viewed: /checkout", "1 hour ago", True),
        ("did: Pay", None, False),
    ]
    both = explained(
        "did_in_order: {steps: [{viewed: /cart}, {did: A}], at_least: 1, ago: {at_most: 1 day}}", {"views": [CART]}
    )
    assert [part.condition for part in both.of] == ["count", "ago", "viewed: /cart", "did: A"]
