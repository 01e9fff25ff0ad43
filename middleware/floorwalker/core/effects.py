"""What a step leaves outside the profile: events for the stream and facts for the counters."""

from msgspec import Struct

from floorwalker.core.events import Event


class Count(Struct, frozen=True, gc=False):
    """One counter moves. `day`: YYYY-MM-DD, UTC, of the fact itself; `field`: parts joined by a unit separator."""

    day: str
    field: str
    by: int = 1


class Effects(Struct, frozen=True, gc=False):
    """Computed anew from the base at every attempt; committed with the profile, all or nothing."""

    events: tuple[Event, ...] = ()
    counts: tuple[Count, ...] = ()

    def then(self, later: "Effects") -> "Effects":
        """These effects followed by `later`'s."""
        return Effects(self.events + later.events, self.counts + later.counts)


NOTHING = Effects()
