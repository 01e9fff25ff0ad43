"""`POST PREFIX/v1/…`: events of other clients, on a site's own addresses or in a process that takes nothing else."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from starlette.responses import JSONResponse, Response

from floorwalker.asgi.health import health_of
from floorwalker.asgi.http.address import Proxies
from floorwalker.asgi.http.arriving import answer_in_time
from floorwalker.asgi.http.headers import Headers, first_of, lowered
from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.request import Request, inner_path
from floorwalker.asgi.http.types import App, Receive, Scope, Send
from floorwalker.asgi.keeping.keepers import Keepers
from floorwalker.asgi.lifespan import LifespanResponder
from floorwalker.asgi.limits import Limits
from floorwalker.asgi.permitting.terms import Terms
from floorwalker.asgi.settings import Settings, read_settings
from floorwalker.asgi.setup import limits_of, publisher_of, terms_of
from floorwalker.collect.bodies import Envelope, read_batch, read_message, unpack
from floorwalker.collect.delivering import Delivery
from floorwalker.collect.keys import Access, Keyring, key_of
from floorwalker.collect.limits import BODY_BYTES
from floorwalker.collect.messages import Kind, Message, choice_in, from_browser, from_server
from floorwalker.collect.reading import keys_in, read_messages
from floorwalker.collect.refusals import Refused
from floorwalker.core.advance import Corridor
from floorwalker.core.hit import Hit
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import ConfigurationError
from floorwalker.store import Store

_KINDS: Final[Mapping[str, Kind | None]] = {
    **{f"/v1/{kind}": kind for kind in Kind},
    **{f"/v1/{kind[0]}": kind for kind in Kind},
    "/v1/batch": None,
    "/v1/b": None,
}
_TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
_METHODS: Final = "POST, OPTIONS"
_PREFLIGHT: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type, content-encoding",
    "access-control-max-age": "86400",
}


class CollectDesk:
    """Takes events, or refuses them whole; nothing of a body is stored before all of it is read.

    corridor: of the rules in force. store: of the running event loop. terms: on which anything of what pages send is
    kept. limits: how much is taken.
    """

    def __init__(
        self,
        keyring: Keyring,
        *,
        corridor: Callable[[], Corridor],
        store: Callable[[], Store],
        clock: Callable[[], float],
        proxies: Proxies,
        terms: Terms,
        limits: Limits,
    ) -> None:
        self._keyring = keyring
        self._corridor = corridor
        self._store = store
        self._clock = clock
        self._proxies = proxies
        self._terms = terms
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, path: str) -> None:
        """path: below the prefix, such as `/v1/track`."""
        response = await self._answer(scope, receive, path)
        if response is not None:
            await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, path: str) -> Response | None:
        """The answer; None for somebody who has gone meanwhile."""
        method = str(scope["method"])
        if path not in _KINDS:
            return problem(404, "Not Found", "There is nothing at this address.")
        if method == "OPTIONS":
            return self._preflight()
        if method != "POST":
            return problem(405, "Method Not Allowed", "This address takes POST.", {"allow": _METHODS})
        headers = lowered(scope["headers"])
        response = await self._taken(scope, receive, headers, _KINDS[path])
        return response if response is None else self._readable(response, headers)

    async def _taken(self, scope: Scope, receive: Receive, headers: Headers, kind: Kind | None) -> Response | None:
        from_page = first_of(headers, b"origin") is not None
        try:
            key = self._key(headers, scope.get("query_string") or b"", from_page=from_page)
            body = await body_of(receive, headers)
            if body is None:
                return None
            text = unpack(body, first_of(headers, b"content-encoding") or b"")
            envelope = read_batch(text) if kind is None else read_message(text)
            access = self._access(key, envelope, from_page=from_page)
            now = self._clock()
            messages = read_messages(envelope, kind, now=now, access=access)
            if access is Access.BROWSER:
                self._check_page(scope, messages)
            sent = self._by_page(scope, now) if access is Access.BROWSER else from_server
            messages = [sent(message) for message in messages]
            await Delivery(self._store(), self._corridor(), now=now, access=access).deliver(messages)
        except Refused as refusal:
            return refused(self._limits.slowed(refusal, scope), challenge=not from_page)
        return JSONResponse({"success": True}, headers={"cache-control": "no-store"})

    def _key(self, headers: Headers, query: bytes, *, from_page: bool) -> str | None:
        """The key in the request's head, where one is; a wrong one is refused before the body is read."""
        if not self._keyring:
            raise Refused(401, "No key is known here: set write_keys or public_keys.")
        key = key_of(headers, query)
        if key is not None:
            self._keyring.authorized([key], from_browser=from_page)
        return key

    def _access(self, key: str | None, envelope: Envelope, *, from_page: bool) -> Access:
        named = keys_in(envelope)
        return self._keyring.authorized(named if key is None else [key, *named], from_browser=from_page)

    def _check_page(self, scope: Scope, messages: Sequence[Message]) -> None:
        """Raises Refused where too much comes from a page's address or of its visitor; servers send what they have."""
        self._limits.check_address(scope)
        for anonymous, count in Counter(message.anonymous for message in messages).items():
            self._limits.check_visitor(f"anonymous {anonymous}", count)

    def _by_page(self, scope: Scope, now: float) -> Callable[[Message], Message]:
        """What becomes of the messages of one request that a page sent."""
        request = Request(scope, at=now, proxies=self._proxies)
        agent, address = request.header(b"user-agent").decode("latin-1"), request.address

        @cache
        def country() -> str | None:
            place = self._corridor().read(Hit(at=now, url="", headers=request.headers, address=address)).place
            return place.country if place is not None else None

        def sent(message: Message) -> Message:
            permission = self._terms.told(choice_in(message), request, country)
            return from_browser(message, agent=agent, address=address or "", permission=permission)

        return sent

    def _preflight(self) -> Response:
        """Pages of any site may send, with a public key; the request that asks first names none."""
        if not self._keyring.takes_browsers:
            return problem(403, "Forbidden", "Pages need a public key to send events; none is set.")
        return Response(status_code=204, headers=_PREFLIGHT)

    def _readable(self, response: Response, headers: Headers) -> Response:
        """The response, which a page may read where pages are taken at all."""
        if self._keyring.takes_browsers and first_of(headers, b"origin") is not None:
            response.headers["access-control-allow-origin"] = "*"
        return response


