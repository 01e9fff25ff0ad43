"""The Profile: what we remember of one visitor. Bounded, whatever they do.

Every struct here lies in the store as an array: a new field goes to the end and has a default. Times are whole
seconds since 1970, UTC. `gc=False`, here and in other plain values of this room: none of them can ever lie in a cycle,
so the garbage collector need not count them (it took 40 µs of every page).
"""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.events import Scalar
from floorwalker.core.memory.kept.counts import Counts
from floorwalker.core.memory.kept.holdings import Cart, Consent, Contacts, Interests, Learned, Notes
from floorwalker.core.memory.kept.purchases import Orders
from floorwalker.core.memory.kept.recents import Recents
from floorwalker.core.memory.kept.responses import Responses
from floorwalker.core.signals import Ad, Campaign, Referrer, Search

SCHEMA = 1


class Touch(Struct, frozen=True, array_like=True, gc=False):
    """One arrival: how somebody came. landing_page: a path. Texts are bounded when it is made."""

    at: int = 0
    landing_page: str = "/"
    channel: str = "Direct"
    referrer: Referrer = Referrer()
    search: Search | None = None
    campaign: Campaign | None = None
    ad: Ad | None = None

    @property
    def is_direct(self) -> bool:
        """Whether nothing is known of where it came from."""
        return self.referrer.medium == "direct" and self.campaign is None and self.ad is None


class Visit(Struct, frozen=True, array_like=True, gc=False):
    """One visit (session): 30 minutes of silence end it.

    last: the latest activity. views: pages seen; errors: error pages seen. touch: its latest arrival from outside,
    else how it began.
    """

    number: int
    started: int
    last: int
    views: int
    touch: Touch
    last_page: str = ""
    errors: int = 0


class Profile(Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of one visitor.

    seed: 64 bits, for stable shares. visits: how many so far, this one included. visit: the latest one. away: seconds
    of silence before it. exit_page, bounced: of the visit before. touches: first and last arrival where they are not
    this visit's: none, both are; one, it is both; two, first and last. earlier: when the visits before this one began,
    each as seconds after the one before it; earlier_left: when the latest of those began that are only counted now.
    time_spent: seconds in the visits before this one. arrival: a redirect's, until its landing takes it over.
    contacts: by channel, what reached them and what they responded to. mixed: slots of which more than one arm was
    seen, `SLOT promotion:NAME` for a promotion's. watched: which watched segments they were in when that
    was last judged, each as its definition's fingerprint, doubled, plus one inside. traits_left: there
    were more traits than could be kept.
    """

    seed: int
    first_seen: int = 0
    last_seen: int = 0
    visits: int = 0
    visit: Visit | None = None
    away: int | None = None
    exit_page: str = ""
    bounced: bool | None = None
    touches: tuple[Touch, ...] = ()
    user: str = ""
    traits: Mapping[str, Scalar] = {}
    earlier: tuple[int, ...] = ()
    earlier_left: int = 0
    time_spent: int = 0
    arrival: Touch | None = None
    recents: Recents = Recents()
    counts: Counts | None = None
    responses: Responses | None = None
    interests: Interests | None = None
    cart: Cart | None = None
    orders: Orders | None = None
    consent: Consent | None = None
    contacts: Mapping[str, Contacts] = {}
    mixed: tuple[str, ...] = ()
    watched: tuple[int, ...] = ()
    notes: Notes | None = None
    learned: Learned | None = None
    traits_left: bool = False

    @property
    def first_touch(self) -> Touch | None:
        """The very first arrival; written once."""
        if self.touches:
            return self.touches[0]
        return self.visit.touch if self.visit else None

    @property
    def last_touch(self) -> Touch | None:
        """The latest arrival that was not direct, else the first."""
        if self.touches:
            return self.touches[-1]
        return self.visit.touch if self.visit else None
