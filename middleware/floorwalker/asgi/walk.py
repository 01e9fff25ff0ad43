"""One visitor's walk through the corridor during one request: what is known, what was added, what is decided."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from floorwalker.asgi.rules.context import block_context
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.turns import Turn, is_known_as, tells_nothing_new, unnamed, user_of
from floorwalker.core.allowance import begun
from floorwalker.core.consent import Permission
from floorwalker.core.deciding.choose import Taken
from floorwalker.core.deciding.classify import segments_later
from floorwalker.core.deciding.decide import PageDecisions, decide, explain_all, showing_of
from floorwalker.core.decision import Arm, Decision, Reason
from floorwalker.core.deed import Deed, Unless
from floorwalker.core.effects import NOTHING
from floorwalker.core.events import Event, Page, Scalar
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.portrait import portrait
from floorwalker.core.ruleset import Content
from floorwalker.core.signals import Signals
from floorwalker.core.steps import DeedStep, concluded, deed_of
from floorwalker.html.weave import Outcome

logger = logging.getLogger(__name__)

_NAVIGATIONS = (HitKind.VIEW, HitKind.ERROR, HitKind.REDIRECT)


class Walk:
    """Everything here is worked out when it is asked for, and again after something was added; no I/O.

    A slot's decision freezes when it is first read. degraded: the visitor's past could not be read, so every slot
    keeps its default. permission: what may be kept and counted of them. compared: whether control groups are kept; who
    is made up is in treatment everywhere. members: segments in which they are, or are not, whatever the rules say.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        hit: Hit,
        base: Profile | None,
        *,
        visitor: str,
        degraded: bool,
        permission: Permission,
        compared: bool = True,
        members: Mapping[str, bool] | None = None,
    ) -> None:
        self.visitor = visitor
        self.nonce: str | None = None
        self.has_failed = False
        self._rulebook = rulebook
        self._hit = hit
        self._base = base
        self._degraded = degraded
        self._permission = permission
        self._compared = compared
        self._members = members
        self._signals: Signals | None = None
        self._profile: Profile | None = None
        self._effects = NOTHING
        self._turns: tuple[Turn, ...] = ()
        self._is_guess = False
        self._page: PageDecisions | None = None
        self._taken: Taken = ()
        self._told: frozenset[str] = frozenset()
        self._context: Mapping[str, Any] | None = None
        self._frozen: dict[str, Decision] = {}

    @property
    def signals(self) -> Signals:
        if self._signals is None:
            signals, said = self._rulebook.corridor.read(self._hit), self._permission.said
            self._signals = signals if said is None else replace(signals, consent=said)
        return self._signals

    @property
    def profile(self) -> Profile:
        """What is remembered, this request included."""
        if self._profile is None:
            # What is fetched ahead of time is decided as if it were seen, and never stored.
            kind = HitKind.VIEW if self._hit.kind is HitKind.PREFETCH else self._hit.kind
            signals = replace(self.signals, prefetch=False) if self.signals.prefetch else self.signals
            hit = self._hit if kind is self._hit.kind else replace(self._hit, kind=kind)
            base = self._base or Profile(seed=seed_of(self.visitor))
            if self._is_other:
                base, hit = Profile(seed=seed_of(self.visitor)), self._as_other(hit)
            base = begun(base, self._permission, seed=base.seed) or base
            self._profile, self._effects = self._rulebook.corridor.advance(base, hit, signals)
        return self._profile

    @property
    def decisions(self) -> PageDecisions:
        """What is decided with what is known by now; a slot that was read before may be frozen as it was."""
        if self._page is None:
            self._page = decide(
                self._rulebook.ruleset,
                self._permitted,
                self.signals,
                self._hit.at,
                remembered=self._permission.remembers,
                render=self._render,
                taken=self._still_taken(),
                compared=self._compared and self._permission.compares,
                members=self._members,
                priors=self._rulebook.corridor.priors,
            )
        return self._page

    @property
    def segments(self) -> frozenset[str]:
        return frozenset() if self.is_robot else self.decisions.segments

    @property
    def has_said(self) -> bool:
        """Whether the app added an event."""
        return bool(self._hit.events)

    @property
    def topics(self) -> tuple[str, ...]:
        """What the page that was seen, and was not taken yet, counts towards."""
        return self._rulebook.corridor.topics(self.signals.page) if self._hit.kind is HitKind.VIEW else ()

    @property
    def permission(self) -> Permission:
        """What may be kept and counted of this visitor."""
        return self._permission

    def permit(self, permission: Permission) -> None:
        """From here on this much may be kept and counted of them."""
        self._permission, self._signals = permission, None
        if not permission.remembers:
            self._hit, self._turns = unnamed(self._hit), ()
        self._forget()

    @property
    def is_robot(self) -> bool:
        return self.signals.robot is not None

    def vouch(self) -> None:
        """Somebody trusted speaks for this visitor: they are no robot, whatever asks."""
        if self.signals.robot is not None:
            self._signals = replace(self.signals, robot=None)
            self._forget()

    def say_page(self, page: Page) -> None:
        """The app corrects or completes what the address tells of this page."""
        self._hit = replace(self._hit, page=page)
        self._signals = None
        self._forget()

    def say_attributes(self, attributes: Mapping[str, Scalar]) -> None:
        """The app tells what `attribute` conditions ask of this request."""
        self._hit = replace(self._hit, attributes={**self._hit.attributes, **attributes})
        self._signals = None
        self._forget()

    def say(self, event: Event) -> None:
        """The app adds an event."""
        self._hit = replace(self._hit, events=(*self._hit.events, event))
        self._forget()

    def identify(self, event: Event, *, anew: bool) -> None:
        """The app says who this is. anew: whoever was here before has left; see `turn`."""
        user = user_of(event)
        if not user or (is_known_as(self.profile, user) and not anew):
            if not tells_nothing_new(self.profile, event):
                self.say(event)
            return
        joins = not anew and not self.profile.user
        self._turns = (*self._turns, Turn(len(self._hit.events), event, joins))
        self.say(event)

    @property
    def turn(self) -> Turn | None:
        """Where what was said goes over to somebody else first; to be made before anything is taken."""
        return self._turns[0] if self._turns else None

    def take_before_turn(self) -> DeedStep | None:
        """What happened before the turn and is to be stored with who was here; None is nothing."""
        hit, count = self._hit, self._turns[0].at
        before = replace(hit, events=hit.events[:count])
        self._hit = replace(hit, kind=HitKind.EVENTS, events=hit.events[count:])
        self._turns = tuple([replace(turn, at=turn.at - count) for turn in self._turns])
        if hit.kind not in _NAVIGATIONS and not count:
            return None
        step = DeedStep(self._rulebook.corridor, self._deed(before))
        self._base, _ = step(self._base)
        self._forget()
        return step

    def make_turn(self, *, told: bool) -> None:
        """The first turn is made. told: its event is in other hands, and none of what is taken here."""
        (turn, *later), events = self._turns, self._hit.events
        if told:
            self._hit = replace(self._hit, events=(*events[: turn.at], *events[turn.at + 1 :]))
            base = self._base or Profile(seed=seed_of(self.visitor))
            self._base, _ = self._rulebook.corridor.fold(base, turn.event)
            self._is_guess = True
        self._turns = tuple([replace(one, at=one.at - told) for one in later])
        self._forget()

    def go_over(self, visitor: str, *, is_stranger: bool) -> None:
        """From here on it is this visitor's, of whom nothing is loaded. is_stranger: who was here says nothing of them.

        Then slots keep their default until `arrived`.
        """
        self.visitor, self._is_guess = visitor, True
        if is_stranger:
            self._base, self._degraded = None, True
        self._forget()

    def arrived(self, visitor: str, base: Profile | None) -> None:
        """What is remembered of whoever it went over to."""
        self.visitor, self._base, self._is_guess, self._degraded = visitor, base, False, False
        self._forget()

    def became(self, kind: HitKind | None, status: int) -> None:
        """The response tells what this request counts as."""
        kind = kind or HitKind.EVENTS
        if kind is not self._hit.kind:
            self._forget()
        self._hit = replace(self._hit, kind=kind, status=status)

    def decision(self, slot: str) -> Decision | None:
        """What the slot shows; None where no rule knows it."""
        if slot not in self._frozen and slot in self._rulebook.ruleset.slots:
            self._frozen[slot] = _kept(slot) if self._degraded or self._is_other else self.decisions[slot]
        return self._frozen.get(slot)

    def markup(self, slot: str) -> str | None:
        """What stands in the slot's place, or None for its default. Raises nothing."""
        try:
            decision = self.decision(slot)
        except Exception:
            logger.exception("the slot %s keeps its default", slot)
            self.has_failed = True
            self._frozen[slot] = _kept(slot)
            return None
        if decision is None or not decision.changes_page:
            return None
        return "" if decision.content.kind == "hide" else decision.rendered

    def explain(self) -> dict[str, Any]:
        """Every segment and slot with its why, in the published shape."""
        return explain_all(
            self._rulebook.ruleset,
            self._permitted,
            self.signals,
            self._hit.at,
            remembered=self._permission.remembers,
            render=self._render,
            compared=self._compared and self._permission.compares,
            members=self._members,
            priors=self._rulebook.corridor.priors,
        )

    def portrait(self) -> dict[str, Any]:
        """What is known of the visitor, in the published shape; empty where nothing may be remembered."""
        if not self._permission.stores:
            return {}
        return portrait(self._rulebook.corridor, self.profile, at=self._hit.at, visitor=self.visitor)

    def take(self, outcomes: Mapping[str, Outcome], *, unless: Unless = Unless.NOBODYS) -> DeedStep | None:
        """What is to be stored of what was not taken yet; None is nothing. Pure, and may run on any base.

        unless: in whose profile it changes nothing.
        """
        exposed = [
            decision
            for slot, outcome in outcomes.items()
            if (decision := self._frozen.get(slot)) is not None and _is_exposure(decision, outcome)
        ]
        hit, shown = self._hit, self._shown(exposed)
        if hit.kind is HitKind.PREFETCH or not (shown or hit.events or hit.kind in _NAVIGATIONS):
            return None
        corridor, loaded = self._rulebook.corridor, self._base
        segments = segments_later(self.decisions.moment) if shown else tuple
        after = concluded(corridor, loaded, (self.profile, self._effects), shown, hit.at, segments, self._permission)
        deed = self._deed(hit, shown=shown, segments=segments, unless=unless)
        is_certain = not (self._is_guess or unless)
        step = DeedStep(corridor, deed, loaded, after if is_certain else None)
        self._base, _ = after
        self._hit = replace(hit, kind=HitKind.EVENTS, events=())
        self._forget()
        self._told = self._told.union([decision.entry for decision in exposed])
        return step

    def rest(self) -> None:
        """The request is over. What was decided refers to this walk; without it nothing waits for the collector."""
        self._page = self._context = None
        self._frozen = {}

    @property
    def _is_other(self) -> bool:
        """Whether a turn is to be made that joins nothing: what is known is of somebody else."""
        return bool(self._turns) and not all(turn.joins for turn in self._turns)

    def _as_other(self, hit: Hit) -> Hit:
        """What is known of somebody who was not here before: what was said since."""
        since = [turn.at for turn in self._turns if not turn.joins][-1]
        return replace(hit, kind=HitKind.EVENTS, events=hit.events[since:])

    def _deed(self, hit: Hit, **shown: Any) -> Callable[[], Deed]:
        return partial(deed_of, hit, self.signals, self.visitor, permission=self._permission, **shown)

    def _shown(self, exposed: list[Decision]) -> list[Showing]:
        """Whoever takes part in no tests is compared in none."""
        shown = [showing_of(decision, rules=self._rulebook.ruleset.version) for decision in exposed]
        return shown if self._permission.compares else [replace(one, fitted=False) for one in shown]

    def _forget(self) -> None:
        if self._page is not None:
            self._taken = self._page.taken
        self._profile = self._page = self._context = None

    def _still_taken(self) -> Taken:
        """What slots took that were decided before something was added; what is in the profile by now counts there."""
        if not self._told:
            return self._taken
        return tuple([replace(one, remembered=one.entry in self._told) for one in self._taken])

    @property
    def _permitted(self) -> Profile | None:
        """The profile, where memory is permitted."""
        return self.profile if self._permission.remembers else None

    def _render(self, content: Content) -> str | None:
        if self._context is None:
            self._context = block_context(self.decisions, nonce=self.nonce)
        return self._rulebook.render(content, self._context)


def _kept(slot: str) -> Decision:
    return Decision(slot, Content("default"), Arm.TREATMENT, Reason.OFF)


def _is_exposure(decision: Decision, outcome: Outcome) -> bool:
    """A slot counts as shown where it was really changed, or where keeping it is one side of a comparison."""
    if decision.changes_page:
        return outcome is Outcome.CHANGED
    return decision.kept_counts and outcome is Outcome.KEPT
