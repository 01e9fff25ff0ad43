"""The names that a folder defines and refers to, across all its files."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.problems import Findings, did_you_mean

DEFINED_IN = {
    "segment": "segments:",
    "block": "blocks:",
    "slot": "slots:",
    "goal": "goals:",
    "funnel": "funnels:",
    "promotion": "promotions:",
    "topic": "topics:",
    "place": "places:",
    "persona": "personas:",
    "price tier": "price_tiers: of site:",
    "page type": "pages:",
    "template": "the templates folder",
}


_MOST_COMPARED = 100
"""So many unknown names are told with the nearest known one, and so many patterns are compared with the names."""


class Reference(Struct, frozen=True):
    """A name that something refers to, and where. draft: what refers to it is not live."""

    kind: str
    name: str
    at: Position
    draft: bool = False


class Names:
    """Names by kind (segment, block, page type, …). References are judged once everything is read."""

    def __init__(self) -> None:
        self._defined: dict[str, dict[str, Position]] = {kind: {} for kind in DEFINED_IN}
        self._references: list[Reference] = []
        self._in_draft = False

    def define(self, kind: str, name: str, at: Position) -> Position | None:
        """Define a name; where it was defined before comes back, and the first definition stays."""
        before = self._defined[kind].get(name)
        self._defined[kind].setdefault(name, at)
        return before

    def refer(self, kind: str, name: str, at: Position) -> None:
        self._references.append(Reference(kind, name, at, self._in_draft))

    @contextmanager
    def within(self, *, draft: bool) -> Iterator[None]:
        """What is referred to in here is referred to by a draft, if it is one or stands in one."""
        before, self._in_draft = self._in_draft, self._in_draft or draft
        try:
            yield
        finally:
            self._in_draft = before

    def referred_live(self, kind: str) -> Iterable[Reference]:
        """The references of that kind that stand in no draft."""
        return (reference for reference in self._references if reference.kind == kind and not reference.draft)

    def known(self, kind: str) -> Iterable[str]:
        return self._defined.get(kind, {}).keys()

    def defined_at(self, kind: str, name: str) -> Position | None:
        return self._defined[kind].get(name)

    def used(self, kind: str) -> set[str]:
        """The names of that kind that something refers to."""
        names = {reference.name for reference in self._references if reference.kind == kind}
        patterns = [_wildcard(name) for name in names if "*" in name]
        if len(patterns) > _MOST_COMPARED:
            return {*names, *self.known(kind)}
        return names | {name for name in self.known(kind) if any(pattern.fullmatch(name) for pattern in patterns)}

    def review(self, findings: Findings) -> None:
        """Report every reference to a name that nothing defines. A page type may also come from the app."""
        folded = {kind: {name.casefold() for name in names} for kind, names in self._defined.items()}
        unknown = 0
        for reference in self._references:
            if reference.kind not in self._defined or self._is_known(reference, folded[reference.kind]):
                continue
            if reference.kind == "page type":
                self._warn_of_type(reference, findings)
                continue
            unknown += 1
            known = self.known(reference.kind) if unknown <= _MOST_COMPARED else ()
            instead = f"define it in {DEFINED_IN[reference.kind]}, or correct the name"
            hint = did_you_mean(reference.name, known, instead=instead)
            code = f"unknown-{reference.kind.replace(' ', '-')}"
            findings.error(reference.at, code, f"there is no {reference.kind} {reference.name}", hint)

    def _warn_of_type(self, reference: Reference, findings: Findings) -> None:
        hint = did_you_mean(
            reference.name, self.known("page type"), instead="give some page that type, or let the app set it"
        )
        findings.warn(reference.at, "unknown-page-type", f"no page has the type {reference.name}", hint)

    def _is_known(self, reference: Reference, folded: set[str]) -> bool:
        """folded: the names of its kind that are defined."""
        if reference.name in self._defined[reference.kind]:
            return True
        if reference.kind == "topic" and not folded:
            return True  # categories serve as topics, and those come out of addresses
        if reference.kind in ("page type", "topic", "price tier", "block", "slot"):
            return "*" in reference.name or reference.name.casefold() in folded
        return False


def _wildcard(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, name.split("*"))))
