"""What the panel says about a visitor, in words: from floorwalker's own explanation, profile and signals."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from demo_site.happened import Happened, timeline
from demo_site.play import BERLIN, COUNTRIES, DAY, ROLES, Play, Role
from demo_site.standing import Portrait, Standing, read_standing
from floorwalker import Profile, Signals

Tree = Mapping[str, Any]
CATEGORIES = ("analytics", "personalization", "tests")


@dataclass(frozen=True, kw_only=True)
class SegmentView:
    name: str
    title: str
    about: str
    member: bool
    why: Tree


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """One place of the page. shows: the block's name, or that it is the page's own; changed: something of ours."""

    name: str
    shows: str
    because: str
    changed: bool
    why: Tree | None


@dataclass(frozen=True, kw_only=True)
class RoleView:
    title: str
    address: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Who:
    """Everything in the panel. visitor: their id; zone: in which their clock goes; page: what it was noted on; preview:
    where its preview opens; allows: what they allow to be kept, in words; is_kept: whether anything is; timeline: the
    latest first."""

    visitor: str
    zone: ZoneInfo
    page: str
    summary: str
    preview: str
    allows: str
    is_kept: bool
    roles: Sequence[tuple[str, Sequence[RoleView]]]
    signals: Sequence[tuple[str, str]]
    members: Sequence[SegmentView]
    others: Sequence[SegmentView]
    standing: Standing
    slots: Sequence[SlotView]
    timeline: Sequence[Happened]

    @property
    def changed(self) -> dict[str, str]:
        """Slot → block, of those that do not show the page's own."""
        return {slot.name: slot.shows for slot in self.slots if slot.changed}


def describe(
    *,
    explanation: Mapping[str, Any],
    profile: Profile | None,
    portrait: Portrait,
    signals: Signals,
    play: Play,
    page: str,
    allows: Collection[str] = CATEGORIES,
    is_asked: bool = False,
) -> Who:
    """explanation and portrait: in the shapes of `floorwalker explain --json` and `floorwalker visitor show --json`.

    allows: the categories of consent; is_asked: whether they are asked, and have not answered.
    """
    segments = [_segment(name, each) for name, each in explanation["segments"].items()]
    zone = _zone(signals)
    return Who(
        visitor=portrait.get("visitor") or "",
        zone=zone,
        page=page,
        summary=_summary(profile, signals),
        preview=f"/demo/preview?{urlencode({'to': page})}",
        allows=_allows(allows, is_asked=is_asked),
        is_kept=bool(allows),
        roles=_roles(play, page),
        signals=list(_signals(profile, signals, play)),
        members=[segment for segment in segments if segment.member],
        others=[segment for segment in segments if not segment.member],
        standing=read_standing(portrait, now=signals.at, zone=zone),
        slots=[_slot(name, each) for name, each in explanation["slots"].items()],
        timeline=timeline(portrait.get("events", ()), now=signals.at, zone=zone),
    )


def _allows(allowed: Collection[str], *, is_asked: bool) -> str:
    if is_asked:
        return "You are asked what may be remembered, and have not answered."
    if not allowed:
        return "You allow nothing to be remembered, so each page knows what this one request tells."
    if len(allowed) == len(CATEGORIES):
        return "You allow all of it to be remembered."
    return f"Of what may be remembered you allow {' and '.join(sorted(allowed))}."


def _segment(name: str, explained: Mapping[str, Any]) -> SegmentView:
    title = name.replace("-", " ").capitalize()
    return SegmentView(name=name, title=title, about=explained["about"], member=explained["in"], why=explained["why"])


MEDIA = {"direct": "nowhere: typed, or from a bookmark", "email": "an e-mail"}
OWN = "the page’s own"
KEPT = {"other page": "not on this page", "control": "the page’s own, for the comparison"}
REASONS = {
    "otherwise": "No entry fits you, so you see the page's own.",
    "other page": "This place is not on this page.",
    "off": "Personalization is switched off.",
    "excluded": "You are in a segment that sees the site as it is.",
    "robot": "Robots see the page as it is.",
}


def _slot(name: str, explained: Mapping[str, Any]) -> SlotView:
    changed = explained["reason"] == "entry" and explained["block"] != "default"
    why: Tree = explained["why"]
    return SlotView(
        name=name,
        shows=explained["block"] if changed else KEPT.get(explained["reason"], OWN),
        because=_because(explained),
        changed=changed,
        why=why if why["of"] else None,
    )


