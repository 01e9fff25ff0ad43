"""Menus: what a slot may show, in the order in which it is read, and what each entry asks. Made once per ruleset."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.conditions.matchers import fold_text
from floorwalker.core.conditions.patterns import path_pattern
from floorwalker.core.deciding.fitting import (
    Check,
    Limit,
    all_fit,
    audience_checks,
    limits_on,
    one_segment,
    promotion_checks,
    schedule_checks,
)
from floorwalker.core.evaluation.moment import Asked, Moment
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.memory.asked.paths import literal_path
from floorwalker.core.ruleset import Content, Entry, Limits, Ruleset, Slot
from floorwalker.core.signals import Signals


class Score(Struct, frozen=True):
    """How an entry ranks where the best is shown. segment: whose points they are; empty is a plain number."""

    points: Callable[[Moment], float]
    segment: str = ""


class Candidate(Struct, frozen=True):
    """One entry, ready to be asked: first its audience, then whether its names are free, then its limits.

    place: such as `hero[2]`. content: what it shows, or None where it has entries of its own, `show`, one of which is
    chosen by `choose`. claims: the names of which a page shows one. lot: what a weighted choice draws it by. name: of
    one that has entries of its own. fits: its whole audience as one question; None where it is for everybody.
    segment: where that is who is in one segment. free: the content, where nothing else is asked.
    """

    place: str
    content: Content | None = None
    audience: tuple[Check, ...] = ()
    claims: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    show: tuple["Candidate", ...] = ()
    choose: str = "first"
    score: Score | None = None
    weight: float = 1.0
    lot: str = ""
    promotion: str = ""
    name: str = ""
    fits: Asked | None = None
    segment: str = ""
    free: Content | None = None

    @property
    def title(self) -> str:
        """What it shows, for people."""
        return self.name or "show" if self.content is None else self.content.name or self.content.kind


class Menu(Struct, frozen=True):
    """What one slot may show, and on which pages. promoted: what promotions bring, read before the slot's own.

    is_plain: of its own entries the first that fits is shown; nothing goes before, and the slot holds nothing back.
    """

    slot: Slot
    entries: tuple[Candidate, ...]
    otherwise: Candidate
    pages: "Pages"
    choose: str = "first"
    promoted: tuple[Candidate, ...] = ()
    is_plain: bool = True


class Pages(Struct, frozen=True):
    """Which pages a slot is for: by their type, folded, or by their address; literal: those without `*`, looked up."""

    every: bool = False
    types: frozenset[str] = frozenset()
    literal: frozenset[str] = frozenset()
    paths: tuple[re.Pattern[str], ...] = ()

    def hold(self, signals: Signals) -> bool:
        """Whether the page at hand is among them."""
        if self.every:
            return True
        page = signals.page
        path = page.path or signals.path
        if path in self.literal:
            return True
        if self.types and page.type and fold_text(page.type) in self.types:
            return True
        return any(pattern.match(path) for pattern in self.paths) if self.paths else False


def menus_of(ruleset: Ruleset) -> Mapping[str, Menu]:
    """The menu of every slot, by its name."""
    return {name: _menu(slot, ruleset) for name, slot in ruleset.slots.items()}


def pages_of(slot: Slot) -> Pages:
    """The pages that a slot is for."""
    written = [page for page in slot.pages if page.startswith("/")]
    literal = {literal_path(page).rstrip("/") for page in written if "*" not in page}
    paths = [path_pattern(page) for page in written if "*" in page]
    types = {fold_text(page) for page in slot.pages if not page.startswith("/")}
    return Pages(
        not slot.pages, frozenset(types - {""}), frozenset(literal | {f"{path}/" for path in literal}), tuple(paths)
    )


class _Shelf(Struct, frozen=True):
    """Where entries stand. place: what their numbers follow. experiment: what lots are drawn in. limits: of those
    around them. promotion: whose they are."""

    slot: Slot
    ruleset: Ruleset
    place: str
    experiment: str
    limits: tuple[Limits, ...] = ()
    promotion: str = ""

    def inside(self, entry: Entry, place: str) -> "_Shelf":
        """Where the entries inside this one stand. An experiment is known by its name, or by how deep it stands."""
        experiment = f"{self.slot.name}:{entry.name}" if entry.name else f"{self.experiment}>"
        return replace(self, place=place, experiment=experiment, limits=(*self.limits, entry.limits))


def _menu(slot: Slot, ruleset: Ruleset) -> Menu:
    own = _Shelf(slot, ruleset, slot.name, f"{slot.name}:")
    promoted = tuple(_promoted(slot, ruleset))
    return Menu(
        slot,
        tuple(_candidates([entry for entry in slot.show if not entry.promotion], own)),
        _of_content(Entry(), slot.otherwise, f"{slot.name} otherwise", own),
        pages_of(slot),
        slot.choose,
        promoted,
        slot.choose == "first" and not promoted and not slot.control,
    )


def _promoted(slot: Slot, ruleset: Ruleset) -> Iterator[Candidate]:
    """What promotions bring, in the order of the promotions."""
    for promotion in ruleset.promotions.values():
        entries = [entry for entry in slot.show if entry.promotion == promotion.name]
        asked = tuple(promotion_checks(promotion)) if entries else ()
        place = f"promotion {promotion.name}"
        shelf = _Shelf(slot, ruleset, place, f"{slot.name}:promotion:{promotion.name}", promotion=promotion.name)
        for candidate in _candidates(entries, shelf):
            audience = (*asked, *candidate.audience)
            yield replace(candidate, audience=audience, fits=all_fit(audience), segment=one_segment(audience))


def _candidates(entries: Sequence[Entry], shelf: _Shelf) -> Iterator[Candidate]:
    """Those of higher priority first."""
    for number, entry in sorted(enumerate(entries, 1), key=lambda numbered: -numbered[1].priority):
        here = f"{shelf.place}[{number}]"
        content = entry.content
        candidate = _of_show(entry, here, shelf) if content is None else _of_content(entry, content, here, shelf)
        yield replace(
            candidate,
            score=_score(entry.score, shelf.ruleset),
            weight=entry.weight,
            lot=f"weighted:{shelf.experiment}:{_alternative(entry)}",
            fits=all_fit(candidate.audience),
            segment=one_segment(candidate.audience),
        )


def _of_show(entry: Entry, place: str, shelf: _Shelf) -> Candidate:
    return Candidate(
        place,
        audience=tuple(audience_checks(entry, shelf.ruleset.once(Plan))),
        show=tuple(_candidates(entry.show, shelf.inside(entry, place))),
        choose=entry.choose,
        promotion=shelf.promotion,
        name=entry.name,
    )


def _of_content(entry: Entry, content: Content, place: str, shelf: _Shelf) -> Candidate:
    ruleset = shelf.ruleset
    block = ruleset.blocks.get(content.name)
    limits = [*shelf.limits, entry.limits, *([] if block is None else [block.limits])]
    audience = [*audience_checks(entry, ruleset.once(Plan)), *([] if block is None else schedule_checks(block.limits))]
    kept = [limit for one in limits for limit in limits_on(one, content.name, shelf.slot, ruleset)]
    claims = tuple([one.once_per_page for one in limits if one.once_per_page])
    shown = _hidden(content) if shelf.slot.place == "hide" else content
    free = None if claims or kept else shown
    return Candidate(place, shown, tuple(audience), claims, tuple(kept), promotion=shelf.promotion, free=free)


def _hidden(content: Content) -> Content:
    """What `place: hide` leaves of a block: that something goes, under the block's name."""
    return content if content.kind == "default" else Content("hide", content.name)


def _alternative(entry: Entry) -> str:
    """What a weighted choice knows an entry by: its name or its block's, or those of the entries inside it."""
    if entry.name:
        return entry.name
    if entry.content is not None:
        return entry.content.name or entry.content.kind
    return f"({','.join(map(_alternative, entry.show))})"


def _score(score: float | str, ruleset: Ruleset) -> Score:
    if not isinstance(score, str):
        return Score(lambda _: score)
    segment = ruleset.segments.get(score)
    if segment is None or segment.draft:
        return Score(lambda _: 0.0, score)
    between = ruleset.once(Plan).points(segment)
    return Score(lambda moment: between(moment)[0], score)
