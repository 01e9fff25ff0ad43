"""Steps for tests: each counts one visit, one event and one counter."""

from msgspec.structs import replace

from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Step

DAY = "2026-11-22"
FIELD = "hero\x1ftreatment"
EFFECTS = Effects((Event("Page Viewed", 1.0),), (Count(DAY, FIELD),))


def view(profile: Profile | None) -> tuple[Profile, Effects]:
    """One more visit."""
    profile = profile or Profile(seed=7)
    return replace(profile, visits=profile.visits + 1), EFFECTS


def named(name: str) -> Step:
    """The same, its event by another name, and the name kept in the profile's exit page."""

    def step(profile: Profile | None) -> tuple[Profile, Effects]:
        profile, _ = view(profile)
        effects = Effects((Event(name, 1.0),), (Count(DAY, FIELD),))
        return replace(profile, exit_page=profile.exit_page + name), effects

    return step


class Telling:
    """The same as `named`, and it can tell what it is made of."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, profile: Profile | None) -> tuple[Profile, Effects]:
        return named(self.name)(profile)

    def raw(self) -> bytes:
        return self.name.encode()


def resumed(raw: bytes) -> Telling:
    """The step that told this."""
    return Telling(raw.decode())
