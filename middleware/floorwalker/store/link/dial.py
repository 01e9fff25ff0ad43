"""Ways to reach a server, over redis-py's own connection pools."""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from floorwalker.errors import StoreUnavailable
from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.link.address import Credentials, GroupAddress, ServerAddress

CLIENT_NAME = "floorwalker"


class PoolDial:
    """Connections of one redis-py pool; `make_pool` is called at first use."""

    def __init__(self, make_pool: Callable[[], ConnectionPool], *, timeout_s: float) -> None:
        self._make_pool = make_pool
        self._timeout_s = timeout_s
        self._pool: ConnectionPool | None = None

    async def connect(self) -> AbstractConnection:
        if self._pool is None:
            self._pool = self._make_pool()
        try:
            async with asyncio.timeout(self._timeout_s):
                connection: AbstractConnection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
                return connection
        except TimeoutError as error:
            raise StoreUnavailable(f"The store did not answer within {self._timeout_s:g} s.") from error
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"The store cannot be reached: {error}") from error

    async def drop(self, connection: AbstractConnection) -> None:
        await connection.disconnect(nowait=True)
        if self._pool is not None:
            await self._pool.release(connection)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None


class EmbeddedDial:
    """Connections to the bundled server, started where it does not run."""

    def __init__(self, server: EmbeddedServer, *, timeout_s: float) -> None:
        self._server = server
        self._timeout_s = timeout_s
        self._pools: PoolDial | None = None
        self._socket = ""

    async def connect(self) -> AbstractConnection:
        socket = str(await asyncio.to_thread(self._server.start))
        if self._pools is None or socket != self._socket:
            await self.close_pool()
            self._socket = socket
            self._pools = server_dial(ServerAddress(socket=socket), timeout_s=self._timeout_s)
        return await self._pools.connect()

    async def drop(self, connection: AbstractConnection) -> None:
        if self._pools is not None:
            await self._pools.drop(connection)

    async def close_pool(self) -> None:
        """Close the connections, keep the lease."""
        if self._pools is not None:
            await self._pools.close()
            self._pools = None

    async def close(self) -> None:
        await self.close_pool()
        self._server.release()


def server_dial(address: ServerAddress, *, timeout_s: float) -> PoolDial:
    """Connections to one server."""
    client = server_client(address, timeout_s=timeout_s)
    return PoolDial(lambda: client.connection_pool, timeout_s=timeout_s)


def server_client(address: ServerAddress, *, timeout_s: float) -> Redis:
    """redis-py's client of one server, of which we use the pool; nothing is sent yet."""
    options = _options(address.credentials, address.tls, timeout_s) | {"db": address.db}
    if address.host is None:
        return Redis(unix_socket_path=address.socket, **options)
    return Redis(host=address.host[0], port=address.host[1], **options)


class SentinelDial(PoolDial):
    """Connections to whichever server the sentinels call the master."""

    def __init__(self, address: GroupAddress, *, timeout_s: float) -> None:
        self._sentinel = sentinels_of(address, timeout_s=timeout_s)
        options = _options(address.credentials, address.tls, timeout_s) | {"db": address.db}
        master = self._sentinel.master_for(address.service, **options)
        super().__init__(lambda: master.connection_pool, timeout_s=timeout_s)

    async def close(self) -> None:
        await super().close()
        for one in self._sentinel.sentinels:
            await one.aclose()


def sentinels_of(address: GroupAddress, *, timeout_s: float) -> Sentinel:
    """redis-py's clients of the sentinels; nothing is sent yet. They have users of their own, and no need of ours."""
    options: dict[str, Any] = {
        "username": address.sentinel_credentials.username,
        "password": address.sentinel_credentials.password,
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
    }
    options |= _secured(address.tls if address.sentinel_tls else None)
    return Sentinel(list(address.hosts), sentinel_kwargs=options)  # type: ignore[no-untyped-call]


def _options(credentials: Credentials, tls: dict[str, str] | None, timeout_s: float) -> dict[str, Any]:
    """redis-py's options. No timeout per read: the pipe watches over all replies at once, far cheaper."""
    options: dict[str, Any] = {
        "username": credentials.username,
        "password": credentials.password,
        "socket_timeout": None,
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "client_name": CLIENT_NAME,
        "decode_responses": False,
    }
    return options | _secured(tls)


def _secured(tls: dict[str, str] | None) -> dict[str, Any]:
    """redis-py's options of TLS."""
    if tls is None:
        return {}
    checks_host = tls.get("ssl_check_hostname", "yes").lower() not in ("no", "false", "0")
    return tls | {"ssl": True, "ssl_check_hostname": checks_host}
