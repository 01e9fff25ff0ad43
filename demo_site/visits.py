"""The seam to floorwalker: what a handler says about a visitor goes through here."""

from collections.abc import Mapping
from typing import Any, Protocol

from starlette.requests import Request


class Visitor(Protocol):
    """What the shop tells floorwalker about a visitor."""

    def page(self, **facts: Any) -> None: ...
    def track(self, event: str, properties: Mapping[str, Any] | None = None) -> None: ...
    def identify(self, user: str | None = None, traits: Mapping[str, Any] | None = None) -> None: ...
    def logout(self) -> None: ...


class Stranger:
    """A visitor of the shop without the middleware: nothing is remembered."""

    def page(self, **facts: Any) -> None: ...
    def track(self, event: str, properties: Mapping[str, Any] | None = None) -> None: ...
    def identify(self, user: str | None = None, traits: Mapping[str, Any] | None = None) -> None: ...
    def logout(self) -> None: ...


async def visitor_of(request: Request) -> Visitor:
    return Stranger()
