"""A backup brings everything back, into any server, and nothing of it counts twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from floorwalker.errors import ConfigurationError, FloorwalkerError
from floorwalker.store import Store
from floorwalker.store.backup.backup import erased, hash_of, read_without, restore_backup, take_backup
from floorwalker.store.backup.frames import BackupBroken, Frame, Writer, read_frames
from floorwalker.store.backup.restoring import restore
from floorwalker.store.backup.taking import Taking
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from tests.servers import fresh_namespace
from tests.store.backup.full import contents, fill
from tests.store.conftest import Open, client_of
from tests.store.packed import Unpacking
from tests.store.people import identified, link_to, store_over, told_of, visits_of
from tests.store.steps import DAY, FIELD, view


def silent(_: object) -> None:
    """Nobody looks on."""


@pytest.fixture(params=["valkey", "redis", "cluster"])
def elsewhere(request: pytest.FixtureRequest) -> str:
    """A server to restore into; a fresh namespace."""
    return f"{request.getfixturevalue(f'{request.param}_server')}?namespace={fresh_namespace()}"


def space(url: str) -> str:
    return url.rpartition("namespace=")[2]


async def filled(url: str) -> Store:
    store = store_over(link_to(url), space(url))
    await fill(store)
    relaying = await store.relaying()
    group = relaying.group("g", consumer="c")
    await group.open(from_now=False)
    told = [one async for some in group.read() for one in some]
    await group.done(told[:5])
    return store


async def test_everything_comes_back(store_url: str, elsewhere: str, tmp_path: Path) -> None:
    store = await filled(store_url)
    file = tmp_path / "all.fwb"
    taken = await take_backup(store_url, file, told=silent)
    assert file.stat().st_mode & 0o777 == 0o600
    assert (taken.visitors, (await restore_backup(elsewhere, file, without=frozenset(), told=silent))[1]) == (32, 0)
    with client_of(store_url) as here, client_of(elsewhere) as there:
        assert contents(there, space(elsewhere)) == contents(here, space(store_url))
    await store.close()


async def test_what_came_back_goes_on_as_if_nothing_had_been(valkey_url: str, elsewhere: str, tmp_path: Path) -> None:
    store = await filled(valkey_url)
    await take_backup(valkey_url, tmp_path / "all", told=silent)
    await restore_backup(elsewhere, tmp_path / "all", without=frozenset(), told=silent)
    again = store_over(link_to(elsewhere), space(elsewhere))
    known = await again.commit("visitor-3", None, view, message="m3")
    assert known.outcome == "known"
    assert (await again.merge("visitor-1", "anna", identified("told"))).loaded == await again.load("anna")
    assert await visits_of(again, "anna") == await visits_of(store, "anna") == 2
    assert (await again.load("visitor-2")).erased
    assert (await again.stats(DAY))[DAY] == (await store.stats(DAY))[DAY]
    for one in (store, again):
        await one.close()


async def test_a_namespace_in_use_is_not_written_to(open_: Open, valkey_url: str, tmp_path: Path) -> None:
    store = open_(valkey_url)
    await store.commit("v1", None, view)
    await take_backup(valkey_url, tmp_path / "all", told=silent)
    with pytest.raises(ConfigurationError, match="something lies in this store already"):
        await restore_backup(valkey_url, tmp_path / "all", without=frozenset(), told=silent)


async def test_an_empty_namespace_is_no_site_and_is_not_begun(valkey_url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nothing of floorwalker's"):
        await take_backup(valkey_url, tmp_path / "all", told=silent)
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240
    with client_of(valkey_url) as client:
        assert contents(client, space(valkey_url)) == {}


async def test_a_namespace_that_begins_like_another_is_not_taken_for_it(valkey_server: str, tmp_path: Path) -> None:
    one = fresh_namespace()
    for namespace in (one, f"{one}:b"):
        store = store_over(link_to(valkey_server), namespace)
        await store.commit("v1", None, view)
        await store.close()
    url = f"{valkey_server}?namespace={one}"
    assert (await take_backup(url, tmp_path / "all", told=silent)).visitors == 1


async def test_a_file_that_is_cut_off_or_changed_brings_nothing_back(valkey_url: str, tmp_path: Path) -> None:
    await (await filled(valkey_url)).close()
    whole = tmp_path / "all"
    await take_backup(valkey_url, whole, told=silent)
    data, broken = whole.read_bytes(), tmp_path / "broken"
    empty = f"{valkey_url.partition('?')[0]}?namespace={fresh_namespace()}"
    cuts = [data[:cut] for cut in range(0, len(data), len(data) // 12)]
    changed = [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(40, len(data), len(data) // 12)]
    for damaged in (*cuts, *changed, b"PK\x03\x04"):
        broken.write_bytes(damaged)
        with pytest.raises(BackupBroken):
            await restore_backup(empty, broken, without=frozenset(), told=silent)
    with client_of(empty) as client:
        assert contents(client, space(empty)) == {}


def test_what_a_backup_is_cut_off_at_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), Writer(tmp_path / "all"):
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


async def test_who_was_erased_since_is_erased_again(valkey_url: str, elsewhere: str, tmp_path: Path) -> None:
    store = await filled(valkey_url)
    await take_backup(valkey_url, tmp_path / "all", told=silent)
    await store.erase("visitor-5")
    await store.erase("anna")
    hashes = await erased(valkey_url)
    assert set(hashes) == {hash_of(one) for one in ("visitor-1", "visitor-2", "visitor-5", "anna")}
    (tmp_path / "erased").write_text("\n".join(hashes))
    _, again = await restore_backup(elsewhere, tmp_path / "all", without=read_without(tmp_path / "erased"), told=silent)
    assert again == 4
    restored = store_over(link_to(elsewhere), space(elsewhere))
    for gone in ("visitor-1", "visitor-2", "visitor-5", "anna"):
        assert (await restored.load(gone)).profile is None
        assert [entry async for entry in restored.events(gone)] == []
    assert await visits_of(restored, "visitor-6") == 1
    for one in (store, restored):
        await one.close()


@pytest.mark.parametrize("text", ["visitor-1\n", "0" * 63, "g" * 64])
def test_a_list_of_the_erased_is_not_mistaken(text: str, tmp_path: Path) -> None:
    (tmp_path / "erased").write_text(text)
    with pytest.raises(ConfigurationError, match="no list"):
        read_without(tmp_path / "erased")


class Disturbed(Unpacking):
    """Another link; something else happens before its call of that number."""

    def __init__(self, link: Link, number: int, happens: Callable[[], Awaitable[object]]) -> None:
        self._link, self._left, self._happens = link, number, happens

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        return asyncio.ensure_future(self._called(command))

    async def _called(self, command: tuple[Word, ...]) -> Reply:
        self._left -= 1
        if self._left == 0:
            await self._happens()
        return await self._link.call(*command)

    async def nodes(self) -> list[Link]:
        return [self]

    async def close(self) -> None:
        await self._link.close()

    @property
    def happened(self) -> bool:
        return self._left <= 0


async def _story(url: str, number: int, file: Path) -> bool:
    """One story with a backup in its midst: whether what comes between came before the backup's end."""
    link = link_to(url)
    store = store_over(link, space(url))
    await store.commit("anna", None, view)
    await store.commit("v1", None, view)

    async def between() -> None:
        await store.merge("v1", "anna", identified("told"))
        await store.commit("anna", None, view, message="between")

    disturbed = Disturbed(link, number, between)
    with Writer(file) as writer:
        taking = Taking(disturbed, store._desk.keyspace.known, writer, now_ms=lambda: int(time.time() * 1000))  # type: ignore[arg-type]
        await taking.take("1", pause_s=0, told=silent)
    await store.close()
    return disturbed.happened


