"""Decide: what every slot of a page shows to one visitor, and why."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from floorwalker.core.bounds import NAME_BYTES, short
from floorwalker.core.deciding.choose import Choice, Chooser, Render, Taken
from floorwalker.core.deciding.classify import explain_segment, segments_at
from floorwalker.core.deciding.menu import Menu, menus_of, pages_of
from floorwalker.core.decision import NOTHING_READ, Arm, Because, Decision, Explanation, Keeper, Reason
from floorwalker.core.evaluation.evaluate import Moment, moment_at
from floorwalker.core.evaluation.explain import NEEDS_CONSENT
from floorwalker.core.evaluation.words import share_words
from floorwalker.core.hashing import share
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Content, Ruleset, Slot
from floorwalker.core.signals import Signals

_DEFAULT = Content("default")
_TREATMENT, _CONTROL = Arm.TREATMENT, Arm.CONTROL
_FITTED = Reason.ENTRY
SITE_CONTROL = "site-control"
_BY_NOBODY: tuple[Keeper, ...] = ()
_BY_SITE, _BY_PROMOTION = (Keeper.SITE,), (Keeper.PROMOTION,)


def decide(
    ruleset: Ruleset,
    profile: Profile | None,
    signals: Signals,
    at: float,
    *,
    remembered: bool = True,
    render: Render | None = None,
    taken: Taken = (),
    compared: bool = True,
    members: Mapping[str, bool] | None = None,
    priors: Priors = NO_PRIORS,
) -> "PageDecisions":
    """What every slot shows to this visitor; a slot is decided when it is first read, and stays so.

    at: seconds since 1970, UTC. remembered: whether memory is permitted; without it, or without a profile, what needs
    memory does not fit. render: the text of a block, or None where the block uses something unknown, so that its entry
    is passed over; without it nothing is rendered. taken: what slots of this page have taken that were decided before.
    compared: whether control groups are kept; without, everybody is in treatment. members:
    segments in which they are, or are not, whatever the rules say. priors: what is known of the population.
    """
    moment = moment_at(ruleset, profile, signals, at, remembered=remembered, members=members, priors=priors)
    return PageDecisions(moment, render=render, taken=taken, compared=compared)


class PageDecisions(Mapping[str, Decision]):
    """The decisions of one page, by slot. Reading one decides it: of a `once_per_page` name the first slot takes it."""

    def __init__(
        self,
        moment: Moment,
        *,
        render: Render | None = None,
        taken: Taken = (),
        compared: bool = True,
    ) -> None:
        self.moment = moment
        self.taken = taken
        self._render = render
        self._compared = compared
        ruleset = moment.ruleset
        control = ruleset.site.control
        self._menus = ruleset.once(menus_of)
        self._chooser = Chooser(moment, render)
        self._kept_because = _kept_because(moment)
        self._in_site_control = compared and control > 0 and _is_below(control, SITE_CONTROL, moment)
        self._is_plain = self._kept_because is None and not self._in_site_control
        self._decided: dict[str, Decision] = {}

    def __getitem__(self, slot: str) -> Decision:
        decision = self._decided.get(slot)
        if decision is None:
            decision = self._decided[slot] = self._decide(self._menus[slot])
        return decision

    def __iter__(self) -> Iterator[str]:
        return iter(self._menus)

    def __len__(self) -> int:
        return len(self._menus)

    @cached_property
    def segments(self) -> frozenset[str]:
        """The segments that the visitor is in."""
        return segments_at(self.moment)

    @property
    def decided(self) -> Mapping[str, Decision]:
        """The slots that were read so far."""
        return self._decided

    def _decide(self, menu: Menu) -> Decision:
        """In one go, as most are: of a plain menu, where nothing is kept from this visitor."""
        if not (menu.is_plain and self._is_plain):
            return self._decide_any(menu)
        moment, pages, slot = self.moment, menu.pages, menu.slot
        if not (pages.every or pages.hold(moment.signals)):
            return _left(slot, Reason.OTHER_PAGE)
        taken = self.taken
        because = Because(_entries_read, (slot, moment, taken, self._render, self._compared))
        choice = self._chooser.first(menu.entries, taken)
        if choice is None:
            return self._otherwise(menu, because)
        self.taken = (*taken, choice)
        content = choice.content
        return Decision(
            slot.name,
            content,
            _TREATMENT,
            _FITTED,
            content.name,
            choice.rendered,
            choice.entry,
            slot.place,
            because,
            kept_counts=choice.drawn and content.kind == "default",
            fitted=True,
        )

    def _decide_any(self, menu: Menu) -> Decision:
        """The same of every menu, whoever sees it."""
        moment, kept, taken, slot = self.moment, self._kept_because, self.taken, menu.slot
        if kept is None and not menu.pages.every and not menu.pages.hold(moment.signals):
            kept = Reason.OTHER_PAGE
        if kept is not None:
            return _left(slot, kept)
        because = Because(_entries_read, (slot, moment, taken, self._render, self._compared))
        choice = None if slot.control and _needs_consent(slot, moment) else self._chooser.entry(menu, taken)
        if choice is not None:
            return self._shown(slot, choice, _FITTED, because, self._kept_by(slot, choice.promotion))
        return self._otherwise(menu, because)

    def _otherwise(self, menu: Menu, because: Because) -> Decision:
        """What the slot shows where no entry fits."""
        slot = menu.slot
        content = menu.otherwise.content
        is_default = content is not None and content.kind == "default"
        otherwise = None if is_default else self._chooser.otherwise(menu, self.taken)
        if otherwise is None:
            return _left(slot, Reason.OTHERWISE, because)
        kept_by = _BY_SITE if self._in_site_control else _BY_NOBODY
        return self._shown(slot, otherwise, Reason.OTHERWISE, because, kept_by)

    def _shown(
        self, slot: Slot, choice: Choice, reason: Reason, because: Because, kept_by: tuple[Keeper, ...]
    ) -> Decision:
        """The choice, or, in a control group, the page's own content in its place: what is taken is taken in both."""
        self.taken = (*self.taken, choice)
        content, fitted = choice.content, reason is _FITTED
        shown, arm, rendered = content, _TREATMENT, choice.rendered
        if kept_by:
            shown, arm, rendered, reason = _DEFAULT, _CONTROL, None, Reason.CONTROL
        return Decision(
            slot.name,
            shown,
            arm,
            reason,
            content.name,
            rendered,
            choice.entry,
            slot.place,
            because,
            choice.promotion,
            choice.drawn if content.kind == "default" else arm is _CONTROL,
            kept_by,
            fitted,
        )

    def _kept_by(self, slot: Slot, promotion: str) -> tuple[Keeper, ...]:
        """Whose control groups keep this back: the site's alone, else that of the promotion that brings it and the
        slot's."""
        if self._in_site_control:
            return _BY_SITE
        if not self._compared or not (promotion or slot.control):
            return _BY_NOBODY
        moment, kept_by = self.moment, _BY_NOBODY
        if promotion and _is_below(moment.ruleset.promotions[promotion].control, f"promotion:{promotion}", moment):
            kept_by = _BY_PROMOTION
        if slot.control and _is_below(slot.control, f"control:{slot.name}", moment):
            return (*kept_by, Keeper.SLOT)
        return kept_by


