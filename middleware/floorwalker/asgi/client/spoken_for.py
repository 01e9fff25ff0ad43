"""Slots for somebody of whom a server speaks, with a secret key: an e-mail builder, an app's own backend."""

import re
from typing import Final

from starlette.requests import Request as Asked

from floorwalker.asgi.cookie import Identity
from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.http.headers import first_of, lowered
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import RawHeaders, Scope
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.walk import Walk
from floorwalker.collect.keys import Access, Keyring, key_of
from floorwalker.collect.refusals import Fault, Refused, refused_for
from floorwalker.core.allowance import limited
from floorwalker.core.consent import EVERYTHING_PERMITTED, Permission
from floorwalker.core.hit import HitKind

_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_LONGEST_USER: Final = 255
_OF_THE_PAGE: Final = (b"host", b"referer", b"sec-fetch-dest")


class SpokenFor(Encounter):
    """A visitor who is named, not met: no cookie, no view, and nothing of the server's own request is theirs."""

    def __init__(self, setup: Setup, keeper: Keeper, request: Request, *, visitor: str, counts: bool) -> None:
        """counts: whether what is told counts as shown."""
        super().__init__(setup, keeper, request)
        self._identity = Identity(visitor, 0, confirmed=True)
        self._counts = counts
        self.begin()
        self.became(HitKind.FRAGMENT, 200, is_page=False)

    @property
    def permission(self) -> Permission:
        """What they said as far as their record knows; the server's own request says nothing of it."""
        profile = self._base.profile if self._base is not None else None
        return limited(EVERYTHING_PERMITTED, profile.consent if profile is not None else None)

    async def walk(self) -> Walk:
        walk = await super().walk()
        walk.vouch()
        return walk

    async def settle(self, headers: RawHeaders, *, shared: bool) -> RawHeaders:  # noqa: ARG002 - it names nobody
        """Only of those who are known anything is counted: nobody begins by being spoken of."""
        self._is_settled = True
        self._is_kept = (
            self._counts and self._base is not None and self._base.profile is not None and self.permission.stores
        )
        return headers


def is_spoken_for(asked: Asked) -> bool:
    """Whether a request names somebody. Those of pages never do, whatever else they carry."""
    return "visitor" in asked.query_params or "user" in asked.query_params


async def speak(setup: Setup, keeper: Keeper, asked: Asked, page: Scope) -> SpokenFor | None:
    """Who is spoken of, on that page; None while the store cannot tell. Raises Refused."""
    _authorize(setup, asked)
    visitor, user = asked.query_params.get("visitor", ""), asked.query_params.get("user", "")
    if bool(visitor) == bool(user):
        raise refused_for([Fault("user", "or visitor: write one of them")], 400)
    if visitor and not _VISITOR.fullmatch(visitor):
        raise refused_for([Fault("visitor", "is no visitor's id: 22 letters, digits, - and _")], 400)
    if len(user) > _LONGEST_USER:
        raise refused_for([Fault("user", f"has more than {_LONGEST_USER} characters")], 400)
    counts = asked.query_params.get("count", "no")
    if counts not in ("yes", "no"):
        raise refused_for([Fault("count", "is yes or no")], 400)
    found = visitor or await keeper.person_in(user, setup.budget_s)
    if found is None:
        return None
    headers = [pair for pair in page["headers"] if pair[0] in _OF_THE_PAGE]
    request = Request({**page, "headers": headers, "client": None}, at=setup.clock(), proxies=setup.proxies)
    return SpokenFor(setup, keeper, request, visitor=found, counts=counts == "yes")


def _authorize(setup: Setup, asked: Asked) -> None:
    headers = lowered(asked.scope["headers"])
    keyring = Keyring(setup.settings.write_keys, setup.settings.public_keys)
    key = key_of(headers, asked.scope.get("query_string") or b"")
    from_page = first_of(headers, b"origin") is not None
    if keyring.authorized([key] if key is not None else [], from_browser=from_page) is not Access.SERVER:
        raise Refused(401, "A public key asks for nobody's slots. Use a secret key, and only on a server.")
