"""`floorwalker replay`: what a log tells, and that it tells the same as live traffic would."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from floorwalker import PersonalizationMiddleware, open_store
from floorwalker.accesslog import LogLine, open_log
from floorwalker.accesslog.hits import hit_of, visitor_of
from floorwalker.cli import main
from floorwalker.core.memory.profile import Profile
from tests.asgi.browser import CHROME, Browser, page_app
from tests.asgi.conftest import KEY, RULES, Clock

AGENT = CHROME.decode()
GOOGLE = "https://www.google.com/search?q=cheap+tripod"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def row(time: str, target: str, *, referrer: str = "-", agent: str = AGENT, address: str = "203.0.113.7") -> str:
    return f'{address} - - [{time} +0000] "GET {target} HTTP/1.1" 200 512 "{referrer}" "{agent}"'


LOG = [
    row("17/May/2026:10:05:03", "/", referrer=GOOGLE),
    row("17/May/2026:10:05:04", "/style.css", referrer="https://shop.test/"),
    row("17/May/2026:10:06:00", "/tripods", referrer="https://shop.test/"),
    row("17/May/2026:10:05:30", "/tripods/oak-3", referrer="https://shop.test/tripods"),
    row("17/May/2026:10:07:00", "/", agent=ROBOT),
    "cut off",
    row("18/May/2026:21:00:00", "/?utm_source=letter&utm_medium=email"),
    row("18/May/2026:21:10:00", "/lenses", referrer="https://shop.test/"),
    row("18/May/2026:21:11:00", "/", referrer="https://chatgpt.com/", address="203.0.113.8"),
]
PAGE = (
    b"<html><body><!--slot:hero-->a<!--/slot:hero--><!--slot:category-->b<!--/slot:category-->"
    b'<div id="banner">c</div></body></html>'
)


WHOLE = """
site: {timezone: Europe/Berlin, week_starts: sunday, hosts: [shop.test]}
pages: [{path: /, type: home}, {path: "/{category}", type: category}, {path: "/{category}/{product}", type: product}]
funnels: {look: [{viewed: /tripods}, {viewed: {type: product}}]}
segments:
  compared: {when: {did_in_order: {steps: [{viewed: {type: category}}, {viewed: {type: product}}], gap: 1 minute}}}
  stuck: {when: {funnel: {name: look, stuck_at: 2, ago: {at_least: 1 day}}}}
  back: {when: {restarted: {viewed: {type: home}, after: 1 day, within: this week}}}
  rested: {when: [{away: {exactly: 125640 seconds}}, {viewed: {type: home, ago: {at_most: 0 seconds}}}]}
  ten-minutes: {when: {time_this_visit: {exactly: 10 minutes}}}
  keen:
    score: {at_least: 5}
    points: [{points: 5, when: {visits: {at_least: 2}}}, {points: 3, when: {searched: tripod}}]
blocks:
  once: {text: Once, at_most: 1 per visit, once_per_page: offers}
  worn: {text: Worn, rest: 1 minute}
slots:
  hero:
    choose: best
    show: [{block: once, score: keen}, {to: compared, block: worn, score: 4}, {name: rest, text: R, score: 1}]
  category: {show: [{block: once}, {to: ten-minutes, name: ten, text: "10"}, {to: back, block: worn}]}
  banner: {at: "#banner", place: first, show: [{to: rested, name: rested, text: R}, {to: stuck, name: stuck, text: S}]}
