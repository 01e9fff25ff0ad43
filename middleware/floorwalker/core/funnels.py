"""Funnels: how far somebody came in each, for those who look at a person rather than ask a rule."""

from collections.abc import Mapping
from math import inf

from msgspec import Struct

from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Funnel, Ruleset


class Position(Struct, frozen=True):
    """How far the latest pass through a funnel came.

    steps: the funnel's, as its rule writes them. reached: so many of them, 0 is none. at: when the latest of these
    was reached, seconds since 1970; None where none was, or that time is forgotten. complete: what is forgotten changes
    nothing; where it may, `reached` is the least there was.
    """

    steps: tuple[str, ...]
    reached: int = 0
    at: float | None = None
    complete: bool = True

    @property
    def furthest(self) -> str:
        """The furthest step that was reached; empty where none was."""
        return self.steps[self.reached - 1] if self.reached else ""

    @property
    def stuck_at(self) -> str:
        """The step after which they went no further; empty where they never began, or came through."""
        return self.furthest if self.reached < len(self.steps) else ""

    @property
    def is_through(self) -> bool:
        """Whether they reached the last step."""
        return self.reached == len(self.steps)


def positions(ruleset: Ruleset, profile: Profile, at: float) -> Mapping[str, Position]:
    """Where they stand in each funnel of the rules, by its name. at: now, seconds since 1970."""
    if not ruleset.funnels:
        return {}
    history = History(profile, at=at, site=ruleset.site)
    return {name: _position(funnel, history) for name, funnel in ruleset.funnels.items()}


def _position(funnel: Funnel, history: History) -> Position:
    steps = tuple([step.written or step.name for step in funnel.steps])
    passes = sorted(history.passes(funnel.steps), key=lambda one: len(one.reached))
    least = passes[0].reached
    at = least[-1] if least and least[-1] > -inf else None
    return Position(steps, len(least), at, len(least) == len(passes[-1].reached))
