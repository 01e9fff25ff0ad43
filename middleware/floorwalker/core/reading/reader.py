"""One hit's signals: configuration and bounded caches here, every reading in a module of its own."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct

from floorwalker.core.events import Page
from floorwalker.core.hit import Headers, Hit
from floorwalker.core.reading import campaign, channel, clock
from floorwalker.core.reading.address import TEXT_LIMIT, URL_LIMIT, target_of
from floorwalker.core.reading.browser import Browser, browser_of, hints_of, parted, read_cookies, texts_of
from floorwalker.core.reading.device import NO_HINTS, Hints, read_device
from floorwalker.core.reading.place import (
    TRUSTED_HEADERS,
    PlaceHeaders,
    Places,
    place_of_address,
    place_of_headers,
    valid_address,
)  # fmt: skip
from floorwalker.core.reading.referrer import DIRECT, Arrival, bare_hosts, read_referrer
from floorwalker.core.reading.robots import read_robot, read_signer
from floorwalker.core.reading.sources import known_sources
from floorwalker.core.signals import Ad, Campaign, Device, Place, Referrer, Robot, Signals
from floorwalker.errors import ConfigurationError

ZONE_COOKIE = "fw_tz"
"""The cookie in which client.js leaves the browser's time zone."""

NO_PAGE = Page()

_CACHED = 4096
_BROWSERS = 512
_BROWSER_BYTES = 4096  # of one that is remembered, so that all take 4 MB at most
_HEADER_BYTES = 128  # of a header beside its text
_REFERRER_LIMIT = 2048
_NO_PARTNERS: Mapping[str, str] = MappingProxyType({})
_TELLING_ROBOTS = (b"host", b"user-agent", b"signature-agent", b"sec-ch-ua", b"sec-ch-ua-full-version-list")
_NAMELESS = Robot("no user agent")


class _Came(Struct, frozen=True, gc=False):
    """How a hit came: what its referrer tells, and its campaign, where it has one."""

    arrival: Arrival
    referrer: Referrer
    channel: str
    ad: Ad | None
    campaign: Campaign | None = None


