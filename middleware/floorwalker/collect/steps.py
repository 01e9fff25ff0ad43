"""Steps: what a message does to whomever it is about. Pure, and run anew on whatever the record is by then."""

from msgspec import structs

from floorwalker.collect.keys import Access
from floorwalker.collect.meaning import hit_of, identified, signals_of
from floorwalker.collect.messages import Kind, Message
from floorwalker.core.advance import Corridor
from floorwalker.core.deed import Deed
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import HitKind
from floorwalker.core.steps import DeedStep


def may_store(message: Message) -> bool:
    """Whether anything of the message may be kept. Who somebody is, only where they may be remembered."""
    names = message.kind in (Kind.IDENTIFY, Kind.ALIAS)
    return message.permission.remembers if names else message.permission.stores


def step_of(message: Message, visitor: str, corridor: Corridor, *, now: float, access: Access) -> DeedStep | None:
    """The step of one message; None where nothing of it is kept: robots, and who does not allow it.

    now: seconds since 1970, when segments are judged. A person's record says from its first message on whose it is. A
    public key changes no traits of somebody who is known.
    """
    if not may_store(message):
        return None
    hit = hit_of(message)
    is_read = hit.kind is HitKind.VIEW or bool(message.context.agent)
    signals = signals_of(message, hit, corridor) if is_read else None
    if signals is not None and signals.robot is not None:
        return None
    named = structs.replace(message, id="", traits={}) if message.user and message.kind is not Kind.IDENTIFY else None
    deed = Deed(
        at=hit.at,
        judged_at=now,
        kind=hit.kind,
        status=hit.status,
        signals=signals,
        events=hit.events,
        seed=seed_of(visitor),
        named=identified(named) if named is not None else None,
        by_stranger=access is Access.BROWSER,
        permission=message.permission,
    )
    return DeedStep(corridor, lambda: deed)
