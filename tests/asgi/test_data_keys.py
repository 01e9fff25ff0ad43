"""Data keys of a site: what pages tell lies sealed, and a key that cannot be used stops the start."""

from typing import Any

import pytest

from floorwalker import open_store
from floorwalker.errors import ConfigurationError
from tests.asgi.browser import Browser
from tests.asgi.conftest import Wrap
from tests.asgi.people import do, obedient, person
from tests.store.conftest import client_of

DATA_KEY = "d" * 32


async def test_who_signs_in_lies_sealed_in_the_store(wrap: Wrap, valkey_url: str) -> None:
    browser = Browser(wrap(obedient, data_keys=[DATA_KEY]))
    await do(browser)
    await do(browser, "login:canaryuser")
    namespace = valkey_url.rpartition("=")[2]
    with client_of(valkey_url) as client:
        keys = list(client.scan_iter(f"fw:{namespace}:*"))
        lies = b"".join(client.dump(key) or b"" for key in keys)
    assert b"canaryuser" not in lies
    store = open_store(valkey_url, data_keys=[DATA_KEY])
    assert (await person(store, "canaryuser")).traits == {"name": "canaryuser"}
    await store.close()


@pytest.mark.parametrize("keys", ["short", ["d" * 32, "short"], "plain,short", ["x"]])
def test_a_key_that_is_too_short_stops_the_start(wrap: Wrap, keys: Any) -> None:
    with pytest.raises(ConfigurationError, match="A data key has"):
        wrap(obedient, data_keys=keys)


def test_keys_beside_a_store_that_was_opened_without_them_stop_the_start(wrap: Wrap, valkey_url: str) -> None:
    with pytest.raises(ConfigurationError, match="open already"):
        wrap(obedient, store=open_store(valkey_url), data_keys=[DATA_KEY])
    wrap(obedient, store=open_store(valkey_url, data_keys=[DATA_KEY]), data_keys=[DATA_KEY])