promotions: {days: {from: 2026-05-18 23:00, until: 2026-05-18 23:05, slots: {category: {name: promoted, text: P}}}}
"""

SHOWN = {
    *(("hero", block) for block in ("once", "worn", "rest")),
    *(("category", block) for block in ("promoted", "ten")),
    *(("banner", block) for block in ("rested", "stuck")),
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text("\n".join(LOG) + "\n")
    return path


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    return folder


def replayed(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main(["replay", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_line_is_counted_once(log: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = replayed(capsys, log, "--rules", rules)
    assert told["lines"] == len(LOG)
    assert told["lines"] == told["rejected"] + told["robots"] + told["hits"] + told["other"]
    assert told["rejected_lines"] == [{"line": 6, "why": "not in Combined Log Format"}]
    assert (told["visitors"], told["returning"], told["visits"]) == (2, 1, 3)
    assert told["media"] == {"search": 1, "email": 1, "ai": 1}
    assert told["keywords"] == {"cheap tripod": 1}
    assert told["segments"]["tripod-seeker"] == 1
    assert sum(told["slots"]["hero"].values()) == 6


def test_the_summary_for_people_names_the_site_and_the_rejected_line(
    log: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(log), "--rules", str(rules)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("shop.test, 2026-05-17 to 2026-05-18")
    assert "line 6: not in Combined Log Format" in told


@pytest.mark.parametrize("text", [RULES, WHOLE], ids=["a few rules", "the whole language"])
@pytest.mark.parametrize("late_s", [0, 0.9])
async def test_the_same_hits_live_and_replayed_make_the_same_profile(
    log: Path, rules: Path, valkey_url: str, tmp_path: Path, text: str, late_s: float
) -> None:
    """And so the same decisions, which are in it. late_s: a log has whole seconds."""
    (rules / "rules.yaml").write_text(text)
    with open_log(str(log)) as opened:
        lines = [line for line in opened.lines() if isinstance(line, LogLine) and line.address.endswith(".7")]
    pages = [line for line in lines if hit_of(line) and line.user_agent == AGENT]
    live = await _live(pages, rules, f"{valkey_url}-live", tmp_path, late_s=late_s)
    replay = ["replay", str(log), "--rules", str(rules), "--host", "shop.test", "--store", valkey_url, "--json"]
    assert await asyncio.to_thread(main, replay) == 0
    logged = await _stored(valkey_url, visitor_of(pages[0]))
    assert logged is not None
    assert replace(logged, seed=0) == replace(live, seed=0)
    assert live.responses is not None
    assert text is RULES or {(one.slot, one.block) for one in live.responses.exposures if one.block} == SHOWN


async def test_replaying_a_log_twice_into_a_store_changes_nothing(log: Path, rules: Path, valkey_url: str) -> None:
    replay = ["replay", str(log), "--rules", str(rules), "--store", valkey_url, "--json"]
    with open_log(str(log)) as opened:
        visitor = next(visitor_of(line) for line in opened.lines() if isinstance(line, LogLine))
    assert await asyncio.to_thread(main, replay) == 0
    once = await _stored(valkey_url, visitor)
    assert await asyncio.to_thread(main, replay) == 0
    assert await _stored(valkey_url, visitor) == once


def test_the_sample_log_is_read_to_its_end(shared_data: Path, capsys: pytest.CaptureFixture[str], rules: Path) -> None:
    told = replayed(capsys, shared_data / "weblog_semicomplete_2015.log", "--rules", rules)
    assert (told["lines"], told["rejected"]) == (10_000, 1)
    assert told["rejected_lines"][0]["line"] == 8899
    assert told["robots"] >= 1_900
    assert 550 <= told["searches"] <= 620
    assert 60 <= sum(told["keywords"].values()) <= 90
    assert told["returning"] > 50


@pytest.mark.parametrize("processes", ["2", "3"])
def test_several_processes_tell_the_same_as_one(log: Path, rules: Path, processes: str, valkey_url: str) -> None:
    log.write_text("\n".join(row for number in range(40) for row in rows(number)) + "\n")
    command = [sys.executable, "-m", "floorwalker", "replay", str(log), "--rules", str(rules), "--store", valkey_url]
    told = [
        subprocess.run([*command, "--json", "--processes", number], capture_output=True, check=True).stdout
        for number in ("1", processes)
    ]
    assert told[0] == told[1]
    assert json.loads(told[0])["visitors"] == 80


def rows(number: int) -> list[str]:
    """The log again, for other people."""
    return [line.replace("203.0.113.", f"203.0.{number}.") for line in LOG]


def test_a_store_that_is_away_is_one_sentence_before_anything_is_read(
    log: Path, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = f"unix://{tmp_path}/nothing.sock"
    assert main(["replay", str(log), "--rules", str(rules), "--store", store]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("floorwalker replay: The store cannot be reached: ")


@pytest.mark.parametrize("name", ["missing.log", "."])
def test_a_log_that_cannot_be_opened_is_one_sentence(
    name: str, tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(tmp_path / name), "--rules", str(rules)]) == 2
    assert "cannot be read" in capsys.readouterr().err


async def _live(pages: list[LogLine], rules: Path, store: str, tmp_path: Path, *, late_s: float) -> Profile:
    """The same requests through the middleware, at the times of the log, or so many seconds later."""
    clock = Clock()
    app = PersonalizationMiddleware(
        page_app(PAGE), rules=rules, templates=tmp_path, store=store, secret_key=KEY, clock=clock, budget_ms=5000
    )
    browser = Browser(app, agent=AGENT.encode())
    for line in pages:
        clock.now = line.at + late_s
        headers = {b"referer": line.referrer.encode()} if line.referrer else {}
        await browser.get(line.target, headers=headers)
    assert browser.cookie is not None
    profile = await _stored(store, browser.cookie.partition(b"=")[2].split(b".")[0].decode())
    assert profile is not None
    return profile


async def _stored(address: str, visitor: str) -> Profile | None:
    store = open_store(address)
    try:
        return (await store.load(visitor)).profile
    finally:
        await store.close()


def test_a_file_that_is_no_log_is_a_finding(tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(bytes(range(256)) * 40)
    assert main(["replay", str(path), "--rules", str(rules)]) == 1
    assert "is it in Combined Log Format?" in capsys.readouterr().out