def _because(explained: Mapping[str, Any]) -> str:
    promotion = explained["promotion"]
    match explained["reason"]:
        case "control":
            group = f"control group of the promotion {promotion}" if promotion else "control group"
            return f"An entry fits you, but you are in the {group}, for the comparison."
        case "entry" if promotion:
            return f"The promotion {promotion} comes first while it runs, and an entry of it fits you."
        case "entry":
            return _chosen(explained["why"]) or "The first entry that fits you."
        case reason:
            return REASONS.get(reason, str(reason))


def _chosen(why: Tree) -> str:
    """How the block was chosen of several, where not the first that fits is shown; of nested choices the innermost."""
    told = ""
    for part in why["of"]:
        if part["holds"] and part["condition"].startswith("choose: "):
            told = _sentence(part["observed"])
        elif part["holds"]:
            told = _chosen(part) or told
    return told


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words.partition(" ")[0] in ("the", "only") else f"{words}."


def found(observed: Any) -> str:
    """What was found, in words; empty where there was nothing."""
    match observed:
        case None:
            return ""
        case bool():
            return "yes" if observed else "no"
        case dict():
            return ", ".join(f"{name}: {value}" for name, value in observed.items())
        case list():
            return ", ".join(map(str, observed))
        case _:
            return str(observed)


def _summary(profile: Profile | None, signals: Signals) -> str:
    when = datetime.fromtimestamp(signals.at, _zone(signals)).strftime("%A, %H:%M")
    if profile is None or profile.visit is None:
        return f"It is {when} for you, and this is the first we see of you."
    visit = profile.visit
    pages = "1 page" if visit.views == 1 else f"{visit.views} pages"
    return f"It is {when} for you. Visit {visit.number}, {pages} so far."


def _zone(signals: Signals) -> ZoneInfo:
    return ZoneInfo(signals.timezone) if signals.timezone else BERLIN


def _signals(profile: Profile | None, signals: Signals, play: Play) -> Iterator[tuple[str, str]]:
    """Rows of what arrived; what a request did not tell is left out."""
    visit = profile.visit if profile else None
    touch = visit.touch if visit else signals
    referrer = touch.referrer
    name = referrer.source or referrer.domain
    yield "came from", f"{name} ({referrer.medium})" if name else MEDIA.get(referrer.medium, referrer.medium)
    if touch.search:
        words = touch.search.keywords
        yield "searched", f"“{words}”" if words else "words withheld by the engine"
    if touch.campaign:
        parts = (touch.campaign.name, touch.campaign.source, touch.campaign.medium)
        yield "campaign", ", ".join(filter(None, parts))
    if touch.ad and touch.ad.network:
        yield "ad", touch.ad.network
    yield "channel", touch.channel
    yield "landed on", touch.landing_page
    device = signals.device
    yield "device", ", ".join(filter(None, (device.type, device.brand, device.browser, device.os))) or "unknown"
    if signals.language:
        yield "language", signals.language
    country = signals.place.country if signals.place else None
    yield "place", COUNTRIES.get(country or "", (country or "unknown", ""))[0]
    if signals.local_time:
        yield "part of day", signals.local_time.daypart
    if play.shift:
        yield "clock", _ahead(play.shift)


def _ahead(shift: int) -> str:
    days = round(shift / DAY)
    if shift < DAY / 4:
        return f"{round(shift / 3600) or 1} hours ahead"
    return "later today" if shift < DAY / 2 else "a day ahead" if days == 1 else f"{days} days ahead"


def _roles(play: Play, page: str) -> list[tuple[str, list[RoleView]]]:
    groups: dict[str, list[RoleView]] = {}
    path, _, query = page.partition("?")
    for name, role in ROLES.items():
        if not role.group:
            continue
        asked = [*parse_qsl(query), ("play", name)] if role.landing is None else [("play", name)]
        address = f"{path if role.landing is None else '/'}?{urlencode(asked)}"
        groups.setdefault(role.group, []).append(
            RoleView(title=role.title, address=address, chosen=_is_played(name, role, play))
        )
    return list(groups.items())


def _is_played(name: str, role: Role, play: Play) -> bool:
    if role.device is not None or role.country is not None:
        return bool(role.device and role.device == play.device) or bool(role.country and role.country == play.country)
    return name == play.role
