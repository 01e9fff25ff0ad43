"""The preview's own addresses: the link is opened here, the guise changed, and a selector tried."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from gzip import compress
from typing import Any, Final, assert_never
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, RedirectResponse, Response

from floorwalker.asgi.http.headers import accepts_coding
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import Receive, Scope, Send
from floorwalker.asgi.preview.drafts import DraftBook
from floorwalker.asgi.preview.guise import Guise, GuiseUnreadable, read_guise
from floorwalker.asgi.preview.landing import is_own_path
from floorwalker.asgi.preview.overlay import Overlay
from floorwalker.asgi.preview.pages import plain_page, switch_page
from floorwalker.asgi.preview.rehearsed import Rehearsed, Wardrobe
from floorwalker.asgi.preview.seal import (
    LONGEST_LINK_S,
    LONGEST_SITTING_S,
    PreviewCookie,
    Refused,
    Sealed,
    link_seal,
    may_preview,
)
from floorwalker.asgi.preview.state import who
from floorwalker.asgi.preview.trial import Trial, tried
from floorwalker.asgi.setup import Setup
from floorwalker.core.reading.address import split_address

FORM_BYTES_AT_MOST: Final = 65_536
TRIAL_BYTES_AT_MOST: Final = 2_000_000
_NOT_KEPT: Final = {"cache-control": "no-store", "referrer-policy": "same-origin", "x-robots-tag": "noindex"}
_NEW_LINK: Final = "Make a new one with: floorwalker preview-link"
_REFUSALS: Final[Mapping[Refused, tuple[int, str, str]]] = {
    Refused.EXPIRED: (410, "This link has expired.", f"Preview links last some hours, a week at most. {_NEW_LINK}"),
    Refused.TAKEN_BACK: (410, "This link was taken back.", f"The site takes newer ones only. {_NEW_LINK}"),
    Refused.FORGED: (
        403,
        "This is no link that this site signed.",
        f"It may have been cut when it was copied, or the site has another secret key by now. {_NEW_LINK}",
    ),
    Refused.TOO_LONG: (403, "This is no link that this site signed.", f"It is too long to be one. {_NEW_LINK}"),
}


class TooLarge(Exception):
    """A request body is larger than what is read of it."""


class PreviewDesk:
    """Knows who previews, and answers below `PREFIX/preview`."""

    def __init__(self, setup: Setup) -> None:
        keys = setup.settings.secret_keys
        self._setup = setup
        self._links = link_seal(keys)
        self._cookie = PreviewCookie(keys)
        self._wardrobe = Wardrobe(DraftBook(), Overlay(), setup.settings.prefix)

    def meet(self, scope: Scope) -> Rehearsed | None:
        """Whom a request is played as; None for a visitor like any other."""
        if not may_preview(scope["headers"], dict(scope["headers"])):
            return None
        setup = self._setup
        request = Request(scope, at=setup.clock(), proxies=setup.proxies)
        sealed = self._cookie.read(request.cookies, secure=request.secure, now=request.at, since=self._since)
        if sealed is None:
            return None
        return Rehearsed(setup, request, sealed, self._wardrobe, root=_root(scope))

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, path: str) -> None:
        """path: below `PREFIX/preview`."""
        asked = Asked(scope, receive)
        try:
            response = await self._answer(asked, path)
        except TooLarge:
            response = self._page(asked, 413, "That is too much at once.", "Go back, and try it with less.")
        for name, value in _NOT_KEPT.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _answer(self, asked: Asked, path: str) -> Response:
        match asked.method, path:
            case "GET" | "HEAD", "":
                return self._opened(asked) if "token" in asked.query_params else self._switches(asked)
            case "POST", "":
                return await self._switched(asked)
            case "POST", "/selector":
                return await self._tried(asked)
            case "GET" | "HEAD", "/overlay.js":
                return self._static(asked, self._wardrobe.overlay.script, "text/javascript")
            case "GET" | "HEAD", "/preview.css":
                return self._static(asked, self._wardrobe.overlay.style.encode(), "text/css")
            case _:
                return self._page(asked, 404, "There is nothing at this address.", "")

    def _opened(self, asked: Asked) -> Response:
        """The link is opened: from now on this browser previews."""
        now = self._setup.clock()
        match self._links.open(asked.query_params["token"], now=now, longest_s=LONGEST_LINK_S, since=self._since):
            case Refused() as refused:
                return self._page(asked, *_REFUSALS[refused])
            case Sealed() as sealed:
                to = asked.query_params.get("to") or self._landing(sealed.guise)
                return self._sent(asked, sealed.guise, to, until=min(sealed.until, now + LONGEST_SITTING_S))
            case never:
                assert_never(never)

    def _landing(self, guise: Guise) -> str:
        """Where the persona landed."""
        persona = self._setup.rulebook.ruleset.personas.get(guise.persona)
        there = split_address(persona.url) if persona else split_address("/")
        to = f"{there.path}?{there.query}" if there.query else there.path
        return to if is_own_path(to) else "/"

    def _sent(self, asked: Asked, guise: Guise, to: str, *, until: float) -> Response:
        """On to the page, as somebody else."""
        if not is_own_path(to):
            return self._page(
                asked, 400, "This link leads elsewhere.", "A preview begins at a path of this site, such as /sale."
            )
        cookie = self._cookie.set_cookie(guise, until=until, secure=self._secure(asked), now=self._setup.clock())
        if cookie is None:
            return self._page(asked, 400, "Too many segments are switched.", "Leave some of them to the rules.")
        response = RedirectResponse(_root(asked.scope) + to, status_code=303)
        response.headers.append("set-cookie", cookie)
        return response

    def _switches(self, asked: Asked) -> Response:
        """All the switches on a page of their own: for browsers and pages in which the overlay cannot run."""
        sealed = self._sealed(asked)
        if sealed is None:
            return self._page(asked, 403, "No preview is open in this browser.", _NEW_LINK)
        to = asked.query_params.get("to", "/")
        ruleset = self._setup.rulebook.ruleset
        persona = ruleset.personas.get(sealed.guise.persona)
        at = sealed.guise.moment(ruleset.site.timezone)
        if at is None:
            at = persona.moment(self._setup.clock()) if persona else self._setup.clock()
        told = who(sealed.guise, ruleset, at=at)
        segments = [(one.name, sealed.guise.segments.get(one.name)) for one in ruleset.segments.values()]
        return switch_page(told, segments, to=to if is_own_path(to) else "/", prefix=self._own(asked))

    async def _switched(self, asked: Asked) -> Response:
        """The preview goes on as somebody else, or ends."""
        sealed, refusal = self._sealed(asked), self._refused(asked)
        if refusal is not None:
            return refusal
        form = parse_qsl((await _body(asked, FORM_BYTES_AT_MOST)).decode("utf-8", "replace"), keep_blank_values=True)
        said = dict(form)
        to = said.get("to") or "/"
        if "leave" in said:
            response = RedirectResponse(_root(asked.scope) + (to if is_own_path(to) else "/"), status_code=303)
            response.headers.append("set-cookie", self._cookie.clear_cookie(secure=self._secure(asked)))
            return response
        if sealed is None:
            return self._page(asked, 403, "The preview is over.", _NEW_LINK)
        try:
            guise = read_guise(persona=said.get("persona", ""), segments=_switches_of(form), at=said.get("at", ""))
        except GuiseUnreadable as problem:
            return self._page(asked, 400, "That cannot be shown.", f"{problem}.")
        return self._sent(asked, guise, to, until=sealed.until)

    async def _tried(self, asked: Asked) -> Response:
        """What the rewriter makes of selectors on a page."""
        refusal = self._refused(asked)
        if refusal is not None:
            return refusal
        if self._sealed(asked) is None:
            return self._page(asked, 403, "The preview is over.", _NEW_LINK)
        try:
            trial = msgspec.json.decode(await _body(asked, TRIAL_BYTES_AT_MOST), type=Trial)
        except msgspec.MsgspecError:
            return JSONResponse({"error": "a trial is JSON with selectors, place and html"}, 400)
        verdicts = await asyncio.to_thread(tried, trial, random=self._setup.settings.random)
        return JSONResponse(msgspec.to_builtins(verdicts))

    def _refused(self, asked: Asked) -> Response | None:
        """What comes from another site is no editor's doing."""
        site, origin = asked.headers.get("sec-fetch-site"), asked.headers.get("origin", "")
        own = site == "same-origin" if site is not None else origin.partition("://")[2] == asked.headers.get("host")
        return None if own else self._page(asked, 403, "That came from another site.", "Nothing was changed.")

    def _sealed(self, asked: Asked) -> Sealed | None:
        cookies = [value for name, value in asked.headers.raw if name == b"cookie"]
        now = self._setup.clock()
        return self._cookie.read(cookies, secure=self._secure(asked), now=now, since=self._since)

    @property
    def _since(self) -> float:
        """What was made before is taken back."""
        return self._setup.rulebook.ruleset.site.previews_since

    def _secure(self, asked: Asked) -> bool:
        return Request(asked.scope, at=0.0, proxies=self._setup.proxies).secure

    def _own(self, asked: Asked) -> str:
        return f"{_root(asked.scope)}{self._wardrobe.prefix}/preview"

    def _page(self, asked: Asked, status: int, title: str, remedy: str) -> Response:
        return plain_page(status, title, remedy, prefix=self._own(asked))

    def _static(self, asked: Asked, content: bytes, kind: str) -> Response:
        """Under an address with its version in it; it tells nothing of anybody."""
        headers = {
            "cache-control": "public, max-age=86400",
            "x-content-type-options": "nosniff",
            "vary": "Accept-Encoding",
        }
        if accepts_coding(asked.headers.get("accept-encoding", "").encode("latin-1"), "gzip"):
            content, headers["content-encoding"] = compress(content), "gzip"
        return Response(content, media_type=kind, headers=headers)


def _switches_of(form: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bool]]:
    for name, value in form:
        if name.startswith("segment:") and value in ("in", "out"):
            yield name.removeprefix("segment:"), value == "in"


async def _body(asked: Asked, most_bytes: int) -> bytes:
    """The request's body. Raises TooLarge."""
    parts, size = [], 0
    async for part in asked.stream():
        size += len(part)
        if size > most_bytes:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _root(scope: Mapping[str, Any]) -> str:
    return str(scope.get("root_path") or "").rstrip("/")
