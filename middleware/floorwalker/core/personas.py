"""Personas: made-up people with whom rules are tried out, and what editors expect of them."""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.events import Page, Scalar
from floorwalker.core.signals import Place


class Happening(Struct, frozen=True):
    """One thing of a persona's past: a page they saw (`url`), or an event.

    ago: seconds before the persona's moment. times: how often, at that time.
    """

    ago: float
    url: str = ""
    referrer: str = ""
    event: str = ""
    properties: Mapping[str, Scalar] = {}
    page: Page | None = None
    times: int = 1


class Persona(Struct, frozen=True):
    """Somebody made up: what their request tells, what is remembered of them, when and where they are.

    at: seconds since 1970; None is now. remembered: whether memory is permitted. place, timezone: instead of what the
    address would tell. page: what the app would say of the page. history: in any order.
    """

    name: str
    about: str = ""
    url: str = "/"
    referrer: str = ""
    user_agent: str = ""
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}
    address: str = ""
    place: Place | None = None
    timezone: str = ""
    at: float | None = None
    remembered: bool = True
    user: str = ""
    traits: Mapping[str, Scalar] = {}
    attributes: Mapping[str, Scalar] = {}
    page: Page | None = None
    history: tuple[Happening, ...] = ()

    def moment(self, now: float) -> float:
        """When they come: their own moment, else now."""
        return now if self.at is None else self.at


class Expectation(Struct, frozen=True):
    """What an editor expects of a persona. slots: slot → block (`default`, `hide` too). where: file:line."""

    persona: str
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    slots: Mapping[str, str] = {}
    where: str = ""
