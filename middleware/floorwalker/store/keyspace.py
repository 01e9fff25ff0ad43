"""What was fixed when a keyspace was first used."""

from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys, meta_key
from floorwalker.store.pipe import Link


class Keyspace:
    """The keyspace of one namespace; how many partitions it has is read once, and set where nobody has yet."""

    def __init__(self, link: Link, namespace: str, *, partitions: int) -> None:
        self._link = link
        self._namespace = namespace
        self._partitions = partitions
        self.known: Keys | None = None

    async def keys(self) -> Keys:
        """The layout. Raises StoreUnavailable, or StoreError where the keyspace is not ours."""
        if self.known is None:
            key = meta_key(self._namespace)
            await self._link.call("HSETNX", key, "partitions", self._partitions)
            fixed = await self._link.call("HGET", key, "partitions")
            if not isinstance(fixed, bytes) or not fixed.isdigit() or not int(fixed):
                raise StoreError(f"The key {key} holds no number of partitions; is this another program's store?")
            self.known = Keys(self._namespace, int(fixed))
        return self.known
