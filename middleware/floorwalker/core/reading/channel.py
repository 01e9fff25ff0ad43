"""The marketing channel, named as web analytics names it, from campaign, click and referrer together."""

import re

from floorwalker.core.reading.campaign import Tags
from floorwalker.core.reading.referrer import Arrival
from floorwalker.core.reading.sources import SourceIndex
from floorwalker.core.signals import Ad, Campaign, Referrer

_PAID_MEDIUM = re.compile(r".*cp[acmv].*|ppc|ppv|retargeting|remarketing|pmax|sem|paid.*|.*[-_ ]paid|ads?")
_SHOPPING_NAME = re.compile(r"(?:.*[^a-df-z])?shop(?:[^a-z].*)?|.*shopping.*")  # shop, e-shop, but not bishop
_DISPLAY = frozenset(("display", "banner", "expandable", "interstitial", "native", "cpm"))
_BY_MEDIUM = {
    "email": "Email", "e-mail": "Email", "e_mail": "Email", "e mail": "Email", "newsletter": "Email", "mail": "Email",
    "mailing": "Email", "edm": "Email", "affiliate": "Affiliate", "affiliates": "Affiliate", "partner": "Affiliate",
    "sms": "SMS", "audio": "Audio", "podcast": "Audio", "ai": "AI", "llm": "AI", "chatbot": "AI",
    "push": "Push Notifications", "notification": "Push Notifications", "webpush": "Push Notifications",
}  # fmt: skip
_WEAK_MEDIUM = {
    "social": "Organic Social", "social-network": "Organic Social", "social-media": "Organic Social",
    "social_media": "Organic Social", "social network": "Organic Social", "social media": "Organic Social",
    "sm": "Organic Social", "organic": "Organic Search", "organic_social": "Organic Social",
    "organic social": "Organic Social", "video": "Organic Video", "referral": "Referral", "link": "Referral",
    "app": "Referral",
}  # fmt: skip
_ORGANIC = {
    "search": "Organic Search", "social": "Organic Social", "video": "Organic Video", "shopping": "Organic Shopping",
    "ai": "AI", "email": "Email", "ad": "Display", "affiliate": "Affiliate", "partner": "Affiliate",
    "referral": "Referral",
}  # fmt: skip
_PAID = {"search": "Paid Search", "social": "Paid Social", "video": "Paid Video", "shopping": "Paid Shopping"}
_PAID_WORDS = (
    ("social", "Paid Social"), ("search", "Paid Search"), ("video", "Paid Video"), ("shopping", "Paid Shopping"),
)  # fmt: skip
_BY_CLICK = {"paid-search": "Paid Search", "paid-social": "Paid Social", "display": "Display"}
_ORGANIC_CLICK = {"facebook": "Organic Social", "instagram": "Organic Social", "google": "Organic Shopping"}
_MEDIUM_OF_CHANNEL = {
    "Email": "email", "Affiliate": "partner", "AI": "ai", "Display": "ad", "Organic Social": "social",
    "Organic Video": "social", "Organic Search": "search", "Cross Network": "ad",
}  # fmt: skip


def channel_of(arrival: Arrival, tags: Tags, sources: SourceIndex) -> str:
    """The channel. A click identifier that networks also add to unpaid links (fbclid) is no proof of an ad."""
    if arrival.kind == "" and not tags:
        return "Internal" if arrival.referrer.medium == "internal" else "Direct"
    campaign = tags.campaign or Campaign()
    name = (campaign.name or "").lower()
    medium = (campaign.medium or "").lower()
    if "cross-network" in name:
        return "Cross Network"
    kinds = (_kind_named(campaign.source, sources), arrival.kind)
    if is_paid(tags):
        return _paid(kinds, name, medium, arrival, tags)
    return _unpaid(kinds, name, medium, (campaign.source or "").lower(), arrival, tags)


