"""Messages of the Segment tracking spec, read once and trusted inside."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace


class Kind(StrEnum):
    """What a message says."""

    TRACK = "track"
    PAGE = "page"
    SCREEN = "screen"
    IDENTIFY = "identify"
    ALIAS = "alias"
    GROUP = "group"


PUBLIC_KINDS: Final = frozenset((Kind.TRACK, Kind.PAGE, Kind.SCREEN, Kind.IDENTIFY))


class Surroundings(Struct, frozen=True):
    """Where it happened, as far as the message's `context` tells.

    page: `url`, `path`, `referrer`, `search` of the page. campaign: by the names of `utm_` parameters without it.
    address: of the visitor, for place alone. permitted: false where they refused to be analysed.
    """

    page: Mapping[str, str] = {}
    campaign: Mapping[str, str] = {}
    agent: str = ""
    locale: str = ""
    timezone: str = ""
    address: str = ""
    permitted: bool = True


class Message(Struct, frozen=True, kw_only=True):
    """One message. at: seconds since 1970 by our clock. id: its messageId, empty where there is none.

    name: of the event, page or screen. properties, traits: as they came.
    """

    kind: Kind
    at: float
    where: str = ""
    id: str = ""
    user: str = ""
    anonymous: str = ""
    previous: str = ""
    group: str = ""
    name: str = ""
    category: str = ""
    properties: Mapping[str, object] = {}
    traits: Mapping[str, object] = {}
    context: Surroundings = Surroundings()


def from_browser(message: Message, *, agent: str, address: str) -> Message:
    """The message of a page's visitor, who sent it themselves: what the request tells of them goes before their word.

    agent, address: of the request, empty where not known.
    """
    context = message.context
    return replace(message, context=replace(context, agent=context.agent or agent, address=address))
