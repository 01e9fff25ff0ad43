"""The rules with their drafts, for previews: made once per version of the live rules."""

import asyncio
from weakref import WeakKeyDictionary

from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.core.trying.drafts import with_drafts


class DraftBook:
    """Made when a preview first asks for it, in a thread: no request waits for what it does not need.

    What was made for rules goes with them, whether or not anybody previews after them.
    """

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Rulebook, Rulebook] = WeakKeyDictionary()

    async def of(self, live: Rulebook) -> Rulebook:
        """The rulebook in which every draft is live."""
        made = self._made.get(live)
        if made is None:
            made = self._made[live] = await asyncio.to_thread(_drafted, live)
        return made


def _drafted(live: Rulebook) -> Rulebook:
    """Compiled as well: thousands of conditions take half a second, which no other request shall wait for."""
    drafted = live.deciding_by(with_drafts(live.ruleset))
    drafted.warm()
    return drafted
