"""One visitor's walk through the corridor during one request: what they add to what is known, and what is stored."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from floorwalker.asgi.outlook import Outlook
from floorwalker.asgi.turns import Turn, is_known_as, tells_nothing_new, unnamed, user_of
from floorwalker.core.consent import Permission
from floorwalker.core.deciding.classify import segments_later
from floorwalker.core.deciding.decide import showing_of
from floorwalker.core.deed import Deed, Unless
from floorwalker.core.events import Event, Page, Scalar
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.steps import DeedStep, concluded, deed_of
from floorwalker.html.weave import Outcome

_NAVIGATIONS: Final = (HitKind.VIEW, HitKind.ERROR, HitKind.REDIRECT)
_PREFETCH: Final = HitKind.PREFETCH
_EVENTS: Final = HitKind.EVENTS  # an enum's attributes cost more than a name
_CHANGED: Final = Outcome.CHANGED
_KEPT: Final = Outcome.KEPT


class Walk(Outlook):
    """What an app, a page or the visitor says is added to what is known; what is taken is stored. No I/O."""

    _is_guess = False

    @property
    def has_said(self) -> bool:
        """Whether the app added an event."""
        return bool(self._hit.events)

    def permit(self, permission: Permission) -> None:
        """From here on this much may be kept and counted of them."""
        self.permission, self._signals = permission, None
        if not permission.remembers:
            self._hit, self._turns = unnamed(self._hit), ()
        self._forget()

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
        self._hit = replace(hit, kind=_EVENTS, events=hit.events[count:])
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
        kind = kind or _EVENTS
        if kind is not self._hit.kind:
            self._forget()
        self._hit = replace(self._hit, kind=kind, status=status)

    def take(self, outcomes: Mapping[str, Outcome], *, unless: Unless = Unless.NOBODYS) -> DeedStep | None:
        """What is to be stored of what was not taken yet; None is nothing. Pure, and may run on any base.

        unless: in whose profile it changes nothing.
        """
        shown, entries = self._exposed(outcomes) if outcomes else ([], [])
        hit = self._hit
        if hit.kind is _PREFETCH or not (shown or hit.events or hit.kind in _NAVIGATIONS):
            return None
        corridor, loaded = self._rulebook.corridor, self._base
        segments = segments_later(self.decisions.moment) if shown else tuple
        after = concluded(corridor, loaded, (self.profile, self._effects), shown, hit.at, segments, self.permission)
        deed = self._deed(hit, shown=shown, segments=segments, unless=unless)
        is_certain = not (self._is_guess or unless)
        step = DeedStep(corridor, deed, loaded, after if is_certain else None)
        self._base, _ = after
        self._hit = replace(hit, kind=_EVENTS, events=())
        self._forget()
        self._told = (*self._told, *entries)
        return step

    def _exposed(self, outcomes: Mapping[str, Outcome]) -> tuple[list[Showing], list[str]]:
        """What counts as shown, and the entries that it came from.

        That is where a slot was really changed, or where keeping it is one side of a comparison. Whoever takes part in
        no tests is compared in none.
        """
        shown, entries, frozen = [], [], self._frozen
        version, compared = self._rulebook.ruleset.version, self.permission.compares
        for slot, outcome in outcomes.items():
            decision = frozen.get(slot)
            if decision is None:
                continue
            if outcome is _CHANGED if decision.content.kind != "default" else outcome is _KEPT and decision.kept_counts:
                shown.append(showing_of(decision, rules=version, compared=compared))
                entries.append(decision.entry)
        return shown, entries

    def _deed(self, hit: Hit, **shown: Any) -> Callable[[], Deed]:
        return partial(deed_of, hit, self.signals, self.visitor, permission=self.permission, **shown)
