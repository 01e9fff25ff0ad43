"""Around everything, in the demo only: lets one browser play any visitor, by changing what its requests say.

`?play=NAME` on any address takes a role (see `play.ROLES`) and leads on to the page; a cookie keeps it. The wrapped
app and floorwalker see a request as that visitor's browser would have sent it, and the time that it is for them.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo_site.play import COUNTRIES, DEVICES, ROLES, SAID, Play, take_role
from demo_site.rehearsal import rehearse
from demo_site.render import PREVIEW_COOKIES

COOKIE = "play"
CHOICE_COOKIES = ("fw-consent", "__Host-fw-consent")
VISITOR_COOKIES = ("fw", "__Host-fw", *CHOICE_COOKIES)
SHOP_COOKIE = "shop"
PREVIEW_PATHS = ("/_floorwalker/preview", "/demo/preview")
HINTS = ("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-ch-ua-model", "sec-ch-ua-platform-version")
SHIFT: ContextVar[float] = ContextVar("seconds that the clock of this request is ahead", default=0.0)


def demo_clock(clock: Callable[[], float] = time.time) -> Callable[[], float]:
    """A clock that is as far ahead as the request at hand plays."""
    return lambda: clock() + SHIFT.get()


async def _rest(ahead: float) -> None:
    """Nobody has to know what time it is."""


class Stage:
    """The outermost app of the demo."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        clock: Callable[[], float] = time.time,
        travels: Callable[[float], Awaitable[None]] = _rest,
    ) -> None:
        """travels: is told by how many seconds the clock is ahead for whoever plays now, when that changes."""
        self._app = app
        self._clock = clock
        self._travels = travels
        self._ahead = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        jar = _cookies(scope)
        play = Play() if _is_preview(scope, jar) else Play.read(jar.get(COOKIE, ""))
        chosen = [value for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name == "play"]
        if chosen and chosen[-1] in ROLES:
            await self._enter(scope, receive, send, play, chosen[-1])
        else:
            await self._perform(scope, receive, send, play)

    async def _enter(self, scope: Scope, receive: Receive, send: Send, play: Play, name: str) -> None:
        """Take the role and lead on; somebody new leaves the old visitor's cookies behind."""
        role = ROLES[name]
        taken = take_role(play, name, now=self._clock())
        response = RedirectResponse(role.landing or _without_play(scope), status_code=303)
        response.headers["cache-control"] = "no-store"
        if role.anew:
            for cookie in (*VISITOR_COOKIES, SHOP_COOKIE):
                response.delete_cookie(cookie, secure=cookie.startswith("__Host-"), httponly=True, samesite="lax")
        if role.past:
            for kept in await rehearse(self._app, as_played(scope, taken), shift=SHIFT, ahead=taken.shift):
                response.headers.append("set-cookie", kept)
        await self._tell_time(taken.shift)
        _keep(response.headers, taken)
        await response(scope, receive, send)

    async def _tell_time(self, ahead: float) -> None:
        if ahead != self._ahead:
            self._ahead = ahead
            await self._travels(ahead)

    async def _perform(self, scope: Scope, receive: Receive, send: Send, play: Play) -> None:
        is_page = _is_page(scope)
        arrives = bool(play.arriving) and is_page
        if is_page:
            await self._tell_time(play.shift)

        async def send_on(message: Message) -> None:
            if arrives and message["type"] == "http.response.start":
                _keep(MutableHeaders(scope=message), replace(play, arriving=""))
            await send(message)

        token = SHIFT.set(play.shift)
        try:
            await self._app(as_played(scope, play if arrives else replace(play, arriving="")), receive, send_on)
        finally:
            SHIFT.reset(token)


def as_played(scope: Scope, play: Play) -> Scope:
    """The request as the played visitor's browser would send it; `scope["demo"]` says who that is."""
    played: Scope = {**scope, "headers": list(scope["headers"]), "demo": play}
    headers = MutableHeaders(scope=played)
    for name in ("cf-ipcountry", "cf-timezone", SAID):  # nobody but the demo may say this of a request
        del headers[name]
    if play.device:
        headers["user-agent"] = DEVICES[play.device]
        for hint in HINTS:
            del headers[hint]
    if play.country:
        headers["cf-ipcountry"] = play.country
        headers["cf-timezone"] = COUNTRIES[play.country][1]
    if play.said and not _has_answered(headers):
        headers[SAID] = play.said
    if play.arriving:
        referrer = ROLES[play.arriving].referrer
        headers["sec-fetch-site"] = "cross-site" if referrer else "none"
        headers["referer"] = referrer
        if not referrer:
            del headers["referer"]
    return played


def _has_answered(headers: Headers) -> bool:
    """Whether whoever sits there says themselves what may be remembered: here, or by their browser."""
    if "1" in (headers.get("sec-gpc"), headers.get("dnt")):
        return True
    return any(f"{name}=" in headers.get("cookie", "") for name in CHOICE_COOKIES)


def _is_page(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    asked = headers.get("sec-fetch-dest", "document")
    return scope["method"] == "GET" and asked == "document" and "text/html" in headers.get("accept", "text/html")


def _is_preview(scope: Scope, jar: Mapping[str, str]) -> bool:
    """Whoever previews is somebody else already, at a time of their own; and links expire by the real clock."""
    return scope["path"].startswith(PREVIEW_PATHS) or not PREVIEW_COOKIES.isdisjoint(jar)


def _cookies(scope: Scope) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _keep(headers: MutableHeaders, play: Play) -> None:
    written = play.written()
    age = 30 * 86_400 if written else 0
    headers.append("set-cookie", f'{COOKIE}="{written}"; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax')


def _without_play(scope: Scope) -> str:
    """The same address on this host, without the parameter; several slashes in front would name another host."""
    query = [(name, value) for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name != "play"]
    path = "/" + quote(scope["path"].lstrip("/\\"))
    return f"{path}?{urlencode(query)}" if query else path
