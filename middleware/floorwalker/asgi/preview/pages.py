"""Pages of our own around the preview: they say what is the matter, and work without a script."""

from collections.abc import Mapping, Sequence
from html import escape
from string import Template
from typing import Any

from starlette.responses import HTMLResponse

from floorwalker.asgi.preview.overlay import read_static

SWITCHES_SHOWN = 200
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def plain_page(status: int, title: str, remedy: str, *, prefix: str) -> HTMLResponse:
    """A page that says what is the matter, and what to do."""
    return _page(status, title, f"<p>{_text(remedy)}</p>" if remedy else "", prefix=prefix)


def switch_page(
    told: Mapping[str, Any], segments: Sequence[tuple[str, bool | None]], *, to: str, prefix: str
) -> HTMLResponse:
    """Who is played, and the switches. told: as `state.who`. segments: each with how it is switched."""
    personas = [("", "somebody new"), *((one["name"], one["name"]) for one in told["personas"])]
    form = Template(read_static("switches.html")).substitute(
        action=_text(prefix),
        to=_text(to),
        day=_text(told["day"]),
        zone=_text(told["zone"]),
        at=_text(told["clock"] if told["fixed"] else ""),
        personas="".join(_option(value, shown, told["persona"]) for value, shown in personas),
        segments="".join(_segment(name, switched) for name, switched in segments[:SWITCHES_SHOWN]),
    )
    return _page(200, "Preview", form, prefix=prefix)


def _segment(name: str, switched: bool | None) -> str:
    chosen = "" if switched is None else "in" if switched else "out"
    choices = (("", "as the rules say"), ("in", "switched on"), ("out", "switched off"))
    options = "".join(_option(value, shown, chosen) for value, shown in choices)
    return f'<li><label>{_text(name)} <select name="segment:{_text(name)}">{options}</select></label></li>'


def _option(value: str, shown: str, chosen: str) -> str:
    selected = " selected" if value == chosen else ""
    return f'<option value="{_text(value)}"{selected}>{_text(shown)}</option>'


def _page(status: int, title: str, content: str, *, prefix: str) -> HTMLResponse:
    page = Template(read_static("page.html")).substitute(title=_text(title), content=content, prefix=_text(prefix))
    headers = {"content-security-policy": _POLICY, "x-content-type-options": "nosniff"}
    return HTMLResponse(page, status, headers)


def _text(text: str) -> str:
    return escape(text, quote=True)
