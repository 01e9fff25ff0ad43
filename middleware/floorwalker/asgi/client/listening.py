"""Whoever a page tells of: each event is a step of its own, which counts once however often it is sent."""

from collections.abc import Mapping

from floorwalker.asgi.client.page import Shown, outcomes_of, shown_slots
from floorwalker.asgi.client.told import Happening, Kind, Told
from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.http.types import RawHeaders
from floorwalker.asgi.keeping.keeper import Commit
from floorwalker.asgi.walk import Walk
from floorwalker.core.decision import Arm
from floorwalker.core.deed import Unless
from floorwalker.core.hit import HitKind
from floorwalker.core.steps import DeedStep
from floorwalker.html.weave import Outcome
from floorwalker.store import Outcome as Stored


class Listening(Encounter):
    """One body of a page's events."""

    async def hears(self, told: Told) -> bool:
        """Whether it is about somebody of whom anything may be stored. Others' pages begin nobody."""
        walk = await self.walk()
        path_has_page = not self._setup.is_known_as_other(self.request.path)
        known = self.identity.confirmed or (told.begins and path_has_page)
        self._is_kept = known and not walk.is_robot and self.permission.stores
        return self._is_kept

    async def hear(self, told: Told) -> bool:
        """Store everything in order; whether it stands. What does not in time waits for the store, if there is room."""
        walk = await self.walk()
        for one in told.happenings:
            step = _step_of(walk, one)
            if step is not None:
                visitor, confirmed = self.identity.visitor, self.identity.confirmed
                commit = self._keeper.commit(visitor, self._base, step, confirmed=confirmed, message=one.id)
                self._noted(commit)
                if one.is_view and confirmed and self.permission.counts:
                    topics = self.rulebook.corridor.topics(walk.signals.page)
                    self._keeper.population.count(topics, commit)
        for commit in self._commits:
            await self._keeper.committed(commit, self._budget)
        if not all(map(_stands, self._commits)):
            return False
        if self._commits:
            self._arrived_at(walk, self._commits[-1])
        return True

    def turn_away(self, steps: int) -> None:
        """It tells too much, and is not stored."""
        self._keeper.turn_away(steps)

    async def changed(self, told: Told) -> dict[str, Shown]:
        """What the page's live slots show now, where that is something else than what it has."""
        walk = await self.walk()
        decided = shown_slots(walk, list(told.live), self.rulebook)
        gone = Shown(None, "", Arm.TREATMENT.value, Outcome.KEPT)
        return {
            slot: shown
            for slot, had in told.live.items()
            if (shown := decided.get(slot, gone)).block != had and slot in self.rulebook.ruleset.slots
        }

    def show(self, slots: Mapping[str, Shown]) -> None:
        """The page has these slots now."""
        self.finish(outcomes_of(slots))

    def naming(self) -> RawHeaders:
        """The cookie, where it is due."""
        cookie = self._due_cookie(self.identity)
        return [] if cookie is None else [(b"set-cookie", cookie)]

    def _arrived_at(self, walk: Walk, commit: Commit) -> None:
        """What is remembered by now; whom it is named after stays."""
        loaded = None if commit.exception() is not None else commit.result().loaded
        if loaded is not None and not loaded.erased:
            self._base = loaded
            walk.arrived(loaded.visitor, loaded.profile)


def _stands(commit: Commit) -> bool:
    """Whether nothing is left to be stored: of whoever was erased nothing is."""
    if not commit.done() or commit.exception() is not None:
        return False
    return commit.result().outcome in (Stored.STORED, Stored.KNOWN, Stored.ERASED, Stored.DEFERRED)


def _step_of(walk: Walk, one: Happening) -> DeedStep | None:
    match one.kind:
        case Kind.PAGE:
            walk.became(HitKind.VIEW, 200)
            return walk.take({}, unless=Unless.JUST_SEEN if one.may_be_known else Unless.NOBODYS)
        case Kind.ACTIVATION:
            walk.became(HitKind.VIEW, 200)
            return walk.take(_seen(walk, one.shown))
        case Kind.TRAITS:
            assert one.event is not None  # as it is read
            walk.say(one.event)
            return walk.take({}, unless=Unless.KNOWN)
        case _:
            assert one.event is not None
            walk.say(one.event)
            return walk.take({})


def _seen(walk: Walk, shown: Mapping[str, str]) -> dict[str, Outcome]:
    """What became of the slots of a page that was made ahead of time: where the rules still decide as they did then.

    Nothing else is believed: what a page claims to have shown counts only if it is what this visitor gets.
    """
    found = {}
    for slot, block in shown.items():
        decision = walk.decision(slot)
        if decision is None:
            continue
        if decision.changes_page and decision.block == block:
            found[slot] = Outcome.CHANGED
        elif not decision.changes_page and not block:
            found[slot] = Outcome.KEPT
    return found
