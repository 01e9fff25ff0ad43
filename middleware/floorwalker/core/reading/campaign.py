"""Campaign parameters and click identifiers of the address that was asked for."""

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from floorwalker.core import words
from floorwalker.core.reading.address import clean
from floorwalker.core.signals import Campaign

CAMPAIGN_TEXT_LIMIT = 200

_FIELDS = {
    "source": "source", "medium": "medium", "campaign": "name", "name": "name", "term": "term", "keyword": "term",
    "kwd": "term", "content": "content",
}  # fmt: skip
_PREFIXES = frozenset(("utm", "mtm", "pk", "matomo"))
_BANNERS = ("utm_banner", "banner", "banner_id", "utm_creative", "creative", "creative_id", "ad_id", "adid", "hsa_ad")
_PLACEMENTS = ("utm_placement", "placement", "placement_id", "gad_placement")
_STRENGTH = {"paid-search": 0, "paid-social": 0, "paid": 1, "display": 2, "affiliate": 3, "email": 4, "-": 5}


class Click(Struct, frozen=True):
    """A click identifier: its parameter, the network that adds it, and what it proves (see words/clicks.txt)."""

    parameter: str
    network: str
    kind: str


class Tags(Struct, frozen=True):
    """What the landing address says of the way here. banner, placement: where the link names them."""

    campaign: Campaign | None = None
    click: Click | None = None
    banner: str | None = None
    placement: str | None = None
    from_google_ads_search: bool = False  # gad_source=1

    def __bool__(self) -> bool:
        return self != NO_TAGS


NO_TAGS = Tags()


def read_tags(query: Mapping[str, str]) -> Tags:
    """The campaign, click and creative that the query names; names in any case, values bounded."""
    if not query:
        return NO_TAGS
    given = {name.lower(): value for name, value in query.items() if value}
    return Tags(
        _campaign(given),
        _click(given),
        _first(given, _BANNERS),
        _first(given, _PLACEMENTS),
        given.get("gad_source") == "1",
    )


def _campaign(given: Mapping[str, str]) -> Campaign | None:
    fields: dict[str, str] = {}
    for name, value in given.items():
        prefix, separator, field = name.partition("_")
        if separator and prefix in _PREFIXES and field in _FIELDS and (text := clean(value, CAMPAIGN_TEXT_LIMIT)):
            fields.setdefault(_FIELDS[field], text)
    return Campaign(**fields) if fields else None


def _click(given: Mapping[str, str]) -> Click | None:
    """The click that proves most; a tool's prefix (_x_ns_msclkid) is looked past."""
    known = known_clicks()
    found: list[Click] = []
    for name in given:
        parts = name
        while parts:
            if click := known.get(parts):
                found.append(click)
                break
            parts = parts.partition("_")[2]
    return min(found, key=lambda click: (_STRENGTH[click.kind], click.parameter == "gad_source"), default=None)


def _first(given: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    for name in names:
        if (value := given.get(name)) and (text := clean(value, CAMPAIGN_TEXT_LIMIT)):
            return text
    return None


@cache
def known_clicks() -> Mapping[str, Click]:
    """The click identifiers of the word list, by parameter; read once, then the same constant."""
    return {parts[0]: Click(*parts) for parts in (line.split() for line in words.lines("clicks"))}
