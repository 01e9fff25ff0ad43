"""The pages that are measured, and the app that serves them: static, rendered, awaiting, and not HTML at all."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import jinja2
from markupsafe import Markup

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SLOTS = ("hero", "offers", "advice")
PAGES = ("/static10", "/static50", "/jinja50", "/awaiting", "/selectors", "/data")

_CARD = """<article class="card"><h3>{{ card.name }}</h3><p>{{ card.text }}</p><p class="price">{{ card.price }}</p>
<a href="/p/{{ card.slug }}?from=list&amp;pos={{ loop.index }}">See it</a>
<ul>{% for tag in card.tags %}<li>{{ tag }}</li>{% endfor %}</ul></article>
"""
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<nav><a href="/">Home</a> <a href="/lenses">Lenses</a></nav>
{{ hero }}
<main>{% for card in cards %}CARD{% endfor %}</main>
{{ offers }}<aside>{{ filler }}</aside>{{ advice }}
<footer>Opening hours: every day from nine to six.</footer></body></html>""".replace("CARD", _CARD)


def _slots(marked: bool) -> dict[str, str]:
    """The three slots of a page: as markers, or as plain elements that selectors find."""
    default = "<p>What everyone sees here when nobody is told apart.</p>"
    if marked:
        return {name: f"<!--slot:{name}-->{default}<!--/slot:{name}-->" for name in SLOTS}
    return {name: f'<section id="{name}">{default}</section>' for name in SLOTS}


def _cards(count: int) -> list[dict[str, Any]]:
    return [
        {
            "name": f"Lens № {number} & hood",
            "text": "Sharp from corner to corner, and light enough to carry all day over hills. " * 6,
            "price": f"{number * 37 % 4000} €",
            "slug": f"lens-{number}",
            "tags": ["wildlife", "f/4 <fast>", "stabilised"],
        }
        for number in range(count)
    ]


class Pages:
    """Everything rendered that can be rendered before the measurement."""

    def __init__(self) -> None:
        environment = jinja2.Environment(autoescape=True)
        self._template = environment.from_string(_PAGE)
        self._cards = _cards(76)
        self.static = {
            "/static10": self._render(marked=True, cards=_cards(12), size=10_000),
            "/static50": self._render(marked=True, cards=self._cards, size=50_000),
        }
        self.data = b'{"lenses": [' + b",".join(b'{"id": %d}' % number for number in range(2_000)) + b"]}"

    def _render(self, *, marked: bool, cards: list[dict[str, Any]], size: int = 0) -> bytes:
        slots = {name: Markup(text) for name, text in _slots(marked).items()}
        page = self._template.render(title="Lenses", cards=cards, filler="", **slots).encode()
        if size <= len(page):
            return page
        filler = "x" * (size - len(page))
        return self._template.render(title="Lenses", cards=cards, filler=filler, **slots).encode()

    def rendered(self, *, marked: bool) -> bytes:
        """The 50 KB page, rendered anew: 76 cards, autoescape; its slots marked, or plain elements."""
        return self._render(marked=marked, cards=self._cards)


def app() -> App:
    """A bare ASGI app, so that nothing of a framework softens the comparison."""
    pages = Pages()
    html = [(b"content-type", b"text/html; charset=utf-8")]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        path = scope["path"]
        if path == "/data":
            body, headers = pages.data, [(b"content-type", b"application/json")]
        elif path in pages.static:
            body, headers = pages.static[path], html
        else:
            if path == "/awaiting":
                await asyncio.sleep(0.005)
            body, headers = pages.rendered(marked=path != "/selectors"), html
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": body})

    return serve


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
