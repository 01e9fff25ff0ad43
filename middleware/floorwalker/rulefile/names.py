"""The names that a folder defines and refers to, across all its files."""

import re
from collections.abc import Iterable

from msgspec import Struct

from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.problems import Findings, did_you_mean

DEFINED_IN = {
    "segment": "segments:",
    "block": "blocks:",
    "slot": "slots:",
    "goal": "goals:",
    "topic": "topics:",
    "place": "places:",
    "price tier": "price_tiers: of site:",
    "page type": "pages:",
    "template": "the templates folder",
}


class Reference(Struct, frozen=True):
    """A name that something refers to, and where."""

    kind: str
    name: str
    at: Position


class Names:
    """Names by kind (segment, block, page type, …). References are judged once everything is read."""

    def __init__(self) -> None:
        self._defined: dict[str, dict[str, Position]] = {kind: {} for kind in DEFINED_IN}
        self._references: list[Reference] = []

    def define(self, kind: str, name: str, at: Position) -> Position | None:
        """Define a name; where it was defined before comes back, and the first definition stays."""
        before = self._defined[kind].get(name)
        self._defined[kind].setdefault(name, at)
        return before

    def refer(self, kind: str, name: str, at: Position) -> None:
        self._references.append(Reference(kind, name, at))

    def known(self, kind: str) -> Iterable[str]:
        return self._defined.get(kind, {}).keys()

    def defined_at(self, kind: str, name: str) -> Position | None:
        return self._defined[kind].get(name)

    def used(self, kind: str) -> set[str]:
        """The names of that kind that something refers to."""
        names = {reference.name for reference in self._references if reference.kind == kind}
        patterns = [_wildcard(name) for name in names if "*" in name]
        return names | {name for name in self.known(kind) if any(pattern.fullmatch(name) for pattern in patterns)}

    def review(self, findings: Findings) -> None:
        """Report every reference to a name that nothing defines. A page type may also come from the app."""
        for reference in self._references:
            if self._is_known(reference) or reference.kind not in self._defined:
                continue
            if reference.kind == "page type":
                self._warn_of_type(reference, findings)
                continue
            hint = did_you_mean(
                reference.name,
                self.known(reference.kind),
                instead=f"define it in {DEFINED_IN[reference.kind]}, or correct the name",
            )
            code = f"unknown-{reference.kind.replace(' ', '-')}"
            findings.error(reference.at, code, f"there is no {reference.kind} {reference.name}", hint)

    def _warn_of_type(self, reference: Reference, findings: Findings) -> None:
        hint = did_you_mean(
            reference.name, self.known("page type"), instead="give some page that type, or let the app set it"
        )
        findings.warn(reference.at, "unknown-page-type", f"no page has the type {reference.name}", hint)

    def _is_known(self, reference: Reference) -> bool:
        known = self._defined.get(reference.kind, {})
        if reference.name in known:
            return True
        if reference.kind in ("page type", "topic", "price tier", "block", "slot"):
            folded = reference.name.casefold()
            if "*" in folded:
                return True
            return any(name.casefold() == folded for name in known)
        return False


def _wildcard(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, name.split("*"))))
