"""What a running site keeps of its rules, in the background."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker import Ruleset, open_store
from floorwalker.asgi.keeping.chronicle import Chronicle
from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store import KeptRules, Publication, Store
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import PAGE, Clock, Wrap
from tests.asgi.test_lifespan import live
from tests.asgi.test_publishing import HERO


async def until(holds: Callable[[], Any]) -> None:
    """Wait for what happens in the background."""
    for _ in range(2000):
        found = holds()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.005)
    pytest.fail("it did not happen")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "card.html").write_text("<p>card</p>")
    (rules / "site.yaml").write_text(HERO.format("first"))
    return rules


async def test_a_running_site_keeps_what_comes_into_force(
    wrap: Wrap, folder: Path, valkey_url: str, clock: Clock
) -> None:
    store = open_store(valkey_url)
    options: dict[str, Any] = {"rules": folder, "templates": folder.parent / "templates"}
    site, other = wrap(page_app(PAGE), **options, reload_s=0.01), wrap(page_app(PAGE), **options, reload_s=0)

    async def history(length: int) -> list[Publication]:
        async def is_there() -> bool:
            return len(await store.rules_history()) == length

        await until(is_there)
        return await store.rules_history()

    async def edit() -> None:
        started = clock.now
        await Browser(other).get("/")
        (first,) = await history(1)
        assert (first.at, first.kept) == (started, True)
        clock.now += 60
        (folder / "site.yaml").write_text(HERO.format("second"))
        second, _ = await history(2)
        health = json.loads((await Browser(site).get("/_floorwalker/healthz")).body)
        assert (second.at, second.version) == (started + 60, health["rules"])
        clock.now += 60
        (folder / "site.yaml").write_text(HERO.format("first"))
        again, _, _ = await history(3)
        assert again == Publication(started + 120, first.version, kept=True)
        kept = await store.rules(again.version)
        assert kept is not None
        assert kept.rules == {"site.yaml": HERO.format("first").encode()}
        assert kept.templates == {"card.html": b"<p>card</p>"}

    await live(site, edit)
    await store.close()


async def test_files_with_errors_are_not_kept(wrap: Wrap, folder: Path, valkey_url: str) -> None:
    store = open_store(valkey_url)
    site = wrap(page_app(PAGE), rules=folder, reload_s=0.01)

    async def edit() -> None:
        (folder / "site.yaml").write_text("segmnets: {}\n")

        async def is_refused() -> bool:
            health = json.loads((await Browser(site).get("/_floorwalker/healthz")).body)
            return bool(health["files"]["state"] == "refused")

        await until(is_refused)
        await Browser(site).get("/")

    await live(site, edit)
    assert len(await store.rules_history()) == 1
    await store.close()


async def test_rules_that_are_no_files_are_not_kept(wrap: Wrap, folder: Path, valkey_url: str) -> None:
    async def visit() -> None:
        await Browser(site).get("/")

    site = wrap(page_app(PAGE), rules=Ruleset.load(folder))
    await live(site, visit)
    store = open_store(valkey_url)
    assert await store.rules_history() == []
    await store.close()


async def test_rules_that_are_never_looked_at_are_kept_as_they_were_read(
    wrap: Wrap, folder: Path, valkey_url: str
) -> None:
    async def visit() -> None:
        await Browser(site).get("/")

    site = wrap(page_app(PAGE), rules=folder, reload_s=0)
    await live(site, visit)
    store = open_store(valkey_url)
    assert [one.version for one in await store.rules_history()] == [Ruleset.load(folder).version]
    await store.close()


class Refusing(Store):
    """A store that fails as told, and then keeps."""

    def __init__(self, *failures: Exception, keeps: bool = True) -> None:
        self.failures = list(failures)
        self.keeps = keeps
        self.kept: list[str] = []

    async def keep_rules(self, kept: KeptRules, *, aside: bool = False) -> bool:
        if self.failures:
            raise self.failures.pop(0)
        self.kept.append(kept.version)
        return self.keeps

    def health(self) -> Any:
        return type("Health", (), {"away": any(isinstance(one, StoreUnavailable) for one in self.failures)})


def version(name: str) -> KeptRules:
    return KeptRules(name, 0.0, {}, {})


async def test_a_store_that_is_away_is_told_later_and_in_order(caplog: pytest.LogCaptureFixture) -> None:
    store = Refusing(*(StoreUnavailable("away") for _ in range(3)))
    chronicle = Chronicle(store, again_s=0.001)
    for name in ("a1", "b2"):
        chronicle.note(version(name))
    await until(lambda: store.kept == ["a1", "b2"])
    assert caplog.records == []
    chronicle.note(version("c3"))
    await chronicle.close()
    assert store.kept == ["a1", "b2", "c3"]


async def test_of_many_that_wait_the_latest_are_told() -> None:
    store = Refusing(StoreUnavailable("away"))
    chronicle = Chronicle(store, again_s=0.001)
    names = [f"v{number}" for number in range(30)]
    for name in names:
        chronicle.note(version(name))
    await until(lambda: store.kept == names[-16:])


async def test_the_end_waits_for_no_store_that_is_away() -> None:
    chronicle = Chronicle(Refusing(*(StoreUnavailable("away") for _ in range(9))), again_s=1000)
    chronicle.note(version("a1"))
    await asyncio.sleep(0)
    before = asyncio.all_tasks()
    await chronicle.close()
    assert len(before) == len(asyncio.all_tasks()) + 1


@pytest.mark.parametrize(
    ("store", "message"),
    [
        (Refusing(keeps=False), "the rules a1 are too large to be kept; they cannot be restored"),
        (Refusing(StoreError("no")), "the rules a1 cannot be kept: no"),
    ],
)
async def test_what_cannot_be_kept_is_said(store: Refusing, message: str, caplog: pytest.LogCaptureFixture) -> None:
    chronicle = Chronicle(store)
    chronicle.note(version("a1"))
    await chronicle.close()
    assert caplog.messages == [message]
