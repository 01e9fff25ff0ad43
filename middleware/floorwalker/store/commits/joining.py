"""What two histories are together: the pure part of a join."""

from typing import Protocol

from msgspec import DecodeError
from msgspec.structs import replace

from floorwalker.core.calendar import Calendar
from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import MERGED, Event
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.persons import marks
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.merging.belongings import of_the_same_person
from floorwalker.core.merging.merge import merge
from floorwalker.core.ruleset import Site
from floorwalker.store.records.codec import decode_event
from floorwalker.store.records.found import Loaded
from floorwalker.store.records.keyring import Keyring, Purpose
from floorwalker.store.records.record import Body, Pending


class Joining(Protocol):
    """Makes two histories one and folds the event in that says so; is_told: it is folded in already."""

    def __call__(
        self, person: Profile | None, anonymous: Profile, identified: Event, *, is_told: bool = False
    ) -> tuple[Profile, Effects]: ...


def join_plainly(
    person: Profile | None, anonymous: Profile, identified: Event, *, is_told: bool = False
) -> tuple[Profile, Effects]:
    """Both as one, and the event folded in: by a calendar in UTC, and without any rules."""
    site = Site()
    terms = Terms(Calendar(site), site)
    profile, effects = merge(person, of_the_same_person(anonymous, identified), terms)
    if not is_told:
        profile, more = fold(profile, identified, terms)
        effects = effects.then(more)
    return profile, effects.then(Effects(marks=marks(person, profile)))


def arrived(
    frozen: Loaded, person: Profile | None, joining: Joining, keyring: Keyring, *, is_told: bool = False
) -> tuple[Profile, Effects, str]:
    """The person once a frozen history has come in, what that leaves, and the event's id where it has one.

    What still waited in the frozen record is released. is_told: the event was committed before, so the histories alone
    become one. Raises what `joining` raises, or ValueError where the record does not hold what it should.
    """
    if frozen.record is None or frozen.profile is None:
        raise ValueError("nothing here can move")
    if frozen.locked:
        raise ValueError("no data key opens what is to move")
    body = frozen.record.body
    try:
        identified = decode_event(_unsealed(body, keyring))
        waited = _released(body.pending or Pending())
    except DecodeError as error:
        raise ValueError("an event in the record cannot be read") from error
    merged = Effects((Event(MERGED, identified.at, {"from": body.pseudonym.hex()}),))
    profile, effects = joining(person, frozen.profile, identified, is_told=is_told)
    return profile, waited.then(merged).then(effects), "" if is_told else identified.id


class EventAlone:
    """The step of an event with which no history comes. seed: of a person who is made anew.

    anonymous: who was to join by it. left: the same as an entry of the person's side list, where a newer release is to
    let the history come in.
    """

    __slots__ = ("_joining", "_seed", "anonymous", "identified", "left")

    def __init__(self, joining: Joining, identified: Event, seed: int, *, anonymous: str) -> None:
        self._joining = joining
        self._seed = seed
        self.identified = identified
        self.anonymous = anonymous
        self.left = b""

    def __call__(self, person: Profile | None) -> tuple[Profile, Effects]:
        return self._joining(person, Profile(seed=self._seed), self.identified)

    def name(self, id: str) -> None:
        """Give the event an id by which it counts once, where it has none."""
        if not self.identified.id:
            self.identified = replace(self.identified, id=id)


def _unsealed(body: Body, keyring: Keyring) -> bytes:
    """The event that moves a record. Raises ValueError where no data key opens it."""
    opened = keyring.show(body.identified, Purpose.MOVE, body.visitor)
    if opened is None:
        raise ValueError("no data key opens the event in the record")
    return opened


def _released(waited: Pending) -> Effects:
    """What an unconfirmed visitor's record held back; by what they are found follows from the two profiles."""
    return Effects(
        tuple(decode_event(event) for event in waited.events),
        tuple(Count(day, field, by) for day, field, by in waited.counts),
    )
