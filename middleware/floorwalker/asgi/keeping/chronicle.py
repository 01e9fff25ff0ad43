"""What was published, told to the store in the background, so that yesterday's rules can be had back."""

import asyncio
import logging
from collections import deque
from typing import Final

from floorwalker.errors import FloorwalkerError, StoreUnavailable
from floorwalker.store import KeptRules, Store

logger = logging.getLogger(__name__)

_AGAIN_S: Final = 5.0
_END_S: Final = 0.5
_WAITING: Final = 16


class Chronicle:
    """Tells one store which versions of the rules came into force. Nobody waits for it; a store that is away is told
    later, and then of the latest 16 versions. Belongs to the event loop it is made in."""

    def __init__(self, store: Store, *, again_s: float = _AGAIN_S) -> None:
        self._store = store
        self._again_s = again_s
        self._waiting: deque[KeptRules] = deque(maxlen=_WAITING)
        self._telling: asyncio.Task[None] | None = None

    def note(self, kept: KeptRules) -> None:
        """A version has come into force."""
        self._waiting.append(kept)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell(), name="floorwalker: keep the rules")

    async def close(self) -> None:
        """Tell what is left while the store is there, for a moment at most."""
        if self._telling is None or self._telling.done():
            return
        if not self._store.health().away:
            await asyncio.wait([self._telling], timeout=_END_S)
        self._telling.cancel()
        await asyncio.wait([self._telling])

    async def _tell(self) -> None:
        while self._waiting:
            kept = self._waiting[0]
            try:
                if not await self._store.keep_rules(kept):
                    logger.warning("the rules %s are too large to be kept; they cannot be restored", kept.version)
            except StoreUnavailable:
                await asyncio.sleep(self._again_s)
                continue
            except FloorwalkerError as failure:
                logger.warning("the rules %s cannot be kept: %s", kept.version, failure)
            if self._waiting and self._waiting[0] is kept:
                self._waiting.popleft()
