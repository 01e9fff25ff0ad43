"""The desk where one can ask "Who am I?": notes taken as each page leaves, shown in the panel or on a page."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo_site.behind import BEHIND_ROUTES, BackRoom, Behind
from demo_site.letters import LETTER_ROUTES
from demo_site.play import Play
from demo_site.render import page
from demo_site.who import Who, describe
from floorwalker import FloorwalkerError, get_visitor, preview_link

MOST_NOTES = 500
OWN_PATHS = "/demo/"
PREVIEW_S = 60 * 60


class Desk:
    """Inside floorwalker, around the shop: writes down what was decided for each page, as it was decided.

    The notes of the visitors seen last are kept, in this process; whoever is not among them is described anew.
    secret_key: the site's, and clock: its own, for links to the preview.
    """

    def __init__(self, app: ASGIApp, *, secret_key: str, clock: Callable[[], float]) -> None:
        self._app = app
        self._secret_key = secret_key
        self._clock = clock
        self._notes: OrderedDict[str, Who] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["desk"] = self

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(scope, message):
                await self._note(Request(scope))
            await send(message)

        await self._app(scope, receive, send_on)

    async def about_visitor(self, request: Request) -> Who:
        """What is known of this visitor now, and what their latest page showed, as it was noted with it."""
        visitor = await get_visitor(request)
        noted = self._notes.get(visitor.id)
        if noted is None:
            return await self._describe(request, page="/")
        if not visitor.profile.visits:  # their past could not be read in time
            return noted
        now = await self._describe(request, page=noted.page)
        return replace(now, summary=noted.summary, signals=noted.signals, slots=noted.slots)

    @property
    def now(self) -> float:
        """Seconds since 1970, by the clock of the demo."""
        return self._clock()

    def link_to_preview(self, path: str) -> str:
        """Opens the preview of a path of this site for whoever follows it. Raises FloorwalkerError for any other."""
        return preview_link(secret_key=self._secret_key, until=self._clock() + PREVIEW_S, path=path)

    async def _note(self, request: Request) -> None:
        visitor = await get_visitor(request)
        if not visitor.id:  # nothing may be kept of them, here neither
            return
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self._notes[visitor.id] = await self._describe(request, page=address, whole=False)
        self._notes.move_to_end(visitor.id)
        if len(self._notes) > MOST_NOTES:
            self._notes.popitem(last=False)

    async def _describe(self, request: Request, *, page: str, whole: bool = True) -> Who:
        """whole: with what is known of the visitor besides, which each look at the panel asks for anew."""
        visitor = await get_visitor(request)
        return describe(
            explanation=visitor.explain(),
            profile=visitor.profile,
            portrait=visitor.portrait() if whole else {},
            signals=visitor.signals,
            play=request.scope.get("demo") or Play(),
            page=page,
            allows=visitor.consented,
            is_asked=visitor.consent_asked,
        )


def _is_page(scope: Scope, start: Message) -> bool:
    html = Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")
    return html and scope["method"] == "GET" and not scope["path"].startswith(OWN_PATHS)


async def who_page(request: Request) -> Response:
    """The panel as a page, for browsers that run no scripts."""
    desk = _desk(request)
    who = await desk.about_visitor(request)
    return page(request, "who.html", who=who, behind=_behind(request, who, now=desk.now))


async def who_json(request: Request) -> Response:
    """The panel's content, and which places of the page show a block of ours."""
    desk = _desk(request)
    who = await desk.about_visitor(request)
    behind = _behind(request, who, now=desk.now)
    html = request.app.state.templates.get_template("_who.html").render(who=who, behind=behind)
    return JSONResponse({"html": html, "changed": who.changed}, headers={"cache-control": "no-store"})


def _behind(request: Request, who: Who, *, now: float) -> Behind:
    room: BackRoom = request.app.state.back_room
    return room.seen_by(request, who.visitor, now=now, zone=who.zone)


async def preview(request: Request) -> Response:
    """On to the preview of the page that one came from. In a shop with customers this is for editors who signed in."""
    try:
        link = _desk(request).link_to_preview(request.query_params.get("to", "/"))
    except FloorwalkerError as error:
        raise HTTPException(400) from error
    return RedirectResponse(link, status_code=303, headers={"cache-control": "no-store"})


def _desk(request: Request) -> Desk:
    desk: Desk = request.scope["desk"]
    return desk


DESK_ROUTES = [
    Route("/demo/who", who_page),
    Route("/demo/who.json", who_json),
    Route("/demo/preview", preview),
    *LETTER_ROUTES,
    *BEHIND_ROUTES,
]
