"""A shop of one's own, a client and a receiver of webhooks for each test."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.asgi.conftest import Clock
from tests.relay.shop import Hook, Shop, opened, receiving


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def shop(valkey_url: str, clock: Clock) -> AsyncIterator[Shop]:
    store = opened(valkey_url, clock)
    yield Shop(store, clock)
    await store.close()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(follow_redirects=False, timeout=5, trust_env=False) as client:
        yield client


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with receiving() as hook:
        yield hook
