"""How a visitor stands to being remembered, in one request: what they permit, and what they choose in it."""

from msgspec import Struct

from floorwalker.asgi.http.request import Request
from floorwalker.asgi.permitting.cookie import set_choice
from floorwalker.asgi.permitting.terms import Country, Terms
from floorwalker.core.allowance import limited, withdrawn
from floorwalker.core.consent import NOTHING_ALLOWED, Category, Permission
from floorwalker.core.memory.profile import Profile


class Standing(Struct, eq=False, gc=False):
    """Nothing is read before it is asked for. No request refers to itself by it, or it would never be freed.

    held: what `permission` gives, once it was asked for. is_new: whether they chose in this very request.
    """

    _terms: Terms
    _request: Request
    held: Permission | None = None
    is_new: bool = False
    _lost: frozenset[Category] = NOTHING_ALLOWED

    def permission(self, country: Country) -> Permission:
        """What may be kept and counted of them now. country: where they are, found out only where that matters."""
        if self.held is None:
            self.held = self._terms.permission(self._request, country)
        return self.held

    def choose(self, granted: frozenset[Category], *, before: Permission) -> None:
        """They choose here and now; what was permitted before is over."""
        self.held = self._terms.after(self._terms.chosen(granted, at=self._request.at))
        self._lost, self.is_new = self._lost | (before.granted - granted), True

    def known(self, profile: Profile | None, permission: Permission) -> frozenset[Category]:
        """What is remembered of them is known now: what they allowed until now and allow no longer, to be told once."""
        lost, self._lost = self._lost, NOTHING_ALLOWED
        if profile is None or (profile.consent is None and permission.choice is None):  # as most often
            return lost
        if profile.consent is not None:
            self.held = limited(permission, profile.consent)
        return lost | withdrawn(profile, permission)

    def cookie(self) -> bytes | None:
        """The value of a Set-Cookie header that keeps what they chose."""
        choice = self.held.choice if self.held is not None else None
        return None if choice is None else set_choice(choice, secure=self._request.secure)
