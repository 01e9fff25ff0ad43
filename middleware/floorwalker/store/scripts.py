"""The Lua scripts: files of their own, known to the server by their hash."""

import asyncio
from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from importlib import resources

from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, ScriptUnknown, Word


class Script:
    """One script. Every key that it touches is passed as a key, and all of them share one hash tag."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.body = (resources.files("floorwalker.store") / "lua" / f"{name}.lua").read_bytes()
        self.sha = sha1(self.body, usedforsecurity=False).hexdigest()

    def send(self, link: Link, keys: Sequence[str], arguments: Sequence[Word]) -> asyncio.Future[Reply]:
        """Run it on a server that knows it. The future raises ScriptUnknown on any other."""
        return link.call("EVALSHA", self.sha, len(keys), *keys, *arguments)

    async def run(self, link: Link, keys: Sequence[str], arguments: Sequence[Word]) -> Reply:
        """Run it in one round trip; in two where this server sees it for the first time. Raises StoreError."""
        try:
            return await self.send(link, keys, arguments)
        except ScriptUnknown:
            # EVAL runs and keeps it in one command, on whichever node of a cluster holds the keys.
            return await link.call("EVAL", self.body, len(keys), *keys, *arguments)


@cache
def script(name: str) -> Script:
    """The script in `lua/<name>.lua`."""
    return Script(name)
