"""The rules with their drafts, for previews: made once per version of the live rules."""

import asyncio

from floorwalker.asgi.rulebook import Rulebook
from floorwalker.core.drafts import with_drafts
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.menu import menus_of


class DraftBook:
    """Made when a preview first asks for it, in a thread: no request waits for what it does not need."""

    def __init__(self) -> None:
        self._made: tuple[Rulebook, Rulebook] | None = None

    async def of(self, live: Rulebook) -> Rulebook:
        """The rulebook in which every draft is live."""
        if self._made is None or self._made[0] is not live:
            self._made = (live, await asyncio.to_thread(_drafted, live))
        return self._made[1]


def _drafted(live: Rulebook) -> Rulebook:
    """Compiled as well: thousands of conditions take half a second, which no other request shall wait for."""
    drafted = live.deciding_by(with_drafts(live.ruleset))
    drafted.ruleset.once(Plan)
    drafted.ruleset.once(menus_of)
    return drafted
