"""The visitor, as an app's handlers see them."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from floorwalker.asgi.bystander import Bystander
from floorwalker.asgi.meeting import Meeting
from floorwalker.asgi.sparing import nothing, spared
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import Category
from floorwalker.core.decision import Arm, Decision, Reason
from floorwalker.core.events import NOTE_TAKEN, SLOT_SHOWN, Page, Scalar
from floorwalker.core.happening import event_of, identified_of, is_reserved
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Content
from floorwalker.core.signals import Signals

logger = logging.getLogger(__name__)

SCOPE_KEY = "floorwalker"
_FOR_THE_APP = (NOTE_TAKEN, SLOT_SHOWN)  # no page and no client may claim these


class Visitor:
    """One visitor, in one request. What a handler adds shows at once; a slot stays as it was when it was first read.

    Without the middleware, and in a WebSocket, everything may be called all the same: nobody is known, nothing is
    kept, and every slot has its default.
    """

    def __init__(self, encounter: Meeting | None, walk: Walk | None) -> None:
        self._encounter = encounter
        self._walk = walk

    @property
    @spared(str)
    def id(self) -> str:
        """The visitor's id; empty without the middleware, and where nothing may be kept of them."""
        return self._walk.visitor if self._walk is not None and self._walk.permission.stores else ""

    @property
    @spared(frozenset)
    def segments(self) -> frozenset[str]:
        """The names of the segments that the visitor is in now, this request and what was added included."""
        return self._walk.segments if self._walk is not None else frozenset()

    @property
    @spared(nothing)
    def dominant_interest(self) -> str | None:
        """The topic that stands out, or None where none does."""
        interests = self.profile.interests
        return (interests.dominant or None) if interests is not None else None

    @property
    @spared(lambda: Signals(at=0.0))
    def signals(self) -> Signals:
        """What this request alone tells."""
        return self._walk.signals if self._walk is not None else Signals(at=0.0)

    @property
    @spared(lambda: Profile(seed=0))
    def profile(self) -> Profile:
        """What is remembered, this request included."""
        return self._walk.profile if self._walk is not None else Profile(seed=0)

    @spared(nothing)
    def page(
        self,
        *,
        type: str = "",
        category: str = "",
        product: str = "",
        brand: str = "",
        tags: Iterable[str] = (),
        topics: Iterable[str] = (),
        price: float | None = None,
        price_tier: str = "",
        search: str = "",
    ) -> None:
        """Say what this page is about where its address does not tell; what is given goes before the page rules."""
        if self._walk is None:
            return
        said = Page(
            type=str(type),
            category=str(category),
            product=str(product),
            brand=str(brand),
            tags=tuple(map(str, tags)),
            topics=tuple(map(str, topics)),
            price=None if price is None else float(price),
            price_tier=str(price_tier),
            search=str(search),
        )
        self._walk.say_page(said)

    @spared(nothing)
    def attributes(self, **values: Scalar) -> None:
        """Say what rules may ask of this request with `attribute`, such as `stock=3`; nothing of it is stored."""
        if self._walk is not None:
            self._walk.say_attributes(values)

    @spared(nothing)
    def track(self, event: str, properties: Mapping[str, object] | None = None) -> None:
        """Something happened; stored before the response starts, so that the next one knows it.

        Names and properties follow the Segment spec, `products` too; anything else is a named action with its scalar
        properties. What follows from other things, such as `Page Viewed` or `Identified`, cannot be tracked.
        """
        if self._walk is None or self._encounter is None:
            return
        if not self._walk.permission.stores:
            self._encounter.note("what handlers track of visitors who do not allow it goes nowhere")
            return
        happened = event_of(str(event), properties or {}, at=self._encounter.now())
        if is_reserved(happened.name) and happened.name not in _FOR_THE_APP:
            self._encounter.note("%s follows from other things and cannot be tracked", happened.name)
            return
        self._walk.say(happened)

    @spared(nothing)
    def identify(self, user: str, traits: Mapping[str, object] | None = None) -> None:
        """Say who this is: your own id for them, and what you know of them.

        What an unknown visitor did so far becomes this person's, on all their devices; of somebody who is known as
        another already nothing does: from here on they are this one. An empty user only tells traits. What is known
        already costs nothing, so it may be said on every page. Of a visitor who does not allow to be remembered it
        goes nowhere.
        """
        if self._walk is None or self._encounter is None:
            return
        if not self._walk.permission.remembers:
            self._encounter.note("visitors who do not allow to be remembered are not identified")
        else:
            told = identified_of(str(user), traits or {}, at=self._encounter.now())
            self._encounter.identify(self._walk, told)

    @spared(nothing)
    def consent(self, categories: Iterable[str]) -> None:
        """Say what the visitor allows from now on, and nothing else: `analytics`, `personalization`, `tests`.

        For an app that asks by itself; call it before the response starts, which keeps it in a cookie. What was kept
        by a permission that is over goes.
        """
        if self._walk is None or self._encounter is None:
            return
        named = frozenset(map(str, categories))
        for name in sorted(named.difference(Category)):
            self._encounter.note("%r is nothing that a visitor allows: %s", name[:40], ", ".join(Category))
        self._encounter.agree(self._walk, frozenset([one for one in Category if one in named]))

    @spared(nothing)
    def refuse(self) -> None:
        """Say that the visitor allows nothing: what is kept of them is erased, and only this is remembered."""
        self.consent(())

    @property
    @spared(frozenset)
    def consented(self) -> frozenset[str]:
        """What may be done by what the visitor said, or where they were not asked: names of categories."""
        return frozenset(map(str, self._walk.permission.granted)) if self._walk is not None else frozenset()

    @property
    @spared(bool)
    def consent_asked(self) -> bool:
        """Whether the site asks this visitor, and they have not answered yet."""
        return self._walk is not None and self._walk.permission.undecided

    @spared(nothing)
    def logout(self) -> None:
        """Whoever comes next with this browser starts anew; call it before the response starts.

        This response is still theirs who leaves.
        """
        if self._encounter is not None:
            self._encounter.log_out()

    def slot(self, name: str) -> Decision:
        """What the slot shows to this visitor, for an app that renders it itself; `rendered` is the markup."""
        return self._decision(name) or Decision(name, Content("default"), Arm.TREATMENT, Reason.OFF)

    @spared(lambda: {"segments": {}, "slots": {}})
    def explain(self) -> dict[str, Any]:
        """Why the visitor is in each segment, and why each slot shows what it shows, as plain values."""
        return self._walk.explain() if self._walk is not None else {"segments": {}, "slots": {}}

    @spared(dict)
    def portrait(self) -> dict[str, Any]:
        """Everything that is known of the visitor, this request included, as `floorwalker visitor show --json` has it.

        Empty where nothing is known or may be remembered.
        """
        return self._walk.portrait() if self._walk is not None else {}

    @spared(nothing)
    def _decision(self, name: str) -> Decision | None:
        return self._walk.decision(name) if self._walk is not None else None


async def get_visitor(request: Any) -> Visitor:
    """The visitor of a Request, an HTTPConnection, or a bare scope.

    Waits for what is remembered of them, no longer than the time budget. Outside the middleware nobody is known; see
    Visitor.
    """
    scope = request if isinstance(request, Mapping) and "type" in request else getattr(request, "scope", {})
    encounter = None
    try:
        found = scope.get(SCOPE_KEY)
        encounter = found.encounter if isinstance(found, Bystander) else found
        if isinstance(encounter, Meeting):
            return Visitor(encounter, await encounter.walk())
    except Exception:
        logger.exception("a handler meets nobody")
        if isinstance(encounter, Meeting):
            encounter.tallies.failure("visitor of a handler")
    return Visitor(None, None)
