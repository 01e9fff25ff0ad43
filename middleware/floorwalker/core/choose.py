"""Choose: which entry of a slot a visitor gets. Entries are read in order; the first that fits is it."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.evaluate import Moment
from floorwalker.core.fitting import Check
from floorwalker.core.menu import Candidate, Menu
from floorwalker.core.ruleset import Content

Render = Callable[[Content], str | None]
"""The text of a block for this visitor; None where the block uses something that is unknown about them."""

_RENDERED = ("template", "html", "text")


class Choice(Struct, frozen=True):
    """An entry that fits. entry: its place, such as `hero[2]`. claims: the names of which a page shows one."""

    content: Content
    entry: str
    rendered: str | None = None
    claims: tuple[str, ...] = ()


class Chooser:
    """Reads one slot's menu. taken: the `once_per_page` names that other slots of the page show.

    notes: where it is a list, every entry that was read leaves there why it fits or not.
    """

    __slots__ = ("_menu", "_moment", "_notes", "_render", "_taken")

    def __init__(
        self,
        menu: Menu,
        moment: Moment,
        *,
        taken: frozenset[str] = frozenset(),
        render: Render | None = None,
        notes: list[Explanation] | None = None,
    ) -> None:
        self._menu, self._moment = menu, moment
        self._taken, self._render, self._notes = taken, render, notes

    def entry(self) -> Choice | None:
        """The first entry that fits."""
        return self._first(self._menu.entries, self._notes)

    def otherwise(self) -> Choice | None:
        """What the slot shows where no entry fits, if that may be shown."""
        return self._fit(self._menu.otherwise, self._notes)

    def _first(self, candidates: Sequence[Candidate], notes: list[Explanation] | None) -> Choice | None:
        for candidate in candidates:
            choice = self._fit(candidate, notes)
            if choice is not None:
                return choice
        return None

    def _fit(self, candidate: Candidate, notes: list[Explanation] | None) -> Choice | None:
        own: list[Explanation] | None = None if notes is None else []
        choice = None
        if self._pass(candidate.audience, own):
            content = candidate.content
            choice = self._first(candidate.show, own) if content is None else self._shown(candidate, content, own)
        if notes is not None and own is not None:
            notes.append(_note(candidate, choice, own))
        return choice

    def _shown(self, candidate: Candidate, content: Content, notes: list[Explanation] | None) -> Choice | None:
        if not (self._are_free(candidate.claims, notes) and self._pass(candidate.limits, notes)):
            return None
        rendered = None
        if self._render is not None and content.kind in _RENDERED:
            rendered = self._render(content)
            if rendered is None:
                if notes is not None:
                    notes.append(Explanation("rendered", "uses something unknown about this visitor", None))
                return None
        return Choice(content, candidate.place, rendered, candidate.claims)

    def _are_free(self, claims: Sequence[str], notes: list[Explanation] | None) -> bool:
        for name in claims:
            free = name not in self._taken
            if notes is not None:
                notes.append(Explanation(f"once_per_page: {name}", None if free else "taken", free))
            if not free:
                return False
        return True

    def _pass(self, checks: Sequence[Check], notes: list[Explanation] | None) -> bool:
        for check in checks:
            if notes is not None:
                notes.append(check.why(self._moment))
            if check.holds(self._moment) is not True:
                return False
        return True


def _note(candidate: Candidate, choice: Choice | None, own: list[Explanation]) -> Explanation:
    content = candidate.content
    what = "show" if content is None else content.name or content.kind
    unknown = any(one.holds is None for one in own)
    holds = True if choice is not None else None if unknown else False
    return Explanation(f"{candidate.place} {what}", None, holds, tuple(own))
