"""Choose: which entry of a slot a visitor gets: the first that fits, the best, or the one on which the lot falls."""

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from floorwalker.core.deciding.fitting import Check, Limit
from floorwalker.core.deciding.menu import Candidate, Menu
from floorwalker.core.deciding.ranking import FIRST, WEIGHTED, explain_choice, explain_rank, ranked
from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.evaluate import Moment
from floorwalker.core.ruleset import Content

Render = Callable[[Content], str | None]
"""The text of a block for this visitor; None where the block uses something that is unknown about them."""

_RENDERED = ("template", "html", "text")


class Choice(Struct, frozen=True, gc=False):
    """An entry that fits. entry: its place, such as `hero[2]`. claims: the names of which a page shows one.

    promotion: whose entry it is. drawn: a weighted choice fell on it. remembered: the profile knows that it was shown.
    """

    content: Content
    entry: str
    rendered: str | None = None
    claims: tuple[str, ...] = ()
    promotion: str = ""
    drawn: bool = False
    remembered: bool = False

    def shows(self, block: str) -> bool:
        """Whether the block is shown, and not counted yet. That the page keeps its own content is no showing, but where
        a lot fell on it."""
        content = self.content
        return content.name == block and not self.remembered and (self.drawn or content.kind != "default")


Taken = tuple[Choice, ...]
"""What other slots of the page show, or hold back."""


class Chooser:
    """Reads the menus of one page.

    notes: where it is a list, every entry that was read leaves there why it fits or not.
    """

    __slots__ = ("_moment", "_notes", "_render", "_taken")

    def __init__(self, moment: Moment, render: Render | None, *, notes: list[Explanation] | None = None) -> None:
        self._moment, self._render, self._notes = moment, render, notes
        self._taken: Taken = ()

    def entry(self, menu: Menu, taken: Taken) -> Choice | None:
        """What the slot shows of its entries: those that promotions bring go before its own. taken: what other slots
        of the page have taken."""
        self._taken = taken
        notes = self._notes
        choice = self._first(menu.promoted, notes) if menu.promoted else None
        if choice is not None:
            return choice
        return self._one_of(menu.entries, menu.choose, notes)

    def otherwise(self, menu: Menu, taken: Taken) -> Choice | None:
        """What the slot shows where no entry fits, if that may be shown. taken: as of `entry`."""
        self._taken = taken
        return self._fit(menu.otherwise, self._notes)

    def _one_of(self, candidates: Sequence[Candidate], choose: str, notes: list[Explanation] | None) -> Choice | None:
        if choose == FIRST:
            return self._first(candidates, notes)
        if notes is None:
            choice = self._first(ranked(candidates, choose, self._moment), None)
        else:
            choice = self._compared(candidates, choose, notes)
        return structs.replace(choice, drawn=True) if choice is not None and choose == WEIGHTED else choice

    def _first(self, candidates: Sequence[Candidate], notes: list[Explanation] | None) -> Choice | None:
        if notes is None:
            return self.first(candidates, self._taken)
        for candidate in candidates:
            choice = self._fit(candidate, notes)
            if choice is not None:
                return choice
        return None

    def first(self, candidates: Sequence[Candidate], taken: Taken) -> Choice | None:
        """The first that fits, without notes, as every page asks it. An entry that is for others costs no call, and one
        that asks for nothing but its audience no more than that its text is made. taken: as of `entry`."""
        moment, render = self._moment, self._render
        members = moment.members
        for candidate in candidates:
            segment = candidate.segment
            if segment in members:  # most entries are for one segment, and several ask for the same one
                if not members[segment]:
                    continue
            elif (fits := candidate.fits) is not None and fits(moment) is not True:
                continue
            content = candidate.free
            if content is None:
                self._taken = taken
                choice = self._chosen(candidate, None)
                if choice is not None:
                    return choice
            elif render is None or content.kind not in _RENDERED:
                return Choice(content, candidate.place, promotion=candidate.promotion)
            elif (rendered := render(content)) is not None:
                return Choice(content, candidate.place, rendered, (), candidate.promotion)
        return None

    def _compared(self, candidates: Sequence[Candidate], choose: str, notes: list[Explanation]) -> Choice | None:
        """The same as the first of those ranked; every entry is read, and what each brings is noted."""
        order = ranked(candidates, choose, self._moment)
        read: list[Explanation] = []
        choices: dict[str, Choice | None] = {}
        for candidate in candidates:
            ranks = list(explain_rank(candidate, choose, self._moment))
            if candidate in order:
                choices[candidate.place] = self._fit(candidate, read, ranks)
            else:
                read.append(_note(candidate, None, ranks))
        fitting = [candidate for candidate in order if choices[candidate.place] is not None]
        notes.append(explain_choice(fitting, choose, self._moment))
        notes += [_passed_over(one, fitting[0]) if one.holds else one for one in read]
        return choices[fitting[0].place] if fitting else None

    def _fit(
        self, candidate: Candidate, notes: list[Explanation] | None, ranks: Sequence[Explanation] = ()
    ) -> Choice | None:
        own: list[Explanation] | None = None if notes is None else list(ranks)
        choice = self._chosen(candidate, own) if self._pass(candidate.audience, own) else None
        if notes is not None and own is not None:
            notes.append(_note(candidate, choice, own))
        return choice

    def _chosen(self, candidate: Candidate, notes: list[Explanation] | None) -> Choice | None:
        """What an entry shows to whom it is for."""
        content = candidate.content
        if content is None:
            return self._one_of(candidate.show, candidate.choose, notes)
        return self._shown(candidate, content, notes)

    def _shown(self, candidate: Candidate, content: Content, notes: list[Explanation] | None) -> Choice | None:
        if candidate.claims and not self._are_free(candidate.claims, notes):
            return None
        if candidate.limits and not self._within(candidate.limits, content, notes):
            return None
        rendered = None
        if self._render is not None and content.kind in _RENDERED:
            rendered = self._render(content)
            if rendered is None:
                if notes is not None:
                    notes.append(Explanation("rendered", "something unknown about this visitor", None))
                return None
        return Choice(content, candidate.place, rendered, candidate.claims, candidate.promotion)

    def _are_free(self, claims: Sequence[str], notes: list[Explanation] | None) -> bool:
        for name in claims:
            free = all(name not in one.claims for one in self._taken)
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

    def _within(self, limits: Sequence[Limit], content: Content, notes: list[Explanation] | None) -> bool:
        here = sum([one.shows(content.name) for one in self._taken]) if self._taken else 0
        for limit in limits:
            if notes is not None:
                notes.append(limit.why(self._moment, here))
            if limit.holds(self._moment, here) is not True:
                return False
        return True


def _note(candidate: Candidate, choice: Choice | None, own: list[Explanation]) -> Explanation:
    unknown = any(one.holds is None for one in own)
    holds = True if choice is not None else None if unknown else False
    return Explanation(f"{candidate.place} {candidate.title}", None, holds, tuple(own))


def _passed_over(note: Explanation, winner: Candidate) -> Explanation:
    """The note of an entry that fits, as it reads where another one is shown."""
    if note.condition == f"{winner.place} {winner.title}":
        return note
    return structs.replace(note, observed=f"a fit, but {winner.title} is shown", holds=False)
