"""Touches: an arrival as it is kept, cut to its bounds."""

from msgspec import structs

from floorwalker.core.bounds import TEXT_BYTES, short
from floorwalker.core.memory.profile import Touch
from floorwalker.core.signals import Ad, Campaign, Referrer, Search, Signals

_WORD_BYTES = 40


def touch_of(signals: Signals, *, at: int, landing_page: str) -> Touch:
    """How this hit came. What was clicked inside the site is no arrival: it counts as direct."""
    referrer = signals.referrer
    internal = referrer.medium == "internal"
    return Touch(
        at=at,
        landing_page=short(landing_page, TEXT_BYTES),
        channel="Direct" if internal and not signals.is_arrival else short(signals.channel, _WORD_BYTES),
        referrer=Referrer() if internal else _referrer(referrer),
        search=_search(signals.search),
        campaign=_campaign(signals.campaign),
        ad=_ad(signals.ad),
    )


def landed(arrival: Touch, *, at: int, landing_page: str) -> Touch:
    """A redirect's arrival, once it has reached a page."""
    return structs.replace(arrival, at=at, landing_page=short(landing_page, TEXT_BYTES))


def _cut(text: str | None, most: int = _WORD_BYTES) -> str | None:
    return None if text is None else short(text, most)


def _referrer(referrer: Referrer) -> Referrer:
    return Referrer(
        short(referrer.medium, _WORD_BYTES),
        _cut(referrer.source),
        _cut(referrer.domain),
        _cut(referrer.url, TEXT_BYTES),
    )


def _search(search: Search | None) -> Search | None:
    return None if search is None else Search(short(search.engine, _WORD_BYTES), _cut(search.keywords, TEXT_BYTES))


def _campaign(campaign: Campaign | None) -> Campaign | None:
    if campaign is None:
        return None
    return Campaign(*map(_cut, (campaign.source, campaign.medium, campaign.name, campaign.term, campaign.content)))


def _ad(ad: Ad | None) -> Ad | None:
    return None if ad is None else Ad(*map(_cut, (ad.network, ad.banner, ad.placement, ad.click_id)))
