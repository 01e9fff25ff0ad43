"""A site that asks, and the store behind it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from floorwalker import Store, open_store
from tests.asgi.conftest import Wrap
from tests.asgi.consent.consenting import RULES, shop
from tests.collect.conftest import Keyspace
from tests.store.conftest import client_of

SiteOf = Callable[..., Any]


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    opened = open_store(valkey_url)
    await opened.person("anybody")  # the keyspace is in use
    yield opened
    await opened.close()


@pytest.fixture
def keyspace(valkey_url: str) -> Iterator[Keyspace]:
    with client_of(valkey_url) as client:
        yield Keyspace(valkey_url, client)


@pytest.fixture
def site_of(wrap: Wrap, tmp_path: Path) -> SiteOf:
    """Wraps the shop, or another app, with the rules of these tests."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)

    def made(app: Any = None, **options: Any) -> Any:
        return wrap(app or shop, **{"rules": tmp_path / "rules", **options})

    return made
