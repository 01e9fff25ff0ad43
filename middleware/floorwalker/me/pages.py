"""The visitor's page: its parts, and the calm page around them that a site without one of its own has.

Templates with autoescape: whatever is known of somebody stays text.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from floorwalker.me.colours import accent_style
from floorwalker.me.facts import Known
from floorwalker.me.reasons import Group, Place
from floorwalker.me.traits import TraitRow

PARTS: Final = ("known", "traits", "groups", "shown", "allow", "yours")
"""The names of the parts, in the order of the page."""
TITLES: Final = {
    "known": "What is known",
    "traits": "What is noted about you",
    "groups": "Which groups you are in",
    "shown": "Why you see what you see",
    "allow": "What you allow",
    "yours": "Yours to take, or to end",
}
_TEMPLATES: Final = ("page.html", "plain.html", "sure.html", "words.html", *(f"{name}.html" for name in PARTS))


class Choice(Struct, frozen=True):
    """What may be allowed, and what is at present. told_by_browser: their browser refuses for them. can: whether a
    choice can be made here."""

    analytics: bool
    personalization: bool
    tests: bool
    undecided: bool = False
    refused: bool = False
    told_by_browser: bool = False


class Own(Struct, frozen=True):
    """What one visitor's page tells. state: `known`, `nobody` (nothing is kept), `away` (it cannot be looked at now).

    page: the path whose places are told; empty where none is. home: the page's own address. said: what was just done.
    """

    state: str
    choice: Choice
    home: str
    prefix: str
    known: Known | None = None
    traits: Sequence[TraitRow] = ()
    groups: Sequence[Group] = ()
    places: Sequence[Place] = ()
    page: str = ""
    said: str = ""
    problem: str = ""


def _read(folder: str, name: str) -> str:
    return (files("floorwalker.me") / folder / name).read_text(encoding="utf-8")


class Pages:
    """name: of the site, as visitors know it; empty says `this site`. accent: `#rrggbb`, empty is the house's own."""

    def __init__(self, *, name: str = "", accent: str = "") -> None:
        self.style: Final = _read("static", "me.css") + accent_style(accent)
        self.version: Final = sha256(self.style.encode()).hexdigest()[:12]
        self._environment = Environment(
            loader=DictLoader({one: _read("pages", one) for one in _TEMPLATES}),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"style": self.version, "site": name or "this site", "named": bool(name)}
        self._environment.globals["titles"] = TITLES

    def parts(self, own: Own) -> dict[str, Markup]:
        """Every part as markup, by its name; empty where there is nothing to tell."""
        return {name: Markup(self._rendered(f"{name}.html", own=own).strip()) for name in PARTS}  # noqa: S704 - escaped

    def page(self, own: Own, parts: Mapping[str, Markup]) -> str:
        """Our own page around the parts."""
        return self._rendered("page.html", own=own, parts=parts)

    def plain(self, title: str, remedy: str, *, home: str, prefix: str) -> str:
        """A page that says what is the matter, and what to do."""
        return self._rendered("plain.html", title=title, remedy=remedy, home=home, prefix=prefix)

    def sure(self, known: Known, *, home: str, prefix: str) -> str:
        """Asks once more before somebody is erased."""
        return self._rendered("sure.html", known=known, home=home, prefix=prefix)

    def _rendered(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)
