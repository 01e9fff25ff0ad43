"""One visitor's walk through the corridor during one request: what is known, what was added, what is decided."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from floorwalker.asgi.rules.context import block_context
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.choose import Taken
from floorwalker.core.deciding.decide import PageDecisions, decide, explain_all, showing_of
from floorwalker.core.decision import Arm, Decision, Reason
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import Event, Page, Scalar
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.responses import Showing
from floorwalker.core.ruleset import Content
from floorwalker.core.signals import Signals
from floorwalker.html.weave import Outcome

logger = logging.getLogger(__name__)

_NAVIGATIONS = (HitKind.VIEW, HitKind.ERROR, HitKind.REDIRECT)

Step = Callable[[Profile | None], tuple[Profile, Effects]]


class Walk:
    """Everything here is worked out when it is asked for, and again after something was added; no I/O.

    A slot's decision freezes when it is first read. degraded: the visitor's past could not be read, so every slot
    keeps its default. remembered: whether anything may be stored. compared: whether control groups are kept; a visitor
    who is made up is in treatment everywhere. members: segments in which they are, or are not, whatever the rules say.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        hit: Hit,
        base: Profile | None,
        *,
        visitor: str,
        degraded: bool,
        remembered: bool,
        compared: bool = True,
        members: Mapping[str, bool] | None = None,
    ) -> None:
        self.visitor = visitor
        self.nonce: str | None = None
        self._rulebook = rulebook
        self._hit = hit
        self._base = base
        self._degraded = degraded
        self._remembered = remembered
        self._compared = compared
        self._members = members
        self._signals: Signals | None = None
        self._profile: Profile | None = None
        self._effects = NOTHING
        self._page: PageDecisions | None = None
        self._taken: Taken = ()
        self._told: frozenset[str] = frozenset()
        self._context: Mapping[str, Any] | None = None
        self._frozen: dict[str, Decision] = {}

    @property
    def signals(self) -> Signals:
        if self._signals is None:
            self._signals = self._rulebook.corridor.read(self._hit)
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
                remembered=self._remembered,
                render=self._render,
                taken=self._still_taken(),
                compared=self._compared,
                members=self._members,
            )
        return self._page

    @property
    def segments(self) -> frozenset[str]:
        return self.decisions.segments

    @property
    def has_said(self) -> bool:
        """Whether the app added an event."""
        return bool(self._hit.events)

    @property
    def is_robot(self) -> bool:
        return self.signals.robot is not None

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

    def became(self, kind: HitKind | None, status: int) -> None:
        """The response tells what this request counts as."""
        kind = kind or HitKind.EVENTS
        if kind is not self._hit.kind:
            self._forget()
        self._hit = replace(self._hit, kind=kind, status=status)

    def decision(self, slot: str) -> Decision | None:
        """What the slot shows; None where no rule knows it."""
        if slot not in self._frozen and slot in self._rulebook.ruleset.slots:
            self._frozen[slot] = _kept(slot) if self._degraded else self.decisions[slot]
        return self._frozen.get(slot)

    def markup(self, slot: str) -> str | None:
        """What stands in the slot's place, or None for its default. Raises nothing."""
        try:
            decision = self.decision(slot)
        except Exception:
            logger.exception("the slot %s keeps its default", slot)
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
            remembered=self._remembered,
            render=self._render,
            compared=self._compared,
            members=self._members,
        )

    def take(self, outcomes: Mapping[str, Outcome]) -> Step | None:
        """What is to be stored of what was not taken yet; None is nothing. Pure, and may run on any base."""
        exposed = [
            decision
            for slot, outcome in outcomes.items()
            if (decision := self._frozen.get(slot)) is not None and _is_exposure(decision, outcome)
        ]
        shown = [showing_of(decision, rules=self._rulebook.ruleset.version) for decision in exposed]
        hit = self._hit
        if hit.kind is HitKind.PREFETCH or not (shown or hit.events or hit.kind in _NAVIGATIONS):
            return None
        corridor, signals, loaded, visitor = self._rulebook.corridor, self.signals, self._base, self.visitor
        after = _with_shown(corridor, (self.profile, self._effects), shown, hit.at)

        def step(base: Profile | None) -> tuple[Profile, Effects]:
            if base is loaded:  # as it most often is: for that the work is done
                return after
            return _with_shown(corridor, corridor.advance(base, hit, signals, seed=seed_of(visitor)), shown, hit.at)

        self._base, _ = after
        self._hit = replace(hit, kind=HitKind.EVENTS, events=())
        self._forget()
        self._told = self._told.union([decision.entry for decision in exposed])
        return step

    def rest(self) -> None:
        """The request is over. What was decided refers to this walk; without it nothing waits for the collector."""
        self._page = self._context = None
        self._frozen = {}

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
        return self.profile if self._remembered else None

    def _render(self, content: Content) -> str | None:
        if self._context is None:
            self._context = block_context(self.decisions, nonce=self.nonce)
        return self._rulebook.render(content, self._context)


def _with_shown(
    corridor: Corridor, after: tuple[Profile, Effects], shown: Sequence[Showing], at: float
) -> tuple[Profile, Effects]:
    if not shown:
        return after
    profile, more = corridor.show(after[0], shown, at=at)
    return profile, after[1].then(more)


def _kept(slot: str) -> Decision:
    return Decision(slot, Content("default"), Arm.TREATMENT, Reason.OFF)


def _is_exposure(decision: Decision, outcome: Outcome) -> bool:
    """A slot counts as shown where it was really changed, or where keeping it is one side of a comparison."""
    if decision.changes_page:
        return outcome is Outcome.CHANGED
    return decision.kept_counts and outcome is Outcome.KEPT