async def test_whatever_happens_while_it_is_taken_counts_once_after_it_came_back(
    valkey_server: str, tmp_path: Path
) -> None:
    """A join and a message at every place of a backup; both are told again once it is back."""
    number = 0
    while True:
        number += 1
        url, back = (f"{valkey_server}?namespace={fresh_namespace()}" for _ in range(2))
        file = tmp_path / str(number)
        happened = await _story(url, number, file)
        await restore_backup(back, file, without=frozenset(), told=silent)
        store = store_over(link_to(back), space(back))
        await store.merge("v1", "anna", identified("told"))
        await store.commit("anna", None, view, message="between")
        assert (await visits_of(store, "anna"), await told_of(store, "anna")) == (3, 1)
        assert (await store.stats(DAY))[DAY].get(FIELD, 0) <= 3
        await store.close()
        if not happened:
            break
    assert number > 20


async def test_a_backup_of_a_later_release_is_left_to_it(valkey_url: str, tmp_path: Path) -> None:
    link = link_to(valkey_url)
    for changed in ({"format": 9}, {"schema": 99}, {"layout": 99}):
        file = tmp_path / next(iter(changed))
        _write(file, changed)
        with pytest.raises(FloorwalkerError, match="restore it with that release"):
            await restore(link, space(valkey_url), file, told=silent)
    await link.close()


def _write(file: Path, changed: dict[str, int]) -> None:
    from floorwalker.store.backup.frames import FORMAT, Begin, End

    told = {"format": FORMAT, "at": 0.0, "release": "9.9", "layout": 1, "schema": 1} | changed
    frames: list[Frame] = [Begin(**told), End(1, 0)]  # type: ignore[arg-type]
    with Writer(file) as writer:
        for frame in frames:
            writer.write(frame)
    if changed.keys() != {"format"}:
        assert list(read_frames(file)) == frames
