"""The wrapped app, and what stands beside it, for all who answer for a part of it."""

from collections.abc import Callable

from msgspec import Struct

from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import App, Scope
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.meeting import Meeting
from floorwalker.asgi.setup import Setup


class Wrapped(Struct, frozen=True, eq=False):
    """One app in its middleware; it holds no request and no visitor.

    keeper: of the running event loop. meet: whom a request is played as in a preview, None for a visitor like any
    other. leaves_alone: whether a path below the mount is none that we take part in.
    """

    app: App
    setup: Setup
    keeper: Callable[[], Keeper]
    meet: Callable[[Scope], Meeting | None]
    leaves_alone: Callable[[str], bool]

    def request(self, scope: Scope) -> Request:
        """What a scope asks for, now. Raises where it is none of ASGI's."""
        return Request(scope, at=self.setup.clock(), proxies=self.setup.proxies)
