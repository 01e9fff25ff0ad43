"""`GET PREFIX/metrics`: who may read it, and what it tells."""

import asyncio
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec import json
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from floorwalker import get_visitor
from floorwalker.asgi.metrics.figures import Figures
from floorwalker.asgi.metrics.shared import FiguresFolder
from floorwalker.asgi.tallies import WAITS_S, Waits
from floorwalker.asgi.visitor import Visitor
from floorwalker.console.passwords import hashed
from floorwalker.errors import ConfigurationError
from tests.asgi.browser import GOOGLEBOT, SEARCH, Answer, Browser, page_app
from tests.asgi.conftest import PAGE, Wrap
from tests.asgi.test_frameworks import running

KEY = "metrics-key-of-the-tests"
ADDRESS = "/_floorwalker/metrics"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scraped(browser: Browser, *, key: str = KEY, **headers: bytes) -> Answer:
    own = {b"authorization": f"Bearer {key}".encode(), **{name.encode(): value for name, value in headers.items()}}
    return await browser.get(ADDRESS, headers=own)


def samples(answer: Answer) -> Samples:
    """Every figure, by its name and labels, without the worker's."""
    assert answer.status == 200
    return {
        (
            sample.name,
            frozenset((name, value) for name, value in sample.labels.items() if name != "worker"),
        ): sample.value
        for family in read_text(answer.body.decode())
        for sample in family.samples
    }


def figure(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


async def test_it_is_nothing_where_nobody_may_read_it(wrap: Wrap) -> None:
    answer = await scraped(Browser(wrap(page_app(PAGE))))
    assert answer.status == 404


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (b"Bearer " + KEY.encode(), 200),
        (b"bearer   " + KEY.encode(), 200),
        (b"Basic " + b64encode(b"prometheus:" + KEY.encode()), 200),
        (b"Basic " + b64encode(b"anna:correct horse"), 200),
        (b"Basic " + b64encode(b"anna:wrong horse"), 401),
        (b"Basic " + b64encode(b"otto:correct horse"), 401),
        (b"Basic " + b64encode(KEY.encode()), 401),
        (b"Basic no base64!", 401),
        (b"Bearer wrong", 401),
        (b"Bearer", 401),
        (b"Digest x", 401),
        (b"Bearer " + b"x" * 5000, 401),
        (b"", 401),
    ],
)
async def test_a_key_or_an_operators_login_reads_it(wrap: Wrap, authorization: bytes, status: int) -> None:
    operators = {"anna": hashed("correct horse", salt=b"s" * 16, cost=1)}
    app = wrap(page_app(PAGE), metrics_key=["another-key-of-tests", KEY], operators=operators)
    answer = await Browser(app).get(ADDRESS, headers={b"authorization": authorization})
    assert answer.status == status
    assert answer.all(b"cache-control") == [b"no-store"]
    if status == 401:
        assert answer.all(b"www-authenticate") == [b'Basic realm="metrics", charset="UTF-8"']


async def test_a_login_that_was_wrong_five_times_is_not_looked_at_for_a_while(wrap: Wrap) -> None:
    app = wrap(page_app(PAGE), operators={"anna": hashed("correct horse", salt=b"s" * 16, cost=1)})
    browser = Browser(app)
    right, wrong = (b"Basic " + b64encode(b"anna:" + word) for word in (b"correct horse", b"wrong"))
    for _ in range(5):
        await browser.get(ADDRESS, headers={b"authorization": wrong})
    assert (await browser.get(ADDRESS, headers={b"authorization": right})).status == 401