def _kept_because(moment: Moment) -> Reason | None:
    """Why the whole page stays as the app made it, if it does."""
    site = moment.ruleset.site
    if not site.personalize:
        return Reason.OFF
    if moment.signals.robot is not None:
        return Reason.ROBOT
    if site.exclude and any(moment.member(name) for name in site.exclude):
        return Reason.EXCLUDED
    return None


def _left(slot: Slot, reason: Reason, because: Because = NOTHING_READ) -> Decision:
    """The page's own content stays."""
    return Decision(slot.name, _DEFAULT, _TREATMENT, reason, place=slot.place, because=because)


def _is_below(control: float, experiment: str, moment: Moment) -> bool:
    profile = moment.profile
    return control > 0 and profile is not None and share(profile.seed, experiment) < control


def _needs_consent(slot: Slot, moment: Moment) -> bool:
    """A slot that compares has nothing for a visitor who can be in neither of its arms."""
    return slot.control > 0 and moment.profile is None


def _entries_read(slot: Slot, moment: Moment, taken: Taken, render: Render | None, compared: bool) -> list[Explanation]:
    """Why each entry fitted or not, up to the one that did, and what keeps that back for a comparison."""
    if _needs_consent(slot, moment):
        return [Explanation(f"control: {share_words(slot.control)}", NEEDS_CONSENT, None)]
    notes: list[Explanation] = []
    menu, chooser = moment.ruleset.once(menus_of)[slot.name], Chooser(moment, render, notes=notes)
    choice = chooser.entry(menu, taken)
    if choice is None:
        chooser.otherwise(menu, taken)
    elif compared:
        notes += _control_groups(slot, choice.promotion, moment)
    return notes


