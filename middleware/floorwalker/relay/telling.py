"""What an endpoint is told: a small JSON object, with what is known of the person when it is sent."""

from datetime import UTC, datetime
from typing import Any

from msgspec import json

from floorwalker.core.memory.profile import Profile
from floorwalker.store.relaying.outbox import Message

ENTERED = "segment.entered"
LEFT = "segment.left"


def body_of(message: Message, visitor: str, profile: Profile | None, *, with_traits: bool) -> bytes:
    """The body of one webhook. visitor: whose history it is by now. profile: None where nothing is known any more."""
    data: dict[str, Any] = {"segment": message.segment, "visitor": visitor, "user": None}
    if profile is not None:
        data |= {
            "user": profile.user or None,
            "visits": profile.visits,
            "first_seen": _moment(profile.first_seen),
            "last_seen": _moment(profile.last_seen),
        }
        if with_traits:
            data["traits"] = dict(profile.traits)
    kind = ENTERED if message.entered else LEFT
    return json.encode({"type": kind, "timestamp": _moment(message.at), "data": data})


def _moment(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")
