"""A site whose pages anybody's cache may keep, with slots that are left to the script in them."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from floorwalker import PersonalizationMiddleware

RULES = """
segments:
  tripod-seeker: {when: {searched: tripod}}
slots:
  row: {deliver: script, show: [{to: tripod-seeker, name: cheaper, html: "<tr><td>Cheaper</td><td>9</td></tr>"}]}
  hero: {deliver: script, at: "#hero", show: [{name: hello, html: "<p>Seen {{ visitor.pages_this_visit }}</p>"}]}
  after: {deliver: script, at: "#after", place: after, show: [{name: post, text: "5 < 6"}]}
  gone: {deliver: script, at: ".gone", place: hide, show: [{hide: yes, name: no-banner}]}
  lively:
    deliver: script
    pages: [/lively]
    show: [{name: by-mark, html: "<script>document.title += ' marked'</script>"}]
  livelier:
    deliver: script
    at: "#after"
    pages: [/lively]
    show: [{name: by-selector, html: "<script>document.title += ' selected'</script>"}]
  absent: {deliver: script, at: "#absent", show: [{name: never, text: Never}]}
"""
PAGE = """<!doctype html>
<html lang="en"><head><title>A public page</title><link rel="icon" href="data:,">
<script src="/_floorwalker/client.js" defer></script></head><body>
<main id="hero"><h1>Hello</h1></main><p id="after">After</p><p class="gone">Gone</p>
<table id="prices"><tr><th>What</th><th>Price</th></tr>
<!--slot:row--><tr><td>Dear</td><td>90</td></tr><!--/slot:row--></table></body></html>"""
POLICIES = {
    "/": "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:",
    "/trusted": "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; "
    "require-trusted-types-for 'script'; trusted-types floorwalker",
}
MARKED = "<!--slot:row-->usual<!--/slot:row-->"
ODD_PAGES = {
    "/script-twice": PAGE.replace("</head>", '<script src="/_floorwalker/client.js" defer></script></head>'),
    "/as-module": PAGE.replace(" defer>", ' type="module">'),
    "/slot-twice": PAGE.replace("<table", f"<template>{MARKED}</template><p>{MARKED}</p><table"),
    "/lively": PAGE.replace("<table", "<!--slot:lively--><!--/slot:lively--><table"),
    "/in-a-frame": PAGE.replace("<table", '<iframe src="/script-twice"></iframe><table'),
}


def create_app() -> ASGIApp:
    """The site, wrapped; its folder is named by the environment."""
    folder = Path(os.environ["FLOORWALKER_TEST_FOLDER"])
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "rules.yaml").write_text(RULES)
    app = Starlette(routes=[Route(path, page) for path in (*POLICIES, *ODD_PAGES)])
    return PersonalizationMiddleware(app, rules=folder / "rules", templates=folder / "none", budget_ms=2000)


async def page(request: Request) -> HTMLResponse:
    path = request.url.path
    policy = POLICIES.get(path, "default-src 'self'; img-src data:")
    if path == "/lively":
        policy = ""
    content = ODD_PAGES.get(path, PAGE)
    return HTMLResponse(content, headers={"cache-control": "public, max-age=60", "content-security-policy": policy})
