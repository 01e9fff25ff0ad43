"""The place: from a city database's record, or from the headers of a delivery network that the site trusts."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import MappingProxyType
from typing import Protocol
from urllib.parse import unquote

from msgspec import Struct

from floorwalker.core.reading.address import clean
from floorwalker.core.reading.clock import is_zone
from floorwalker.core.signals import Place

PLACE_TEXT_LIMIT = 96

Record = Mapping[str, object]


class Places(Protocol):
    """Looks an address up; the record has the shape of a GeoIP2 City database, None where nothing is known."""

    def __call__(self, address: str, /) -> Record | None: ...


class PlaceHeaders(Struct, frozen=True):
    """The header names of one delivery network, lower-case; empty where it sends none."""

    country: str = ""
    region: str = ""
    city: str = ""
    continent: str = ""
    latitude: str = ""
    longitude: str = ""
    timezone: str = ""
    both: str = ""  # latitude and longitude in one header


TRUSTED_HEADERS: Mapping[str, PlaceHeaders] = MappingProxyType({
    "cloudflare": PlaceHeaders(
        "cf-ipcountry", "cf-region-code", "cf-ipcity", "cf-ipcontinent", "cf-iplatitude", "cf-iplongitude",
        "cf-timezone",
    ),
    "cloudfront": PlaceHeaders(
        "cloudfront-viewer-country", "cloudfront-viewer-country-region", "cloudfront-viewer-city", "",
        "cloudfront-viewer-latitude", "cloudfront-viewer-longitude", "cloudfront-viewer-time-zone",
    ),
    "vercel": PlaceHeaders(
        "x-vercel-ip-country", "x-vercel-ip-country-region", "x-vercel-ip-city", "x-vercel-ip-continent",
        "x-vercel-ip-latitude", "x-vercel-ip-longitude", "x-vercel-ip-timezone",
    ),
    "appengine": PlaceHeaders(
        "x-appengine-country", "x-appengine-region", "x-appengine-city", both="x-appengine-citylatlong"
    ),
    "fly": PlaceHeaders("fly-client-country"),
    "generic": PlaceHeaders(
        "x-geo-country", "x-geo-region", "x-geo-city", "x-geo-continent", "x-geo-latitude", "x-geo-longitude",
        "x-geo-timezone",
    ),
})  # fmt: skip
"""The presets that `trusted_headers` names. `generic` is for a proxy of one's own."""

_NO_COUNTRY = frozenset(("XX", "T1", "ZZ", "AP", "EU"))  # unknown, Tor, and regions that are no country
_CONTINENTS = frozenset(("AF", "AN", "AS", "EU", "NA", "OC", "SA"))


def valid_address(address: str | None) -> str | None:
    """The address in its shortest form, an IPv4 one unwrapped from IPv6; None where it is none."""
    parsed = _parsed(address)
    return str(parsed) if parsed else None


def _parsed(address: str | None) -> IPv4Address | IPv6Address | None:
    if not address or len(address) > 64:
        return None
    try:
        parsed = ip_address(address.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed


def place_of_address(address: str | None, places: Places) -> Place | None:
    """What the database knows of a public address; None for private and unreadable ones."""
    parsed = _parsed(address)
    if parsed is None or not parsed.is_global:
        return None
    record = places(str(parsed))
    return place_of_record(record) if record else None


def place_of_record(record: Record) -> Place | None:
    """A place from a record of GeoIP2 City's shape; region is the largest subdivision's ISO code."""
    location = _mapping(record.get("location"))
    subdivisions = record.get("subdivisions")
    region = _mapping(subdivisions[0]) if isinstance(subdivisions, list | tuple) and subdivisions else {}
    return _known(Place(
        continent=_text(_mapping(record.get("continent")).get("code")),
        country=_text(_mapping(record.get("country")).get("iso_code")),
        region=_text(region.get("iso_code")) or _english(region),
        city=_english(_mapping(record.get("city"))),
        latitude=_degrees(location.get("latitude"), 90),
        longitude=_degrees(location.get("longitude"), 180),
        timezone=_zone(_text(location.get("time_zone"))),
    ))  # fmt: skip


def place_of_headers(headers: Mapping[str, str], names: PlaceHeaders) -> Place | None:
    """A place from the headers of one network; values that cannot be true are left out."""
    country = headers.get(names.country, "").strip().upper()
    latitude, longitude = headers.get(names.latitude), headers.get(names.longitude)
    if names.both:
        latitude, _, longitude = headers.get(names.both, "").partition(",")
    continent = headers.get(names.continent, "").strip().upper()
    return _known(Place(
        continent=continent if continent in _CONTINENTS else None,
        country=country if len(country) == 2 and country.isalpha() and country not in _NO_COUNTRY else None,
        region=_text(unquote(headers.get(names.region, ""))),
        city=_text(unquote(headers.get(names.city, ""))),
        latitude=_degrees(latitude, 90),
        longitude=_degrees(longitude, 180),
        timezone=_zone(headers.get(names.timezone)),
    ))  # fmt: skip


def _known(place: Place) -> Place | None:
    return place if place != Place() else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _english(value: Mapping[str, object]) -> str | None:
    return _text(_mapping(value.get("names")).get("en"))


def _text(value: object) -> str | None:
    return (clean(value, PLACE_TEXT_LIMIT) or None) if isinstance(value, str) else None


def _degrees(value: object, limit: int) -> float | None:
    try:
        degrees = float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    return degrees if degrees is not None and -limit <= degrees <= limit else None


def _zone(value: str | None) -> str | None:
    return value if value and is_zone(value) else None
