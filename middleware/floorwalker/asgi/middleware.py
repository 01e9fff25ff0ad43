"""The middleware: configuration only. Every request's state lives in its responder."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Container, Mapping
from typing import TYPE_CHECKING, Any, Unpack

from floorwalker.asgi.bystander import Bystander
from floorwalker.asgi.client.collect import PageDesk
from floorwalker.asgi.client.slots import SlotDesk
from floorwalker.asgi.collecting import CollectDesk
from floorwalker.asgi.consent.desk import ConsentDesk
from floorwalker.asgi.endpoints import Endpoints
from floorwalker.asgi.health import health_of
from floorwalker.asgi.http.headers import for_document
from floorwalker.asgi.http.kinds import MAY_BE_PAGE, request_kind
from floorwalker.asgi.http.request import Request, full_path, inner_path
from floorwalker.asgi.http.types import App, Receive, Scope, Send
from floorwalker.asgi.keeping.keepers import Keepers
from floorwalker.asgi.lifespan import LifespanResponder
from floorwalker.asgi.meeting import Meeting
from floorwalker.asgi.operating import OperatorDesk
from floorwalker.asgi.own.page import OwnDesk
from floorwalker.asgi.preview.desk import PreviewDesk
from floorwalker.asgi.preview.seal import may_preview
from floorwalker.asgi.refusing import Refusal, is_late, refuse, refused
from floorwalker.asgi.responder import Responder
from floorwalker.asgi.settings import Options, Settings, read_settings
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.tracing import encounter_of
from floorwalker.asgi.visitor import SCOPE_KEY
from floorwalker.asgi.wrapped import Wrapped
from floorwalker.collect.keys import Keyring
from floorwalker.core.conditions.patterns import path_pattern
from floorwalker.errors import ConfigurationError, RuleErrors
from floorwalker.store import Store

if TYPE_CHECKING:
    from floorwalker.asgi.metrics.desk import MetricsDesk

logger = logging.getLogger(__name__)

# A page that is sent as a file never passes by here.
_FILE_EXTENSIONS = ("http.response.pathsend", "http.response.zerocopysend")


class PersonalizationMiddleware:
    """Wraps any ASGI 3 app: each visitor's pages are read, remembered and changed as the rules say.

    Options are keyword arguments, else FLOORWALKER_* environment variables; `Settings` says what each one is. Raises
    ConfigurationError or RuleErrors where it could not serve, or, made while the server runs already, ends its start
    with them; a store that is away stops nothing.
    """

    def __init__(self, app: App, **options: Unpack[Options]) -> None:
        self._app = app
        self._refusal: Refusal | None = None
        try:
            self._begin(Setup(read_settings(options, os.environ)))
        except (ConfigurationError, RuleErrors) as refusal:
            if not is_late():
                raise refused(refusal) from None
            self._refusal = refusal

    def _begin(self, setup: Setup) -> None:
        self._setup = setup
        settings = setup.settings
        self._prefix = settings.prefix
        self._other_paths: Container[str] = setup.other_paths
        self._excluded = tuple(path_pattern(pattern) for pattern in settings.exclude)
        self._preview = PreviewDesk(self._setup) if settings.preview else None
        self._keepers = Keepers(settings, self._setup.publisher, self._setup.tallies)
        meet = self._preview.meet if self._preview is not None else _nobody
        site = self._site = Wrapped(self._app, setup, self._keepers.here, meet, self._leaves_alone)
        self._metrics = _metrics_desk(self._setup, self._keepers, self._store)
        self._endpoints = Endpoints(
            prefix=settings.prefix,
            health=self._health,
            slots=SlotDesk(site),
            collect=self._collecting(settings),
            pages=PageDesk(site),
            consent=ConsentDesk(site),
            preview=self._preview,
            console=OperatorDesk(self._setup, self._store) if settings.operators else None,
            metrics=self._metrics,
            own_page=OwnDesk(site) if settings.me else None,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or SCOPE_KEY in scope or self._refusal is not None:
            await self._beside(scope, receive, send)
            return
        try:
            if scope["path"] in self._other_paths and not scope.get("root_path"):
                answer: Awaitable[None] | Bystander = Bystander(self._site, scope, send)
            else:
                answer = self._answer(scope, receive, send)
        except Exception:  # noqa: BLE001 - it is noted
            self._note_failure()
            answer = self._app(scope, receive, send)
        if not isinstance(answer, Bystander):
            await answer
            return
        # It is run here, since a coroutine within another would cost every request for data 0.2 µs.
        try:
            await self._app({**scope, SCOPE_KEY: answer}, receive, answer.__call__)
        except BaseException as failure:
            if answer.responder is not None:
                await answer.responder.break_off(failure)
            raise
        if answer.responder is not None:
            await answer.responder.end()

    async def _beside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is no request, or none of ours."""
        if SCOPE_KEY in scope:
            await self._app(scope, receive, send)
        elif self._refusal is not None:
            await refuse(self._refusal, scope, receive, send)
        elif scope["type"] == "lifespan" and _runs_asyncio():
            inner = {**scope, SCOPE_KEY: None}
            await LifespanResponder(self._app, start=self._start, stop=self._stop)(inner, receive, send)
        else:
            await self._app(scope, receive, send)

    def _answer(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None] | Bystander:
        """The answer, by whose it is: ours, the app's alone, or the app's with our part in it; a bystander, where it is
        the app's and most likely no page."""
        full = path = scope["path"]
        if not self._keepers.by_loop:
            self._keepers.here()
        if scope.get("root_path"):
            full, path = full_path(scope), inner_path(scope)
        if path.startswith(self._prefix) and self._endpoints.owns(path):
            self._keepers.here()  # whoever answers there asks the store
            return self._endpoints(scope, receive, send)
        if self._excluded and self._is_excluded(path):
            return self._app(scope, receive, send)
        if full in self._other_paths:
            return Bystander(self._site, scope, send)
        named = dict(scope["headers"])
        may_be_made_up = self._preview is not None and may_preview(scope["headers"], named)
        if may_be_made_up and (made_up := self._site.meet(scope)) is not None:
            return Responder(made_up, send).run(self._app, _inner_scope(scope, made_up), receive)
        kind = request_kind(scope["method"], full, named)
        if kind not in MAY_BE_PAGE:
            return Bystander(self._site, scope, send)
        setup = self._setup
        request = Request(scope, at=setup.clock(), proxies=setup.proxies, path=full, named=named, kind=kind)
        encounter = encounter_of(setup, self._keepers.here(), request)
        encounter.begin()
        return Responder(encounter, send).run(self._app, _asking_for_a_page(scope, encounter), receive)

    def _note_failure(self) -> None:
        """A request passes by because we failed, or cannot take part at all."""
        if _runs_asyncio():
            logger.exception("a request is passed on as it came")
            self._setup.tallies.failure("request")
        else:
            self._setup.say_once("requests pass by: the server runs no event loop of asyncio")

    def _is_excluded(self, path: str) -> bool:
        return any(pattern.match(path) for pattern in self._excluded)

    def _leaves_alone(self, path: str) -> bool:
        """Whether there is no page of the app's at this path in which we take part."""
        return self._is_excluded(path) or self._endpoints.owns(path)

    def _collecting(self, settings: Settings) -> CollectDesk:
        """Takes events of other clients."""
        return CollectDesk(
            Keyring(settings.write_keys, settings.public_keys),
            corridor=lambda: self._setup.rulebook.corridor,
            store=self._store,
            clock=settings.clock,
            proxies=self._setup.proxies,
            terms=self._setup.terms,
            limits=self._setup.limits,
        )

    def _store(self) -> Store:
        return self._keepers.here().store

    async def _start(self) -> None:
        """Start-up: everything that would make the first visitor wait."""
        try:
            self._setup.rulebook.warm()
            if self._metrics is not None:
                self._metrics.start()
            await self._keepers.announced().warm_up()
        except Exception:
            logger.exception("start-up goes on without personalization")
            self._setup.tallies.failure("start-up")

    async def _stop(self) -> None:
        keeper = self._keepers.let_go()
        await self._setup.publisher.stop()
        if self._metrics is not None:
            await self._metrics.stop()
        try:
            if keeper is not None:
                await keeper.close()
        except Exception:
            logger.exception("the store could not be closed")

    def _health(self) -> Mapping[str, Any]:
        return health_of(self._setup.publisher, self._keepers.current())


