"""Signals as they are printed: the published shape of `signals --json`."""

from floorwalker.core.signals import Ad, Campaign, Device, Place, Search, Signals

Json = dict[str, object]


def signals_as_json(signals: Signals) -> Json:
    """The signals as plain values, ready for JSON. Unknown is None; `search` with `keywords` None: withheld."""
    referrer = signals.referrer
    return {
        "url": signals.url,
        "referrer": {
            "medium": referrer.medium,
            "source": referrer.source,
            "domain": referrer.domain,
            "url": referrer.url,
        },
        "search": _search(signals.search),
        "campaign": _campaign(signals.campaign),
        "ad": _ad(signals.ad),
        "channel": signals.channel,
        "landing_page": signals.landing_page,
        "device": _device(signals.device),
        "robot": {"name": signals.robot.name} if signals.robot else None,
        "language": signals.language,
        "languages": list(signals.languages),
        "place": _place(signals.place),
        "timezone": signals.timezone,
        "local_time": signals.local_time.iso if signals.local_time else None,
        "daypart": signals.local_time.daypart if signals.local_time else None,
        "connection": signals.connection,
        "prefetch": signals.prefetch,
        "do_not_track": signals.do_not_track,
    }


def _search(search: Search | None) -> Json | None:
    return {"engine": search.engine, "keywords": search.keywords} if search else None


def _campaign(campaign: Campaign | None) -> Json | None:
    if campaign is None:
        return None
    return {
        "source": campaign.source,
        "medium": campaign.medium,
        "name": campaign.name,
        "term": campaign.term,
        "content": campaign.content,
    }


def _ad(ad: Ad | None) -> Json | None:
    if ad is None:
        return None
    return {"network": ad.network, "banner": ad.banner, "placement": ad.placement, "click_id": ad.click_id}


def _device(device: Device) -> Json:
    return {
        "type": device.type,
        "brand": device.brand,
        "model": device.model,
        "os": device.os,
        "os_version": device.os_version,
        "browser": device.browser,
        "browser_version": device.browser_version,
    }


def _place(place: Place | None) -> Json | None:
    if place is None:
        return None
    return {
        "continent": place.continent,
        "country": place.country,
        "region": place.region,
        "city": place.city,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "timezone": place.timezone,
    }
