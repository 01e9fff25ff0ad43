"""What a message means: a hit like any other, which the corridor reads like any other."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from msgspec import structs

from floorwalker.collect.messages import Kind, Message, Surroundings
from floorwalker.core.advance import Corridor
from floorwalker.core.events import Event, Page
from floorwalker.core.happening import event_of, identified_of, page_of
from floorwalker.core.hit import Headers, Hit, HitKind
from floorwalker.core.reading.address import split_address
from floorwalker.core.reading.clock import is_zone
from floorwalker.core.signals import Signals

GROUP_JOINED: Final = "Group Joined"
_CAMPAIGN_PARAMETERS: Final = {"name": "campaign"}


def hit_of(message: Message) -> Hit:
    """The message as a hit. It names no host, so nobody takes a server's library for a browser or a robot."""
    context = message.context
    zone = context.timezone if is_zone(context.timezone) else ""
    is_view = message.kind in (Kind.PAGE, Kind.SCREEN)
    told = _told_of_page(message)
    return Hit(
        at=message.at,
        url=_url(told, context) if is_view else "",
        headers=_headers(context, told.get("referrer", "") if is_view else ""),
        kind=HitKind.VIEW if is_view else HitKind.EVENTS,
        address=context.address or None,
        page=_said(message) if is_view else None,
        events=() if is_view else _events(message),
        timezone=zone,
    )


def signals_of(message: Message, hit: Hit, corridor: Corridor) -> Signals:
    """What the hit tells. A view without an address, such as an app's screen, is of a page named after itself."""
    signals = corridor.read(hit)
    told = _told_of_page(message)
    if hit.kind is not HitKind.VIEW or told.get("url") or told.get("path"):
        return signals
    page = structs.replace(hit.page or Page(), path=f"/{message.kind}/{quote(message.name or 'unnamed', safe='')}")
    return structs.replace(signals, page=page, path=page.path, landing_page=page.path)


def identified(message: Message) -> Event:
    """Who somebody is said to be, by `identify` or `alias`."""
    return identified_of(message.user, message.traits, at=message.at, id=message.id)


def _events(message: Message) -> tuple[Event, ...]:
    match message.kind:
        case Kind.TRACK:
            return (event_of(message.name, message.properties, at=message.at, id=message.id),)
        case Kind.GROUP:
            of_group = {"group": {**message.traits, "id": message.group}}
            joined = event_of(GROUP_JOINED, {"group_id": message.group}, at=message.at, id=message.id)
            return (identified_of("", of_group, at=message.at), joined)
        case _:
            return (identified(message),)


def _told_of_page(message: Message) -> Mapping[str, str]:
    """Where the page lies: as its properties say, else as the context does."""
    said = {name: value for name in ("url", "path", "referrer", "search") if (value := _text(message, name))}
    if "url" in said or "path" in said:
        return {**{name: text for name, text in message.context.page.items() if name == "referrer"}, **said}
    return {**message.context.page, **said}


def _text(message: Message, name: str) -> str:
    value = message.properties.get(name)
    return value if isinstance(value, str) else ""


def _url(told: Mapping[str, str], context: Surroundings) -> str:
    """The page's address, with the campaign that the context names where the address names none."""
    url = told.get("url") or told.get("path", "")
    search = told.get("search", "")
    if not told.get("url") and search.startswith("?"):
        url += search
    if not context.campaign or "utm_" in split_address(url).query:
        return url
    tags = {f"utm_{_CAMPAIGN_PARAMETERS.get(name, name)}": text for name, text in context.campaign.items()}
    bare, _, fragment = url.partition("#")
    joined = f"{bare}{'&' if '?' in bare else '?'}{urlencode(tags, errors='replace')}"
    return f"{joined}#{fragment}" if fragment else joined


def _headers(context: Surroundings, referrer: str) -> Headers:
    told = ((b"user-agent", context.agent), (b"referer", referrer), (b"accept-language", context.locale))
    return tuple([(name, text.encode("utf-8", "replace")) for name, text in told if text])


def _said(message: Message) -> Page:
    """What the sender says that the page is about; its path is read from the address."""
    page = structs.replace(page_of(message.properties), path="")
    return page if page.category else structs.replace(page, category=message.category)