def _metrics_desk(setup: Setup, keepers: Keepers, store: Callable[[], Store]) -> "MetricsDesk | None":
    """Nothing of it is loaded where nobody may read it."""
    if not (setup.settings.metrics_key or setup.settings.operators):
        return None
    from floorwalker.asgi.metrics.desk import MetricsDesk

    return MetricsDesk(setup, keepers.every, store)


def _runs_asyncio() -> bool:
    """Whether we can take part. A server may run apps in an event loop of another kind, such as Trio's."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _nobody(_: Scope) -> None:
    """Where there is no preview, nobody is made up."""


def _inner_scope(scope: Scope, meeting: Meeting) -> Scope:
    """The scope as the app gets it."""
    if meeting.request.may_be_page:
        return _asking_for_a_page(scope, meeting)
    return {**scope, SCOPE_KEY: meeting}


def _asking_for_a_page(scope: Scope, encounter: Meeting) -> Scope:
    """The scope as the app gets it: where pages may be changed, it is asked for a whole one, now, in known codings."""
    if not encounter.may_change_pages:
        return {**scope, SCOPE_KEY: encounter}
    request = encounter.request
    headers = for_document(request.headers, safe=request.method == "GET", named=request.named)
    inner = {**scope, SCOPE_KEY: encounter, "headers": headers}
    if extensions := scope.get("extensions"):
        inner["extensions"] = {name: value for name, value in extensions.items() if name not in _FILE_EXTENSIONS}
    return inner
