"""The overlay: its script, with its style in it, and what a page in preview ends with."""

import hashlib
import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

_PARTS: Final = ("dom.js", "outlines.js", "selectors.js", "picker.js", "panels.js", "overlay.js")
_IN_SCRIPT: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def read_static(name: str) -> str:
    """A file of the package's folder `static`."""
    return (files("floorwalker.asgi.preview") / "static" / name).read_text(encoding="utf-8")


class Overlay:
    """Read once, when the site starts."""

    def __init__(self) -> None:
        self.style = read_static("preview.css")
        parts = [f"const STYLE = {json.dumps(self.style)};", *map(read_static, _PARTS)]
        self.script = "\n".join(['(() => {\n"use strict";', *parts, "})();", ""]).encode()
        self.version = hashlib.sha256(self.script).hexdigest()[:16]

    def tail(self, state: Mapping[str, Any], prefix: str, *, nonce: str | None, blocked: bool) -> bytes:
        """What follows the page, in ASCII: an element after `</body>` lands in the body (HTML Standard, 13.2.6.4.20).

        blocked: the page's policy lets no script of ours run, so a line of text stands for the overlay.
        """
        here = quote(str(state["page"]["path"]).removeprefix(state["root"]) or "/")
        line = (
            f"<p>Preview: {_text(state['persona'] or 'somebody new')}, {_text(state['day'])}. "
            f'<a href="{_text(prefix)}?to={here}">Switch or leave</a></p>'
        )
        if blocked:
            markup = f"\n<floorwalker-preview>{line}</floorwalker-preview>\n"
        else:
            told = json.dumps(state, separators=(",", ":"), default=str).translate(_IN_SCRIPT)
            allowed = f' nonce="{_text(nonce)}"' if nonce else ""
            markup = (
                f'\n<floorwalker-preview hidden><script type="application/json">{told}</script></floorwalker-preview>'
                f'<noscript>{line}</noscript><script src="{_text(prefix)}/overlay.js?v={self.version}"{allowed} defer>'
                "</script>\n"
            )
        return markup.encode("ascii", "xmlcharrefreplace")


def _text(text: str) -> str:
    return escape(text, quote=True)
