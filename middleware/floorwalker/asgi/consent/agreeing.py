"""Whoever says what they allow: it is kept, and the landing on which they were asked is theirs from then on."""

from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.http.types import RawHeaders
from floorwalker.core.consent import Category
from floorwalker.core.hit import HitKind


class Agreeing(Encounter):
    """One answer. The request stands for the page on which they were asked."""

    async def agrees(self, granted: frozenset[Category], *, has_landed: bool) -> RawHeaders:
        """The headers that keep the answer, once what is known of them is in step with it.

        has_landed: that page is known, so that it counts now; but only for somebody of whom nothing was kept when it
        was served: whoever answers twice was kept by then, and of two answers at once the browser keeps one visitor,
        so that the other is never confirmed.
        """
        before = self.permission
        counts = has_landed and not before.stores and not self._setup.is_known_as_other(self.request.path)
        self._standing.choose(granted, before=before)
        self._identity = None
        self.became(HitKind.VIEW if counts and self.permission.stores else None, 200, is_page=False)
        headers = await self.settle([], shared=False)
        self.finish({})
        for commit in self._commits:
            await self._keeper.committed(commit, self._budget)
        return headers
