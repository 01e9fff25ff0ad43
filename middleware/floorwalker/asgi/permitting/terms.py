"""On which terms a site keeps anything: what a request brings is read here, and becomes a permission."""

from collections.abc import Callable, Sequence

from floorwalker.asgi.http.request import Request
from floorwalker.asgi.permitting.cookie import NAME, read_choice
from floorwalker.asgi.permitting.elsewhere import Source, choice_elsewhere
from floorwalker.asgi.permitting.options import DNT, GPC
from floorwalker.core.allowance import DAY_S
from floorwalker.core.consent import (
    EVERYTHING_PERMITTED,
    NOBODY_ASKED,
    Asking,
    Category,
    Choice,
    Mode,
    Permission,
    permission_of,
    together,
)

_HEADERS = {GPC: b"sec-gpc", DNT: b"dnt"}
_REFUSAL = b"1"

Country = Callable[[], str | None]
"""Where a visitor is, found out only where that matters; None where it is not known."""


class Terms:
    """One site's. sources: where else a choice is read. signals: which general refusals of browsers hold."""

    def __init__(self, asking: Asking, *, policy: str, sources: Sequence[Source], signals: Sequence[str]) -> None:
        self.policy = policy
        self._asking = asking
        self._sources = tuple(sources)
        self._signals = frozenset([_HEADERS[signal] for signal in signals])
        self._asks_nobody = asking == NOBODY_ASKED
        self._takes_silence = self._asks_nobody and not self._sources

    def permission(self, request: Request, country: Country) -> Permission:
        """What the request's visitor permits."""
        if (  # as of nearly everybody: nobody is asked, and nothing is said
            self._takes_silence
            and NAME not in b"\n".join(request.cookies)
            and request.named.keys().isdisjoint(self._signals)
        ):
            return EVERYTHING_PERMITTED
        refuses, choice = self.refuses(request), self.choice(request)
        if choice is None and not refuses and self._asks_nobody:
            return EVERYTHING_PERMITTED
        return self._judged(choice, country, refuses=refuses)

    def told(self, choice: Choice | None, request: Request, country: Country) -> Permission:
        """The same of somebody whose choice is told beside the request, by an event's sender; both must allow."""
        return self._judged(together(choice, self.choice(request)), country, refuses=self.refuses(request))

    def chosen(self, granted: frozenset[Category], *, at: float) -> Choice:
        """What a visitor chooses here and now, under the policy in force. at: seconds since 1970."""
        return Choice(granted, int(at) // DAY_S, self.policy, is_own=True)

    def after(self, choice: Choice) -> Permission:
        """What is permitted once this was chosen here."""
        return permission_of(Mode.NONE, choice)

    def choice(self, request: Request) -> Choice | None:
        """What the visitor said, as the request tells it: here, or elsewhere; where both tell, what both allow."""
        own = None
        for header in request.cookies:
            if NAME in header:  # nearly nobody's: of the others nothing is read
                own = read_choice(request.cookies, secure=request.secure, today=int(request.at) // DAY_S)
                break
        if not self._sources:
            return own
        return together(own, choice_elsewhere(self._sources, request, today=int(request.at) // DAY_S))

    def refuses(self, request: Request) -> bool:
        """Whether the browser refuses in general."""
        headers = request.named
        if headers.keys().isdisjoint(self._signals):  # as of nearly everybody
            return False
        return any(headers.get(name) == _REFUSAL for name in self._signals)

    def _judged(self, choice: Choice | None, country: Country, *, refuses: bool) -> Permission:
        if choice is not None and choice.is_own and choice.is_clear and choice.policy == self.policy:
            return self.after(choice)  # wherever they are
        mode = self._asking.mode_in(country() if self._asking.by_country else None)
        return permission_of(mode, choice, policy=self.policy, refuses=refuses)
