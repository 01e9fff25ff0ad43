"""What a step leaves outside the profile: events for the stream, facts for the counters, when to look again."""

from msgspec import Struct

from floorwalker.core.events import Event


class Count(Struct, frozen=True, gc=False):
    """One counter moves. `day`: YYYY-MM-DD, UTC, of the fact itself; `field`: parts joined by a unit separator."""

    day: str
    field: str
    by: int = 1


class Mark(Struct, frozen=True, gc=False):
    """By what a visitor can be found: a trait and its value as texts. gone: it is theirs no more."""

    trait: str
    value: str
    gone: bool = False


class Effects(Struct, frozen=True, gc=False):
    """Computed anew from the base at every attempt; committed with the profile, all or nothing.

    due: when watched segments may change by time alone, seconds since 1970; 0 is never, None says nothing. marks: what
    changes in the index by which visitors are found.
    """

    events: tuple[Event, ...] = ()
    counts: tuple[Count, ...] = ()
    due: float | None = None
    marks: tuple[Mark, ...] = ()

    def then(self, later: "Effects") -> "Effects":
        """These effects followed by `later`'s."""
        if self is NOTHING or later is NOTHING:
            return later if self is NOTHING else self
        due = self.due if later.due is None else later.due
        return Effects(self.events + later.events, self.counts + later.counts, due, self.marks + later.marks)


NOTHING = Effects()
