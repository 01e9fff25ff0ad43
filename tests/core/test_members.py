"""Segments that somebody is put into, or taken out of, to try the rules out."""

import pytest

from floorwalker.core.conditions.model import InSegment
from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.deciding.decide import decide
from floorwalker.core.evaluation.evaluate import moment_at
from floorwalker.core.ruleset import Content, Entry, Ruleset, Segment, Slot
from floorwalker.core.signals import Signals

RULES = Ruleset(
    segments={
        "bargains": Segment("bargains"),
        "bargains-too": Segment("bargains-too", when=InSegment(("bargains",))),
    },
    slots={
        "hero": Slot("hero", show=(Entry(to=("bargains-too",), content=Content("text", "sale", "Sale")),)),
    },
)
NOBODY = Signals(at=0.0)


def test_nobody_is_in_a_segment_without_conditions() -> None:
    assert decide(RULES, None, NOBODY, 0.0).segments == frozenset()


def test_whoever_is_put_into_a_segment_is_in_those_that_ask_for_it_too() -> None:
    page = decide(RULES, None, NOBODY, 0.0, members={"bargains": True})
    assert page.segments == {"bargains", "bargains-too"}
    assert page["hero"].block == "sale"


@pytest.mark.parametrize("members", [{"bargains": True, "bargains-too": False}, {"bargains-too": False}])
def test_whoever_is_taken_out_of_a_segment_is_not_in_it(members: dict[str, bool]) -> None:
    page = decide(RULES, None, NOBODY, 0.0, members=members)
    assert "bargains-too" not in page.segments
    assert page["hero"].content.kind == "default"


def test_what_is_given_is_left_as_it_is() -> None:
    members = {"bargains": True}
    segments_at(moment_at(RULES, None, NOBODY, 0.0, members=members))
    assert members == {"bargains": True}
