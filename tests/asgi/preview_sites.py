"""What the tests of the preview share: rules with people to play, a browser that holds both cookies, links."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from floorwalker import PersonalizationMiddleware
from floorwalker.asgi.preview.guise import Guise
from floorwalker.asgi.preview.seal import link_seal
from tests.asgi.browser import Answer, Browser
from tests.asgi.conftest import KEY, RULES, Clock

PEOPLE = """
personas:
  cheap-tripod: {about: Has not much to spend, url: "/?a=b", referrer: "https://www.google.com/search?q=cheap+tripod"}
  regular:
    url: /tripods
    at: 2026-11-28 22:30
    history: [{viewed: /tripods, ago: 3 days}]
  careful: {url: /, referrer: "https://www.google.com/search?q=cheap+tripod", consent: no}
"""
MORE = """
segments:
  evening: {when: {time: {from: 22:00, until: 23:00}}}
  soon: {draft: yes, when: {searched: tripod}}
slots:
  clock: {show: [{to: evening, name: late, text: It is late}]}
  sketch: {show: [{to: soon, name: sketched, text: Soon}]}
  cookies: {show: [{when: {cookie: {shop: yes}}, name: known-cookie, text: Known}]}
  compared: {control: 100 %, show: [{name: all, text: Everybody}]}
  removed: {at: ".gone", place: hide, show: [{to: tripod-seeker, hide: yes}]}
  beside: {at: "#rest", place: after, show: [{to: tripod-seeker, name: besides, text: Besides}]}
"""
PAGE = b"""<html><body><!--slot:hero-->default<!--/slot:hero--><p id="rest">rest</p><p class="gone">gone</p>
<!--slot:clock-->early<!--/slot:clock--><!--slot:sketch-->-<!--/slot:sketch--><!--slot:cookies-->-<!--/slot:cookies-->
<!--slot:compared-->kept<!--/slot:compared--></body></html>"""


def site_rules(folder: Path) -> Path:
    """The rules of the other tests, and people to play."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(RULES)
    (folder / "more.yaml").write_text(MORE)
    (folder / "people.yaml").write_text(PEOPLE)
    return folder


class Editor(Browser):
    """A browser that keeps the preview's cookie beside the visitor's."""

    preview: bytes = b""

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        headers = options.pop("headers", ())
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        cookies = b"; ".join(cookie for cookie in (self.cookie or b"", self.preview) if cookie)
        if cookies and not any(name == b"cookie" for name, _ in pairs):
            pairs.append((b"cookie", cookies))
        answer = await super().ask(method, path, headers=pairs, **options)
        for line in answer.all(b"set-cookie"):
            if b"fw-preview=" in line:
                value = line.split(b";")[0]
                self.preview = b"" if value.endswith(b"=") else value
        return answer

    async def play(self, now: float, guise: Guise | None = None, *, to: str = "/", hours: float = 1.0) -> Answer:
        """Open a link."""
        return await self.get(link(now, guise, to=to, hours=hours))

    async def switch(self, form: str, **headers: bytes) -> Answer:
        """What the overlay sends."""
        own = {b"sec-fetch-site": b"same-origin", b"content-type": b"application/x-www-form-urlencoded"}
        named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
        return await self.post("/_floorwalker/preview", headers=own | named, body=form.encode())


def link(now: float, guise: Guise | None = None, *, to: str = "", hours: float = 1.0, key: str = KEY) -> str:
    token = link_seal([key]).close(guise or Guise(), until=now + hours * 3600)
    return f"/_floorwalker/preview?token={token}" + (f"&to={quote(to, safe='')}" if to else "")


Site = Callable[..., PersonalizationMiddleware]
__all__ = ["PAGE", "Clock", "Editor", "Site", "link", "site_rules"]
