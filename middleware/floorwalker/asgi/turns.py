"""Turns: where, among what an app says in one request, the visitor becomes somebody else."""

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.events import IDENTIFIED, Event
from floorwalker.core.happening import USER_ID
from floorwalker.core.hit import Hit
from floorwalker.core.memory.persons import identified, user_kept
from floorwalker.core.memory.profile import Profile


class Turn(Struct, frozen=True):
    """An `identify` of somebody other than who was here. at: how many events of this request came before.

    joins: who was here was nobody yet, so that their history becomes the person's; else what comes is the other's.
    """

    at: int
    event: Event
    joins: bool

    @property
    def user(self) -> str:
        """The site's own id of the person."""
        return user_of(self.event)


def user_of(event: Event) -> str:
    """Whom an event identifies; empty where it only tells traits."""
    return str(event.properties.get(USER_ID, ""))


def is_known_as(profile: Profile, user: str) -> bool:
    """Whether this is that person's profile already."""
    return profile.user == user_kept(user)


def tells_nothing_new(profile: Profile, event: Event) -> bool:
    """Whether everything that the event says of this person is known: apps say it on every page."""
    return identified(profile, event) == profile


def unnamed(hit: Hit) -> Hit:
    """The request without what the app said of who it is."""
    return replace(hit, events=tuple([event for event in hit.events if event.name != IDENTIFIED]))
