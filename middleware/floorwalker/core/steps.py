"""Steps: what a visitor did, as a function of what is remembered of them, and as a value that can be kept."""

from collections.abc import Callable, Collection, Sequence

from floorwalker.core.advance import Corridor
from floorwalker.core.allowance import allowed
from floorwalker.core.consent import EVERYTHING_PERMITTED, Permission
from floorwalker.core.deed import Deed, Unless, check_schema, decode_deed, encode_deed
from floorwalker.core.effects import Effects
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.signals import Signals

Segments = Callable[[], Collection[str]]


class DeedStep:
    """A step. deed: what it is made of, worked out only where it is asked.

    loaded: the base for which the work is done already; after: what comes of it there, None where that is not certain.
    """

    __slots__ = ("_after", "_corridor", "_deed", "_loaded", "_make")

    def __init__(
        self,
        corridor: Corridor,
        deed: Callable[[], Deed],
        loaded: Profile | None = None,
        after: tuple[Profile, Effects] | None = None,
    ) -> None:
        self._corridor = corridor
        self._make = deed
        self._deed: Deed | None = None
        self._loaded = loaded
        self._after = after

    def __call__(self, base: Profile | None) -> tuple[Profile, Effects]:
        if self._after is not None and base is self._loaded:  # as it most often is
            return self._after
        return self._corridor.redo(self.deed, base)

    @property
    def deed(self) -> Deed:
        """What the step is made of."""
        if self._deed is None:
            self._deed = self._make()
        return self._deed

    def raw(self) -> bytes:
        """The same as bytes, from which another process can make the step anew."""
        return encode_deed(self.deed, self._corridor.ruleset)


class KeptStep:
    """A step made of what it was kept as, by the rules that are in force when it runs. Raises RecordTooNew."""

    __slots__ = ("_corridor", "_raw")

    def __init__(self, raw: bytes, corridor: Callable[[], Corridor]) -> None:
        check_schema(raw)
        self._raw = raw
        self._corridor = corridor

    def __call__(self, base: Profile | None) -> tuple[Profile, Effects]:
        return self._corridor().redo(decode_deed(self._raw), base)

    def raw(self) -> bytes:
        """What it is made of."""
        return self._raw


def deed_of(
    hit: Hit,
    signals: Signals,
    visitor: str,
    shown: Sequence[Showing] = (),
    segments: Segments = tuple,
    unless: Unless = Unless.NOBODYS,
    permission: Permission = EVERYTHING_PERMITTED,
) -> Deed:
    """What one request of a visitor did, of whom so much is permitted."""
    return Deed(
        at=hit.at,
        judged_at=hit.at,
        kind=hit.kind,
        status=hit.status,
        signals=signals,
        events=hit.events,
        shown=tuple(shown),
        segments=tuple(segments()) if shown else (),
        seed=seed_of(visitor),
        unless=unless,
        permission=permission,
    )


def concluded(
    corridor: Corridor,
    before: Profile | None,
    after: tuple[Profile, Effects],
    shown: Sequence[Showing],
    at: float,
    segments: Segments,
    permission: Permission = EVERYTHING_PERMITTED,
) -> tuple[Profile, Effects]:
    """The end of a step: what was shown is remembered, then the step is concluded."""
    profile, effects = after
    if shown:
        profile, more = corridor.show(profile, shown, at=at, segments=segments)
        effects = effects.then(more)
    profile, effects = corridor.concluded(before, profile, effects, at)
    return profile, allowed(effects, permission.granted)
