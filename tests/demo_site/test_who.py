"""The panel's words: why a place shows what it shows, and what was found."""

from typing import Any

import pytest

from demo_site.play import Play
from demo_site.who import SlotView, describe, found
from floorwalker import Profile, Signals


def slot(*of: dict[str, Any], reason: str = "entry", promotion: str | None = None) -> SlotView:
    why = {"condition": "hero: entry", "observed": "b", "holds": True, "of": list(of)}
    explained = {"block": "b", "arm": "treatment", "reason": reason, "promotion": promotion, "why": why}
    who = describe(
        explanation={"segments": {}, "slots": {"hero": explained}},
        profile=Profile(seed=0),
        portrait={},
        signals=Signals(at=0.0),
        play=Play(),
        page="/lenses?sort=price",
    )
    return who.slots[0]


def node(condition: str, observed: Any = None, *of: dict[str, Any], holds: bool = True) -> dict[str, Any]:
    return {"condition": condition, "observed": observed, "holds": holds, "of": list(of)}


BEST = node("choose: best", "b has the highest score of those that fit: b 40, c 25")
LOT = node("choose: weighted", "the lot fell on b; shares of those that fit: b 50 %, c 50 %")
ALONE = node("choose: weighted", "only b fits")


@pytest.mark.parametrize(
    ("shown", "because"),
    [
        (slot(node("hero[1] b")), "The first entry that fits you."),
        (slot(BEST, node("hero[1] b")), "b has the highest score of those that fit: b 40, c 25."),
        (
            slot(node("hero[1] a", None, BEST, holds=False), node("hero[2] test", None, LOT, node("hero[2][1] b"))),
            "The lot fell on b; shares of those that fit: b 50 %, c 50 %.",
        ),
        (slot(BEST, node("hero[1] test", None, ALONE)), "Only b fits."),
        (
            slot(node("promotion sale[1] b"), promotion="sale"),
            "The promotion sale comes first while it runs, and an entry of it fits you.",
        ),
        (
            slot(reason="control", promotion="sale"),
            "An entry fits you, but you are in the control group of the promotion sale, for the comparison.",
        ),
        (slot(reason="control"), "An entry fits you, but you are in the control group, for the comparison."),
        (slot(reason="other page"), "This place is not on this page."),
    ],
)
def test_a_place_says_how_its_block_was_chosen(shown: SlotView, because: str) -> None:
    assert shown.because == because


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        (None, ""),
        ([], ""),
        (["tripod-seeker", "thrifty"], "tripod-seeker, thrifty"),
        (0, "0"),
        (False, "no"),
        (True, "yes"),
        ({"stock": 3, "colour": "red"}, "stock: 3, colour: red"),
        ("20 points", "20 points"),
    ],
)
def test_what_was_found_is_told_in_words(observed: Any, words: str) -> None:
    assert found(observed) == words
