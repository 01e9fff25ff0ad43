"""Until a watched segment is due, time alone changes nothing: any rules of the language, any journey."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwalker.core.advance import Corridor
from floorwalker.core.events import SEGMENT_ENTERED
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.core.memory.kept import ledger, recents
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.priors import Priors
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.core.watching.watch import Watch
from tests.core.evaluation.language import conditions
from tests.core.evaluation.stories import ZONES, profile_of_story, rules_of, ruleset_of, story
from tests.core.long_run import law

Plain = dict[str, Any]

DAY = 86400
AWAY = (1, 59, 60, 1799, 1800, 3599, 3600, 7200, DAY - 1, DAY, 7 * DAY, 21 * DAY, 31 * DAY, 400 * DAY)

BASE: Plain = {"regulars": {"when": {"visits": {"at_least": "3"}}}}
SEGMENTS = st.lists(conditions(tuple(BASE)), min_size=3, max_size=8).map(
    lambda several: {**BASE, **{f"s{number}": {"when": one} for number, one in enumerate(several)}}
)
RULES = st.builds(rules_of, st.sampled_from(ZONES), st.sampled_from(["monday", "sunday"]), SEGMENTS)


def watching(rules: Plain) -> Ruleset:
    """The rules, each of their segments watched, also those that may not be: what they ask of a request is unknown."""
    ruleset = ruleset_of(rules)
    return replace(ruleset, segments={name: replace(one, watch=True) for name, one in ruleset.segments.items()})


def holds_until_due(watch: Watch, profile: Profile, at: float, dice: Random) -> float:
    """Look at some seconds before it is due, and at the last of them; gives when it is due."""
    profile, effects = watch.judged(profile, at)
    due = effects.due
    assert due is not None
    last = due - 1 if due else at + 800 * DAY
    looks = [at + dice.random() * (last - at) for _ in range(6)] + [at + ago for ago in AWAY]
    for moment in sorted([one for one in looks if at < one <= last] + [last] * (last > at)):
        later, told = watch.judged(profile, moment)
        assert told.events == ()
        assert later.watched == profile.watched
    return due


@law(120)
@given(RULES, st.integers(0, 2**32), st.integers(0, 30))
def test_nothing_changes_before_it_is_due(rules: Plain, seed: int, length: int) -> None:
    dice, ruleset = Random(seed), watching(rules)
    told = story(dice, length)
    profile, watch = profile_of_story(Corridor(ruleset), told), Watch(ruleset)
    at = max(one["at"] for one in told["past"])
    for _ in range(4):
        if not (at := holds_until_due(watch, profile, at, dice)):
            break


@law(40)
@given(RULES, st.integers(0, 2**32), st.integers(30, 90))
def test_nor_where_much_is_only_counted(rules: Plain, seed: int, length: int) -> None:
    dice, ruleset = Random(seed), watching(rules)
    told = story(dice, length)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recents, "MOST_MOMENTS", 12)
        patch.setattr(ledger, "MOST_DAYS", 9)
        profile, watch = profile_of_story(Corridor(ruleset), told), Watch(ruleset)
        at = max(one["at"] for one in told["past"]) + dice.choice(AWAY)
        for _ in range(4):
            if not (at := holds_until_due(watch, profile, at, dice)):
                break


@law(60)
@given(RULES)
def test_a_fingerprint_is_of_what_is_asked_and_not_of_how_it_is_written(rules: Plain) -> None:
    ruleset, again = watching(rules), watching(json.loads(json.dumps(rules)))
    names = list(ruleset.segments)
    turned = replace(again, segments={name: again.segments[name] for name in reversed(names)})
    assert Watch(ruleset).marks() == Watch(turned).marks()


def test_a_label_that_falls_with_time_is_due_to_the_second() -> None:
    ruleset = watching(
        {"segments": {one: {"when": {"lifecycle": one}} for one in ("new", "active", "at-risk", "churned")}}
    )
    corridor, watch = Corridor(ruleset), Watch(ruleset)
    at, profile = 1_790_000_000.0, Profile(seed=1)
    for _ in range(5):
        at += 3 * DAY
        profile, _ = corridor.advance(profile, Hit(at=at, url="/", kind=HitKind.VIEW), Signals(at=at))
    profile, effects = watch.judged(profile, at)
    entered: list[Any] = []
    while (due := effects.due or 0.0) and len(entered) < 20:
        same, _ = watch.judged(profile, due - 1)
        assert same.watched == profile.watched
        profile, effects = watch.judged(profile, due)
        entered += [one.properties["segment"] for one in effects.events if one.name == SEGMENT_ENTERED]
    assert entered == ["active", "at-risk", "churned"]


def test_a_lifecycle_that_is_learned_anew_tells_nothing() -> None:
    ruleset = watching({"segments": {"gone": {"when": {"lifecycle": "churned"}}, "reader": {"when": {"viewed": "/x"}}}})
    watch, learned = Watch(ruleset), Priors(lifecycle=LifecycleTable(leave=90.0, version="t2"))
    profile, _ = watch.judged(
        Profile(seed=1, first_seen=1, last_seen=1, visits=1, visit=Visit(1, 1, 1, 1, Touch(1))), 90.0
    )
    later, effects = watch.judged(profile, 70.0 * DAY, priors=learned)
    assert effects.events == ()
    assert watch.knows(later, learned)
    assert not watch.knows(later)
    assert watch.marks()["reader"] == watch.marks(learned)["reader"]