async def test_a_login_that_was_right_is_known_again_without_hashing(
    wrap: Wrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = wrap(page_app(PAGE), operators={"anna": hashed("correct horse", salt=b"s" * 16, cost=1)})
    right = {b"authorization": b"Basic " + b64encode(b"anna:correct horse")}
    assert (await Browser(app).get(ADDRESS, headers=right)).status == 200
    monkeypatch.setattr("floorwalker.asgi.metrics.admission.is_password", None)
    assert (await Browser(app).get(ADDRESS, headers=right)).status == 200


@pytest.mark.parametrize("key", ["short", "a key with ümlauts in it", "sixteen\nletters!"])
def test_a_key_that_could_be_guessed_or_not_be_sent_is_refused(wrap: Wrap, key: str) -> None:
    with pytest.raises(ConfigurationError, match="metrics_key cannot be that"):
        wrap(page_app(PAGE), metrics_key=key)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_it_is_read_only(wrap: Wrap, method: str) -> None:
    answer = await Browser(wrap(page_app(PAGE), metrics_key=KEY)).ask(method, ADDRESS)
    assert answer.status == 405


async def test_openmetrics_is_told_to_who_asks_for_it(wrap: Wrap) -> None:
    browser = Browser(wrap(page_app(PAGE), metrics_key=KEY))
    answer = await scraped(browser, accept=b"application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert answer.all(b"content-type")[0].startswith(b"application/openmetrics-text; version=1.0.0")
    names = {family.name for family in read_openmetrics(answer.body.decode())}
    assert {"floorwalker_pages", "floorwalker_load_wait_seconds", "floorwalker_info"} <= names


async def test_pages_slots_and_robots_are_counted(wrap: Wrap) -> None:
    app = wrap(page_app(PAGE), metrics_key=KEY)
    browser = Browser(app)
    await browser.get("/", headers={b"referer": SEARCH})
    await browser.get("/")
    await Browser(app).get("/")
    await Browser(app, agent=GOOGLEBOT).get("/")
    found = samples(await scraped(browser))
    assert figure(found, "floorwalker_pages_total", outcome="changed") == 2
    assert figure(found, "floorwalker_pages_total", outcome="kept") == 1
    assert figure(found, "floorwalker_pages_total", outcome="passed by") == 1
    assert figure(found, "floorwalker_pages_total", outcome="failed") == 0
    assert figure(found, "floorwalker_robots_total") == 1
    assert figure(found, "floorwalker_slots_total", slot="hero", outcome="changed") == 2
    assert figure(found, "floorwalker_slots_total", slot="hero", outcome="kept") == 1
    assert figure(found, "floorwalker_loads_total", outcome="came") == 1
    assert figure(found, "floorwalker_load_wait_seconds_count") == 1
    assert figure(found, "floorwalker_commits_total", outcome="stored") == 3


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (page_app(b"<p>no slot</p>"), "passed by"),
        (page_app(PAGE, headers=[(b"cache-control", b"public, max-age=60")]), "passed by"),
        (page_app([PAGE[:20], PAGE[20:]]), "kept"),
        (page_app(b"<body><!--slot:hero--><p>unclosed</body>"), "kept"),
    ],
)
async def test_a_page_is_counted_once_by_what_became_of_it(wrap: Wrap, page: object, outcome: str) -> None:
    browser = Browser(wrap(page, metrics_key=KEY))  # type: ignore[arg-type]
    await browser.get("/")
    found = samples(await scraped(browser))
    counted = {labels: value for (name, labels), value in found.items() if name == "floorwalker_pages_total" and value}
    assert counted == {frozenset([("outcome", outcome)]): 1}


async def test_what_is_no_page_is_not_counted(wrap: Wrap) -> None:
    browser = Browser(wrap(page_app(b"{}", content_type=b"application/json"), metrics_key=KEY))
    for _ in range(2):
        await browser.get("/")
    found = samples(await scraped(browser))
    assert sum(value for (name, _), value in found.items() if name == "floorwalker_pages_total") == 0


async def test_names_that_a_page_makes_up_are_no_labels(wrap: Wrap) -> None:
    page = PAGE.replace(b"hero", b"made-up")
    browser = Browser(wrap(page_app(page), metrics_key=KEY))
    await browser.get("/")
    assert b"made-up" not in (await scraped(browser)).body


async def test_nothing_in_it_tells_of_a_visitor(wrap: Wrap) -> None:
    browser = Browser(wrap(page_app(PAGE), metrics_key=KEY))
    await browser.get("/", headers={b"referer": SEARCH})
    await browser.get("/tripods?utm_campaign=secret")
    text = (await scraped(browser)).body
    assert browser.cookie is not None
    for told in (browser.cookie.split(b"=")[1].split(b".")[0], b"cheap", b"secret", b"203.0.113.7", KEY.encode()):
        assert told not in text


