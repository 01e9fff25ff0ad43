"""A shop whose pages tell what happens in them, and an address that says what was remembered of it."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from floorwalker import PersonalizationMiddleware, get_visitor

RULES = """
segments:
  buyer: {when: {did: Product Added}}
slots:
  hero:
    show:
      - {to: buyer, name: thanks, html: "<p id=thanks>Thanks</p>"}
      - name: offer--
        html: >
          <p><a id=inside href=/other>See <b>more</b></a>
          <button id=gone data-fw-dismiss>No</button></p>
  label: {show: [{name: words, text: Go on}]}
  banner: {at: "#banner", pages: [/], show: [{name: wide, html: "<i id=wide>Wide</i>"}]}
  cart: {deliver: script, show: [{to: buyer, name: one, html: "<u id=one>1 thing</u>"}]}
  view: {deliver: script, pages: ["/spa/**"], show: [{name: spa, html: "<s class=view>{{ page.path }}</s>"}]}
"""
PAGE = """<!doctype html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,">{head}</head><body>
<div><!--slot:hero-->hero<!--/slot:hero--></div><div id="banner">banner</div>
<a id="link" href="/other"><!--slot:label-->label<!--/slot:label--></a>
<p id="cart"><!--slot:cart-->empty<!--/slot:cart--></p><p id="view"><!--slot:view-->no view<!--/slot:view--></p>
<button id="add" data-fw-event="Product Added" data-fw-product-id="x1" data-fw-price="12.5"><b>Add</b></button>
<form id="form" action="/other" data-fw-event="Signed Up" data-fw-plan="free"><button id="submit">Send</button></form>
<div style="height:4000px"></div></body></html>"""
LIVE = '<script src="/_floorwalker/client.js" data-fw-live defer></script>'
HEADS = {
    "/": "",
    "/other": "",
    "/live": LIVE,
    "/twice": LIVE + LIVE,
    "/public": '<script src="/_floorwalker/client.js" data-fw-page defer></script>',
    "/spa/one": "",
    "/ahead": "",
    "/prefetching": '<script type="speculationrules">'
    '{"prefetch": [{"urls": ["/ahead"], "eagerness": "immediate"}]}</script>',
    "/strict": "",
}


async def page(request: Request) -> HTMLResponse:
    """A page of the shop."""
    path = request.url.path
    headers = {}
    if path == "/strict":
        headers["content-security-policy"] = (
            "default-src 'none'; script-src 'nonce-abc123'; connect-src 'self'; img-src data:; "
            "style-src 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types floorwalker"
        )
    if path == "/public":
        headers["cache-control"] = "public, max-age=600"
    return HTMLResponse(PAGE.replace("{head}", HEADS[path]), headers=headers)


async def remembered(request: Request) -> JSONResponse:
    """Everything that is remembered of whoever asks, in order."""
    visitor = await get_visitor(request)
    past = [
        [one.name, one.page.path if one.page else "", dict(one.properties)] for one in visitor.profile.recents.past()
    ]
    blocks = visitor.profile.responses.blocks if visitor.profile.responses else ()
    return JSONResponse({"past": past, "shown": {one.block: one.shown.total for one in blocks}, "id": visitor.id})


def create_app() -> ASGIApp:
    """The site, wrapped; its folder is named by the environment."""
    folder = Path(os.environ["FLOORWALKER_TEST_FOLDER"])
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "rules.yaml").write_text(RULES)
    app = Starlette(routes=[Route("/remembered", remembered), *[Route(path, page) for path in HEADS]])
    return PersonalizationMiddleware(
        app, rules=folder / "rules", templates=folder / "none", budget_ms=2000, script="insert"
    )
