"""Publishing: what is found, what is waited for, what is refused, and what is left at the end."""

import asyncio
import json
import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from floorwalker import Ruleset
from floorwalker.asgi.rules import publishing
from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.asgi.rules.rulebook import Rulebook, load_rulebook, rulebook_of
from floorwalker.core.deciding.menu import menus_of
from floorwalker.core.evaluation.plan import Plan
from floorwalker.errors import ConfigurationError, RuleErrors
from floorwalker.rulefile import RuleFiles, read_files
from floorwalker.rulefile.restoring import carry_out, plan_restore
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import PAGE, Wrap
from tests.asgi.test_lifespan import live

HERO = "slots: {{hero: {{show: [{{name: a, html: '<b>{}</b>'}}]}}}}\n"
BROKEN = "slots: {hero: {}}\nsegmnets: {}\n"


class Site:
    """A folder of rules and one of templates, and a publisher whose time is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.rules, self.templates = folder / "rules", folder / "templates"
        self.rules.mkdir()
        self.file = self.rules / "site.yaml"
        self.file.write_text(HERO.format("first"))
        self.now = 1000.0
        self.builds = 0
        self.while_loading: Callable[[], object] = lambda: None
        self.publisher = self.published(self.rules)

    def published(self, rules: Path | Ruleset, *, reload_s: float = 1.0) -> Publisher:
        load = partial(self.load, rules)
        times: dict[str, Any] = {"reload_s": reload_s, "clock": lambda: self.now, "now": lambda: self.now + 1e9}
        return Publisher(load, rules=rules, templates=self.templates, **times)

    def load(self, rules: Path | Ruleset, files: RuleFiles | None) -> Rulebook:
        self.builds += 1
        try:
            return load_rulebook(rules, self.templates, now=0) if files is None else rulebook_of(files, now=0)
        finally:
            self.while_loading()

    def look(self, after_s: float = 1.0) -> str:
        """Time goes by, the publisher looks; the version in force then."""
        self.now += after_s
        self.publisher.look()
        return self.version

    def settle(self) -> str:
        """What is in force once everything was left alone."""
        for _ in range(3):
            self.look()
        return self.version

    @property
    def version(self) -> str:
        return self.publisher.rulebook.ruleset.version

    @property
    def shown(self) -> str:
        slots = self.publisher.rulebook.ruleset.slots
        return slots["hero"].show[0].content.source if slots else ""  # type: ignore[union-attr]


@pytest.fixture
def site(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Site:
    caplog.set_level(logging.INFO, "floorwalker.asgi.rules.publishing")
    return Site(tmp_path)


def test_a_saved_change_is_in_force_at_the_second_look(site: Site) -> None:
    site.file.write_text(HERO.format("second"))
    site.look()
    assert site.shown == "<b>first</b>"
    site.look(publishing.SETTLE_S)
    assert site.shown == "<b>second</b>"


def test_no_page_waits_until_a_change_is_compiled(site: Site) -> None:
    site.file.write_text(HERO.format("second"))
    site.settle()
    assert site.publisher.rulebook.ruleset.__dict__["made"].keys() >= {Plan, menus_of}


def test_a_change_takes_less_than_two_seconds_to_be_found(site: Site) -> None:
    waits: list[float] = []

    async def wait(word: asyncio.Event, seconds: float) -> None:
        waits.append(seconds)
        site.now += seconds
        if site.shown == "<b>second</b>":
            raise asyncio.CancelledError

    site.settle()
    site.file.write_text(HERO.format("second"))
    changed = site.now
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(site.publisher.keep_looking(print, wait=wait))
    assert waits[:2] == [1.0, publishing.SETTLE_S]
    assert sum(waits[:2]) < 2
    assert site.now - changed == sum(waits)


def test_nothing_is_read_while_nothing_changes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.settle()
    builds = site.builds
    monkeypatch.setattr(publishing, "read_site_files", None)
    for _ in range(5):
        site.look()
    assert site.builds == builds == 1


def test_saving_the_same_content_is_no_change(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    before = site.publisher.rulebook
    site.settle()
    site.file.write_text(HERO.format("first"))
    os.utime(site.file, (1, 1))
    site.settle()
    assert site.publisher.rulebook is before
    assert (site.builds, caplog.records) == (1, [])


def test_what_changed_between_loading_and_the_first_look_is_found(site: Site) -> None:
    site.file.write_text(HERO.format("other"))
    site.settle()
    assert site.shown == "<b>other</b>"


def test_a_change_that_keeps_size_and_time_is_found(site: Site) -> None:
    site.settle()
    before = site.file.stat()
    site.file.write_text(HERO.format("fresh"))
    os.utime(site.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert site.file.stat().st_size == before.st_size
    site.settle()
    assert site.shown == "<b>fresh</b>"


def _write_and_rename(file: Path, text: str) -> None:
    beside = file.with_name(".site.yaml.new")
    beside.write_text(text)
    beside.replace(file)


def _new_folder(file: Path, text: str) -> None:
    old = file.parent.rename(file.parent.with_name("old"))
    file.parent.mkdir()
    file.write_text(text)
    assert old.is_dir()


def _new_target(file: Path, text: str) -> None:
    """As volumes of configuration are changed: a link to a folder points elsewhere."""
    hidden = file.parent / "..2026"
    hidden.mkdir()
    (hidden / file.name).write_text(text)
    file.unlink()
    file.symlink_to(Path(hidden.name) / file.name)


@pytest.mark.parametrize("save", [Path.write_text, _write_and_rename, _new_folder, _new_target])
def test_every_way_to_save_is_found(site: Site, save: Callable[[Path, str], object]) -> None:
    site.settle()
    save(site.file, HERO.format("second"))
    site.settle()
    assert site.shown == "<b>second</b>"


def test_a_truncated_file_is_waited_for(site: Site) -> None:
    site.settle()
    seen = set()
    for text in ("", "slots: {", HERO.format("second")[:20], HERO.format("second")):
        site.file.write_text(text)
        site.look(publishing.SETTLE_S)
        seen.add(site.shown)
        assert site.publisher.refused is None
    assert seen == {"<b>first</b>"}
    site.settle()
    assert site.shown == "<b>second</b>"


def test_what_changes_while_it_is_read_is_not_published(site: Site) -> None:
    site.file.write_text(HERO.format("second"))
    more = site.rules / "more.yaml"
    site.while_loading = lambda: more.write_text("segments: {new: {when: {visits: {at_least: 2}}}}\n")
    site.look()
    site.look()
    assert site.builds == 2
    assert site.shown == "<b>first</b>"
    site.while_loading = lambda: None
    site.settle()
    assert site.shown == "<b>second</b>"
    assert "new" in site.publisher.rulebook.ruleset.segments


def test_an_error_seen_while_files_change_is_not_told(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.file.write_text(BROKEN)
    site.while_loading = lambda: site.file.write_text(HERO.format("second"))
    site.look()
    site.look()
    site.while_loading = lambda: None
    assert (site.builds, caplog.records, site.publisher.refused) == (2, [], None)
    site.settle()
    assert site.shown == "<b>second</b>"


def test_files_with_errors_leave_the_last_good_rules_in_force(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    good = site.settle()
    site.file.write_text(BROKEN)
    assert site.settle() == good
    assert site.publisher.refused is not None
    assert (site.publisher.state, site.publisher.refused.errors) == ("refused", 2)
    with pytest.raises(RuleErrors) as errors:
        load_rulebook(site.rules, site.templates, now=0)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert all(str(problem) in record.getMessage() for problem in errors.value.problems)


def test_errors_are_logged_once_for_each_content(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    for text in (BROKEN, BROKEN, "segmnets: {}\n"):
        site.file.write_text(text)
        site.settle()
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert site.builds == 3


def test_of_many_errors_the_first_are_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.file.write_text("".join(f"unknown{number}: {{}}\n" for number in range(50)))
    site.settle()
    lines = caplog.messages[0].splitlines()
    assert len(lines) == 22
    assert lines[-1] == f"and 30 more; `floorwalker check {site.rules}` shows them all"


@pytest.mark.parametrize("text", [HERO.format("first"), HERO.format("mended")])
def test_mended_files_are_in_force_again(site: Site, caplog: pytest.LogCaptureFixture, text: str) -> None:
    site.file.write_text(BROKEN)
    site.settle()
    site.file.write_text(text)
    site.settle()
    assert text == HERO.format(site.shown.removeprefix("<b>").removesuffix("</b>"))
    assert (site.publisher.state, site.publisher.refused) == ("in force", None)
    assert caplog.messages[-1] == f"changed rules are in force: {site.version}"


def _vanish(site: Site) -> None:
    site.file.unlink()
    site.rules.rmdir()


def _unreadable(site: Site) -> None:
    site.file.write_bytes(b"\xff\xfe\x00")


def _broken_template(site: Site) -> None:
    (site.templates / "hero.html").write_text("{% if %}")


def _binary_template(site: Site) -> None:
    (site.templates / "other.html").write_bytes(b"\xff\xff")


def _no_template(site: Site) -> None:
    (site.templates / "hero.html").unlink()
    site.templates.rmdir()


@pytest.mark.parametrize(
    "harm", [_vanish, lambda site: site.file.unlink(), _unreadable, _broken_template, _binary_template, _no_template]
)
def test_whatever_happens_to_the_folders_the_last_good_rules_stay(
    site: Site, caplog: pytest.LogCaptureFixture, harm: Callable[[Site], object]
) -> None:
    site.templates.mkdir()
    (site.templates / "hero.html").write_text("<p>{{ visitor.city }}</p>")
    site.file.write_text("slots: {hero: {show: [{block: hero.html}]}}\n")
    good = site.settle()
    caplog.clear()
    harm(site)
    assert site.settle() == site.settle() == good
    assert site.publisher.refused is not None
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_folder_that_comes_back_is_read(site: Site) -> None:
    _vanish(site)
    site.settle()
    site.rules.mkdir()
    site.file.write_text(HERO.format("back"))
    site.settle()
    assert (site.shown, site.publisher.refused) == ("<b>back</b>", None)


def test_a_failure_of_ours_is_logged_once_and_changes_nothing(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    site.file.write_text(HERO.format("second"))
    site.while_loading = fail
    site.settle()
    site.settle()
    assert (site.shown, site.builds) == ("<b>first</b>", 2)
    assert caplog.messages[0] == "changed rules cannot be made ready"


def test_a_changed_template_makes_a_new_version(site: Site) -> None:
    before = site.settle()
    (site.templates / "deep").mkdir(parents=True)
    (site.templates / "deep" / "card.html").write_text("<p>card</p>")
    assert site.settle() != before


def test_a_site_that_looks_at_every_step_of_a_restore_takes_it_whole(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    more = site.rules / "more.yaml"
    more.write_text("segments: {first: {when: {device: tv}}}\n")
    first = site.settle()
    kept = read_files(site.rules)
    site.file.write_text(HERO.format("second"))
    more.write_text("segments: {second: {when: {device: tv}}}\n")
    (site.rules / "third.yaml").write_text("segments: {third: {when: {device: tv}}}\n")
    second = site.settle()
    names = {Path(path).name: content for path, content in kept.rules.items()}
    plan = plan_restore(first, names, {}, into=site.rules, templates_into=site.templates)
    seen: list[str] = []

    def watched(move: Callable[..., Any]) -> Callable[..., None]:
        def moved(*given: Any, **options: Any) -> None:
            seen.append(site.settle())
            move(*given, **options)
            seen.append(site.settle())

        return moved

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, watched(getattr(Path, name)))
    carry_out(plan)
    assert site.settle() == first
    assert seen == [second] * seen.count(second) + [first] * seen.count(first)
    assert min(seen.count(first), seen.count(second)) > 1
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 1
    assert f"rules are being restored into {site.rules}, and not all files are there yet" in told[0]


def test_a_start_in_the_middle_of_a_restore_is_refused(site: Site) -> None:
    (site.rules / ".restoring").write_text("0123456789abcdef\n")
    with pytest.raises(ConfigurationError, match="`floorwalker rules restore 0123456789abcdef` again"):
        site.published(site.rules)


@pytest.mark.parametrize("name", [".site.yaml.swp", "notes.txt", "site.yaml~", ".hidden/site.yaml"])
def test_files_that_are_no_rules_make_no_new_version(site: Site, name: str) -> None:
    before = site.publisher.rulebook
    (site.rules / name).parent.mkdir(exist_ok=True)
    (site.rules / name).write_text("not: [rules")
    site.settle()
    assert site.publisher.rulebook is before


def test_hidden_folders_of_templates_make_no_new_version(site: Site) -> None:
    site.templates.mkdir()
    before = site.settle()
    (site.templates / ".git").mkdir()
    (site.templates / ".git" / "index.html").write_text("x")
    (site.templates / "seen").mkdir()
    assert site.settle() == before


def test_rules_may_be_one_file(site: Site) -> None:
    site.publisher = site.published(site.file)
    site.file.write_text(HERO.format("second"))
    site.settle()
    assert site.shown == "<b>second</b>"


@pytest.mark.parametrize("how", ["a loaded ruleset", "never"])
async def test_what_is_not_looked_at_takes_no_task(site: Site, how: str) -> None:
    publisher = site.published(site.rules, reload_s=0) if how == "never" else site.published(Ruleset.load(site.rules))
    before = asyncio.all_tasks()
    publisher.start(lambda kept: None)
    assert (asyncio.all_tasks(), publisher.state) == (before, "not looked at")
    publisher.look()
    await publisher.stop()


async def test_a_stopped_publisher_leaves_neither_task_nor_thread(site: Site) -> None:
    tasks, threads = asyncio.all_tasks(), threading.active_count()
    publisher = site.published(site.rules, reload_s=0.01)
    site.now += 1
    publisher.start(lambda kept: None)
    publisher.start(lambda kept: None)
    assert len(asyncio.all_tasks() - tasks) == 1
    for _ in range(1000):
        if threading.active_count() > threads:
            break
        await asyncio.sleep(0.001)
    assert threading.active_count() > threads
    await publisher.stop()
    assert asyncio.all_tasks() == tasks
    for _ in range(1000):
        if threading.active_count() == threads:
            return
        await asyncio.sleep(0.001)
    pytest.fail("a thread is left")


def test_an_event_loop_that_ends_takes_its_polling_along(site: Site) -> None:
    threads = threading.active_count()

    async def serve() -> None:
        site.publisher.start(lambda kept: None)
        site.now += 5
        await asyncio.sleep(0)

    for _ in range(3):
        asyncio.run(serve())
    assert threading.active_count() == threads


def test_one_look_at_a_time(site: Site) -> None:
    site.file.write_text(HERO.format("second"))
    site.while_loading = site.publisher.look
    site.settle()
    assert (site.shown, site.builds) == ("<b>second</b>", 2)


async def test_a_running_site_follows_its_files(wrap: Wrap, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    file = folder / "site.yaml"
    file.write_text(HERO.format("first"))
    middleware = wrap(page_app(PAGE, headers=[(b"etag", b'"1"')]), rules=folder, reload_s=0.01)
    browser = Browser(middleware)
    seen: list[bool] = []

    async def until(fits: Callable[[Any, Any], bool]) -> bool:
        for _ in range(1000):
            page = await browser.get("/")
            health = json.loads((await browser.get("/_floorwalker/healthz")).body)
            if fits(page, health):
                return True
            await asyncio.sleep(0.005)
        return False

    async def edit() -> None:
        seen.append(await until(lambda page, _: b"first" in page.body))
        file.write_text(HERO.format("second"))
        seen.append(await until(lambda page, _: b"second" in page.body))
        file.write_text(BROKEN)
        seen.append(await until(lambda page, health: health["files"] == {"state": "refused", "errors": 2}))
        seen.append(await until(lambda page, _: b"second" in page.body))
        file.write_text("site: {personalize: no}\n" + HERO.format("third"))
        seen.append(await until(lambda page, health: page.body == PAGE and page.all(b"etag") == [b'"1"']))
        seen.append(await until(lambda page, health: health["files"] == {"state": "in force", "errors": 0}))

    before = asyncio.all_tasks()
    await live(middleware, edit)
    assert seen == [True] * 6
    assert asyncio.all_tasks() == before


async def test_a_site_without_lifespan_follows_its_files(wrap: Wrap, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "site.yaml").write_text(HERO.format("first"))
    browser = Browser(wrap(page_app(PAGE), rules=folder, reload_s=0.01))
    assert b"first" in (await browser.get("/")).body
    (folder / "site.yaml").write_text(HERO.format("second"))
    for _ in range(1000):
        if b"second" in (await browser.get("/")).body:
            return
        await asyncio.sleep(0.005)
    pytest.fail("the change was not found")


async def test_a_page_that_has_begun_keeps_its_rules(wrap: Wrap, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "site.yaml").write_text(HERO.format("first"))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<html><body><p>", "more_body": True})
        begun.set()
        await go_on.wait()
        await send({"type": "http.response.body", "body": PAGE, "more_body": False})

    middleware = wrap(app, rules=folder, reload_s=0.01)
    page = asyncio.create_task(Browser(middleware).get("/"))
    await begun.wait()
    (folder / "site.yaml").write_text(HERO.format("second"))
    setup = middleware._setup
    before = setup.rulebook.ruleset
    for _ in range(1000):
        if setup.rulebook.ruleset is not before:
            break
        await asyncio.sleep(0.005)
    assert setup.rulebook.ruleset is not before
    go_on.set()
    assert b"<b>first</b>" in (await page).body
    assert b"<b>second</b>" in (await Browser(middleware).get("/")).body
