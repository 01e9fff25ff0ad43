"""History: what a profile remembers, asked by window. Built once per request, so every condition is a look-up."""

from msgspec import Struct

from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.profile import Profile
from floorwalker.core.ruleset import Site


class Tally(Struct, frozen=True):
    """How often something happened in a window.

    complete: no match in the window can be missing; then `count` and `total` are exact, else lower bounds.
    latest: when it last happened, seconds since 1970; None when it did not, or is not known. total: the sum of the
    property that was asked for.
    """

    count: int
    complete: bool
    latest: float | None
    total: float


class History:
    """What happened, up to `at` (seconds since 1970), in the site's calendar."""

    def __init__(self, profile: Profile, *, at: float, site: Site) -> None: ...

    def views(self, what: tuple[Field, ...], window: Window) -> Tally:
        """Pages seen for which all of `what` holds; () is every page view."""
        ...

    def events(self, what: tuple[Field, ...], window: Window, total: Field | None = None) -> Tally:
        """Events for which all of `what` holds: `event` is the name, `where` the property named by its key.

        total: the property (its key) whose numbers are added up.
        """
        ...

    def visits(self, window: Window) -> Tally:
        """Visits that began in the window; `visit` is this one."""
        ...

    def shown(self, block: str, window: Window) -> Tally:
        """How often the block was shown, in whatever slot."""
        ...

    def clicked(self, block: str, window: Window) -> Tally:
        """How often the block was clicked."""
        ...

    def last_shown(self, block: str) -> float | None:
        """When the block was last shown; None when it never was, as far as is remembered."""
        ...
