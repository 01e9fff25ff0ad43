"""The Profile: what we remember of one visitor. Bounded, whatever they do."""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.events import Scalar
from floorwalker.core.signals import Ad, Campaign, Referrer, Search


class Touch(Struct, frozen=True, array_like=True):
    """One arrival: how somebody came. landing_page: a path. Texts are bounded when it is made."""

    at: float
    landing_page: str = "/"
    channel: str = "Direct"
    referrer: Referrer = Referrer()
    search: Search | None = None
    campaign: Campaign | None = None
    ad: Ad | None = None


class Visit(Struct, frozen=True, array_like=True):
    """One visit (session): 30 minutes of silence end it. started, last: seconds since 1970; views: pages seen."""

    number: int
    started: float
    last: float
    views: int
    touch: Touch
    last_page: str = ""


class Profile(Struct, frozen=True, array_like=True):
    """Times are seconds since 1970, UTC.

    seed: 64 bits, for stable shares. visits: how many so far, this one included. visit: the latest one. away: seconds
    of silence before it. exit_page, bounced: of the visit before. first_touch is written once; last_touch is the
    latest arrival that was not direct, else the first.
    """

    seed: int
    first_seen: float = 0.0
    last_seen: float = 0.0
    visits: int = 0
    visit: Visit | None = None
    away: float | None = None
    exit_page: str = ""
    bounced: bool | None = None
    first_touch: Touch | None = None
    last_touch: Touch | None = None
    user: str = ""
    traits: Mapping[str, Scalar] = {}
