"""One visitor and one request: who they are, what is loaded, what is stored and when, within the time budget."""

import logging
from collections.abc import Mapping
from typing import Final

from floorwalker.asgi.acquaintance import Acquaintance
from floorwalker.asgi.cookie import Identity, is_due
from floorwalker.asgi.http.headers import all_of, with_cookie
from floorwalker.asgi.http.kinds import RequestKind
from floorwalker.asgi.http.types import RawHeaders
from floorwalker.asgi.insertion import marking, script_tag
from floorwalker.asgi.keeping.keeper import Commit
from floorwalker.asgi.meeting import Markup, Tail
from floorwalker.asgi.preview.policy import admits_script
from floorwalker.asgi.turns import Turn, is_known_as, user_of
from floorwalker.asgi.walk import Walk
from floorwalker.core.events import Event
from floorwalker.core.hit import HitKind
from floorwalker.core.steps import DeedStep
from floorwalker.html.markers import PageMemory
from floorwalker.html.weave import Outcome
from floorwalker.store import Loaded, Loading
from floorwalker.store import Outcome as Stored

logger = logging.getLogger(__name__)

_WHOLE = (HitKind.VIEW, HitKind.ERROR, HitKind.PREFETCH)
_NAVIGATIONS = (HitKind.VIEW, HitKind.ERROR, HitKind.REDIRECT)
_NOT_SERVED = {
    Outcome.TOO_LONG: "is longer than 64 KB",
    Outcome.UNCLOSED: "is not closed",
    Outcome.CUT_OFF: "is not closed",
}
_CHANGED: Final = Outcome.CHANGED  # an enum's attributes cost more than a name
_KEPT: Final = Outcome.KEPT
_NOTHING_HAPPENS = ("HEAD", "OPTIONS", "TRACE")
_SAFE = ("GET", *_NOTHING_HAPPENS)


