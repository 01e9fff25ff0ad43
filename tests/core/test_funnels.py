"""Where somebody stands in each funnel, for those who look at a person."""

from floorwalker.core.advance import Corridor
from floorwalker.core.events import Event
from floorwalker.core.funnels import Position, positions
from floorwalker.core.happening import event_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import read

AT = 1_772_000_000.0
STEPS = ("viewed: /cart", "viewed: /checkout", "did: Order Completed")


def rules(text: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, [str(problem) for problem in problems]
    return ruleset


SHOP = rules(
    """
pages: [{path: /cart, type: checkout}, {path: /checkout, type: checkout}]
funnels:
  purchase: [{viewed: /cart}, {viewed: /checkout}, {did: Order Completed}]
  reading: [{viewed: /a}, {viewed: /b}]
"""
)


def lived(*urls: str) -> Profile:
    """Addresses, or names of events, a minute apart."""
    corridor, profile = Corridor(SHOP), Profile(seed=1)
    for number, url in enumerate(urls):
        at = AT + 60 * number
        events: tuple[Event, ...] = () if url.startswith("/") else (event_of(url, {}, at=at),)
        kind = HitKind.EVENTS if events else HitKind.VIEW
        profile, _ = corridor.advance(profile, Hit(at=at, url="/" if events else url, kind=kind, events=events))
    return profile


def test_nobody_stands_anywhere_at_first() -> None:
    found = positions(SHOP, Profile(seed=1), AT)
    assert list(found) == ["purchase", "reading"]
    assert (found["purchase"].reached, found["purchase"].stuck_at, found["purchase"].at) == (0, "", None)


def test_the_furthest_step_is_where_they_are_stuck() -> None:
    found = positions(SHOP, lived("/cart", "/checkout", "/other"), AT + 900)["purchase"]
    assert (found.reached, found.at, found.complete, found.is_through) == (2, AT + 60, True, False)
    assert found.steps == STEPS
    assert found.furthest == found.stuck_at == "viewed: /checkout"


def test_who_came_through_is_stuck_nowhere() -> None:
    found = positions(SHOP, lived("/cart", "/checkout", "Completed Order"), AT + 900)["purchase"]
    assert found == Position(STEPS, 3, AT + 120)
    assert (found.is_through, found.stuck_at, found.furthest) == (True, "", "did: Order Completed")


def test_rules_without_funnels_ask_nothing() -> None:
    assert positions(Ruleset(), lived("/cart"), AT) == {}
