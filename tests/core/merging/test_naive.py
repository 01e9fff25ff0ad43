"""Any rules, asked of two histories that became one, are a naive reading of the list of all that happened in both."""

import json
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from floorwalker.core.advance import Corridor
from floorwalker.core.events import IDENTIFIED, Event
from floorwalker.core.memory.kept import ledger, recents
from floorwalker.core.memory.profile import Profile
from tests.core.evaluation.naive import Naive
from tests.core.evaluation.naive_life import Life
from tests.core.evaluation.stories import moment_of_story, profile_of_story, ruleset_of, story
from tests.core.evaluation.test_naive import RULES, may_be_unknown
from tests.core.holdings import held
from tests.core.long_run import law

Plain = dict[str, Any]
BOUNDS = st.sampled_from(((10, 3000, 32), (20, 600, 32), (8, 250, 4)))
APART = st.sampled_from((0, 0, 300, 1900, 86400, 60 * 86400))


def pair(seed: int, one: int, other: int, apart: int) -> tuple[Plain, Plain]:
    """Two stories; the anonymous one ends last, `apart` seconds after the other, and its last page is at hand."""
    dice = Random(seed)
    person, anonymous = story(dice, one), story(dice, other)
    ends = [max(happening["at"] for happening in each["past"]) for each in (person, anonymous)]
    by = int(ends[1] - ends[0]) - apart
    for happening in person["past"]:
        happening["at"] += by
    return {**person, "has": {}}, {**anonymous, "has": {}}


class BothLives(Life):
    """What happened on both devices. The last visit goes on, and the one before it ended latest of the others."""

    def __init__(self, site: Plain, person: list[Plain], anonymous: list[Plain]) -> None:
        mine, theirs = Life(site, person), Life(site, anonymous)
        self.site, self.zone, self.clock = site, theirs.zone, theirs.clock
        happened = sorted([*mine.all, *theirs.all], key=lambda one: one["at"])
        self.all = [{**one, "number": number} for number, one in enumerate(happened)]
        self.now = max(mine.now, theirs.now)
        goes_on = max((theirs.visits[-1], mine.visits[-1]), key=lambda visit: visit["last"])
        others = [visit for visit in (*mine.visits, *theirs.visits) if visit is not goes_on]
        self.visits = [*sorted(others, key=lambda visit: visit["last"]), goes_on]
        self.came = [arrival for visit in (*mine.visits, *theirs.visits) for arrival in visit["arrivals"]]
        self.visits[-2] = {**self.visits[-2], "last": min(self.visits[-2]["last"], goes_on["began"])}

    @property
    def arrivals(self) -> list[Plain]:
        return sorted(self.came, key=lambda arrival: arrival["at"])


def with_times(past: list[Plain]) -> list[Plain]:
    """The same, and every arrival tells when it was, as the profile has it."""
    latest, timed = 0, []
    for one in past:
        latest = max(latest, int(one["at"]))
        timed.append({**one, "told": {**one["told"], "at": latest}} if "told" in one else one)
    return timed


def joined(corridor: Corridor, person: Plain, anonymous: Plain, has: Plain) -> Profile:
    mine, theirs = profile_of_story(corridor, person), profile_of_story(corridor, anonymous)
    at = anonymous["past"][-1]["at"]
    profile, _ = corridor.join(mine, theirs, Event(IDENTIFIED, at, {"user_id": "ada"}), is_told=True)
    return msgspec.structs.replace(profile, **held(max(mine.last_seen, theirs.last_seen, int(at)), has))


def compare(rules: Plain, person: Plain, anonymous: Plain, *, exactly: bool = True) -> None:
    """Every segment: as the naive reading of both has it, or, where it may be forgotten, unknown."""
    ruleset = ruleset_of(rules)
    profile = joined(Corridor(ruleset), person, anonymous, {})
    naive = Naive(rules, {**anonymous, "seed": person["seed"]})
    naive.life = BothLives(rules["site"], with_times(person["past"]), with_times(anonymous["past"]))
    naive.now = naive.life.now
    assume(naive.life.visits[-1]["began"] > min(visit["began"] for visit in naive.life.visits))
    naive.life.visits[0] = min(naive.life.visits, key=lambda visit: visit["began"])
    for name, segment in rules["segments"].items():
        expected = naive.segment(name)
        allowed = [expected] if exactly and not may_be_unknown(rules, segment) else [expected, None]
        assert moment_of_story(ruleset, profile, anonymous).member(name) in allowed, (segment, person, anonymous)


@law(150)
@given(RULES, st.integers(0, 2**32), st.integers(0, 25), st.integers(0, 25), APART)
def test_conditions_on_two_histories_are_a_naive_reading_of_both(
    rules: Plain, seed: int, one: int, other: int, apart: int
) -> None:
    compare(rules, *pair(seed, one, other, apart))


@law(100)
@given(RULES, st.integers(0, 2**32), st.integers(10, 80), st.integers(10, 80), APART, BOUNDS)
def test_what_either_forgot_is_never_answered_the_wrong_way(
    rules: Plain, seed: int, one: int, other: int, apart: int, bounds: tuple[int, int, int]
) -> None:
    moments, count_bytes, keys = bounds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recents, "MOST_MOMENTS", moments)
        patch.setattr(ledger, "MOST_BYTES", count_bytes)
        patch.setattr(ledger, "MOST_DAYS", 12)
        patch.setattr(ledger, "MOST_MONTHS", 3)
        patch.setattr(ledger, "MOST_KEYS", {**dict.fromkeys(ledger.MOST_KEYS, keys), "v": 1, "w": 1})
        compare(rules, *pair(seed, one, other, apart), exactly=False)


SESSIONS = ("visit", "new_visitor", "away", "frequency", "bounced", "exit_page", "usual_time", "dominant", "interest")
"""What says anything of visits depends on how many devices there were."""


@law(80)
@given(RULES, st.integers(0, 2**32), st.integers(0, 40))
def test_one_story_on_two_devices_answers_as_on_one(rules: Plain, seed: int, length: int) -> None:
    """But for visits and what hangs on them, and for arrivals, which are visits' own."""
    dice = Random(seed)
    whole = {**story(dice, length), "has": {}}
    whole["past"].sort(key=lambda one: one["at"])
    hands: tuple[list[Plain], list[Plain]] = ([], [])
    for one in whole["past"][:-1]:
        dice.choice(hands).append(one)
    hands[1].append(whole["past"][-1])
    assume(hands[0])
    ruleset = ruleset_of(rules)
    corridor = Corridor(ruleset)
    once = profile_of_story(corridor, whole)
    twice = joined(corridor, {**whole, "past": hands[0]}, {**whole, "past": hands[1]}, {})
    for name, segment in rules["segments"].items():
        asked = json.dumps(segment) + json.dumps(rules["segments"]["scored"])
        if any(
            word in asked for word in (*SESSIONS, "touch", "searched", "channel", "referrer", "campaign", "ad", "in")
        ):
            continue
        assert moment_of_story(ruleset, twice, whole).member(name) is moment_of_story(ruleset, once, whole).member(name)