class CollectOptions(TypedDict, total=False):
    """The keyword arguments of `CollectApp`; `Settings` says what each one is."""

    rules: str | Path | Ruleset
    templates: str | Path
    reload_s: float
    store: str | Store
    data_keys: str | Sequence[str]
    spool: str | Path | None
    write_keys: str | Sequence[str]
    public_keys: str | Sequence[str]
    places: str | Path | None
    trusted_proxies: str | Sequence[str]
    geo_headers: str
    consent: str | Mapping[str, str]
    consent_policy: str
    consent_from: str | Sequence[str]
    browser_signals: str | Sequence[str]
    visitor_limit: int | str
    address_limit: int | str
    clock: Callable[[], float]


class CollectApp:
    """An ASGI app of its own that takes events over HTTP and nothing else: `POST /v1/track`, `/v1/batch`, ….

    For a process beside the site, with the site's rules and store. Options are keyword arguments, else FLOORWALKER_*
    environment variables, as of the middleware. Raises ConfigurationError or RuleErrors where it could not serve;
    without any key it could not.
    """

    def __init__(self, **options: Unpack[CollectOptions]) -> None:
        settings = _read(options)
        self._publisher = publisher_of(settings)
        self._keepers = Keepers(settings, self._publisher)
        keyring = Keyring(settings.write_keys, settings.public_keys)
        if not keyring:
            raise ConfigurationError("Nobody could send events: set write_keys, public_keys or both.")
        proxies = Proxies(settings.trusted_proxies)
        self._desk = CollectDesk(
            keyring,
            corridor=lambda: self._publisher.rulebook.corridor,
            store=self._store,
            clock=settings.clock,
            proxies=proxies,
            terms=terms_of(settings),
            limits=limits_of(settings, proxies),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await LifespanResponder(_no_app, start=self._start, stop=self._stop)(scope, receive, send)
        elif scope["type"] == "http":
            self._keepers.here()  # one that lives as long as this loop, whoever asks first
            path = inner_path(scope)
            answer = self._healthz if path == "/healthz" else self._taking(path)
            await answer_in_time(answer, scope, receive, send)
        else:
            raise ValueError(f"CollectApp takes http, not {scope['type']}")

    def _taking(self, path: str) -> App:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await self._desk(scope, receive, send, path=path)

        return answer

    def _store(self) -> Store:
        return self._keepers.here().store

    async def _healthz(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = health_of(self._publisher, self._keepers.here())
        await JSONResponse(told, headers={"cache-control": "no-store"})(scope, receive, send)

    async def _start(self) -> None:
        self._publisher.rulebook.warm()
        await self._keepers.announced().warm_up()

    async def _stop(self) -> None:
        keeper = self._keepers.let_go()
        await self._publisher.stop()
        if keeper is not None:
            await keeper.close()


def _read(options: CollectOptions) -> Settings:
    for name in options:
        if name not in CollectOptions.__annotations__:
            raise ConfigurationError(f"CollectApp has no setting {name}.")
    return read_settings(options, os.environ, signs=False)


async def _no_app(scope: Scope, receive: Receive, send: Send) -> None:
    """There is no app within."""


async def body_of(receive: Receive, headers: Headers, *, most_bytes: int = BODY_BYTES) -> bytes | None:
    """The whole body; None where the sender went away. Raises Refused where it is too long, without reading it all."""
    too_long = Refused(413, f"A body has up to {most_bytes} bytes. Send fewer events at once.")
    length = first_of(headers, b"content-length") or b""
    if length.isdigit() and int(length[:20]) > most_bytes:
        raise too_long
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise too_long
        if not message.get("more_body", False):
            return bytes(body)


def refused(refusal: Refused, *, challenge: bool) -> Response:
    """The answer to what is refused. challenge: whether a 401 may ask for a name and password.

    A browser would show a window for it.
    """
    headers = {"cache-control": "no-store"}
    if refusal.retry_after_s:
        headers["retry-after"] = str(refusal.retry_after_s)
    if refusal.status == 401 and challenge:
        headers["www-authenticate"] = 'Basic realm="events", charset="UTF-8"'
    title = _TITLES[refusal.status]
    members: dict[str, Any] = {"code": title, "message": refusal.detail}  # Python clients retry for ever without them
    if refusal.faults:
        members["errors"] = [{"field": fault.field, "detail": fault.detail} for fault in refusal.faults]
    return problem(refusal.status, title, refusal.detail, headers, members=members)
