"""Whoever asks for their own page: the visitor of the cookie, and never another; and what the page tells them."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from enum import Enum, auto
from typing import Any, Final

from floorwalker.asgi.cookie import Identity
from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.keeping.budget import Budget
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.setup import Setup
from floorwalker.core.consent import Category, Permission
from floorwalker.core.evaluation.moment import zone_of
from floorwalker.core.events import Event
from floorwalker.core.hit import HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.portrait import portrait
from floorwalker.me.export import plainly
from floorwalker.me.facts import known_of
from floorwalker.me.pages import Choice, Own, State
from floorwalker.me.reasons import groups_of, places_of
from floorwalker.me.traits import trait_rows
from floorwalker.store import Loaded, Outcome

PATIENCE_S: Final = 2.0  # no page of the app's waits for this


class Erased(Enum):
    """What became of an erasure: it stands, it waits for a store that is away, or too many wait already."""

    GONE = auto()
    SOON = auto()
    REFUSED = auto()


class OwnVisitor(Encounter):
    """They only look: nothing is counted by it, and nobody begins by it. Nothing here is to be asked before `meet`.

    What is kept of them they may see whatever they allow: somebody who is asked anew has a past that is used no more.
    """

    def __init__(self, setup: Setup, keeper: Keeper, request: Request) -> None:
        super().__init__(setup, keeper, request)
        self._budget = Budget(PATIENCE_S)
        self._corrected: Profile | None = None

    async def meet(self) -> None:
        """Load what is kept of them, as far as it comes in time."""
        self.begin()
        self.became(HitKind.FRAGMENT, 200, is_page=False)
        await self.walk()

    @property
    def identity(self) -> Identity:
        """Whom the cookie names, with permission and without; else somebody new."""
        if self._identity is None:
            self._identity = self._brought() or self._setup.cookie.new(self.request.at)
        return self._identity

    @property
    def loaded(self) -> Loaded | None:
        """What is kept of them; None where nothing is, or it cannot be looked at."""
        return self._base if self._base is not None and self._base.profile is not None else None

    @property
    def profile(self) -> Profile | None:
        """The same, with what they corrected."""
        return self._corrected or (self.loaded.profile if self.loaded is not None else None)

    @property
    def is_away(self) -> bool:
        """Whether something may be kept of them that cannot be looked at now."""
        return self.identity.confirmed and self._base is None

    @property
    def state(self) -> State:
        if self.profile is not None:
            return State.KNOWN
        return State.AWAY if self.is_away else State.NOBODY

    async def correct(self, events: Sequence[Event]) -> bool:
        """Add what is true of them now; whether it stands by now."""
        walk = await self.walk()
        for event in events:
            walk.say(event)
        self._corrected = walk.profile
        commit = self._commit(walk, {})
        if commit is None:
            return True
        await self._keeper.committed(commit, self._budget)
        return commit.done()

    async def erase(self) -> Erased:
        """All that is kept of them goes."""
        erased = self._keeper.erase(self.identity.visitor)
        await self._keeper.committed(erased, self._budget)
        if not erased.done():
            return Erased.SOON
        gone = erased.exception() is None and erased.result().outcome is Outcome.STORED
        return Erased.GONE if gone else Erased.REFUSED

    async def own(self, *, page: str, prefix: str, own_traits: Sequence[str]) -> Own:
        """What their page tells. page: whose slots are told, empty for none. own_traits: that may be changed here."""
        walk, state = await self.walk(), self.state
        own = Own(state=state, choice=_choice_of(self.permission), prefix=prefix)
        if state is State.AWAY or walk.is_robot:
            return own
        ruleset, profile = self._rulebook.ruleset, self.profile
        own.groups = groups_of(walk.decisions, ruleset)
        if page:
            own.page, own.places = page, places_of(walk.decisions)
        if profile is not None:
            own.known = known_of(
                self.drawn(profile), profile, at=self.request.at, zone=self._zone(walk.signals.timezone)
            )
            own.traits = trait_rows(profile, own_traits if self.permission.stores else ())
        return own

    def allowed(self) -> dict[str, Any]:
        """What they allow, as plain values; `kept` is what is noted of it with the rest."""
        permission, kept = self.permission, self.profile.consent if self.profile is not None else None
        return {
            "granted": sorted(permission.granted),
            "undecided": permission.undecided,
            "refused": permission.refused,
            "kept": plainly(kept),
        }

    def drawn(self, profile: Profile) -> dict[str, Any]:
        """Their portrait, whatever of it may be used for pages: who may see it is asked by nobody but them."""
        return portrait(self._rulebook.corridor, profile, at=self.request.at, visitor=self.identity.visitor)

    def _led_to(self, base: Loaded) -> Loaded | None:  # noqa: ARG002 - it is not theirs to see
        """Of whoever comes with a cookie from before somebody's login nothing is told, and nothing of theirs goes."""
        self._identity = self._setup.cookie.new(self.request.at)
        return None

    def _heed(self, visitor: str, profile: Profile | None) -> None:
        """Looking erases nothing; the next page does, if that follows from what they allow."""

    def _zone(self, theirs: str | None) -> tzinfo:
        return (zone_of(theirs) if theirs else None) or zone_of(self._rulebook.ruleset.site.timezone) or UTC


def _choice_of(permission: Permission) -> Choice:
    granted = permission.granted
    return Choice(
        analytics=Category.ANALYTICS in granted,
        personalization=Category.PERSONALIZATION in granted,
        tests=Category.TESTS in granted,
        undecided=permission.undecided,
        refused=permission.refused,
        told_by_browser=permission.refused and permission.choice is None,
    )
