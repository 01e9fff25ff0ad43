"""One hit's signals: configuration and bounded caches here, every reading in a module of its own."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from floorwalker.core.events import Page
from floorwalker.core.hit import Headers, Hit
from floorwalker.core.reading import campaign, channel, clock
from floorwalker.core.reading.address import (
    HOST_LIMIT,
    NAME_LIMIT,
    PARAMETER_LIMIT,
    TEXT_LIMIT,
    URL_LIMIT,
    parameters,
    printable,
    readable_path,
    split_address,
)  # fmt: skip
from floorwalker.core.reading.device import NO_HINTS, Hints, read_device
from floorwalker.core.reading.language import read_languages
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
from floorwalker.core.signals import Device, Place, Robot, Signals
from floorwalker.errors import ConfigurationError

ZONE_COOKIE = "fw_tz"
"""The cookie in which client.js leaves the browser's time zone."""

NO_PAGE = Page()

_CACHED = 4096
_REFERRER_LIMIT = 2048
_HINT_LIMIT = 256
_NO_PARTNERS: Mapping[str, str] = MappingProxyType({})
_SECRET = frozenset((b"cookie", b"authorization", b"proxy-authorization"))
_PREFETCH = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AHEAD = ("prefetch", "preview", "prerender")
_TELLING_ROBOTS = (b"host", b"user-agent", b"signature-agent", b"sec-ch-ua", b"sec-ch-ua-full-version-list")
_NAMELESS = Robot("no user agent")
_CONNECTIONS = frozenset(("slow-2g", "2g", "3g", "4g", "5g"))


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
        self._languages = lru_cache(_CACHED // 4)(read_languages)
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
        headers, raw_referrer, raw_cookie = _unpacked(hit.headers)
        url = printable(hit.url[:URL_LIMIT])
        address = split_address(url)
        host = address.host or split_address("http://" + headers.get("host", "")[:HOST_LIMIT]).host
        path = readable_path(address.path)
        query = parameters(address.query)
        arrival = self._arrival(raw_referrer[:_REFERRER_LIMIT], host) if raw_referrer else DIRECT
        tags = campaign.read_tags(query)
        channel_name = channel.channel_of(arrival, tags, self._sources)
        referrer = arrival.referrer
        if tags and referrer.medium == "direct":
            referrer = channel.told_by_campaign(channel_name, tags, self._sources)
        device, robot = self._device(headers)
        cookies = _cookies(raw_cookie)
        client = self._address(hit.address) if hit.address else None
        place = hit.place or self._located(client, headers)
        zone = hit.timezone or _zone(cookies, place)
        return Signals(
            at=hit.at,
            url=url[:_REFERRER_LIMIT],
            host=host,
            path=path,
            query=query,
            headers=headers,
            cookies=cookies,
            attributes=hit.attributes,
            address=client,
            page=page,
            referrer=referrer,
            search=arrival.search,
            campaign=tags.campaign,
            ad=channel.read_ad(arrival, tags, self._sources),
            channel=channel_name,
            landing_page=path,
            device=device,
            robot=robot,
            languages=self._languages(headers.get("accept-language", "")[:_HINT_LIMIT]),
            connection=_connection(headers),
            place=place,
            timezone=zone,
            local_time=clock.local_time(hit.at, zone or site_timezone),
            prefetch=_is_prefetch(headers),
            do_not_track=headers.get("sec-gpc") == "1" or headers.get("dnt") == "1",
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

    def _read_arrival(self, header: bytes, host: str) -> Arrival:
        return read_referrer(header, host=host, hosts=self._hosts, partners=self._partners, sources=self._sources)

    def _device(self, headers: Mapping[str, str]) -> tuple[Device, Robot | None]:
        agent = headers.get("user-agent")
        if agent is None:
            # A request that came over HTTP names its host; without a user agent no browser sent it.
            return Device(), _NAMELESS if "host" in headers else None
        hints = _hints(headers) if "sec-ch-ua" in headers or "sec-ch-ua-platform" in headers else NO_HINTS
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


def _unpacked(pairs: Headers) -> tuple[dict[str, str], bytes, bytes]:
    """The headers as text, without secrets; the raw referrer, whose charset is not known yet; the raw cookies."""
    headers: dict[str, str] = {}
    referrer = cookie = b""
    for name, value in pairs[:PARAMETER_LIMIT]:
        if name == b"referer" and not referrer:
            referrer = value
        if name in _SECRET:
            if name == b"cookie":
                cookie = cookie + b"; " + value if cookie else value
            continue
        key = name[:NAME_LIMIT].decode("latin-1")
        text = value[:TEXT_LIMIT].decode("latin-1")
        if key in headers and key != "user-agent":
            text = f"{headers[key]}, {text}"[:TEXT_LIMIT]
        headers[key] = text
    return headers, referrer, cookie


def _cookies(header: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in header.split(b";", PARAMETER_LIMIT)[:PARAMETER_LIMIT] if header else ():
        name, separator, value = pair.strip().partition(b"=")
        key = name[:NAME_LIMIT].decode("latin-1")
        if separator and key not in found:
            found[key] = value[:TEXT_LIMIT].decode("latin-1").strip(' "')
    return found


def _hints(headers: Mapping[str, str]) -> Hints:
    def plain(name: str) -> str:
        return headers.get(name, "")[:_HINT_LIMIT].strip(' "')

    brands = headers.get("sec-ch-ua-full-version-list") or headers.get("sec-ch-ua", "")
    return Hints(
        brands[:_HINT_LIMIT],
        plain("sec-ch-ua-mobile"),
        plain("sec-ch-ua-platform"),
        plain("sec-ch-ua-platform-version"),
        plain("sec-ch-ua-model"),
        plain("sec-ch-ua-form-factors"),
    )


def _zone(cookies: Mapping[str, str], place: Place | None) -> str | None:
    if given := cookies.get(ZONE_COOKIE):
        name = given.replace("%2F", "/").replace("%2f", "/")
        if clock.is_zone(name):
            return name
    return place.timezone if place else None


def _connection(headers: Mapping[str, str]) -> str | None:
    if headers.get("save-data", "").lower() == "on":
        return "save-data"
    effective = headers.get("ect", "").lower()
    return effective if effective in _CONNECTIONS else None


def _is_prefetch(headers: Mapping[str, str]) -> bool:
    return any(headers[name].lower().startswith(_AHEAD) for name in _PREFETCH if name in headers)