def _control_groups(slot: Slot, promotion: str, moment: Moment) -> Iterator[Explanation]:
    """The control groups that keep the slot's entry, or that promotion's, back."""
    ruleset = moment.ruleset
    groups = [
        ("the site", ruleset.site.control, SITE_CONTROL),
        (f"the slot {slot.name}", slot.control, f"control:{slot.name}"),
    ]
    if promotion:
        control = ruleset.promotions[promotion].control
        groups.append((f"the promotion {promotion}", control, f"promotion:{promotion}"))
    for whose, control, experiment in groups:
        if _is_below(control, experiment, moment):
            yield Explanation(f"control of {whose}: {share_words(control)}", "in the control group", False)


def is_for_page(slot: Slot, signals: Signals) -> bool:
    """Whether the slot is meant for this page, whoever sees it."""
    return pages_of(slot).hold(signals)


def explain_all(
    ruleset: Ruleset,
    profile: Profile | None,
    signals: Signals,
    at: float,
    *,
    remembered: bool = True,
    render: Render | None = None,
    compared: bool = True,
    members: Mapping[str, bool] | None = None,
    priors: Priors = NO_PRIORS,
) -> dict[str, Any]:
    """Every segment and slot with its why, as plain values: the shape of `floorwalker explain --json`."""
    decisions = decide(
        ruleset,
        profile,
        signals,
        at,
        remembered=remembered,
        render=render,
        compared=compared,
        members=members,
        priors=priors,
    )
    return {
        "segments": {
            name: {
                "about": segment.about,
                "in": name in decisions.segments,
                "why": tree_of(explain_segment(segment, decisions.moment)),
            }
            for name, segment in ruleset.segments.items()
            if not segment.draft
        },
        "slots": {
            name: {
                "block": decision.block or decision.content.kind,
                "arm": decision.arm.value,
                "reason": decision.reason.value,
                "promotion": decision.promotion or None,
                "why": tree_of(decision.why),
            }
            for name, decision in decisions.items()
        },
    }


def tree_of(why: Explanation) -> dict[str, Any]:
    """An explanation as plain values: condition, observed, holds (None is unknown), of."""
    return {
        "condition": why.condition,
        "observed": why.observed,
        "holds": why.holds,
        "of": [tree_of(part) for part in why.of],
    }


def showing_of(decision: Decision, *, rules: str = "", compared: bool = True) -> Showing:
    """That a slot was shown, or kept back for the comparison. rules: the version that decided. compared: without, it is
    in no comparison."""
    return _showing(
        decision.slot,
        decision.block,
        decision.arm is _CONTROL,
        rules,
        decision.promotion,
        decision.kept_by,
        compared and decision.fitted,
    )


@lru_cache(4096)
def _showing(
    slot: str,
    block: str,
    is_control: bool,
    rules: str,
    promotion: str,
    kept_by: tuple[Keeper, ...],
    fitted: bool,
) -> Showing:
    """Names as a profile keeps them; the same few on every page."""
    return Showing(
        short(slot, NAME_BYTES),
        short(block, NAME_BYTES),
        (_CONTROL if is_control else _TREATMENT).value,
        rules,
        short(promotion, NAME_BYTES) if promotion else "",
        kept_by,
        fitted,
    )
