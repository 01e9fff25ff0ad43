"""The senders' ids that a visitor's commits have brought, and how they move along with a history."""

from floorwalker.errors import StoreError
from floorwalker.store.commits.desk import Desk
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.scripts import script

MESSAGES_AT_ONCE = 500


async def messages_known(desk: Desk, visitor: str) -> int:
    """How many ids of this visitor are known."""
    keys = await desk.keyspace.keys()
    count = await desk.link.call("ZCARD", keys.messages(visitor))
    return count if isinstance(count, int) else 0


async def carry_messages(desk: Desk, visitor: str, person: str) -> bool:
    """Copy a frozen visitor's ids to a person, some at a time; False where the person's record is not live (any more).

    May be repeated.
    """
    keys, settings = await desk.keyspace.keys(), desk.settings
    names = [keys.profile(person), keys.messages(person)]
    last = -1
    while True:
        first = last + 1
        last += MESSAGES_AT_ONCE
        told = await desk.link.call("ZRANGE", keys.messages(visitor), first, last, "WITHSCORES")
        pairs = _pairs(told)
        arguments: list[Word] = [settings.messages_life_s, settings.messages_kept, *pairs]
        if await script("carry").run(desk.link, names, arguments) != 1:
            return False
        if len(pairs) < 2 * MESSAGES_AT_ONCE:
            return True


def _pairs(reply: Reply) -> list[bytes]:
    """Ids and scores in turn, each a string."""
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    return [one for one in reply if isinstance(one, bytes)]