async def test_a_failure_of_ours_is_counted_by_its_place(wrap: Wrap, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(wrap(page_app(PAGE), metrics_key=KEY))
    monkeypatch.setattr("floorwalker.asgi.responder.SlotRewriter", None)
    await browser.get("/")
    found = samples(await scraped(browser))
    assert figure(found, "floorwalker_failures_total", place="page") == 1
    assert figure(found, "floorwalker_pages_total", outcome="failed") == 1
    assert figure(found, "floorwalker_pages_total", outcome="passed by") == 0


async def test_a_handler_that_meets_nobody_by_our_failure_is_counted(
    wrap: Wrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        met.append((await get_visitor(scope)).id)
        await page_app(PAGE)(scope, receive, send)

    browser = Browser(wrap(app, metrics_key=KEY))
    monkeypatch.setattr("floorwalker.asgi.visitor.Visitor", failing_once(Visitor))
    assert (await browser.get("/")).status == 200
    assert met == [""]
    found = samples(await scraped(browser))
    assert figure(found, "floorwalker_failures_total", place="visitor of a handler") == 1


def failing_once(made: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but that the first is not to be had."""
    failures = [RuntimeError("ours")]

    def make(*given: Any) -> Any:
        if failures:
            raise failures.pop()
        return made(*given)

    return make


async def test_a_failing_slot_is_counted(wrap: Wrap, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(wrap(page_app(PAGE), metrics_key=KEY))
    monkeypatch.setattr("floorwalker.asgi.outlook.decide", None)
    await browser.get("/")
    found = samples(await scraped(browser))
    assert figure(found, "floorwalker_failures_total", place="slot") == 1


async def test_a_store_that_is_away_is_told(wrap: Wrap) -> None:
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    browser = Browser(
        wrap(page_app(PAGE), metrics_key=KEY, store="unix:///nonexistent/floorwalker.sock"), cookie=known.cookie
    )
    for _ in range(6):
        await browser.get("/")
    found = samples(await scraped(browser))
    assert figure(found, "floorwalker_store_away") == 1
    assert figure(found, "floorwalker_circuit_open") == 1
    assert figure(found, "floorwalker_loads_total", outcome="away") == 5
    assert figure(found, "floorwalker_loads_total", outcome="not asked") == 1
    assert figure(found, "floorwalker_steps_waiting") == 6


async def test_rules_that_are_refused_are_told(wrap: Wrap, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.yaml").write_text("slots: {hero: {show: [{name: a, html: A}]}}")
    app = wrap(page_app(PAGE), metrics_key=KEY, rules=rules)
    browser = Browser(app)
    before = samples(await scraped(browser))
    assert figure(before, "floorwalker_rules_refused") == 0
    assert figure(before, "floorwalker_rules_published_timestamp_seconds") == 1_790_000_000
    (rules / "a.yaml").write_text("slots: {hero: {shwo: []}}")
    app._setup.publisher._settle_s = 0.0
    app._setup.publisher.look()
    now = samples(await scraped(browser))
    assert figure(now, "floorwalker_rules_refused") == 1
    assert figure(now, "floorwalker_rules_errors") >= 1
    assert figure(now, "floorwalker_rules_refusals_total") == 1


async def test_the_process_is_told(wrap: Wrap) -> None:
    found = samples(await scraped(Browser(wrap(page_app(PAGE), metrics_key=KEY))))
    assert figure(found, "process_resident_memory_bytes") > 1_000_000
    assert figure(found, "process_cpu_seconds_total") > 0


def _workers(answer: Answer) -> set[str]:
    return set(re.findall(r'floorwalker_robots_total\{worker="([^"]*)"\}', answer.body.decode()))


async def test_a_worker_answers_for_all_that_share_a_folder(wrap: Wrap, tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    app = wrap(page_app(PAGE), metrics_key=KEY, metrics_folder=folder)
    own = str(os.getpid())
    async with running(app):
        written = folder / f"{own}.json"
        while not written.exists():
            await asyncio.to_thread(bool)
        (folder / "1.json").write_bytes(written.read_bytes())
        (folder / "2.json").write_text('{"of": "another release"}')
        (folder / "3.json").write_bytes(written.read_bytes())
        os.utime(folder / "3.json", (1.0, 1.0))
        answer = await scraped(Browser(app))
    assert _workers(answer) == {own, "1"}
    assert not written.exists()


async def test_a_folder_that_cannot_be_written_is_said_once(
    tmp_path: Path, wrap: Wrap, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    folder = FiguresFolder(tmp_path / "file" / "below", "1", clock=lambda: 0.0)
    figures = json.decode(_FIGURES, type=Figures)
    for _ in range(2):
        folder.write(figures)
    assert [record.getMessage() for record in caplog.records] == [
        "the figures of this worker cannot be written: Not a directory"
    ]
    assert folder.others() == {}


_FIGURES = json.encode(
    {
        "release": "1",
        "pages": {},
        "robots": 0,
        "turned_away": 0,
        "slots": {},
        "loads": {},
        "waits": [],
        "waits_sum_s": 0.0,
        "late": {},
        "failed": {},
        "rules": {
            "version": "",
            "published_at": 0.0,
            "refused": False,
            "errors": 0,
            "publications": 0,
            "refusals": 0,
            "failures": 0,
        },
        "store": {
            "away": False,
            "circuit_open": False,
            "waiting": 0,
            "spooled": 0,
            "commits": {},
            "lost": {},
            "spool_lost": 0,
        },
        "process": [],
    }
)


@pytest.mark.parametrize(
    ("waits", "places"),
    [([0.0], [0]), ([0.0005, 0.001], [1, 1]), ([0.25], [len(WAITS_S) - 1]), ([0.3, 9.0], [len(WAITS_S)] * 2)],
)
def test_a_wait_counts_in_the_first_class_that_holds_it(waits: Iterable[float], places: list[int]) -> None:
    counted = Waits()
    for one in waits:
        counted.add(one)
    expected = [0] * (len(WAITS_S) + 1)
    for place in places:
        expected[place] += 1
    assert counted.counts == expected
    assert counted.sum_s == sum(waits)
