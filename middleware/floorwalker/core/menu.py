"""Menus: what a slot may show, in the order in which it is read, and what each entry asks. Made once per ruleset."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from floorwalker.core.conditions.matchers import fold_text
from floorwalker.core.conditions.patterns import path_pattern
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.fitting import Check, audience_checks, limit_checks, schedule_checks
from floorwalker.core.ruleset import Content, Entry, Limits, Ruleset, Slot
from floorwalker.core.signals import Signals


class Candidate(Struct, frozen=True):
    """One entry, ready to be asked: first its audience, then whether its names are free, then its limits.

    place: such as `hero[2]`. content: what it shows, or None where it has entries of its own, `show`. claims: the names
    of which a page shows one.
    """

    place: str
    content: Content | None = None
    audience: tuple[Check, ...] = ()
    claims: tuple[str, ...] = ()
    limits: tuple[Check, ...] = ()
    show: tuple["Candidate", ...] = ()


class Menu(Struct, frozen=True):
    """What one slot may show, and on which pages."""

    entries: tuple[Candidate, ...]
    otherwise: Candidate
    pages: "Pages"


class Pages(Struct, frozen=True):
    """Which pages a slot is for: by their type, folded, or by their address."""

    every: bool = False
    types: frozenset[str] = frozenset()
    paths: tuple[re.Pattern[str], ...] = ()

    def hold(self, signals: Signals) -> bool:
        """Whether the page at hand is among them."""
        if self.every:
            return True
        page = signals.page
        if self.types and page.type and fold_text(page.type) in self.types:
            return True
        path = page.path or signals.path
        return any(pattern.match(path) for pattern in self.paths)


def menus_of(ruleset: Ruleset) -> Mapping[str, Menu]:
    """The menu of every slot, by its name."""
    return {name: _menu(slot, ruleset) for name, slot in ruleset.slots.items()}


def pages_of(slot: Slot) -> Pages:
    """The pages that a slot is for."""
    paths = [path_pattern(page) for page in slot.pages if page.startswith("/")]
    types = {fold_text(page) for page in slot.pages if not page.startswith("/")}
    return Pages(not slot.pages, frozenset(types - {""}), tuple(paths))


def _menu(slot: Slot, ruleset: Ruleset) -> Menu:
    otherwise = _of_content(Entry(), slot.otherwise, f"{slot.name} otherwise", (), slot, ruleset)
    return Menu(tuple(_candidates(slot.show, slot.name, (), slot, ruleset)), otherwise, pages_of(slot))


def _candidates(
    entries: Sequence[Entry], place: str, inherited: tuple[Limits, ...], slot: Slot, ruleset: Ruleset
) -> Iterator[Candidate]:
    """Those of higher priority first."""
    for number, entry in sorted(enumerate(entries, 1), key=lambda numbered: -numbered[1].priority):
        here = f"{place}[{number}]"
        if entry.content is not None:
            yield _of_content(entry, entry.content, here, inherited, slot, ruleset)
            continue
        nested = tuple(_candidates(entry.show, here, (*inherited, entry.limits), slot, ruleset))
        yield Candidate(here, audience=tuple(audience_checks(entry, ruleset.once(Plan))), show=nested)


def _of_content(
    entry: Entry, content: Content, place: str, inherited: Iterable[Limits], slot: Slot, ruleset: Ruleset
) -> Candidate:
    block = ruleset.blocks.get(content.name)
    limits = [*inherited, entry.limits, *([] if block is None else [block.limits])]
    audience = [*audience_checks(entry, ruleset.once(Plan)), *([] if block is None else schedule_checks(block.limits))]
    checks = [check for one in limits for check in limit_checks(one, content.name, slot, ruleset)]
    claims = tuple([one.once_per_page for one in limits if one.once_per_page])
    return Candidate(place, content, tuple(audience), claims, tuple(checks))
