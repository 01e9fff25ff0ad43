"""Messages of the Segment tracking spec, read once and trusted inside."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.allowance import DAY_S
from floorwalker.core.consent import EVERYTHING_PERMITTED, Category, Choice, Mode, Permission, permission_of


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
    address: of the visitor, for place alone. allowed: the categories of consent that the message itself says yes to,
    None where it speaks of none of ours.
    """

    page: Mapping[str, str] = {}
    campaign: Mapping[str, str] = {}
    agent: str = ""
    locale: str = ""
    timezone: str = ""
    address: str = ""
    allowed: frozenset[Category] | None = None


class Message(Struct, frozen=True, kw_only=True):
    """One message. at: seconds since 1970 by our clock. id: its messageId, empty where there is none.

    name: of the event, page or screen. properties, traits: as they came. permission: what its visitor permits.
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
    permission: Permission = EVERYTHING_PERMITTED


def choice_in(message: Message) -> Choice | None:
    """What the message says that its visitor allows; None where it says nothing of it."""
    allowed = message.context.allowed
    return None if allowed is None else Choice(allowed, max(int(message.at) // DAY_S, 0))


def from_server(message: Message) -> Message:
    """The message as a server sends it, who answers for having asked: what it says of consent holds, and else what the
    visitor's record says."""
    choice = choice_in(message)
    return message if choice is None else replace(message, permission=permission_of(Mode.NONE, choice))


def from_browser(message: Message, *, agent: str, address: str, permission: Permission) -> Message:
    """The message of a page's visitor, who sent it themselves: what the request tells of them goes before their word.

    agent, address: of the request, empty where not known. permission: what the message and the request come to.
    """
    context = replace(message.context, agent=message.context.agent or agent, address=address)
    return replace(message, context=context, permission=permission)
