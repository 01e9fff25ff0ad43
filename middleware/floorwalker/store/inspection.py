"""What a store is like, asked of its servers: facts, for somebody to judge. Nothing is written."""

import asyncio
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

from msgspec import Struct

from floorwalker.errors import StoreError
from floorwalker.store.link.address import Address, EmbeddedAddress, GroupAddress, ServerAddress
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import NotPermitted, Reply
from floorwalker.store.open import open_link
from floorwalker.store.probes import probes_of
from floorwalker.store.settings import StoreSettings

_PINGS: Final = 7


class NodeFacts(Struct, frozen=True, kw_only=True):
    """One server. product: `Redis` or `Valkey`. policy: what goes when memory is full. most_bytes: 0 is no limit.
    saves: whether it writes snapshots, None where it does not say. problems: what it says went wrong with its files.
    ahead_s: its clock less ours. round_trip_s: the median of some. fsync: `always`, `everysec` or `no`, empty where it
    does not say. replicas: that follow it. least_replicas: without so many it refuses commits; None where it does not
    say. needs_all_slots: of a cluster's, whether it refuses everything while any slot has nobody."""

    product: str
    version: tuple[int, ...]
    round_trip_s: float
    ahead_s: float
    is_replica: bool
    is_loading: bool
    policy: str
    most_bytes: int
    used_bytes: int
    appends: bool
    saves: bool | None
    problems: tuple[str, ...]
    fsync: str = ""
    replicas: int = 0
    least_replicas: int | None = None
    needs_all_slots: bool = False


class StoreFacts(Struct, frozen=True, kw_only=True):
    """A whole store. failure: why it cannot be asked. silent: what it would not tell. refused: commands that we need
    and may not send. cluster_state: empty where it is no cluster. takes_over: whether a replica takes the place of a
    server that dies, by cluster or sentinels. replicas: so many are to have each commit, as the address says."""

    failure: str = ""
    nodes: tuple[NodeFacts, ...] = ()
    silent: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    cluster_state: str = ""
    takes_over: bool = False
    replicas: int = 0


async def inspect_store(
    address: Address, *, clock: Callable[[], float] = time.time, timer: Callable[[], float] = time.perf_counter
) -> StoreFacts:
    """The facts. clock: seconds since 1970; timer: seconds of any origin. Raises nothing of the store's."""
    link = open_link(address, StoreSettings())
    silent: list[str] = []
    try:
        links = await link.nodes()
        nodes = [await _node(node, silent, clock, timer) for node in links]
        state = _pairs(await links[0].call("CLUSTER", "INFO")).get("cluster_state", "") if _is_cluster(address) else ""
    except StoreError as failure:
        return StoreFacts(failure=str(failure), silent=tuple(silent))
    finally:
        await link.close()
    refused = () if any(node.is_replica for node in nodes) else await _refused(address, silent)
    return StoreFacts(
        nodes=tuple(nodes),
        silent=tuple(dict.fromkeys(silent)),
        refused=refused,
        cluster_state=state,
        takes_over=isinstance(address, GroupAddress),
        replicas=0 if isinstance(address, EmbeddedAddress) else address.replicas,
    )


async def _node(node: Link, silent: list[str], clock: Callable[[], float], timer: Callable[[], float]) -> NodeFacts:
    await node.call("PING")
    trips = [await _took_s(node, timer) for _ in range(_PINGS)]
    told = _pairs(await _asked(node, silent, "INFO"))
    save = (await _set(node, silent, "save")).get("save")
    more = {} if save is None else await _set(node, silent, *_ALSO)
    return NodeFacts(
        product="Valkey" if "valkey_version" in told else "Redis",
        version=_version(told.get("valkey_version") or told.get("redis_version", "")),
        round_trip_s=median(trips),
        ahead_s=await _ahead_s(node, silent, clock),
        is_replica=told.get("role", "master") != "master",
        is_loading=told.get("loading") == "1",
        policy=told.get("maxmemory_policy", ""),
        most_bytes=int(told.get("maxmemory", 0)),
        used_bytes=int(told.get("used_memory", 0)),
        appends=told.get("aof_enabled") == "1",
        saves=None if save is None else bool(save),
        problems=tuple([name for name in _STATES if told.get(name, "ok") != "ok"]),
        fsync=more.get("appendfsync", ""),
        replicas=int(told.get("connected_slaves", 0)),
        least_replicas=int(more["min-replicas-to-write"]) if "min-replicas-to-write" in more else None,
        needs_all_slots=told.get("cluster_enabled") == "1" and more.get("cluster-require-full-coverage") == "yes",
    )


