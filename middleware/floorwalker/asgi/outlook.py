"""What is known of one visitor during one request, and what follows: read, remembered, decided."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from floorwalker.asgi.rules.context import block_context
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.turns import Turn
from floorwalker.core.allowance import begun
from floorwalker.core.consent import Permission
from floorwalker.core.deciding.choose import Taken
from floorwalker.core.deciding.decide import PageDecisions, decide, explain_all
from floorwalker.core.decision import Arm, Decision, Reason
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.portrait import portrait
from floorwalker.core.ruleset import Content
from floorwalker.core.signals import Signals

logger = logging.getLogger(__name__)

_VIEW: Final = HitKind.VIEW
_PREFETCH: Final = HitKind.PREFETCH
_EVENTS: Final = HitKind.EVENTS


class Outlook:
    """Everything here is worked out when it is asked for, and again after something was added; no I/O.

    A slot's decision freezes when it is first read. degraded: the visitor's past could not be read, so every slot
    keeps its default. permission: what may be kept and counted of them. compared: whether control groups are kept; who
    is made up is in treatment everywhere. members: segments in which they are, or are not, whatever the rules say.
    """

    # What most requests leave as it is belongs to the class: to set it for each costs 35 bytecodes.
    nonce: str | None = None
    has_failed = False
    _signals: Signals | None = None
    _profile: Profile | None = None
    _effects: Effects = NOTHING
    _turns: tuple[Turn, ...] = ()
    _page: PageDecisions | None = None
    _taken: Taken = ()
    _told: tuple[str, ...] = ()
    _context: Mapping[str, Any] | None = None

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
        self.permission = permission
        self._rulebook = rulebook
        self._hit = hit
        self._base = base
        self._degraded = degraded
        self._compared = compared
        self._members = members
        self._frozen: dict[str, Decision] = {}

    @property
    def signals(self) -> Signals:
        if self._signals is None:
            signals, said = self._rulebook.corridor.read(self._hit), self.permission.said
            self._signals = signals if said is None else replace(signals, consent=said)
        return self._signals

    @property
    def profile(self) -> Profile:
        """What is remembered, this request included."""
        if self._profile is None:
            hit, signals = self._as_seen()
            base = self._base or Profile(seed=seed_of(self.visitor))
            if self._turns and self._is_other:
                base, hit = Profile(seed=seed_of(self.visitor)), self._as_other(hit)
            base = begun(base, self.permission, seed=base.seed) or base
            self._profile, self._effects = self._rulebook.corridor.advance(base, hit, signals)
        return self._profile

    @property
    def decisions(self) -> PageDecisions:
        """What is decided with what is known by now; a slot that was read before may be frozen as it was."""
        if self._page is None:
            permission, rulebook = self.permission, self._rulebook
            remembers = permission.remembers
            self._page = decide(
                rulebook.ruleset,
                self.profile if remembers else None,
                self._signals or self.signals,
                self._hit.at,
                remembered=remembers,
                render=self._render,
                taken=self._still_taken(),
                compared=self._compared and permission.compares,
                members=self._members,
                priors=rulebook.corridor.priors,
            )
        return self._page

    @property
    def segments(self) -> frozenset[str]:
        return frozenset() if self.is_robot else self.decisions.segments

    @property
    def topics(self) -> tuple[str, ...]:
        """What the page that was seen, and was not taken yet, counts towards."""
        return self._rulebook.corridor.topics(self.signals.page) if self._hit.kind is _VIEW else ()

    @property
    def is_robot(self) -> bool:
        return (self._signals or self.signals).robot is not None

    def decision(self, slot: str) -> Decision | None:
        """What the slot shows; None where no rule knows it."""
        found = self._frozen.get(slot)
        if found is None and slot in self._rulebook.ruleset.slots:
            if self._degraded or (self._turns and self._is_other):
                found = _kept(slot)
            else:
                page = self._page
                found = (self.decisions if page is None else page)[slot]
            self._frozen[slot] = found
        return found

    def markup(self, slot: str) -> str | None:
        """What stands in the slot's place, or None for its default. Raises nothing."""
        try:
            decision = self.decision(slot)
        except Exception:
            logger.exception("the slot %s keeps its default", slot)
            self.has_failed = True
            self._frozen[slot] = _kept(slot)
            return None
        if decision is None:
            return None
        return "" if decision.content.kind == "hide" else decision.rendered

    def explain(self) -> dict[str, Any]:
        """Every segment and slot with its why, in the published shape."""
        remembers = self.permission.remembers
        return explain_all(
            self._rulebook.ruleset,
            self.profile if remembers else None,
            self.signals,
            self._hit.at,
            remembered=remembers,
            render=self._render,
            compared=self._compared and self.permission.compares,
            members=self._members,
            priors=self._rulebook.corridor.priors,
        )

    def portrait(self) -> dict[str, Any]:
        """What is known of the visitor, in the published shape; empty where nothing may be remembered."""
        if not self.permission.stores:
            return {}
        return portrait(self._rulebook.corridor, self.profile, at=self._hit.at, visitor=self.visitor)

    def rest(self) -> None:
        """The request is over. What was decided refers to this walk; without it nothing waits for the collector."""
        self._page = self._context = None
        self._frozen = {}

    @property
    def _is_other(self) -> bool:
        """Whether a turn is to be made that joins nothing: what is known is of somebody else."""
        return bool(self._turns) and not all(turn.joins for turn in self._turns)

    def _as_seen(self) -> tuple[Hit, Signals]:
        """The request; what is fetched ahead of time is decided as if it were seen, and never stored."""
        hit, signals = self._hit, self._signals or self.signals
        if hit.kind is _PREFETCH:
            hit = replace(hit, kind=_VIEW)
        return hit, replace(signals, prefetch=False) if signals.prefetch else signals

    def _as_other(self, hit: Hit) -> Hit:
        """What is known of somebody who was not here before: what was said since."""
        since = [turn.at for turn in self._turns if not turn.joins][-1]
        return replace(hit, kind=_EVENTS, events=hit.events[since:])

    def _forget(self) -> None:
        if self._page is not None:
            self._taken = self._page.taken
        self._profile = self._page = self._context = None

    def _still_taken(self) -> Taken:
        """What slots took that were decided before something was added; what is in the profile by now counts there."""
        if not self._told:
            return self._taken
        return tuple([replace(one, remembered=one.entry in self._told) for one in self._taken])

    def _render(self, content: Content) -> str | None:
        context = self._context
        if context is None:
            context = self._context = block_context(self.decisions, nonce=self.nonce)
        return self._rulebook.render(content, context)


def _kept(slot: str) -> Decision:
    return Decision(slot, Content("default"), Arm.TREATMENT, Reason.OFF)
