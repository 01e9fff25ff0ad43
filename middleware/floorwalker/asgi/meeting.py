"""What a response and the app's handlers ask of whoever a request comes from: a visitor, or somebody made up."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from floorwalker.asgi.http.kinds import RequestKind
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import RawHeaders
from floorwalker.asgi.rules.rulebook import MayHold, Rulebook
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import Category
from floorwalker.core.events import Event
from floorwalker.core.hit import HitKind
from floorwalker.html.markers import PageMemory
from floorwalker.html.weave import Outcome

Markup = Callable[[str], str | None]
Tail = Callable[[Mapping[str, Outcome]], bytes]


class Meeting(ABC):
    """Somebody and one request. kind: what it counts as, once its response has begun; None is nothing."""

    takes_every_page = False
    """Whether pages that hold no slot, or that the app made public, are taken part in as well."""

    @property
    def rulebook(self) -> Rulebook:
        """The rules that decide this request from beginning to end."""
        return self._rulebook

    @property
    def may_change_pages(self) -> bool:
        """Whether any page at all may be changed; where none may, requests and responses stay as they are."""
        return self.takes_every_page or self._rulebook.fills_pages

    @property
    def goes_public(self) -> bool:
        """Whether pages that the app made public may hold a slot of ours."""
        return self._rulebook.goes_public

    # What most requests leave as it is for a while belongs to the class: to set it for each costs 55 bytecodes.
    kind: HitKind | None = None
    _walk: Walk | None = None
    _became: tuple[HitKind, int] | None = None

    def __init__(self, setup: Setup, request: Request) -> None:
        self.request = request
        self.tallies = setup.tallies
        self._setup = setup
        self._rulebook = setup.publisher.rulebook

    @abstractmethod
    async def walk(self) -> Walk:
        """Their walk through the corridor."""

    @property
    @abstractmethod
    def page_memory(self) -> PageMemory | None:
        """What is known of pages that went by before."""

    @property
    @abstractmethod
    def is_met(self) -> bool:
        """Whether anybody asked who they are."""

    @property
    @abstractmethod
    def has_part(self) -> bool:
        """Whether the response's headers are to be settled."""

    @abstractmethod
    async def settle(self, headers: RawHeaders, *, shared: bool) -> RawHeaders:
        """The headers of the response as they go out. shared: other people's caches may keep it."""

    @abstractmethod
    def finish(self, outcomes: Mapping[str, Outcome]) -> None:
        """The response is handed over, or breaks off."""

    @abstractmethod
    async def end(self) -> None:
        """The app is through with the request, its background tasks too."""

    @abstractmethod
    def abandon(self) -> None:
        """The request was cancelled, or the app failed."""

    @abstractmethod
    def log_out(self) -> None:
        """Whoever comes next with this browser is somebody else."""

    def agree(self, walk: Walk, granted: frozenset[Category]) -> None:
        """The app says what they allow from here on. Of somebody made up nothing is kept in any case."""
        chosen = self._setup.terms.chosen(granted, at=self.request.at)
        walk.permit(self._setup.terms.after(chosen))

    def identify(self, walk: Walk, event: Event) -> None:
        """The app says who this is. Somebody made up is joined with nobody."""
        walk.say(event)

    def now(self) -> float:
        """Seconds since 1970."""
        return self._setup.clock()

    def note(self, warning: str, *values: object) -> None:
        """Log what is true of many responses, once. values: for the placeholders in it."""
        self._setup.say_once(warning, *values)

    def new_token(self) -> str:
        """Random, for marks that no page content can pose as."""
        return self._setup.settings.random(16).hex()

    def may_hold(self, walk: Walk) -> MayHold:
        """Which slots this page may hold, whoever sees it."""
        return self._rulebook.may_hold(walk.signals)

    def markup(self, walk: Walk, *, public: bool) -> Markup:  # noqa: ARG002 - somebody made up sees public pages too
        """What stands in each slot's place; what is left to the script in the page keeps its default."""
        by_script = self._rulebook.by_script
        if not by_script:
            return walk.markup
        left = frozenset([slot.name for slot in by_script])
        return lambda slot: None if slot in left else walk.markup(slot)

    def tail(self, walk: Walk, headers: RawHeaders, *, public: bool) -> Tail | None:  # noqa: ARG002
        """What follows the page's own last byte, given what became of its slots; None is nothing."""
        return None

    def became(self, kind: HitKind | None, status: int, *, is_page: bool) -> None:
        """The response tells what this request counts as."""
        if is_page or (status == 200 and self.request.kind is RequestKind.DOCUMENT):
            self._setup.learn(self.request.path, is_page=is_page)
        self.kind = kind
        self._became = (kind or HitKind.EVENTS, status)
        if self._walk is not None:
            self._walk.became(kind, status)

    @property
    def _expected(self) -> tuple[HitKind, int]:
        """What the request counts as, or most likely will, for an app that asks before it has answered; its status."""
        if self._became is not None:
            return self._became
        match self.request.kind:
            case RequestKind.DOCUMENT:
                return HitKind.VIEW, 200
            case RequestKind.PREFETCH:
                return HitKind.PREFETCH, 200
            case _:
                return HitKind.FRAGMENT, 200
