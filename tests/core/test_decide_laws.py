"""Laws of deciding: whatever is written about slots, promotions and limits, over any journey."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.decide import decide, explain_all, showing_of
from floorwalker.core.decision import Arm, Decision, Reason
from floorwalker.core.events import SLOT_CLICKED, Event
from floorwalker.core.hashing import share
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.rulefile import read
from tests.core.evaluation.test_laws import PROFILES, SIGNALS
from tests.core.long_run import law
from tests.core.visitors import signals_of

Plain = dict[str, Any]
ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 23, 21, 30, tzinfo=ZONE).timestamp()
GAPS = (1, 60, 1799, 1800, 7200, 43200, 86400, 90000, 5 * 86400)
REST = {"1 hour": 3600, "1 day": 86400}
BLOCKS = ("a", "b", "c")
SLOTS = ("one", "two", "three")


def maybe(**keys: list[Any]) -> st.SearchStrategy[Plain]:
    """Some of these keys, seldom all."""
    made = {name: st.sampled_from(values) for name, values in keys.items()}
    return st.lists(st.sampled_from(sorted(made)), max_size=2, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: made[name] for name in names})
    )


LIMITS = maybe(
    at_most=["1 per visit", "2 per day", "1 per week", "2 ever", ["1 per day", "3 ever"]],
    rest=list(REST),
    once_per_page=["offers", "news"],
    draft=["yes"],
    stop_after=["click"],
    until=["2026-10-25", "2026-10-25 12:00"],
    **{"from": ["2026-10-24", "2026-10-24 22:30"]},
)
AUDIENCE = maybe(to=["phones", "back"], when=[{"device": "mobile"}, {"chance": {"percent": "50 %", "of": "x"}}])
CONTENT = st.sampled_from([*({"block": name} for name in BLOCKS), {"name": "i", "text": "I"}, {"default": "yes"}])


def ranked(entries: list[Plain], choose: str, ranks: list[int]) -> list[Plain]:
    """What ranks an entry where one of several is chosen."""
    match choose:
        case "weighted":
            return [{**one, "weight": str(rank)} for one, rank in zip(entries, ranks, strict=True)]
        case "best":
            return [{**one, "score": ["keen", "3", "-1"][rank % 3]} for one, rank in zip(entries, ranks, strict=True)]
        case _:
            return [{**one, "priority": str(rank)} for one, rank in zip(entries, ranks, strict=True)]


def several(entry: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    """`show` with its `choose`."""
    return st.builds(
        lambda entries, choose, ranks: {"choose": choose, "show": ranked(entries, choose, ranks[: len(entries)])},
        st.lists(entry, min_size=1, max_size=3),
        st.sampled_from(["first", "best", "weighted"]),
        st.lists(st.integers(0, 3), min_size=3, max_size=3),
    )


def joined(*parts: Plain) -> Plain:
    return {key: value for part in parts for key, value in part.items()}


SINGLE = st.builds(joined, AUDIENCE, CONTENT, st.just({}) | LIMITS)
NESTED = st.builds(joined, AUDIENCE, several(SINGLE), st.just({}) | LIMITS)
ENTRY = SINGLE | SINGLE | NESTED
CONTROL = maybe(control=["0 %", "30 %", "100 %"])
RULES = st.fixed_dictionaries(
    {
        "site": maybe(control=["20 %"], exclude=["phones"]).map(lambda one: {"timezone": "Europe/Berlin", **one}),
        "segments": st.just(
            {
                "phones": {"when": {"device": "mobile"}},
                "back": {"when": {"visits": {"at_least": "2"}}},
                "keen": {"score": {"at_least": "5"}, "points": [{"points": "5", "when": {"viewed": "/a"}}]},
            }
        ),
        "blocks": st.fixed_dictionaries({name: LIMITS.map(lambda one: {"text": "B", **one}) for name in BLOCKS}),
        "slots": st.fixed_dictionaries({name: st.builds(joined, CONTROL, several(ENTRY)) for name in SLOTS}),
        "promotions": st.dictionaries(
            st.sampled_from(["sale", "news"]),
            st.builds(
                lambda control, more, slots: {**control, **more, "slots": slots},
                CONTROL,
                maybe(draft=["yes"], until=["2026-10-25"], **{"from": ["2026-10-24"]}),
                st.dictionaries(st.sampled_from(SLOTS), st.lists(ENTRY, min_size=1, max_size=2), min_size=1),
            ),
        ),
    }
)


def ruleset_of(rules: Plain) -> Ruleset:
    ruleset, problems = read({"rules.yaml": json.dumps(rules).encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


class Shown(Struct, frozen=True):
    """A block that was shown, or held back in control."""

    at: float
    visit: int
    block: str


def path_of(rules: Plain, decision: Decision) -> list[Plain]:
    """The entries that led to what is shown, as they are written, outermost first, and its block."""
    whole = rules["promotions"][decision.promotion]["slots"] if decision.promotion else None
    entries = whole[decision.slot] if whole else rules["slots"][decision.slot]["show"]
    numbers = [int(one) - 1 for one in decision.entry.replace("]", "").split("[")[1:]]
    path: list[Plain] = [] if decision.promotion else [rules["slots"][decision.slot]]
    for number in numbers:
        path.append(entries[number])
        entries = path[-1].get("show", [])
    return [*path, rules["blocks"].get(decision.block, {})]


def limits_of(path: list[Plain], key: str) -> Iterator[Any]:
    for one in path:
        yield from (one[key] if isinstance(one.get(key), list) else [one[key]] if key in one else [])


def began(per: str, shown: Shown, now: Shown) -> bool:
    """Whether it lies in the same visit, day or week; ever is always."""
    day, today = (datetime.fromtimestamp(one.at, ZONE).date() for one in (shown, now))
    match per:
        case "visit":
            return shown.visit == now.visit
        case "day":
            return day == today
        case "week":
            return day - timedelta(day.weekday()) == today - timedelta(today.weekday())
        case _:
            return True


def moment(text: str, *, end: bool = False) -> float:
    at = datetime.fromisoformat(text).replace(tzinfo=ZONE)
    return (at + timedelta(days=1 if end and ":" not in text else 0)).timestamp()


def keeps_limits(path: list[Plain], now: Shown, before: list[Shown], clicked: set[str]) -> None:
    """Every limit of every entry around it, and of its block."""
    same = [one for one in before if one.block == now.block]
    for cap in limits_of(path, "at_most"):
        times, per = cap.split()[0], cap.split()[-1]
        assert sum(began(per, one, now) for one in same) < int(times), cap
    for rest in limits_of(path, "rest"):
        assert all(now.at - one.at > REST[rest] for one in same), rest
    assert all(now.at >= moment(day) for day in limits_of(path, "from"))
    assert all(now.at < moment(day, end=True) for day in limits_of(path, "until"))
    assert "draft" not in {key for one in path for key in one}
    assert not (list(limits_of(path, "stop_after")) and now.block in clicked)
    weighted = [one for around, one in pairwise(path) if around.get("choose") == "weighted"]
    assert all(float(one.get("weight", 1)) > 0 for one in weighted)


def in_control(rules: Plain, decision: Decision, seed: int) -> bool:
    """Whether a group that is compared with keeps this visitor out of it."""
    groups = [("site-control", rules["site"]), (f"control:{decision.slot}", rules["slots"][decision.slot])]
    if decision.promotion:
        groups.append((f"promotion:{decision.promotion}", rules["promotions"][decision.promotion]))
    return any(share(seed, name) < float(one.get("control", "0 %").split()[0]) / 100 for name, one in groups)


class Journey:
    """One visitor, page by page, and all that was shown to them."""

    def __init__(self, rules: Plain, dice: Random) -> None:
        self.rules, self.ruleset, self.dice = rules, ruleset_of(rules), dice
        self.corridor = Corridor(self.ruleset)
        self.profile = Profile(seed=dice.getrandbits(64))
        self.at, self.visit = START, 1
        self.shown: list[Shown] = []
        self.clicked: set[str] = set()

    def page(self) -> None:
        gap = self.dice.choice(GAPS)
        self.at += gap
        self.visit += gap >= 1800
        hit = Hit(at=self.at, url=self.dice.choice(("/a", "/b")))
        mobile = {"device": {"type": "mobile"}} if self.dice.random() < 0.3 else {}
        signals = signals_of(int(self.at), path=hit.url, page={"path": hit.url}, **mobile)
        self.profile, _ = self.corridor.advance(self.profile, hit, signals)
        decisions = decide(self.ruleset, self.profile, signals, self.at)
        names: list[str] = []
        exposed: list[Decision] = []
        for slot in self.dice.sample(SLOTS, 3):
            decision = decisions[slot]
            assert decision == decisions[slot]
            if mobile and "exclude" in self.rules["site"]:
                assert (decision.reason, decision.changes_page) == (Reason.EXCLUDED, False)
            elif decision.entry and not decision.entry.endswith("otherwise"):
                self.judge(decision, names)
                exposed.append(decision)
        assert len(names) == len(set(names))
        counted = [one for one in exposed if one.block and (one.changes_page or one.kept_counts)]
        self.profile, _ = self.corridor.show(self.profile, [showing_of(one) for one in counted], at=self.at)
        if counted and self.dice.random() < 0.2:
            self.click(counted[0])

    def judge(self, decision: Decision, names: list[str]) -> None:
        path = path_of(self.rules, decision)
        names += set(limits_of(path, "once_per_page"))
        now = Shown(self.at, self.visit, decision.block)
        keeps_limits(path, now, self.shown, self.clicked)
        if decision.promotion:
            promotion = self.rules["promotions"][decision.promotion]
            keeps_limits([{key: one for key, one in promotion.items() if key != "slots"}], now, [], set())
        assert (decision.arm is Arm.CONTROL) == in_control(self.rules, decision, self.profile.seed)
        assert not (decision.arm is Arm.CONTROL and decision.changes_page)
        if decision.block and (decision.changes_page or decision.kept_counts):
            self.shown.append(now)

    def click(self, decision: Decision) -> None:
        if decision.changes_page:
            properties = {"slot": decision.slot, "block": decision.block}
            self.profile, _ = self.corridor.fold(self.profile, Event(SLOT_CLICKED, self.at, properties))
            self.clicked.add(decision.block)


@law(120)
@given(RULES, st.integers(0, 2**32), st.integers(1, 15))
def test_over_a_journey_every_limit_and_every_group_is_kept(rules: Plain, seed: int, pages: int) -> None:
    journey = Journey(rules, Random(seed))
    for _ in range(pages):
        journey.page()


MEMORY = ("at_most", "rest", "stop_after")


@law(50)
@given(RULES, st.booleans(), st.integers(0, 1))
def test_whoever_may_not_be_remembered_gets_nothing_that_needs_memory(rules: Plain, mobile: bool, profile: int) -> None:
    signals = signals_of(int(START), **({"device": {"type": "mobile"}} if mobile else {}))
    page = decide(ruleset_of(rules), Profile(seed=7) if profile else None, signals, START, remembered=False)
    for decision in page.values():
        assert decision.arm is Arm.TREATMENT
        if decision.entry and not decision.entry.endswith("otherwise"):
            path = path_of(rules, decision)
            assert [key for one in path for key in one if key in MEMORY] == []
            assert all(around.get("choose") != "weighted" for around in path)
            assert float(rules["slots"][decision.slot].get("control", "0 %").split()[0]) == 0


@law(50)
@given(RULES, PROFILES, SIGNALS, st.booleans(), st.permutations(SLOTS))
def test_any_rules_any_profile_and_any_signals_come_to_a_decision_that_is_explained(
    rules: Plain, profile: Profile | None, signals: Signals, remembered: bool, order: list[str]
) -> None:
    ruleset = ruleset_of(rules)
    page = decide(ruleset, profile, signals, signals.at, remembered=remembered)
    for slot in order:
        decision = page[slot]
        fitting = [one for one in decision.why.of if one.holds]
        assert (decision.reason in (Reason.ENTRY, Reason.CONTROL)) <= bool(fitting)
        assert decision.reason is not Reason.EXCLUDED or fitting == []
    explained = explain_all(ruleset, profile, signals, signals.at, remembered=remembered)["slots"]
    again = decide(ruleset, profile, signals, signals.at, remembered=remembered)
    assert {slot: one["block"] for slot, one in explained.items()} == {
        slot: decision.block or decision.content.kind for slot, decision in again.items()
    }
