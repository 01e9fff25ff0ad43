"""Whom a request comes from: whether they may be known at all, what their cookie says, and what is loaded of them."""

from asyncio import CancelledError, current_task
from functools import partial

from floorwalker.asgi.cookie import Identity
from floorwalker.asgi.http.headers import with_cookie
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import RawHeaders
from floorwalker.asgi.keeping.keeper import Commit, Keeper
from floorwalker.asgi.meeting import Meeting
from floorwalker.asgi.permitting.standing import Standing
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import Category, Permission
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.signals import Signals
from floorwalker.core.steps import DeedStep, deed_of
from floorwalker.store import Loaded, Loading
from floorwalker.store.naming import is_person


class Acquaintance(Meeting):
    """A visitor as far as they are known. Without permission nobody is: no cookie is read, and nothing loaded."""

    _identity: Identity | None = None
    _load: Loading | None = None
    _base: Loaded | None = None
    _has_turned = False
    _is_led = False
    _is_behind = False
    _is_settled = False
    _commits: tuple[Commit, ...] = ()

    def __init__(self, setup: Setup, keeper: Keeper, request: Request) -> None:
        super().__init__(setup, request)
        self._keeper = keeper
        self._budget = keeper.budget(setup.budget_s)
        self._standing = Standing(setup.terms, request)

    def begin(self) -> None:
        """Begin to load whom the cookie names."""
        identity = self._identity or self.identity
        if identity.confirmed and self._load is None:
            self._load = self._keeper.load(identity.visitor)

    @property
    def permission(self) -> Permission:
        """What may be kept and counted of this visitor: the one place that says so."""
        standing = self._standing
        return standing.held or standing.permission(self._country)

    @property
    def identity(self) -> Identity:
        """The visitor whom the request named, or a new one."""
        return self._identity or self._come()

    def agree(self, walk: Walk, granted: frozenset[Category]) -> None:
        """The visitor allows this much from here on, and nothing else."""
        if self._is_settled:
            self.note("what a visitor allows was said after the response had begun, and is not kept")
            return
        self._standing.choose(granted, before=self.permission)
        walk.permit(self.permission)
        self._is_behind = True

    def _come(self) -> Identity:
        """Who comes with this request; a robot is nobody, whosever cookie it brings."""
        brought = self._brought() if self.permission.stores else None
        if brought is None or self._rulebook.reader.is_robot(self.request.named):
            brought = self._setup.cookie.new(self.request.at)
        self._identity = brought
        return brought

    def _brought(self) -> Identity | None:
        """Whom the request's cookies name."""
        cookie, request = self._setup.cookie, self.request
        for header in request.cookies:
            found = cookie.read(header, secure=request.secure, now=request.at)
            if found is not None:
                return found
        return None

    async def _loaded(self) -> None:
        if self._load is None:
            self.begin()
        if self._load is None or self._base is not None:
            self.tallies.loads_not_asked += self._load is None and self.identity.confirmed
            return
        identity = self._identity
        try:
            base = await self._keeper.loaded(self._load, self._budget)
        except CancelledError:
            await self._broke_off()
            return
        if identity is None or self._identity is not identity:  # two tasks of the app may ask at once
            return
        if base is None:
            self._heed(identity.visitor, None)
        elif base.erased:
            self._identity = self._setup.cookie.new(self.request.at)
        else:
            if base.visitor != identity.visitor:
                base = self._led_to(base)
            self._base = base
            if base is not None and not self._is_led:  # what is the person's only they withdraw
                self._heed(base.visitor, base.profile)

    async def _broke_off(self) -> None:
        """Two tasks of the app wait for one load, and it ends with either: whoever is left begins another."""
        self._load, task = None, current_task()
        if task is None or task.cancelling():
            raise CancelledError
        await self._loaded()

    def _led_to(self, base: Loaded) -> Loaded | None:
        """Their history went to a person. A cookie from before may be in other hands by now (fixation): it leads to the
        person, and names them only once the app has said who this is."""
        self._identity, self._is_led = Identity(base.visitor, 0, confirmed=True), True
        return base

    def _heed(self, visitor: str, profile: Profile | None) -> None:
        """What was kept by a permission that is over goes: all of it, and they are somebody else from here on, or what
        the streams hold. Arms go with the next step (`allowance.in_step`)."""
        lost = self._standing.known(profile, self.permission)
        if not lost:
            return
        if Category.PERSONALIZATION in lost:
            self._noted(self._keeper.erase(visitor))
            self._identity, self._base = self._setup.cookie.new(self.request.at), None
        elif Category.ANALYTICS in lost:
            self._noted(self._keeper.forget_events(visitor))

    async def _chosen(self, walk: Walk, headers: RawHeaders, *, shared: bool) -> RawHeaders:
        """The headers with what the visitor chose in this very request, once it is heeded."""
        if self.permission.stores and not self._has_turned:
            if self._is_behind:
                await self._catch_up(walk)
            self._keep_choice()
        cookie = self._standing.cookie()
        if shared:
            self.note("what a visitor allows is not kept by a response that shared caches may keep")
        return headers if shared or cookie is None else with_cookie(headers, cookie)

    async def _catch_up(self, walk: Walk) -> None:
        """They chose after their walk had begun: by what is permitted now they may be known, or known no longer."""
        self._identity, self._load, self._base = None, None, None
        await self._loaded()
        walk.arrived(self.identity.visitor, self._base.profile if self._base is not None else None)
        self._is_behind = False

    def _keep_choice(self) -> None:
        """Whoever is known already has it noted, whether this request counts or not."""
        if not self.identity.confirmed or (self._base is not None and self._base.profile is None):
            return
        at, visitor = self.request.at, self.identity.visitor
        said = Hit(at=at, url="", kind=HitKind.EVENTS)
        deed = partial(deed_of, said, Signals(at=at), visitor, permission=self.permission)
        step = DeedStep(self._rulebook.corridor, deed)
        self._noted(self._keeper.commit(visitor, self._base, step, confirmed=True))

    def _parted(self, headers: RawHeaders, *, shared: bool) -> RawHeaders:
        """The headers for whoever refused: a cookie of ours that they still bring goes, and whom it names is erased.

        A browser's general refusal erases nobody whom the site knows as a person: what it knows of them is not this
        browser's alone.
        """
        if not self.permission.refused:
            return headers
        brought, secure = self._brought(), self.request.secure
        if brought is not None and (self.permission.choice is not None or not is_person(brought.visitor)):
            self._noted(self._keeper.erase(brought.visitor))
        if shared or not self._setup.cookie.is_in(self.request.cookies, secure=secure):
            return headers
        return with_cookie(headers, self._setup.cookie.no_cookie(secure=secure))

    def _noted(self, commit: Commit) -> Commit:
        self._commits = (*self._commits, commit)
        return commit

    def _hit(self) -> Hit:
        """The request as it stands."""
        request, (kind, status) = self.request, self._expected
        return Hit(
            at=request.at,
            url=request.url,
            headers=request.headers,
            method=request.method,
            status=status,
            kind=kind,
            address=request.address,
        )

    def _country(self) -> str | None:
        """Where they are, as the corridor reads it."""
        place = self._rulebook.corridor.read(self._hit()).place
        return place.country if place is not None else None
