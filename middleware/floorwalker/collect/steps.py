"""Steps: what a message does to whomever it is about. Pure, and run anew on whatever the record is by then."""

from msgspec import structs

from floorwalker.collect.keys import Access
from floorwalker.collect.meaning import hit_of, identified, signals_of
from floorwalker.collect.messages import Kind, Message
from floorwalker.core.advance import Corridor
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import IDENTIFIED
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Step


def step_of(message: Message, visitor: str, corridor: Corridor, *, now: float, access: Access) -> Step | None:
    """The step of one message; None where nothing of it is remembered: robots, and who refused to be analysed.

    now: seconds since 1970, when segments are judged. A person's record says from its first message on whose it is. A
    public key changes no traits of somebody who is known.
    """
    if not message.context.permitted:
        return None
    hit = hit_of(message)
    is_read = hit.kind is HitKind.VIEW or bool(message.context.agent)
    signals = signals_of(message, hit, corridor) if is_read else None
    if signals is not None and signals.robot is not None:
        return None
    anonymous = tuple([event for event in hit.events if event.name != IDENTIFIED])

    def step(base: Profile | None) -> tuple[Profile, Effects]:
        profile = base or Profile(seed=seed_of(visitor))
        effects = NOTHING
        if message.user and not profile.user and message.kind is not Kind.IDENTIFY:
            named = structs.replace(message, id="", traits={})
            profile, effects = corridor.fold(profile, identified(named))
        is_strangers = access is Access.BROWSER and profile.user
        taken = structs.replace(hit, events=anonymous) if is_strangers else hit
        profile, more = corridor.advance(profile, taken, signals)
        return corridor.concluded(base, profile, effects.then(more), now)

    return step
