"""The rules with their drafts, for previews: made once per version of the live rules."""

import asyncio

from floorwalker.asgi.rulebook import Rulebook
from floorwalker.core.drafts import with_drafts


class DraftBook:
    """Made when a preview first asks for it, in a thread: no request waits for what it does not need."""

    def __init__(self) -> None:
        self._made: tuple[Rulebook, Rulebook] | None = None

    async def of(self, live: Rulebook) -> Rulebook:
        """The rulebook in which every draft is live."""
        if self._made is None or self._made[0] is not live:
            drafted = await asyncio.to_thread(lambda: live.deciding_by(with_drafts(live.ruleset)))
            self._made = (live, drafted)
        return self._made[1]
