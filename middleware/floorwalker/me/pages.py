"""The visitor's page: its parts, and the calm page around them that a site without one of its own has.

Templates with autoescape: whatever is known of somebody stays text.
"""

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, assert_never

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


class State(StrEnum):
    """Whether anything is kept of somebody; `away` where it cannot be looked at now."""

    KNOWN = "known"
    NOBODY = "nobody"
    AWAY = "away"


class Own(Struct):
    """What one visitor's page tells. prefix: of our own addresses, from the site's root. page: the path whose places
    are told; empty where none is. said, problem: what was just done, or could not be."""

    state: State
    choice: Choice
    prefix: str
    known: Known | None = None
    traits: Sequence[TraitRow] = ()
    groups: Sequence[Group] = ()
    places: Sequence[Place] = ()
    page: str = ""
    said: str = ""
    problem: str = ""

    @property
    def home(self) -> str:
        """The page's own address."""
        return f"{self.prefix}/me"

    @property
    def lead(self) -> str:
        """The one sentence that says how it stands."""
        match self.state:
            case State.AWAY:
                return (
                    "What is kept about you cannot be looked at just now. Please come back in a moment. "
                    "You can say no all the same, below."
                )
            case State.KNOWN:
                return self._something
            case State.NOBODY:
                return self._nothing
            case _:
                assert_never(self.state)

    @property
    def _something(self) -> str:
        called = f"{self.known.called}, this" if self.known is not None and self.known.called else "This"
        if self.choice.personalization or self.choice.analytics:
            return f"{called} is everything that is kept about you here, and what it is used for."
        why = "You say no" if self.choice.refused else "You have not said yet whether you allow it"
        return f"{called} is kept about you from before. {why}, so it is not used, and nothing is added to it."

    @property
    def _nothing(self) -> str:
        if self.choice.undecided:
            return "Nothing. You have not said yet whether you allow it, and so far nothing is kept."
        if self.choice.refused:
            return (
                "Nothing. You said no, so nothing about you is kept. That you said no lies in your own browser, "
                "without a number that could tell you from others. What this site may know from other devices, or "
                "from your account, is not shown here."
            )
        return "Nothing so far."


def _read(folder: str, name: str) -> str:
    return (files("floorwalker.me") / folder / name).read_text(encoding="utf-8")


ICON: Final = _read("static", "icon.svg")


class Pages:
    """name: of the site, as visitors know it; empty says `this site`. accent: `#rrggbb`, empty is the house's own."""

    def __init__(self, *, name: str = "", accent: str = "") -> None:
        self._site = name or "this site"
        self.style: Final = _read("static", "me.css") + accent_style(accent)
        self.version: Final = sha256(self.style.encode()).hexdigest()[:12]
        self._environment = Environment(
            loader=DictLoader({one: _read("pages", one) for one in _TEMPLATES}),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"style": self.version, "site": self._site, "named": bool(name)}
        self._environment.globals["titles"] = TITLES

    def page(self, own: Own) -> str:
        """Our own page around the parts."""
        return self._rendered("page.html", own=own, parts=self._parts(own))

    def values(self, own: Own) -> dict[str, Any]:
        """What a template of the site's own gets as `me`."""
        parts = [{"name": name, "title": TITLES[name], "html": part} for name, part in self._parts(own).items() if part]
        return {
            "title": f"What {self._site} knows about you",
            "lead": own.lead,
            "said": own.said,
            "problem": own.problem,
            "state": own.state.value,
            "parts": parts,
            "style": f"{own.home}/me.css?{self.version}",
        }

    def plain(self, title: str, remedy: str, *, prefix: str) -> str:
        """A page that says what is the matter, and what to do."""
        return self._rendered("plain.html", title=title, remedy=remedy, prefix=prefix)

    def sure(self, own: Own) -> str:
        """Asks once more before somebody is erased."""
        return self._rendered("sure.html", known=own.known, prefix=own.prefix)

    def _parts(self, own: Own) -> dict[str, Markup]:
        """Every part as markup, by its name; empty where there is nothing to tell."""
        return {name: Markup(self._rendered(f"{name}.html", own=own).strip()) for name in PARTS}  # noqa: S704 - escaped

    def _rendered(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)
