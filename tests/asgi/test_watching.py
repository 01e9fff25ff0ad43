"""Word of changed files: it comes, it ends, and nothing depends on it."""

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import watchfiles

from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.asgi.rules.rulebook import Rulebook, rulebook_of
from floorwalker.asgi.rules.watching import Watch
from floorwalker.rulefile import RuleFiles
from floorwalker.store import KeptRules
from tests.conftest import ROOT

HERO = "slots: {{hero: {{show: [{{name: a, html: '<b>{}</b>'}}]}}}}\n"
NEVER_BY_ITSELF_S = 3600.0


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.005)
    pytest.fail("no word of it came")


class Site:
    """A site that looks for changes once an hour, so that only word of them can bring them in force."""

    def __init__(self, folder: Path) -> None:
        self.rules, self.templates = folder / "rules", folder / "templates"
        self.rules.mkdir()
        self.templates.mkdir()
        (self.rules / "site.yaml").write_text(HERO.format("first"))
        self.announced: list[KeptRules] = []
        self.publisher = Publisher(self.load, rules=self.rules, templates=self.templates, reload_s=NEVER_BY_ITSELF_S)

    def load(self, files: RuleFiles | None) -> Rulebook:
        assert files is not None
        return rulebook_of(files, now=0)

    async def in_force(self, word: str) -> None:
        await until(lambda: f"<b>{word}</b>" in repr(self.publisher.rulebook.ruleset.slots))


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Running, with its watch begun and everything that it was told of at the beginning looked at."""
    site = Site(tmp_path)
    site.publisher.start(site.announced.append)
    await until(lambda: site.publisher._judged is not None)
    await until(lambda: any(thread.name == "floorwalker-watch" for thread in threading.enumerate()))
    yield site
    await site.publisher.stop()


def _in_place(site: Site) -> None:
    (site.rules / "site.yaml").write_text(HERO.format("second"))


def _by_rename(site: Site) -> None:
    beside = site.rules / "4913"
    beside.write_text(HERO.format("second"))
    beside.replace(site.rules / "site.yaml")


def _as_a_configmap(site: Site) -> None:
    (site.rules / "..new").mkdir()
    (site.rules / "..new" / "site.yaml").write_text(HERO.format("second"))
    (site.rules / "site.yaml").unlink()
    (site.rules / "site.yaml").symlink_to("..new/site.yaml")


@pytest.mark.parametrize("save", [_in_place, _by_rename, _as_a_configmap])
async def test_word_of_a_change_brings_it_in_force(site: Site, save: Callable[[Site], None]) -> None:
    save(site)
    await site.in_force("second")
    await until(lambda: len(site.announced) > 1)  # told in the loop, a moment after the thread has put it in force
    assert [kept.version for kept in site.announced][1:] == [site.publisher.rulebook.ruleset.version]


async def test_folders_that_are_made_later_are_followed(site: Site) -> None:
    before = site.publisher.rulebook.ruleset.version
    (site.templates / "deep" / "er").mkdir(parents=True)
    (site.templates / "deep" / "er" / "a.html").write_text("one")
    await until(lambda: site.publisher.rulebook.ruleset.version != before)
    before = site.publisher.rulebook.ruleset.version
    (site.templates / "deep" / "er" / "a.html").write_text("two")
    await until(lambda: site.publisher.rulebook.ruleset.version != before)


async def test_linked_folders_are_followed(site: Site, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (site.templates / "shared").symlink_to(tmp_path / "shared")
    (tmp_path / "shared" / "a.html").write_text("one")
    first = site.publisher.rulebook.ruleset.version
    await until(lambda: site.publisher.rulebook.ruleset.version != first)
    second = site.publisher.rulebook.ruleset.version
    (tmp_path / "shared" / "a.html").write_text("two")
    await until(lambda: site.publisher.rulebook.ruleset.version != second)


async def test_nothing_is_logged_but_what_came_of_it(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    _in_place(site)
    await site.in_force("second")
    assert {record.name for record in caplog.records} == {"floorwalker.asgi.rules.publishing"}


async def test_looking_is_no_change(site: Site) -> None:
    looks = []
    look = site.publisher.look
    site.publisher.look = lambda watch=None: (looks.append(1), look(watch))  # type: ignore[method-assign,assignment,func-returns-value]
    _in_place(site)
    await site.in_force("second")
    assert len(looks) <= 8


async def test_what_cannot_be_watched_is_said_once_and_looked_at_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "OS file watch limit reached.")

    monkeypatch.setattr(watchfiles, "watch", refuse)
    site = Site(tmp_path)
    site.publisher._reload_s = 0.01
    site.publisher.start(site.announced.append)
    for name in ("second", "third"):
        (site.templates / name).mkdir()
        (site.rules / "site.yaml").write_text(HERO.format(name))
        await site.in_force(name)
    await site.publisher.stop()
    told = [record.getMessage() for record in caplog.records if "watch" in record.getMessage()]
    assert told == [
        "changed files cannot be watched, so they are only looked for now and then: "
        "[Errno 28] OS file watch limit reached."
    ]


async def test_a_folder_that_is_gone_is_no_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Watch(lambda: None) as watch:
        watch.follow({str(tmp_path / "none"): 1})
        watch.follow({})
        watch.follow({str(tmp_path): 2})
    assert caplog.records == []


async def test_a_thousand_changes_are_one_word(tmp_path: Path) -> None:
    told: list[int] = []
    with Watch(lambda: told.append(1)) as watch:
        watch.follow({str(tmp_path): 1})
        await until(lambda: len(told) == 1)
        for number in range(1000):
            (tmp_path / str(number)).touch()
        await until(lambda: len(told) > 1)
    assert len(told) < 20


ENDS = """
import asyncio, sys, threading
from pathlib import Path
from tests.asgi.test_watching import Site, until

site = Site(Path(sys.argv[1]))

async def look():
    site.publisher.start(lambda kept: None)
    await until(lambda: any(thread.name == "floorwalker-watch" for thread in threading.enumerate()))
    await asyncio.sleep(0.2)

def run():
    loop = asyncio.new_event_loop()
    loop.run_until_complete(look())
    if sys.argv[2] != "abandoned":
        loop.run_forever()

if sys.argv[2] == "closed":
    asyncio.run(look())
elif sys.argv[2] == "abandoned":
    run()
else:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(1)
sys.stdout.write("end")
"""


@pytest.mark.parametrize("loop", ["closed", "abandoned", "in a daemon thread"])
def test_the_watch_keeps_no_program_alive(tmp_path: Path, loop: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", ENDS, str(tmp_path), loop]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, env=dict(os.environ))
    assert (ended.returncode, ended.stdout) == (0, "end"), ended.stderr
