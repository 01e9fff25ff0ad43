"""Choose: which entry of a slot a visitor gets. Entries are read in order; the first that fits is it."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from floorwalker.core.conditions.evaluate import Moment
from floorwalker.core.decision import Explanation
from floorwalker.core.fitting import Check, audience_checks, limit_checks, schedule_checks
from floorwalker.core.ruleset import Content, Entry, Limits, Slot

Render = Callable[[Content], str | None]
"""The text of a block for this visitor; None where the block uses something that is unknown about them."""

_RENDERED = ("template", "html", "text")


class Choice(Struct, frozen=True):
    """An entry that fits. entry: its place, such as `hero[2]`. claims: the names of which a page shows one."""

    content: Content
    entry: str
    rendered: str | None = None
    claims: frozenset[str] = frozenset()


class Chooser:
    """Reads the entries of one slot. taken: the `once_per_page` names that other slots of the page show.

    notes: where it is a list, every entry that was read leaves there why it fits or not.
    """

    def __init__(
        self,
        slot: Slot,
        moment: Moment,
        *,
        taken: frozenset[str] = frozenset(),
        render: Render | None = None,
        notes: list[Explanation] | None = None,
    ) -> None:
        self._slot, self._moment = slot, moment
        self._taken, self._render, self._notes = taken, render, notes

    def entry(self) -> Choice | None:
        """The first entry that fits, those of higher priority read first."""
        return self._first(self._slot.show, self._slot.name, (), self._notes)

    def otherwise(self) -> Choice | None:
        """What the slot shows where no entry fits, if that may be shown."""
        entry = Entry(content=self._slot.otherwise)
        return self._fit(entry, f"{self._slot.name} otherwise", (), self._notes)

    def _first(
        self, entries: Sequence[Entry], place: str, inherited: tuple[Limits, ...], notes: list[Explanation] | None
    ) -> Choice | None:
        for number, entry in _ranked(entries):
            choice = self._fit(entry, f"{place}[{number}]", inherited, notes)
            if choice is not None:
                return choice
        return None

    def _fit(
        self, entry: Entry, place: str, inherited: tuple[Limits, ...], notes: list[Explanation] | None
    ) -> Choice | None:
        own: list[Explanation] | None = None if notes is None else []
        content = entry.content
        if content is None:
            choice = None
            if self._pass(audience_checks(entry, self._moment), own):
                choice = self._first(entry.show, place, (*inherited, entry.limits), own)
        else:
            choice = self._fit_content(entry, content, place, inherited, own)
        if notes is not None and own is not None:
            notes.append(_note(place, content, choice, own))
        return choice

    def _fit_content(
        self,
        entry: Entry,
        content: Content,
        place: str,
        inherited: tuple[Limits, ...],
        notes: list[Explanation] | None,
    ) -> Choice | None:
        block = self._moment.ruleset.blocks.get(content.name)
        limits = (*inherited, entry.limits) if block is None else (*inherited, entry.limits, block.limits)
        if not self._pass(audience_checks(entry, self._moment), notes):
            return None
        if block is not None and not self._pass(schedule_checks(block.limits, self._moment), notes):
            return None
        for one in limits:
            if not self._pass(limit_checks(one, content.name, self._slot, self._taken, self._moment), notes):
                return None
        rendered = self._rendered(content, notes)
        if rendered is None and self._render is not None and content.kind in _RENDERED:
            return None
        claims = frozenset([one.once_per_page for one in limits if one.once_per_page])
        return Choice(content, place, rendered, claims)

    def _rendered(self, content: Content, notes: list[Explanation] | None) -> str | None:
        if self._render is None or content.kind not in _RENDERED:
            return None
        text = self._render(content)
        if text is None and notes is not None:
            notes.append(Explanation("rendered", "uses something unknown about this visitor", None))
        return text

    def _pass(self, checks: Iterable[Check], notes: list[Explanation] | None) -> bool:
        for holds, why in checks:
            if notes is not None:
                notes.append(why())
            if holds is not True:
                return False
        return True


def _ranked(entries: Sequence[Entry]) -> Iterable[tuple[int, Entry]]:
    return sorted(enumerate(entries, 1), key=lambda numbered: -numbered[1].priority)


def _note(place: str, content: Content | None, choice: Choice | None, own: list[Explanation]) -> Explanation:
    what = "show" if content is None else content.name or content.kind
    unknown = any(one.holds is None for one in own)
    holds = True if choice is not None else None if unknown else False
    return Explanation(f"{place} {what}", None, holds, tuple(own))
