"""Signals: everything that one hit tells, before anything is remembered. Unknown is None or empty.

Referrer, Search, Campaign and Ad also lie in profiles, as arrays: a new field goes to their end and has a default.
"""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.events import Page, Scalar


class Referrer(Struct, frozen=True, array_like=True, gc=False):
    """Where the hit came from. medium: search, social, ai, email, ad, partner, referral, internal or direct."""

    medium: str = "direct"
    source: str | None = None
    domain: str | None = None
    url: str | None = None


class Search(Struct, frozen=True, array_like=True, gc=False):
    """An arrival from a search engine. keywords: None when the engine withheld them."""

    engine: str
    keywords: str | None = None


class Campaign(Struct, frozen=True, array_like=True, gc=False):
    source: str | None = None
    medium: str | None = None
    name: str | None = None
    term: str | None = None
    content: str | None = None


class Ad(Struct, frozen=True, array_like=True, gc=False):
    """A paid or tagged click. network: by click id or campaign; banner, placement: where the link names them."""

    network: str | None = None
    banner: str | None = None
    placement: str | None = None
    click_id: str | None = None  # the parameter's name (gclid, …), never its value


class Device(Struct, frozen=True, gc=False):
    """type: desktop, mobile, tablet, tv or console."""

    type: str | None = None
    brand: str | None = None
    model: str | None = None
    os: str | None = None
    os_version: str | None = None
    browser: str | None = None
    browser_version: str | None = None


class Robot(Struct, frozen=True, gc=False):
    """acts_for_person: an AI agent that somebody sent here, rather than one that comes by itself."""

    name: str
    acts_for_person: bool = False


class Place(Struct, frozen=True, gc=False):
    """continent, country: ISO codes; region: ISO 3166-2 subdivision or its name; latitude, longitude: degrees."""

    continent: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    timezone: str | None = None


class LocalTime(Struct, frozen=True, gc=False):
    """The visitor's wall clock, or the site's where theirs is unknown. weekday: monday is 0; minute: of the day."""

    iso: str  # YYYY-MM-DDTHH:MM:SS±HH:MM
    date: str  # YYYY-MM-DD
    weekday: int
    minute: int
    daypart: str


class Signals(Struct, frozen=True, kw_only=True, gc=False):
    """What one hit tells.

    languages: in the visitor's order of preference, lower-case BCP 47; connection: effective type, or save-data.
    page: from the address and the rules; the app's corrections are already in it. query, cookies: first value of each
    name. headers: lower-case names, joined by a comma where repeated. address: evaluated, never stored. consent: what
    the visitor said of it, or that they are asked and have not answered; None where nothing was asked nor said.
    """

    at: float
    url: str = ""
    host: str = ""
    path: str = "/"
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}
    attributes: Mapping[str, Scalar] = {}
    address: str | None = None
    page: Page = Page()
    referrer: Referrer = Referrer()
    search: Search | None = None
    campaign: Campaign | None = None
    ad: Ad | None = None
    channel: str = "Direct"
    landing_page: str = "/"
    device: Device = Device()
    robot: Robot | None = None
    languages: tuple[str, ...] = ()
    connection: str | None = None
    place: Place | None = None
    timezone: str | None = None
    local_time: LocalTime | None = None
    prefetch: bool = False
    do_not_track: bool = False  # Sec-GPC: 1 or DNT: 1
    consent: tuple[str, ...] | None = None

    @property
    def language(self) -> str | None:
        """The first language asked for."""
        return self.languages[0] if self.languages else None

    @property
    def is_arrival(self) -> bool:
        """Whether this hit came from outside: a campaign, an ad, or a referrer of another site."""
        return bool(self.campaign or self.ad or self.referrer.medium not in ("internal", "direct"))