class Encounter(Acquaintance):
    """All request state that concerns the visitor. Loading begins with `begin`, so that the app works meanwhile."""

    walk_kind = Walk

    _named: Identity | None = None
    _leaves = False
    _is_kept = False
    _is_finished = False

    async def walk(self) -> Walk:
        """The visitor's walk, once they are loaded or the budget is spent."""
        if self._walk is None:
            await self._loaded()
        if self._walk is None:  # two tasks of the app may ask at once
            base, identity = self._base, self._identity or self.identity
            self._walk = self.walk_kind(
                self._rulebook,
                self._hit(),
                base.profile if base is not None else None,
                visitor=identity.visitor,
                degraded=identity.confirmed and base is None,
                permission=self.permission,
            )
        if self._walk.turn is not None and self._became is not None and self._may_turn(self._walk):
            await self._turn_in_time(self._walk)
        return self._walk

    def log_out(self) -> None:
        """Whoever comes next with this browser is somebody else, from the next response's start on."""
        self._named, self._leaves = self._setup.cookie.new(self.request.at), True

    def identify(self, walk: Walk, event: Event) -> None:
        if self._is_led and not self._leaves and is_known_as(walk.profile, user_of(event)):
            self._is_led = False
        walk.identify(event, anew=self._leaves)
        self._leaves = False

    def markup(self, walk: Walk, *, public: bool) -> Markup:
        """What stands in each slot's place, with the names of blocks where the site wants them."""
        is_unmarked = self._setup.settings.script == "no"
        if is_unmarked and not self._rulebook.by_script:  # as of most sites
            return walk.markup
        markup = super().markup(walk, public=public)
        return markup if is_unmarked else marking(markup, walk, self._rulebook.selected)

    def tail(self, walk: Walk, headers: RawHeaders, *, public: bool) -> Tail | None:  # noqa: ARG002 - it is personal
        """The script, where the site wants it in its pages and the page's policy lets it run."""
        if self._setup.settings.script != "insert" or self.kind not in _WHOLE:
            return None
        if not admits_script(all_of(headers, b"content-security-policy"), origin=self.request.origin):
            return None
        tag = script_tag(f"{self.request.root}{self._setup.settings.prefix}", walk.nonce)
        return lambda _: tag

    @property
    def page_memory(self) -> PageMemory:
        """What is known of pages that went by before."""
        return self._keeper.page_memory

    @property
    def is_met(self) -> bool:
        """Whether anybody asked who the visitor is."""
        return self._walk is not None or self._load is not None

    @property
    def has_part(self) -> bool:
        """Whether this request counts, or the app said something."""
        return self.kind is not None or self._named is not None or self._has_said or self._standing.is_new

    async def settle(self, headers: RawHeaders, *, shared: bool) -> RawHeaders:
        """The headers of the response as they go out, with what must be stored before they do.

        shared: other people's caches may keep it, and a cookie with it.
        """
        self._is_settled = True
        walk = self._walk
        if walk is None or walk.turn is not None:
            walk = await self.walk()
        if walk.is_robot:
            self.tallies.robots += 1
            return headers
        if self._standing.is_new:
            headers = await self._chosen(walk, headers, shared=shared)
        if not self.permission.stores:
            return self._parted(headers, shared=shared)
        identity = self._identity or self.identity
        wanted = self._named or identity
        cookie = self._cookie(wanted) if not shared and is_due(wanted, self.request.at) else None
        self._is_kept = self._may_count and (identity.confirmed or (cookie is not None and self._named is None))
        if self._is_kept and (walk.has_said or self.request.method not in _SAFE):
            commit = self._commit(walk, {})
            if commit is not None:
                await self._keeper.committed(commit, self._budget)
        return headers if cookie is None else with_cookie(headers, cookie)

    def finish(self, outcomes: Mapping[str, Outcome]) -> None:
        """The response is handed over, or breaks off: what was not stored yet is stored now."""
        try:
            self._finish(outcomes)
        except Exception:
            logger.exception("a request could not be stored")
            self.tallies.failure("storing")

    async def end(self) -> None:
        """The app is through with the request, its background tasks too."""
        if not self._is_finished or self._has_said:
            self.finish({})
        self._let_go()
        if self._commits and not self._keeper.outlives_requests:
            await self._keeper.settled(self._commits)

    def abandon(self) -> None:
        """The request was cancelled, or the app failed; a page that had begun was seen all the same."""
        self.finish({})
        self._let_go()

    def _finish(self, outcomes: Mapping[str, Outcome]) -> None:
        walk = self._walk
        if walk is None:
            return
        if not self._is_settled and self._has_said:
            self._settle_late(walk)
        if not self._is_kept or (self._is_finished and not self._has_said):
            return
        self._is_finished = True
        if walk.turn is not None:
            self._turn_at_once(walk)
        became = list(outcomes.values())
        if became.count(_CHANGED) + became.count(_KEPT) < len(became):  # to hash an enum's member costs a call
            self._note_not_served(outcomes)
        self._commit(walk, outcomes)

    def _note_not_served(self, outcomes: Mapping[str, Outcome]) -> None:
        for slot, outcome in outcomes.items():
            if outcome in _NOT_SERVED and slot in self._rulebook.ruleset.slots:
                self.note("the slot %s keeps its default: its content %s", slot, _NOT_SERVED[outcome])

    def _settle_late(self, walk: Walk) -> None:
        """Something was said after a response had begun that was none of ours."""
        self._is_settled = True
        if self._became is None:
            walk.became(None, 200)
        known = self.identity.confirmed or (walk.turn is not None and self._keeper.person_known(walk.turn.user))
        self._is_kept = bool(known) and self._may_turn(walk)

    def _may_turn(self, walk: Walk) -> bool:
        return self._may_count and self.permission.stores and not walk.is_robot

    async def _turn_in_time(self, walk: Walk) -> None:
        """Whoever was identified takes over, with what is remembered of them if it arrives within the budget."""
        while (turn := walk.turn) is not None:
            coming = self._turn(walk, turn, await self._keeper.person(turn.user, self._budget))
            if isinstance(coming, Loading):
                self._load = coming
                self._arrived(walk, await self._keeper.loaded(coming, self._budget))
            elif coming is not None:
                await self._keeper.committed(coming, self._budget)
                self._arrived(walk, _stored(coming))

    def _turn_at_once(self, walk: Walk) -> None:
        """The same without waiting for anything: the response has begun."""
        while (turn := walk.turn) is not None:
            coming = self._turn(walk, turn, self._keeper.person_known(turn.user))
            if isinstance(coming, Loading):
                coming.give_up()

    def _turn(self, walk: Walk, turn: Turn, person: str | None) -> Commit | Loading | None:
        """Make one turn, and give what will tell more of whom it went over to; None is nothing."""
        before, self._has_turned = self.identity, True
        is_recorded = before.confirmed or bool(self._commits)
        if person == before.visitor:
            self._name(None)
            walk.make_turn(told=False)
            return None
        if is_recorded and (person is not None or not turn.joins):
            self._submit(walk.take_before_turn())
        if person is not None and turn.joins and is_recorded:
            walk.make_turn(told=True)
            self._go_over(walk, Identity(person, 0, confirmed=True), is_stranger=False)
            self._name(before)  # until the join stands
            return self._noted(self._keeper.join(before.visitor, person, turn.event))
        if person is not None:  # what an unrecorded visitor did in this request was done by the person
            walk.make_turn(told=False)
            self._go_over(walk, Identity(person, 0, confirmed=True), is_stranger=True)
            return self._keeper.load(person)
        if not turn.joins:
            self._go_over(walk, self._named or self._setup.cookie.new(self.request.at), is_stranger=True)
        walk.make_turn(told=True)
        self._keeper.join_later(self.identity.visitor, turn.user, turn.event)
        return None

    def _go_over(self, walk: Walk, identity: Identity, *, is_stranger: bool) -> None:
        self._identity, self._base = identity, None
        self._name(None)
        walk.go_over(identity.visitor, is_stranger=is_stranger)

    def _arrived(self, walk: Walk, loaded: Loaded | None) -> None:
        if loaded is None:
            return
        self._identity, self._base = Identity(loaded.visitor, 0, confirmed=True), loaded
        self._name(None)
        walk.arrived(loaded.visitor, loaded.profile)

    def _name(self, identity: Identity | None) -> None:
        """Whom the cookie names from here on, None whoever it is by now; nobody else once they have left."""
        if not self._leaves:
            self._named = identity

    @property
    def _may_count(self) -> bool:
        """Whether anything happened at all by such a request."""
        asked = self.request
        return asked.kind is not RequestKind.PREFETCH and asked.method not in _NOTHING_HAPPENS

    @property
    def _has_said(self) -> bool:
        return self._walk is not None and self._walk.has_said and self._may_count

    def _cookie(self, wanted: Identity) -> bytes | None:
        counts = self.kind in _NAVIGATIONS or self._has_said or self._has_turned or self._named is not None
        return self._due_cookie(wanted) if counts else None

    def _due_cookie(self, wanted: Identity) -> bytes | None:
        is_led = self._is_led and not self._has_turned and self._named is None
        if is_led or not is_due(wanted, self.request.at):
            return None
        return self._setup.cookie.set_cookie(wanted, secure=self.request.secure, now=self.request.at)

    def _commit(self, walk: Walk, outcomes: Mapping[str, Outcome]) -> Commit | None:
        topics = walk.topics if (self._identity or self.identity).confirmed and self.permission.counts else ()
        commit = self._submit(walk.take(outcomes))
        if topics and commit is not None:
            self._keeper.population.count(topics, commit)
        return commit

    def _submit(self, step: DeedStep | None) -> Commit | None:
        if step is None:
            return None
        identity = self._identity or self.identity
        visitor, confirmed = identity.visitor, identity.confirmed
        if confirmed and not self._setup.limits.keeps(visitor):
            return self._keeper.turn_away()
        return self._noted(self._keeper.commit(visitor, self._base, step, confirmed=confirmed))

    def _let_go(self) -> None:
        walk, load = self._walk, self._load
        if walk is not None:
            if walk.has_failed:
                self.tallies.failure("slot")
            walk.rest()
        if load is not None:
            load.give_up()


def _stored(commit: Commit) -> Loaded | None:
    """The record, where the commit stands by now."""
    if not commit.done() or commit.exception() is not None:
        return None
    committed = commit.result()
    return committed.loaded if committed.outcome in (Stored.STORED, Stored.KNOWN) else None
