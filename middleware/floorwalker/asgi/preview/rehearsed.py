"""Somebody made up, in the place of a visitor: nothing is loaded or stored, for there is no store here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from msgspec.structs import replace

from floorwalker.asgi.http.headers import all_of, as_personal, without
from floorwalker.asgi.http.kinds import RequestKind
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import RawHeaders
from floorwalker.asgi.meeting import Markup, Meeting, Tail
from floorwalker.asgi.preview.drafts import DraftBook
from floorwalker.asgi.preview.overlay import Overlay
from floorwalker.asgi.preview.policy import admits_script
from floorwalker.asgi.preview.seal import Sealed
from floorwalker.asgi.preview.state import Scene, state_of
from floorwalker.asgi.rules.rulebook import MayHold, Rulebook
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.tallies import Tallies
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import EVERYTHING_PERMITTED
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Headers, Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.personas import Persona
from floorwalker.core.reading.address import split_address
from floorwalker.core.reading.reader import ZONE_COOKIE
from floorwalker.core.trying.rehearsal import Rehearsal, rehearse
from floorwalker.html.selectors import Place, SelectorSlot
from floorwalker.html.weave import Outcome

AS_IT_IS = b"plain"
HEADER = b"x-floorwalker-preview"
_SEEN = (HitKind.VIEW, HitKind.ERROR)
_OUTSIDE = frozenset(Place) - {Place.INSIDE}
_SOMEBODY_NEW = "preview"


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """What every preview needs. prefix: of our own endpoints, below the mount."""

    drafts: DraftBook
    overlay: Overlay
    prefix: str


class Rehearsed(Meeting):
    """A request in preview. What a handler says counts for this response alone."""

    takes_every_page = True

    def __init__(self, setup: Setup, request: Request, sealed: Sealed, wardrobe: Wardrobe, *, root: str) -> None:
        """root: where this app is mounted."""
        super().__init__(setup, request)
        self.tallies = Tallies()  # a preview is counted nowhere
        self._live = setup.rulebook
        self._sealed = sealed
        self._wardrobe = wardrobe
        self._root = root
        self._blocked = False
        self._is_plain = request.header(HEADER) == AS_IT_IS

    @property
    def page_memory(self) -> None:
        return None

    async def walk(self) -> Walk:
        """The walk of the persona, drafts included."""
        rulebook = await self._wardrobe.drafts.of(self._live)
        if self._walk is None:
            self._rulebook = rulebook
            self._walk = self._begun(rulebook)
        return self._walk

    @property
    def is_met(self) -> bool:
        return self._walk is not None

    @property
    def has_part(self) -> bool:
        return self.kind is not None or self.is_met

    def now(self) -> float:
        """The time that the preview plays at."""
        return self._at

    def may_hold(self, walk: Walk) -> MayHold:
        """As for everybody; what is hidden is replaced by its marks, so that the overlay finds where it was."""
        held = super().may_hold(walk)
        return replace(held, selectors=tuple([_seen_when_hidden(slot) for slot in held.selectors]))

    def markup(self, walk: Walk, *, public: bool) -> Markup:
        """As for everybody, with marks around what selectors put outside of an element's own content."""
        if self._is_plain or public:
            return lambda _: None
        slots, markup = self._rulebook.ruleset.slots, super().markup(walk, public=public)

        def marked(name: str) -> str | None:
            shown = markup(name)
            slot = slots.get(name)
            if shown is None or slot is None or not slot.at or slot.place not in _OUTSIDE:
                return shown
            return f"<!--fw:{name}-->{'' if slot.place == Place.HIDE else shown}<!--/fw:{name}-->"

        return marked

    def tail(self, walk: Walk, headers: RawHeaders, *, public: bool) -> Tail | None:
        """The overlay, where this is a page of its own."""
        if self._is_plain or self.kind not in _SEEN or self.request.kind is not RequestKind.DOCUMENT:
            return None
        self._blocked = not admits_script(all_of(headers, b"content-security-policy"), origin=self._origin)
        scene = Scene(
            root=self._root,
            prefix=f"{self._root}{self._wardrobe.prefix}/preview",
            guise=self._sealed.guise,
            until=self._sealed.until,
            at=self._at,
            url=self.request.url,
            public=public,
        )

        def ended(outcomes: Mapping[str, Outcome]) -> bytes:
            state = state_of(scene, walk, self._rulebook.ruleset, live=self._live.ruleset, outcomes=outcomes)
            return self._wardrobe.overlay.tail(state, scene.prefix, nonce=walk.nonce, blocked=self._blocked)

        return ended

    async def settle(self, headers: RawHeaders, *, shared: bool) -> RawHeaders:  # noqa: ARG002 - nobody may keep it
        """Nobody keeps it, and no search engine lists it."""
        kept = without(as_personal(headers), (b"cache-control", b"x-robots-tag", HEADER))
        told = [f"persona={quote(self._sealed.guise.persona)}" if self._sealed.guise.persona else "somebody new"]
        if self._blocked:
            told.append("overlay=blocked by the page's Content-Security-Policy")
        return [
            *kept,
            (b"cache-control", b"private, no-store"),
            (b"x-robots-tag", b"noindex"),
            (HEADER, "; ".join(told).encode("ascii")),
        ]

    def finish(self, outcomes: Mapping[str, Outcome]) -> None:
        """Nothing is stored."""

    async def end(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        if self._walk is not None:
            self._walk.rest()

    def log_out(self) -> None:
        """Nobody is there who could leave."""

    @property
    def _origin(self) -> str:
        scheme = "https" if self.request.secure else "http"
        return f"{scheme}://{self.request.header(b'host').decode('latin-1').lower()}"

    @property
    def _persona(self) -> Persona | None:
        return self._live.ruleset.personas.get(self._sealed.guise.persona)

    @cached_property
    def _at(self) -> float:
        at = self._sealed.guise.moment(self._live.ruleset.site.timezone)
        if at is not None:
            return at
        return self._persona.moment(self.request.at) if self._persona else self.request.at

    def _begun(self, rulebook: Rulebook) -> Walk:
        persona = self._persona
        if persona is None:
            staged = Rehearsal(_SOMEBODY_NEW, self._own_hit(), None, EVERYTHING_PERMITTED)
        else:
            staged = self._arrived(rulebook, rehearse(rulebook.corridor, persona, at=self._at))
        segments = rulebook.ruleset.segments
        return Walk(
            rulebook,
            staged.hit,
            staged.base,
            visitor=staged.visitor,
            degraded=False,
            permission=staged.permission,
            compared=False,
            members={name: on for name, on in self._sealed.guise.segments.items() if name in segments},
        )

    def _own_hit(self) -> Hit:
        """This request, as that of somebody who was never here: of the cookies the time zone alone is theirs."""
        request = self.request
        kind, status = self._expected
        return Hit(
            at=self._at,
            url=request.url,
            headers=_as_a_stranger(request.headers),
            method=request.method,
            status=status,
            kind=kind,
            address=request.address,
        )

    def _arrived(self, rulebook: Rulebook, staged: Rehearsal) -> Rehearsal:
        """The persona on the page that is asked for: landed there, or gone there from where they landed."""
        kind, status = self._expected
        there = split_address(self.request.url)
        landing = split_address(staged.hit.url)
        asked = replace(staged.hit, url=self.request.url, kind=kind, status=status, method=self.request.method)
        if (landing.path, landing.query) == (there.path, there.query):
            return replace(staged, hit=asked)
        landed_at = f"{self._origin}{landing.path}{'?' if landing.query else ''}{landing.query}"
        base: Profile | None = None
        if staged.permission.stores:
            arrival = replace(staged.hit, url=landed_at)
            base, _ = rulebook.corridor.advance(staged.base, arrival, seed=seed_of(staged.visitor))
        headers = (*((name, value) for name, value in asked.headers if name != b"referer"), _referer(landed_at))
        return replace(staged, base=base, hit=replace(asked, headers=headers, page=None))


def _seen_when_hidden(slot: SelectorSlot) -> SelectorSlot:
    return SelectorSlot(slot.name, slot.selector, Place.REPLACE) if slot.place is Place.HIDE else slot


def _referer(url: str) -> tuple[bytes, bytes]:
    return b"referer", url.encode("utf-8", "replace")


def _as_a_stranger(headers: Headers) -> Headers:
    wanted = f"{ZONE_COOKIE}=".encode()
    cookies = b";".join(value for name, value in headers if name == b"cookie").split(b";")
    zone = next((cookie.strip() for cookie in cookies if cookie.strip().startswith(wanted)), None)
    kept = tuple([pair for pair in headers if pair[0] != b"cookie"])
    return kept if zone is None else (*kept, (b"cookie", zone))
