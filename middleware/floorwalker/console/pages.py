"""The console's pages: templates with autoescape, so that whatever is known of somebody stays text."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined

from floorwalker.core import phrases

EVENTS_SHOWN: Final = 60
_TEMPLATES: Final = (
    "page.html",
    "login.html",
    "find.html",
    "found.html",
    "visitor.html",
    "plain.html",
    "drawings.html",
)


def _read(folder: str, name: str) -> str:
    return (files("floorwalker.console") / folder / name).read_text(encoding="utf-8")


STYLE: Final = _read("static", "console.css")
ICON: Final = _read("static", "icon.svg")
_VERSION: Final = sha256(STYLE.encode()).hexdigest()[:12]


class Pages:
    """home: the console's own address. operator: who is logged in; empty where nobody is."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=DictLoader({name: _read("pages", name) for name in _TEMPLATES}),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["style"] = _VERSION

    def login(self, *, home: str, name: str = "", problem: str = "") -> str:
        return self._rendered("login.html", home=home, operator="", name=name, problem=problem)

    def find(self, *, home: str, operator: str) -> str:
        return self._rendered("find.html", home=home, operator=operator, asked="")

    def found(self, rows: Sequence[Mapping[str, Any]], *, asked: str, home: str, operator: str) -> str:
        """rows: the visitors who are found, none or several."""
        return self._rendered("found.html", home=home, operator=operator, rows=rows, asked=asked)

    def plain(self, title: str, remedy: str, *, home: str, operator: str) -> str:
        """A page that says what is the matter, and what to do."""
        return self._rendered("plain.html", home=home, operator=operator, title=title, remedy=remedy)

    def visitor(self, drawn: Mapping[str, Any], *, at: float, zone: tzinfo, home: str, operator: str) -> str:
        """One person. drawn: a portrait. at: now, seconds since 1970. zone: the site's."""
        events = drawn["events"][:EVENTS_SHOWN]
        days = [(day, list(some)) for day, some in groupby(events, key=lambda one: phrases.day(one["at"], zone))]
        return self._rendered(
            "visitor.html",
            home=home,
            operator=operator,
            one=drawn,
            name=phrases.called(drawn),
            days=days,
            events_left=len(drawn["events"]) - len(events),
            interests=sorted(drawn["interests"].items(), key=lambda pair: -pair[1])[:8],
            moment=lambda iso: phrases.moment(iso, zone),
            day=lambda iso: phrases.day(iso, zone),
            clock=lambda iso: phrases.clock(iso, zone),
            ago=lambda iso: phrases.ago(iso, at=at, zone=zone),
            money=phrases.money,
            hours=phrases.hours,
            happened=phrases.happened,
            came_by=phrases.came_by,
            standing=phrases.standing_words,
        )

    def _rendered(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)
