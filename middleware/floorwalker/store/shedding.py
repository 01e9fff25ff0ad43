"""The append-only file: it holds every command since it was last written anew, also what was erased since."""

import asyncio
from collections.abc import Mapping

from floorwalker.errors import StoreError
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply

ASK_AGAIN_S = 0.1


async def shed_log(link: Link, *, timeout_s: float) -> bool:
    """Let every node write its file anew; whether all have done so in time. Raises StoreError where one refuses."""
    done = await asyncio.gather(*(_shed(node, timeout_s) for node in await link.nodes()))
    return all(done)


async def _shed(node: Link, timeout_s: float) -> bool:
    if not _is(await _persistence(node), "aof_enabled"):
        return True
    try:
        await node.call("BGREWRITEAOF")
    except StoreError as refused:
        if "in progress" not in str(refused).lower():
            raise
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                state = await _persistence(node)
                if not (_is(state, "aof_rewrite_in_progress") or _is(state, "aof_rewrite_scheduled")):
                    return state.get("aof_last_bgrewrite_status") == "ok"
                await asyncio.sleep(ASK_AGAIN_S)
    except TimeoutError:
        return False


async def _persistence(node: Link) -> Mapping[str, str]:
    """What the server tells of its files."""
    told = await node.call("INFO", "persistence")
    lines = _text(told).splitlines()
    return {name: value for name, colon, value in (line.partition(":") for line in lines) if colon}


def _is(state: Mapping[str, str], name: str) -> bool:
    return state.get(name) == "1"


def _text(reply: Reply) -> str:
    if not isinstance(reply, bytes):
        raise StoreError("The store's answer has an unexpected form.")
    return reply.decode(errors="replace")
