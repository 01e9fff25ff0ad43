"""What the store keeps of the rules: when each version came into force, and the files of the last ones."""

import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store import KeptRules, Publication, Store, StoreSettings
from floorwalker.store.link.address import read_address
from floorwalker.store.open import open_link
from floorwalker.store.publications import LARGEST_BYTES, LARGEST_PACKED_BYTES, PUBLICATIONS_KEPT, pack, unpack
from tests.servers import fresh_namespace
from tests.store.conftest import QUICK, Behind, Open
from tests.store.links import Fate, FatefulLink

FILES = {"site.yaml": b"slots: {}\n"}


def version(name: str, at: float = 100.0, *, size: int = 0) -> KeptRules:
    """size: bytes of a file that cannot be made smaller."""
    noise = random.Random(name).randbytes(size)
    return KeptRules(name, at, {**FILES, "name.yaml": name.encode()}, {"hero/card.html": b"<p>", "noise.html": noise})


async def history(store: Store) -> list[tuple[float, str]]:
    return [(one.at, one.version) for one in await store.rules_history()]


async def test_a_store_that_kept_nothing_has_no_history(store: Store) -> None:
    assert await store.rules_history() == []
    assert await store.rules("a1") is None


async def test_what_was_kept_comes_back_as_it_was(store: Store) -> None:
    kept = version("a1", 100.25)
    assert await store.keep_rules(kept)
    assert await store.rules("a1") == kept
    assert await store.rules_history() == [Publication(100.25, "a1", kept=True)]


async def test_what_every_worker_says_is_noted_once(open_: Open, store_url: str) -> None:
    one, other = open_(store_url), open_(store_url)
    for store, at in ((one, 100.0), (other, 100.4), (other, 99.7), (one, 100.0)):
        assert await store.keep_rules(version("a1", at))
    assert await history(one) == [(100.0, "a1")]
    assert (await other.rules("a1")) == version("a1", 100.0)


async def test_a_worker_that_is_late_adds_nothing(store: Store) -> None:
    for name, at in (("a1", 100.0), ("b2", 200.0), ("a1", 100.3), ("b2", 199.9), ("a1", 150.0)):
        await store.keep_rules(version(name, at))
    assert await history(store) == [(200.0, "b2"), (100.0, "a1")]


async def test_what_is_in_force_again_is_noted_again(store: Store) -> None:
    for name, at in (("a1", 100.0), ("b2", 200.0), ("a1", 300.0)):
        await store.keep_rules(version(name, at))
    assert await history(store) == [(300.0, "a1"), (200.0, "b2"), (100.0, "a1")]
    kept = await store.rules("a1")
    assert kept is not None
    assert kept.at == 100.0


async def test_what_is_put_aside_is_kept_and_was_never_in_force(store: Store) -> None:
    await store.keep_rules(version("a1", 100))
    assert await store.keep_rules(version("draft", 150), aside=True)
    assert await store.keep_rules(version("draft", 160), aside=True)
    assert await store.keep_rules(version("a1", 170), aside=True)
    await store.keep_rules(version("a1", 180))
    assert await store.rules_history() == [
        Publication(150, "draft", kept=True, aside=True),
        Publication(100, "a1", kept=True),
    ]
    assert await store.rules("draft") == version("draft", 150)
    assert not await store.keep_rules(version("large", 190, size=LARGEST_PACKED_BYTES), aside=True)
    assert len(await store.rules_history()) == 2


async def test_the_versions_that_were_in_force_last_are_kept(open_: Open, store_url: str) -> None:
    store = open_(store_url, rules_kept=2)
    for at, name in enumerate(("a1", "b2", "a1", "c3"), 1):
        await store.keep_rules(version(name, at))
    assert [one.kept for one in await store.rules_history()] == [True, True, False, True]
    assert await store.rules("b2") is None
    assert await store.keep_rules(version("b2", 5))
    assert await store.rules("a1") is None
    assert await store.rules("b2") == version("b2", 5)


async def test_no_more_bytes_are_kept_than_are_allowed(open_: Open, store_url: str) -> None:
    store = open_(store_url, rules_kept_bytes=2500)
    for at, name in enumerate(("a1", "b2", "c3"), 1):
        await store.keep_rules(version(name, at, size=1000))
    assert [one.kept for one in await store.rules_history()] == [True, True, False]
    await store.keep_rules(version("d4", 4, size=9000))
    assert [one.kept for one in await store.rules_history()] == [True, False, False, False]