def is_paid(tags: Tags) -> bool:
    """Whether the landing address proves a paid click."""
    medium = tags.campaign.medium if tags.campaign else None
    if medium and _PAID_MEDIUM.fullmatch(medium.lower()):
        return True
    return tags.click is not None and (tags.click.kind.startswith("paid") or tags.click.kind == "display")


def _kind_named(source: str | None, sources: SourceIndex) -> str:
    found = sources.by_name(source) if source else None
    return found.kind if found else ""


def _paid(kinds: tuple[str, str], name: str, medium: str, arrival: Arrival, tags: Tags) -> str:
    for kind in kinds:
        if kind in _PAID:
            return _PAID[kind]
    if _SHOPPING_NAME.fullmatch(name):
        return "Paid Shopping"
    for word, channel in _PAID_WORDS:
        if word in medium:
            return channel
    if tags.click and tags.click.kind in _BY_CLICK:
        return _BY_CLICK[tags.click.kind]
    if tags.from_google_ads_search or medium in ("pmax", "sem"):
        return "Paid Search"
    if medium in _DISPLAY:
        return "Display"
    if "video" in name:
        return "Paid Video"
    if tags.click and tags.click.network == "google" and arrival.referrer.medium == "direct":
        return "Paid Search"
    return "Paid Other"


def _unpaid(kinds: tuple[str, str], name: str, medium: str, source: str, arrival: Arrival, tags: Tags) -> str:
    if channel := _BY_MEDIUM.get(medium) or ("Display" if medium in _DISPLAY else None):
        return channel
    if medium.endswith(("push", "notification", "notifications")):
        return "Push Notifications"
    for kind in kinds:
        if kind in _ORGANIC and kind != "referral":
            return _ORGANIC[kind]
    if source in _BY_MEDIUM:
        return _BY_MEDIUM[source]
    if tags.click and tags.click.kind in ("affiliate", "email"):
        return tags.click.kind.capitalize()
    if name and _SHOPPING_NAME.fullmatch(name):
        return "Organic Shopping"
    if channel := _WEAK_MEDIUM.get(medium):
        return channel
    if tags.click and (channel := _ORGANIC_CLICK.get(tags.click.network)):
        return channel
    if arrival.kind:
        return "Referral"
    return "Unknown" if tags.campaign else _untagged(arrival)


def _untagged(arrival: Arrival) -> str:
    return "Internal" if arrival.referrer.medium == "internal" else "Direct"


def read_ad(arrival: Arrival, tags: Tags, sources: SourceIndex) -> Ad | None:
    """The tagged or paid click, with the creative that the link names; None where nothing says so."""
    paid = is_paid(tags)
    outside = arrival.kind != ""
    named = (tags.banner or tags.placement) and (outside or tags.campaign is not None)
    click = tags.click if tags.click and tags.click.kind != "email" else None
    if not (paid or click or named or arrival.kind == "ad"):
        return None
    content = tags.campaign.content if tags.campaign and paid else None
    return Ad(
        _network(arrival, tags, sources), tags.banner or content, tags.placement, click.parameter if click else None
    )


def _network(arrival: Arrival, tags: Tags, sources: SourceIndex) -> str | None:
    if tags.click and tags.click.kind != "email":
        return tags.click.network
    if tags.campaign and tags.campaign.source:
        found = sources.by_name(tags.campaign.source)
        return found.name.lower() if found else tags.campaign.source.lower()
    if arrival.kind == "ad" and arrival.referrer.source:
        return arrival.referrer.source.lower()
    return None


def told_by_campaign(channel: str, tags: Tags, sources: SourceIndex) -> Referrer:
    """The referrer of a hit that has none, as its campaign tells it: mail programs and applications send no header."""
    medium = "ad" if channel.startswith("Paid") else _MEDIUM_OF_CHANNEL.get(channel)
    if medium is None:
        return Referrer()
    named = tags.campaign.source if tags.campaign else None
    if named is None and tags.click:
        named = tags.click.network
    found = sources.by_name(named) if named else None
    return Referrer(medium, found.name if found else named)
