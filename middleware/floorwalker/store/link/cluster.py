"""A Link to Redis Cluster: redis-py's cluster client finds the node of each key and follows it when it moves."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException, RedisError

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.address import GroupAddress
from floorwalker.store.link.dial import connection_options
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word, refusal

CALLS_AT_ONCE = 64
AS_SENT = (
    "HGETALL", "HSCAN", "INFO", "SCAN", "SSCAN", "XAUTOCLAIM", "XCLAIM", "XPENDING", "XRANGE", "XREADGROUP", "ZSCAN",
    "ZSCORE",
)  # fmt: skip
"""Commands to whose replies redis-py would give another form."""


class ClusterLink:
    """Plain calls, at most 64 at once: commands for different nodes cannot share a write."""

    def __init__(self, address: GroupAddress, *, timeout_s: float, commands_in_flight: int) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._commands_in_flight = commands_in_flight
        self._client: RedisCluster | None = None
        self._turns = asyncio.Semaphore(CALLS_AT_ONCE)
        self._running: set[asyncio.Task[Reply]] = set()

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        return self._begin(lambda client: client.execute_command(*command))

    def call_on(self, node: ClusterNode, *command: Word) -> asyncio.Future[Reply]:
        """`call`, of one node whatever the command names."""
        return self._begin(lambda client: client.execute_command(*command, target_nodes=node))

    async def nodes(self) -> Sequence[Link]:
        await self.call("PING")  # whoever knows no node yet finds them
        return [] if self._client is None else [_OneNode(self, node) for node in self._client.get_primaries()]

    def _begin(self, ask: "Ask") -> asyncio.Future[Reply]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        if len(self._running) >= self._commands_in_flight:
            future.set_exception(StoreUnavailable("Too many commands wait for the store."))
            return future
        task = loop.create_task(self._ask(ask))
        self._running.add(task)
        task.add_done_callback(partial(self._answered, future))
        return future

    async def close(self) -> None:
        for task in tuple(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(tuple(self._running))
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _answered(self, future: asyncio.Future[Reply], task: asyncio.Task[Reply]) -> None:
        self._running.discard(task)
        if task.cancelled():
            failure: BaseException | None = StoreUnavailable("The store was closed.")
        else:
            failure = task.exception()
        if future.done():
            return
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(task.result())

    async def _ask(self, ask: "Ask") -> Reply:
        async with self._turns:
            client = self._client = self._client or self._make_client()
            try:
                reply: Reply = await ask(client)
            except RedisError as error:
                raise refusal(error) from error
            except (RedisClusterException, OSError) as error:
                raise StoreUnavailable(f"The store cannot be reached: {error}") from error
            return reply

    def _make_client(self) -> RedisCluster:
        options = connection_options(self._address.credentials, self._address.tls, self._timeout_s)
        nodes = [ClusterNode(host, port) for host, port in self._address.hosts]
        try:
            client = RedisCluster(startup_nodes=nodes, **options)
        except OSError as error:
            raise StoreUnavailable(f"The cluster cannot be reached: {error}") from error
        for command in AS_SENT:
            client.set_response_callback(command, _as_sent)
        client.result_callbacks["SCAN"] = _scanned
        return client


Ask = Callable[[RedisCluster], Awaitable[Reply]]


class _OneNode:
    """One node of a cluster, as a link."""

    def __init__(self, cluster: ClusterLink, node: ClusterNode) -> None:
        self._cluster, self._node = cluster, node

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        return self._cluster.call_on(self._node, *command)

    async def nodes(self) -> Sequence[Link]:
        return (self,)

    async def close(self) -> None:
        """The cluster's link lets go of it."""


def _scanned(_command: str, replies: Mapping[str, Any], **_options: Any) -> Any:
    """The reply of the one node that was asked, instead of a cursor for each of several."""
    (reply,) = replies.values()
    return reply


def _as_sent(response: Any, **_options: Any) -> Any:
    return response
