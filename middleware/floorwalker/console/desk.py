"""The desk: people are looked up in the store and drawn for a page. Every look-up is noted, without a word of them."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from floorwalker.console.pages import Pages
from floorwalker.core import phrases
from floorwalker.core.advance import Corridor
from floorwalker.core.memory.persons import MARKED
from floorwalker.core.portrait import Portrayer
from floorwalker.errors import RecordTooNew
from floorwalker.store import Loaded, Store

logger = logging.getLogger(__name__)

MOST_FOUND: Final = 50
_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22}")


class Desk:
    """corridor, store: those in force when somebody asks. clock: seconds since 1970."""

    def __init__(
        self, corridor: Callable[[], Corridor], store: Callable[[], Store], pages: Pages, clock: Callable[[], float]
    ) -> None:
        self._corridor = corridor
        self._store = store
        self._pages = pages
        self._clock = clock

    async def find(self, asked: str, operator: str) -> list[Loaded]:
        """Everybody who is meant: by e-mail address, phone, name, the site's own id or the visitor's."""
        found = await self._found(asked) if asked else []
        logger.info("the operator %s looked for somebody; found: %d", operator, len(found))
        return found

    async def visitor(self, visitor: str, operator: str, *, home: str) -> str | None:
        """The page of one person; None where nobody is there."""
        loaded = await self._load(visitor)
        if loaded is None or loaded.profile is None:
            return None
        logger.info("the operator %s looked at the visitor %s", operator, loaded.pseudonym)
        corridor, now = self._corridor(), self._clock()
        drawn = Portrayer(corridor).draw(loaded.profile, at=now, visitor=loaded.visitor)
        return self._pages.visitor(drawn, at=now, zone=self._zone(corridor), home=home, operator=operator)

    def rows(self, found: Sequence[Loaded]) -> list[dict[str, Any]]:
        """What a list says of each, the latest seen first."""
        corridor, now = self._corridor(), self._clock()
        portrayer, zone = Portrayer(corridor), self._zone(corridor)
        drawn = [portrayer.draw(one.profile, at=now, visitor=one.visitor) for one in found if one.profile is not None]
        drawn.sort(key=lambda one: one["last_seen"] or "", reverse=True)
        return [
            {
                "visitor": one["visitor"],
                "user": one["user"],
                "name": phrases.called(one),
                "seen": phrases.ago(one["last_seen"], at=now, zone=zone),
                "segments": one["segments"],
            }
            for one in drawn[:MOST_FOUND]
        ]

    async def _found(self, asked: str) -> list[Loaded]:
        store = self._store()
        by_trait = await asyncio.gather(*(store.find(trait, asked) for trait in MARKED))
        visitors = [visitor for some in by_trait for visitor in some]
        ids = [await store.person(asked), *([asked] if _VISITOR.fullmatch(asked) else [])]
        loaded = [await self._load(one) for one in dict.fromkeys((*ids, *visitors[:MOST_FOUND]))]
        there = {one.visitor: one for one in loaded if one is not None and one.profile is not None}
        return list(there.values())

    async def _load(self, visitor: str) -> Loaded | None:
        """A record that can be read."""
        if not _VISITOR.fullmatch(visitor):
            return None
        try:
            return await self._store().load(visitor)
        except RecordTooNew:
            return None

    @staticmethod
    def _zone(corridor: Corridor) -> ZoneInfo:
        return ZoneInfo(corridor.ruleset.site.timezone)
