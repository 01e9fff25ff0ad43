"""Sites to preview: the demo shop with two people to play, and a plain page that knows nothing of any of this."""

import os
import shutil
from pathlib import Path

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from demo_site.app import create_demo
from floorwalker import PersonalizationMiddleware, Ruleset

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = """
personas:
  tripod-for-little: {about: Looks for a tripod and has not much to spend, url: /, referrer: "https://www.google.com/search?q=cheap+tripod"}
  birder: {about: Comes for the long lenses, url: /, referrer: "https://www.google.com/search?q=600mm+bird+lens"}
"""
HOSTILE = "</script><img src=x onerror=alert(1)>"
RULES = """
pages:
  - {path: /**, type: plain}
personas:
  searcher:
    about: "</script><img src=x onerror=alert(1)>"
    url: /
    referrer: "https://www.google.com/search?q=%3C%2Fscript%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+tripod"
segments:
  tripod-seeker: {about: '"><img src=x onerror=alert(1)>', when: {searched: tripod}}
  soon: {draft: yes, when: {searched: tripod}}
slots:
  hero: {at: "#hero", show: [{to: tripod-seeker, name: tripods, html: "<p>Tripods</p>"}]}
  row: {show: [{to: tripod-seeker, name: cheaper, html: "<tr><td>Cheaper</td><td>9</td></tr>"}]}
  note: {at: "p.note", place: after, show: [{to: soon, name: in-draft, html: "<p id=draft>Soon</p>"}]}
  gone: {at: ".gone", place: hide, show: [{to: tripod-seeker, hide: yes}]}
  absent: {at: "#absent", show: [{to: tripod-seeker, name: never, text: Never}]}
  unmarked: {show: [{to: tripod-seeker, name: never-too, text: Never}]}
"""
PAGE = """<!doctype html>
<html lang="en"><head><title>A plain page</title><link rel="icon" href="data:,"></head><body>
<main><section id="hero"><h1>Hello</h1></section>
<p class="note">A note.</p><p class="gone">Gone for some.</p>
<ul class="menu"><li>One<li class="css-1x2y3z">Two</ul>
<table id="prices"><tr><th>What</th><th>Price</th></tr>
<!--slot:row--><tr><td>Dear</td><td>90</td></tr><!--/slot:row--></table>
<p><a href="/elsewhere" id="link">Elsewhere</a> <img alt="" src="data:," width="40" height="20"></p>
<div id="aside"><section class="card teaser"><h2>One</h2></section>
<section class="card"><h2>Two</h2></section></div>
</main></body></html>"""
POLICIES = {
    "/": "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'; img-src data:",
    "/nonce": "default-src 'none'; script-src 'nonce-c2VjcmV0' 'strict-dynamic'; connect-src 'self'; img-src data:; "
    "require-trusted-types-for 'script'",
    "/closed": "default-src 'none'; img-src data:",
    "/alone": "default-src 'none'; script-src 'self'; form-action 'none'; img-src data:",
    "/free": "",
}


def demo() -> ASGIApp:
    """The shop, its rules with two people more."""
    folder = Path(os.environ["FLOORWALKER_TEST_FOLDER"])
    shutil.copytree(ROOT / "rules", folder / "rules", dirs_exist_ok=True)
    (folder / "rules" / "people-to-play.yaml").write_text(PEOPLE)
    return create_demo(rules=folder / "rules", templates=ROOT / "templates")


def plain() -> ASGIApp:
    """One page under many policies, wrapped, its rules full of hostile names."""
    folder = Path(os.environ["FLOORWALKER_TEST_FOLDER"]) / "plain"
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(RULES)
    app = Starlette(routes=[Route("/{path:path}", _page)])
    return PersonalizationMiddleware(app, rules=_renamed(Ruleset.load(folder)), templates=folder / "none")


def _renamed(rules: Ruleset) -> Ruleset:
    """A file cannot hold such names; a program that makes rules can."""
    segment, persona, hero = rules.segments["tripod-seeker"], rules.personas["searcher"], rules.slots["hero"]
    entry = hero.show[0]
    assert entry.content is not None
    named = replace(entry, content=replace(entry.content, name=HOSTILE))
    return replace(
        rules,
        segments={**rules.segments, HOSTILE: replace(segment, name=HOSTILE)},
        personas={**rules.personas, HOSTILE: replace(persona, name=HOSTILE)},
        slots={**rules.slots, "hero": replace(hero, show=(named,))},
    )


async def _page(request: Request) -> Response:
    policy = POLICIES.get(request.url.path, "")
    headers = {"content-security-policy": policy} if policy else {}
    if request.url.path == "/public":
        headers["cache-control"] = "public, max-age=60"
    return HTMLResponse(PAGE, headers=headers)
