"""The door: who comes to the console, what they may see, and what the answer says to browsers and caches."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import parse_qs

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from floorwalker.console.attempts import Attempts
from floorwalker.console.desk import Desk
from floorwalker.console.pages import ICON, STYLE, Pages
from floorwalker.console.passwords import LONGEST, Operator, is_password
from floorwalker.console.sessions import Sessions
from floorwalker.core.advance import Corridor
from floorwalker.errors import StoreError
from floorwalker.store import Store

logger = logging.getLogger(__name__)

FORM_BYTES: Final = 8_192
_HASHING_AT_ONCE: Final = 2  # of 32 MB each
_MOST_WAITING: Final = 20  # for their password to be looked at; about three seconds
_SALT_BYTES: Final = 16
_GUARDS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
_BUSY_S: Final = 5.0
_KEPT: Final = {"cache-control": "public, max-age=86400"}
_WRONG: Final = "That name and password do not go together."


class Caller(Struct, frozen=True):
    """Whose browser it is. address: empty where not known. home: the console's own address, from the site's root."""

    address: str
    secure: bool
    home: str


class _TooLong(Exception):
    """A form is longer than any that this console has."""


class Console:
    """One for all requests; it keeps no visitor. corridor, store: those in force. pause: waits so many seconds."""

    def __init__(
        self,
        operators: Sequence[Operator],
        *,
        secret_keys: Sequence[str],
        corridor: Callable[[], Corridor],
        store: Callable[[], Store],
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._passwords = {one.name: one.password for one in operators}
        self._decoy = operators[0].password
        self._sessions = Sessions(secret_keys, operators)
        self._attempts = Attempts(secret_key=secret_keys[0], salt=random(_SALT_BYTES), shared=lambda: store().tries)
        self._hashing = asyncio.Semaphore(_HASHING_AT_ONCE)
        self._waiting = 0
        self._pages = Pages()
        self._desk = Desk(corridor, store, self._pages, clock)
        self._clock = clock
        self._pause = pause

    async def answer(self, request: Request, path: str, caller: Caller) -> Response:
        """path: below the console's own address, such as `/visitor/ID`."""
        try:
            response = await self._answer(request, path, caller)
        except StoreError:
            response = self._page(503, "The store is away.", "Try again in a moment.", caller)
        except _TooLong:
            response = self._page(413, "That is too much at once.", "Go back, and write less.", caller)
        for name, value in _GUARDS.items():
            response.headers.setdefault(name, value)
        return response

    async def _answer(self, request: Request, path: str, caller: Caller) -> Response:
        match request.method, path:
            case "GET" | "HEAD", "":
                return RedirectResponse(f"{caller.home}/", 308)
            case "GET" | "HEAD", "/console.css":
                return Response(STYLE, media_type="text/css", headers=_KEPT)
            case "GET" | "HEAD", "/icon.svg":
                return Response(ICON, media_type="image/svg+xml", headers=_KEPT)
            case "POST", _ if not _is_own(request):
                return self._page(403, "That came from another site.", "Nothing was done.", caller)
            case "POST", "/login":
                return await self._login(request, caller)
            case "POST", "/logout":
                return self._logout(caller)
        name = self._operator(request, caller)
        if not name:
            return self._stranger(request, path, caller)
        return await self._looked(request, path, caller, name)

    async def _looked(self, request: Request, path: str, caller: Caller, name: str) -> Response:
        """What somebody who is logged in sees."""
        match request.method, path:
            case "GET" | "HEAD", "/":
                return HTMLResponse(self._pages.find(home=caller.home, operator=name))
            case "POST", "/find":
                said = _told(await _form(request), "who")
                found = await self._desk.find(said, name)
                if len(found) == 1:
                    return RedirectResponse(f"{caller.home}/visitor/{found[0].visitor}", 303)
                return HTMLResponse(
                    self._pages.found(self._desk.rows(found), asked=said, home=caller.home, operator=name)
                )
            case "GET" | "HEAD", _ if path.startswith("/visitor/"):
                page = await self._desk.visitor(path.removeprefix("/visitor/"), name, home=caller.home)
                if page is not None:
                    return HTMLResponse(page)
                return self._page(404, "Nobody is there.", "They may have been erased, or the id is cut.", caller, name)
            case _:
                return self._page(404, "There is nothing at this address.", "", caller, name)

    async def _login(self, request: Request, caller: Caller) -> Response:
        form = await _form(request)
        name, password = _told(form, "name"), form.get("password", "")
        now = self._clock()
        wait_s = _BUSY_S if self._waiting >= _MOST_WAITING else await self._attempts.begin(name, caller.address, now)
        if wait_s:
            logger.warning("a login to the console is refused: too many have failed")
            page = self._pages.login(home=caller.home, name=name, problem=f"Too many tries. Wait {_minutes(wait_s)}.")
            return HTMLResponse(page, 429, {"retry-after": str(int(wait_s) + 1)})
        if not await self._fits(name, password):
            logger.warning("a login to the console failed")
            await self._pause(self._attempts.slowness_s(name, caller.address, now))
            return HTMLResponse(self._pages.login(home=caller.home, name=name, problem=_WRONG), 403)
        await self._attempts.succeeded(name, caller.address, now)
        logger.info("the operator %s logged in", name)
        response = RedirectResponse(f"{caller.home}/", 303)
        response.headers.append("set-cookie", self._sessions.cookie(name, secure=caller.secure, now=self._clock()))
        return response

    async def _fits(self, name: str, password: str) -> bool:
        """Whether they go together; as long for a name that nobody has."""
        stored = self._passwords.get(name, self._decoy)
        self._waiting += 1
        try:
            async with self._hashing:
                fits = await asyncio.to_thread(is_password, stored, password[: LONGEST + 1])
        finally:
            self._waiting -= 1
        return fits and name in self._passwords

    def _logout(self, caller: Caller) -> Response:
        response = RedirectResponse(f"{caller.home}/", 303)
        response.headers.append("set-cookie", Sessions.no_cookie(secure=caller.secure))
        return response

    def _stranger(self, request: Request, path: str, caller: Caller) -> Response:
        """Somebody who is not logged in sees the form, whatever they asked for."""
        if path == "/" and request.method in ("GET", "HEAD"):
            return HTMLResponse(self._pages.login(home=caller.home))
        return RedirectResponse(f"{caller.home}/", 303)

    def _operator(self, request: Request, caller: Caller) -> str:
        cookies = [value for name, value in request.headers.raw if name == b"cookie"]
        return self._sessions.operator(cookies, secure=caller.secure, now=self._clock())

    def _page(self, status: int, title: str, remedy: str, caller: Caller, operator: str = "") -> Response:
        return HTMLResponse(self._pages.plain(title, remedy, home=caller.home, operator=operator), status)


def _is_own(request: Request) -> bool:
    """Whether a form was sent from this site's own pages."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    return site == "same-origin" if site is not None else origin.partition("://")[2] == request.headers.get("host")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form. Raises _TooLong."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES:
            raise _TooLong
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=16)
    return {name: values[0] for name, values in fields.items()}


def _told(form: dict[str, str], name: str) -> str:
    return form.get(name, "").strip()[:255]


def _minutes(wait_s: float) -> str:
    minutes = int(wait_s // 60) + 1
    return "a minute" if minutes == 1 else f"{minutes} minutes"
