"""What is found of a word is found once, and is what each request would be answered for itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.conditions.matchers import AnyOf, Exists, Text
from floorwalker.core.conditions.model import UNASKED, Field
from floorwalker.core.conditions.model import Test as Asked
from floorwalker.core.deciding.classify import classify
from floorwalker.core.evaluation.evaluate import explain
from floorwalker.core.evaluation.known_words import found_once, word
from floorwalker.core.ruleset import Ruleset, Segment
from floorwalker.core.signals import Device, Place, Signals
from tests.core.visitors import AT, moment_of, signals_of

NAMES = [None, "", "mobile", "Mobile", "Mobile Safari", "Mac OS X", "Ubuntu", "SE", "\ud800", "4g"]
WORD = st.sampled_from(NAMES)
SIGNALS = st.builds(
    lambda device, os, browser, connection, place: signals_of(
        device=Device(type=device, os=os, browser=browser), connection=connection, place=place
    ),
    *[WORD] * 4,
    st.none() | st.builds(lambda continent, country: Place(continent=continent, country=country), WORD, WORD),
)
ASKED = [
    Asked(name, (Field(field, matcher),))
    for name, field in [
        ("device", "type"),
        ("os", "name"),
        ("browser", "name"),
        ("connection", "is"),
        ("continent", "is"),
        ("country", "is"),
    ]
    for matcher in (
        AnyOf(frozenset({"mobile", "safari", "macos", "linux", "se", "4g"})),
        AnyOf(frozenset({"?"}), ("m*",)),
        Text("ends_with", ("i", "x", "e")),
        Exists(False),
    )
]
RULES = Ruleset(segments={f"s{n}": Segment(f"s{n}", when=when) for n, when in enumerate(ASKED)})


@given(st.lists(SIGNALS, min_size=1, max_size=4))
def test_whoever_was_answered_before_the_answer_is_that_of_this_request(seen: list[Signals]) -> None:
    for signals in seen:
        why = {f"s{n}": explain(when, moment_of(RULES, None, signals)).holds for n, when in enumerate(ASKED)}
        asked = moment_of(RULES, None, signals)
        assert {name: asked.member(name) for name in why} == why
        assert classify(RULES, None, signals, AT) == {name for name, holds in why.items() if holds}


def test_a_word_is_asked_once_and_only_so_many_are_kept() -> None:
    asked: list[str | None] = []

    def find(moment: Any) -> str | None:
        asked.append(moment.signals.device.type)
        return moment.signals.device.type

    said = word(Asked("device", ()), Field("type", Exists(True)))
    assert said is not None
    find_once = found_once(said, find)
    told = [moment_of(Ruleset(), None, signals_of(device=Device(type=str(n)))) for n in range(100)]
    assert [find_once(one) for one in told * 2] == [str(n) for n in range(100)] * 2
    assert asked == [*map(str, range(100)), *map(str, range(64, 100))]


@pytest.mark.parametrize(
    ("test", "field"),
    [
        (Asked("device", (), touch=UNASKED), Field("type", Exists(True))),
        (Asked("browser", ()), Field("version", Exists(True))),
        (Asked("query", ()), Field("is", Exists(True), key="name")),
    ],
    ids=["not known of whom", "a version", "whatever a stranger writes"],
)
def test_what_is_not_one_of_a_few_words_is_asked_each_time(test: Asked, field: Field) -> None:
    assert word(test, field) is None