class SignalReader:
    """Reads hits. Holds configuration and caches only, so one reader serves every request of a process.

    hosts: the site's other hosts, with their subdomains, whose referrers are internal. partners: host to name.
    places: looks an address up in a city database. trusted_headers: the presets of TRUSTED_HEADERS whose place headers
    are believed before the database is asked; trust only what your own network sets. agents_visit: AI agents that act
    for a person are no robots.
    """

    def __init__(
        self,
        *,
        hosts: Sequence[str] = (),
        partners: Mapping[str, str] = _NO_PARTNERS,
        places: Places | None = None,
        trusted_headers: str | Sequence[str] = (),
        agents_visit: bool = False,
    ) -> None:
        self._hosts = bare_hosts(hosts)
        self._partners = {host: name for key, name in partners.items() for host in bare_hosts((key,))}
        self._places = places
        self._trusted = _presets((trusted_headers,) if isinstance(trusted_headers, str) else trusted_headers)
        self._agents_visit = agents_visit
        self._sources = known_sources()
        self._agent = lru_cache(_CACHED)(_read_agent)
        self._robots = lru_cache(_CACHED)(self._read_robots)
        self._arrival = lru_cache(_CACHED // 4)(self._read_arrival)
        self._direct = self._untagged(DIRECT)
        self._browsers: dict[Headers, Browser] = {}
        self._address = lru_cache(_CACHED)(valid_address)
        self._place = lru_cache(_CACHED)(self._read_place)

    def warm(self) -> None:
        """Pay the first use of the user-agent engine, the time zones and the word lists now (about 0.3 s)."""
        self._agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", NO_HINTS)
        clock.is_zone("UTC")
        campaign.known_clicks()

    def read(self, hit: Hit, *, page: Page = NO_PAGE, site_timezone: str = "UTC") -> Signals:
        """Everything that this hit tells; never raises, whatever the bytes, and every text is bounded.

        page: what the rules and the app say of it. site_timezone: the wall clock where the visitor's is not known.
        """
        sent = parted(hit.headers)
        browser = self._browser(sent.of_browser)
        headers = {**browser.headers, **texts_of(sent.others)} if sent.others else browser.headers
        target = target_of(hit.url[:URL_LIMIT])
        host, path, query = target.host or browser.host, target.path, target.query
        raw_referrer = sent.referrer if sent.others else b""
        came = self._arrival(raw_referrer[:_REFERRER_LIMIT], host) if raw_referrer else self._direct
        if query and (tags := campaign.read_tags(query)):
            came = self._tagged(came.arrival, tags)
        cookies = read_cookies(sent.cookie)
        client = self._address(hit.address) if hit.address else None
        place = hit.place or self._located(client, headers)
        zone = hit.timezone or (_told_zone(cookies) if ZONE_COOKIE in cookies else None)
        if zone is None and place is not None:
            zone = place.timezone
        return Signals(
            at=hit.at,
            url=target.url[:_REFERRER_LIMIT],
            host=host,
            path=path,
            query=query,
            headers=headers,
            cookies=cookies,
            attributes=hit.attributes,
            address=client,
            page=page,
            referrer=came.referrer,
            search=came.arrival.search,
            campaign=came.campaign,
            ad=came.ad,
            channel=came.channel,
            landing_page=path,
            device=browser.device,
            robot=browser.robot,
            languages=browser.languages,
            connection=browser.connection,
            place=place,
            timezone=zone,
            local_time=clock.local_time(hit.at, zone or site_timezone),
            prefetch=browser.prefetch,
            do_not_track=browser.do_not_track,
        )

    def is_robot(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a robot asks, told alone and at once from the request's headers; as `read` has it."""
        return self._robots(tuple(map(headers.get, _TELLING_ROBOTS)))

    def _read_robots(self, values: tuple[bytes | None, ...]) -> bool:
        told = {
            name.decode("ascii"): value[:TEXT_LIMIT].decode("latin-1")
            for name, value in zip(_TELLING_ROBOTS, values, strict=True)
            if value is not None
        }
        return self._device(told)[1] is not None

    def _read_arrival(self, header: bytes, host: str) -> "_Came":
        return self._untagged(
            read_referrer(header, host=host, hosts=self._hosts, partners=self._partners, sources=self._sources)
        )

    def _untagged(self, arrival: Arrival) -> "_Came":
        tags, sources = campaign.NO_TAGS, self._sources
        ad = channel.read_ad(arrival, tags, sources)
        return _Came(arrival, arrival.referrer, channel.channel_of(arrival, tags, sources), ad)

    def _tagged(self, arrival: Arrival, tags: campaign.Tags) -> "_Came":
        name, referrer = channel.channel_of(arrival, tags, self._sources), arrival.referrer
        if referrer.medium == "direct":
            referrer = channel.told_by_campaign(name, tags, self._sources)
        return _Came(arrival, referrer, name, channel.read_ad(arrival, tags, self._sources), tags.campaign)

    def _browser(self, own: Headers) -> Browser:
        """What these headers tell; remembered, as a browser sends the same ones with every page (4 µs less)."""
        browser = self._browsers.get(own)
        if browser is None:
            headers = texts_of(own)
            browser = browser_of(headers, *self._device(headers))
            if sum([len(name) + len(value) + _HEADER_BYTES for name, value in own]) <= _BROWSER_BYTES:
                if len(self._browsers) >= _BROWSERS:
                    self._browsers.clear()
                self._browsers[own] = browser
        return browser

    def _device(self, headers: Mapping[str, str]) -> tuple[Device, Robot | None]:
        agent = headers.get("user-agent")
        if agent is None:
            # A request that came over HTTP names its host; without a user agent no browser sent it.
            return Device(), _NAMELESS if "host" in headers else None
        hints = hints_of(headers) if "sec-ch-ua" in headers or "sec-ch-ua-platform" in headers else NO_HINTS
        device, robot = self._agent(agent, hints)
        if robot is None and "signature-agent" in headers:
            robot = read_signer(headers["signature-agent"])
        if robot is not None and robot.acts_for_person and self._agents_visit:
            return device, None
        return device, robot

    def _located(self, address: str | None, headers: Mapping[str, str]) -> Place | None:
        for names in self._trusted:
            if place := place_of_headers(headers, names):
                return place
        return self._place(address) if self._places and address else None

    def _read_place(self, address: str) -> Place | None:
        return place_of_address(address, self._places) if self._places else None


def _read_agent(agent: str, hints: Hints) -> tuple[Device, Robot | None]:
    if agent in ("", "-"):
        return Device(), _NAMELESS
    device, is_spider = read_device(agent, hints)
    return device, read_robot(agent, is_spider=is_spider or "headless" in hints.brands.lower())


def _presets(names: Sequence[str]) -> tuple[PlaceHeaders, ...]:
    for name in names:
        if name not in TRUSTED_HEADERS:
            raise ConfigurationError(f"trusted_headers: {name!r} is unknown; write one of {', '.join(TRUSTED_HEADERS)}")
    return tuple(TRUSTED_HEADERS[name] for name in names)


def _told_zone(cookies: Mapping[str, str]) -> str | None:
    name = cookies[ZONE_COOKIE].replace("%2F", "/").replace("%2f", "/")
    return name if clock.is_zone(name) else None