async def _set(node: Link, silent: list[str], *names: str) -> Mapping[str, str]:
    """How it is configured, one after the other: Redis 6 takes one name at a time."""
    found: dict[str, str] = {}
    for name in names:
        found |= _pairs(await _asked(node, silent, "CONFIG", "GET", name))
    return found


_ALSO: Final = ("appendfsync", "min-replicas-to-write", "cluster-require-full-coverage")
_STATES: Final = ("rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status")


async def _took_s(node: Link, timer: Callable[[], float]) -> float:
    began = timer()
    await node.call("PING")
    return timer() - began


async def _ahead_s(node: Link, silent: list[str], clock: Callable[[], float]) -> float:
    """Its clock less ours, as of the middle of the round trip."""
    before = clock()
    told = await _asked(node, silent, "TIME")
    if not isinstance(told, list | tuple) or len(told) != 2:
        return 0.0
    seconds, micros = (int(part) for part in told if isinstance(part, bytes | int | str))
    return seconds + micros / 1e6 - (before + clock()) / 2


async def _asked(node: Link, silent: list[str], *command: str) -> Reply:
    """The reply; None where it may not be asked."""
    try:
        return await node.call(*command)
    except NotPermitted:
        silent.append(" ".join(command))
        return None


async def _refused(address: Address, silent: list[str]) -> tuple[str, ...]:
    """The commands that we may not send. They are named in a transaction, which checks them, and which is discarded."""
    link = open_link(_one_server(address), StoreSettings())
    key = f"fw:{address.namespace + ':' if address.namespace else ''}{{doctor}}:probe"
    waits = not isinstance(address, EmbeddedAddress) and address.replicas > 0
    probes = probes_of(key, of_cluster=_is_cluster(address), of_replicas=waits)
    try:
        begun = link.call("MULTI")
        queued = [(name, link.call(*command)) for name, command in probes.items()]
        ended = link.call("DISCARD")
        await asyncio.gather(begun, ended, *[reply for _, reply in queued], return_exceptions=True)
    finally:
        await link.close()
    if begun.exception() is not None:
        silent.append("MULTI")
        return ()
    return tuple([name for name, reply in queued if isinstance(reply.exception(), NotPermitted)])


def _is_cluster(address: Address) -> bool:
    return isinstance(address, GroupAddress) and address.kind == "cluster"


def _one_server(address: Address) -> Address:
    """Of a cluster any node will do: access is looked at before the slot is."""
    if not isinstance(address, GroupAddress) or address.kind != "cluster":
        return address
    return ServerAddress(
        host=address.hosts[0], credentials=address.credentials, tls=address.tls, namespace=address.namespace
    )


def _pairs(reply: object) -> Mapping[str, str]:
    """What INFO, CLUSTER INFO and CONFIG GET say: as sent, or as redis-py reads it for a cluster."""
    match reply:
        case bytes() | str():
            text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
            return dict(_pair(line) for line in text.splitlines() if ":" in line and not line.startswith("#"))
        case dict():
            return {_text(name): _text(value) for name, value in reply.items()}
        case list():
            texts = [_text(one) for one in reply]
            return dict(zip(texts[::2], texts[1::2], strict=False))
        case _:
            return {}


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.strip().partition(":")
    return name, value


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _version(text: str) -> tuple[int, ...]:
    return tuple([int(part) for part in text.split(".") if part.isdigit()])