async def test_files_that_are_too_large_are_noted_and_not_kept(store: Store) -> None:
    assert not await store.keep_rules(version("a1", 1, size=LARGEST_PACKED_BYTES))
    assert await store.rules_history() == [Publication(1, "a1", kept=False)]
    assert await store.rules("a1") is None


async def test_the_history_is_bounded(store: Store, behind: Behind) -> None:
    await store.keep_rules(version("a1", 1000))
    key = next(key for key in behind.client.scan_iter(f"{behind.prefix}*") if key.endswith(b"history"))
    behind.client.zadd(key, {f"x{at} {at} in force": at for at in range(PUBLICATIONS_KEPT)})
    await store.keep_rules(version("b2", 2000))
    found = await history(store)
    assert len(found) == PUBLICATIONS_KEPT
    assert found[:2] == [(2000, "b2"), (1000, "a1")]


async def test_nothing_but_its_two_keys_is_written(store: Store, behind: Behind) -> None:
    await store.keep_rules(version("a1"))
    assert behind.kinds() == {"history", "files"}


@pytest.mark.parametrize(
    "foreign",
    [b"a1", b"a1 soon in force", b"a1 nan in force", b"a1 150.0 in hand", b"", b" ", b"\xff\xff \xff in force"],
)
async def test_what_somebody_else_wrote_into_the_history_is_passed_by(
    store: Store, behind: Behind, caplog: pytest.LogCaptureFixture, foreign: bytes
) -> None:
    await store.keep_rules(version("a1"))
    behind.client.zadd(behind.key("history"), {foreign: 150.0})
    await store.keep_rules(version("b2", 200.0))
    assert await history(store) == [(200.0, "b2"), (100.0, "a1")]
    assert "1 of the entries in the rules' history cannot be read" in caplog.text
    assert await store.rules("a1") == version("a1")


@pytest.fixture
async def fateful(valkey_server: str) -> AsyncIterator[tuple[Store, FatefulLink]]:
    settings = StoreSettings(**QUICK)
    address = read_address(f"{valkey_server}?namespace={fresh_namespace()}")
    link = FatefulLink(open_link(address, settings))
    store = Store(link, namespace=address.namespace, settings=settings)
    yield store, link
    await store.close()


@pytest.mark.parametrize("fates", [[Fate.REPLY_LOST], [Fate.ANSWERED, Fate.REPLY_LOST], [Fate.NEVER_SENT]])
async def test_what_is_repeated_after_a_lost_reply_is_noted_once(
    fateful: tuple[Store, FatefulLink], fates: list[Fate]
) -> None:
    store, link = fateful
    link.fates.extend(fates)
    with pytest.raises(StoreUnavailable):
        await store.keep_rules(version("a1"))
    assert await store.keep_rules(version("a1"))
    assert await history(store) == [(100.0, "a1")]


async def test_a_worker_sends_no_files_that_are_there(fateful: tuple[Store, FatefulLink]) -> None:
    store, link = fateful
    await store.keep_rules(version("a1"))
    before = link.scripts
    await store.keep_rules(version("a1"))
    assert link.scripts == before + 1


names = st.text(st.characters(codec="utf-8") | st.sampled_from("\udcff\udc80"), min_size=1, max_size=8)
files = st.dictionaries(names, st.binary(max_size=40), max_size=4)


@given(rules=files, templates=files, at=st.floats(0, 2**40))
@settings(max_examples=50)
def test_whatever_files_there_are_packing_loses_nothing(
    rules: dict[str, bytes], templates: dict[str, bytes], at: float
) -> None:
    kept = KeptRules("v", at, rules, templates)
    packed = pack(kept)
    assert packed is not None
    assert unpack("v", packed) == kept


def test_a_folder_without_end_is_not_packed() -> None:
    assert pack(KeptRules("v", 0, {"a.yaml": bytes(LARGEST_BYTES)}, {"b": b"x"})) is None


@pytest.mark.parametrize("packed", [b"", b"\x02newer", b"\x01no compression", b"\x01" + b"x\x9c\x03\0\0\0\0\1"])
def test_what_cannot_be_read_is_said(packed: bytes) -> None:
    with pytest.raises(StoreError, match="The rules v1"):
        unpack("v1", packed)
