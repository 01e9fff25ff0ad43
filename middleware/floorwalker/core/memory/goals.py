"""Goals: what counts as success, made ready once per rules, and which of them an event reaches."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from floorwalker.core.bounds import MOST_PROPERTIES, NAME_BYTES, scalars, short
from floorwalker.core.conditions.asking import event_holds, page_holds
from floorwalker.core.conditions.matchers import AnyOf, Range, fold_text
from floorwalker.core.conditions.model import Behaviour, Condition, Field
from floorwalker.core.events import PAGE_VIEWED, Event, Page
from floorwalker.core.ruleset import Ruleset

_ONCE = Range(low=1)
_NO_PAGE = Page()


class Aim(Struct, frozen=True):
    """A goal. value: the property that says what it was worth; empty for none. within: seconds from the first exposure.

    what: the fields of the one behaviour that it is, else empty, and `when` is asked as a whole.
    """

    name: str
    value: str
    within: float
    when: Condition
    what: tuple[Field, ...] = ()


class Goals(Struct, frozen=True):
    """All goals of the rules. viewed: one page view reaches them; done: one event, by its folded name, and open: one
    whose name they do not say as such; held: any other condition. of_slot: which goals a slot is credited for; all,
    where it is not here. all: every goal."""

    viewed: tuple[Aim, ...] = ()
    done: Mapping[str, tuple[Aim, ...]] = {}
    open: tuple[Aim, ...] = ()
    held: tuple[Aim, ...] = ()
    of_slot: Mapping[str, frozenset[str]] = {}
    all: tuple[Aim, ...] = ()

    def credits(self, slot: str, goal: str) -> bool:
        """Whether a comparison in that slot, empty for one across slots, is credited for the goal."""
        named = self.of_slot.get(slot)
        return named is None or goal in named

    def reached_by(self, event: Event) -> list[Aim]:
        """The goals that one event reaches by itself, as the condition would match it once it is remembered."""
        found = [] if event.name != PAGE_VIEWED else self._viewed(event.page or _NO_PAGE)
        if not self.done and not self.open:
            return found
        name = short(event.name, NAME_BYTES)
        asked = (*self.done.get(fold_text(name), ()), *self.open)
        if not asked:
            return found
        properties = scalars(event.properties, most=MOST_PROPERTIES)
        return found + [aim for aim in asked if event_holds(aim.what, name, properties)]

    def _viewed(self, page: Page) -> list[Aim]:
        return [aim for aim in self.viewed if page_holds(aim.what, page)]


NO_GOALS = Goals()


def goals_of(ruleset: Ruleset) -> Goals:
    """The goals of these rules, ready to be asked."""
    if not ruleset.goals:
        return NO_GOALS
    viewed, open_, held, every = list[Aim](), list[Aim](), list[Aim](), list[Aim]()
    done: dict[str, tuple[Aim, ...]] = {}
    for goal in ruleset.goals.values():
        what = _one_behaviour(goal.when)
        aim = Aim(short(goal.name, NAME_BYTES), goal.value, goal.within, goal.when, what or ())
        every.append(aim)
        if what is None:
            held.append(aim)
        elif isinstance(goal.when, Behaviour) and goal.when.name == "viewed":
            viewed.append(aim)
        elif (names := _names(what)) is None:
            open_.append(aim)
        else:
            done |= {name: (*done.get(name, ()), aim) for name in names}
    return Goals(tuple(viewed), done, tuple(open_), tuple(held), _of_slots(ruleset), tuple(every))


def _one_behaviour(when: Condition) -> tuple[Field, ...] | None:
    """What is done or viewed, where one time is all that is asked, and the event at hand is always in the window."""
    if not isinstance(when, Behaviour) or when.name not in ("did", "viewed"):
        return None
    asks_more = when.share is not None or when.total is not None or when.ago is not None
    if asks_more or when.count not in (None, _ONCE) or when.window.kind == "visit":
        return None
    return when.what


def _names(what: Iterable[Field]) -> frozenset[str] | None:
    """The names of events, folded, one of which it must be; None where a pattern or an operator says which."""
    for field in what:
        if field.name == "event" and isinstance(field.matcher, AnyOf) and not field.matcher.patterns:
            return field.matcher.exact
    return None


def _of_slots(ruleset: Ruleset) -> dict[str, frozenset[str]]:
    """The goals of each slot that has one of its own, guardrails included."""
    guards = ruleset.site.guardrails
    return {
        short(name, NAME_BYTES): frozenset(short(goal, NAME_BYTES) for goal in (slot.goal, *slot.guardrails, *guards))
        for name, slot in ruleset.slots.items()
        if slot.goal
    }
