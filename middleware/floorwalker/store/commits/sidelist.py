"""What lies in a side list comes first, once a release reads the record that can fold it."""

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store.commits.crossing import Deliver
from floorwalker.store.commits.deferred import steps_of
from floorwalker.store.commits.desk import Desk
from floorwalker.store.keys import Keys
from floorwalker.store.records.found import Loaded


async def folded(desk: Desk, deliver: Deliver, base: Loaded, keys: Keys) -> tuple[bool, Profile | None, Effects]:
    """Whether older releases put anything aside, and the profile and effects with it. The record's version vouches
    that the list is whole."""
    profile, effects = base.profile, NOTHING
    resume = desk.resume()
    if base.record is None or not base.record.deferred or resume is None:
        return False, profile, effects
    side_list = keys.deferred(base.visitor)
    listed = await deliver(lambda: desk.link.call("LRANGE", side_list, 0, -1))
    entries = [one for one in listed if isinstance(one, bytes)] if isinstance(listed, list) else []
    steps = steps_of(entries, base.record, resume, desk.keyring)
    if steps is None:
        return False, profile, effects
    for step in steps:
        profile, more = step(profile)
        effects = effects.then(more)
    return True, profile, effects
