"""`floorwalker doctor`: each finding, from facts; and the whole command against servers and sites set up badly."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorwalker.cli import main
from floorwalker.cli.diagnosis.files import OLD_DAYS, folder_findings, place_findings, rule_findings
from floorwalker.cli.diagnosis.finding import Finding, Level
from floorwalker.cli.diagnosis.pages import BROWSER, page_findings, see
from floorwalker.cli.diagnosis.settings import read, setting_findings
from floorwalker.cli.diagnosis.store import store_findings
from floorwalker.store.inspection import NodeFacts, StoreFacts
from tests.asgi.browser import page_app
from tests.asgi.conftest import PAGE
from tests.asgi.conftest import clock as clock
from tests.asgi.conftest import rules as rules
from tests.asgi.conftest import wrap as wrap

GOOD_KEY = "pX3hT9wQ_zL0vRk7Bn2-YcMf5sJdUa8eG1"
WELL = {
    "product": "Redis",
    "version": (7, 0, 15),
    "round_trip_s": 0.0004,
    "ahead_s": 0.01,
    "is_replica": False,
    "is_loading": False,
    "policy": "noeviction",
    "most_bytes": 1 << 30,
    "used_bytes": 1 << 20,
    "appends": True,
    "saves": True,
    "problems": (),
}


def facts(**node: Any) -> StoreFacts:
    return StoreFacts(nodes=(NodeFacts(**(WELL | node)),))


def group(*, replicas: int = 0, replica_count: int = 0, **node: Any) -> StoreFacts:
    """Of a cluster or of sentinels. replicas: as the address asks."""
    one = NodeFacts(**(WELL | {"replicas": replica_count} | node))
    return StoreFacts(nodes=(one,), takes_over=True, replicas=replicas)


def bad(findings: list[Finding]) -> list[tuple[str, str]]:
    """The findings that are not fine, each by its level and its first words."""
    assert all(bool(one.why and one.remedy) != (one.level is Level.FINE) for one in findings)
    return [(one.level.value, one.what) for one in findings if one.level is not Level.FINE]


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        (StoreFacts(failure="The store cannot be reached: refused"), "wrong", "cannot be reached"),
        (facts(version=(6, 0, 9)), "wrong", "It is Redis 6.0.9."),
        (facts(round_trip_s=0.02), "look", "A round trip takes 20.0 ms."),
        (facts(round_trip_s=0.06), "wrong", "A round trip takes 60.0 ms."),
        (facts(ahead_s=-9.0), "look", "Its clock is 9 s behind ours."),
        (facts(ahead_s=4000.0), "wrong", "Its clock is 4,000 s ahead of ours."),
        (facts(is_replica=True), "wrong", "It is a replica."),
        (facts(fsync="no"), "look", "It leaves it to the system when its append-only file is written."),
        (group(replicas=1), "wrong", "The address says replicas=1, and it has 0."),
        (group(), "look", "It has no replica."),
        (group(replica_count=1, least_replicas=0), "look", "It answers commits that no replica has yet."),
        (
            group(replica_count=1, least_replicas=1, needs_all_slots=True),
            "look",
            "It refuses everything while any slot has no server.",
        ),
        (facts(is_loading=True), "look", "still reading"),
        (facts(policy="allkeys-lru"), "wrong", "throws keys away (maxmemory-policy allkeys-lru)"),
        (facts(used_bytes=1_000_000_000), "wrong", "93% of its memory is in use."),
        (facts(most_bytes=0), "look", "Its memory has no limit."),
        (facts(problems=("aof_last_write_status",)), "wrong", "aof_last_write_status went wrong"),
        (facts(appends=False), "look", "snapshots alone"),
        (facts(appends=False, saves=False), "wrong", "writes nothing to disk"),
        (facts(appends=False, saves=None), "look", "does not say whether it saves"),
        (StoreFacts(nodes=(), cluster_state="fail"), "wrong", "The cluster's state is fail."),
        (StoreFacts(nodes=(), refused=("HSET", "XADD")), "wrong", "does not let us send HSET, XADD."),
        (StoreFacts(nodes=(), silent=("INFO",)), "look", "does not tell us INFO."),
    ],
)
def test_a_store_is_judged_by_what_it_tells(found: StoreFacts, level: str, words: str) -> None:
    ((told, what),) = bad(list(store_findings(found, budget_s=0.05, ours=False)))
    assert told == level
    assert words in what


def test_keys_are_not_thrown_away_before_memory_is_full() -> None:
    found = store_findings(facts(policy="volatile-ttl", most_bytes=0), budget_s=0.05, ours=False)
    assert [level for level, _ in bad(list(found))] == ["look", "look"]


def test_a_store_that_is_well_is_fine() -> None:
    assert bad(list(store_findings(facts(), budget_s=0.05, ours=False))) == []


@pytest.mark.parametrize(
    ("environ", "level", "words"),
    [
        ({}, "look", "No secret key is set"),
        ({"SECRET_KEY": "k" * 40}, "wrong", "A secret key can be guessed."),
        ({"SECRET_KEY": "change-me-Q8rT2xWz7LpV9nYb3Kd6Hs5a"}, "wrong", "A secret key can be guessed."),
        ({"SECRET_KEY": GOOD_KEY[:20]}, "wrong", "A secret key has 20 characters; it needs 32."),
        ({"SECRET_KEY": GOOD_KEY, "WRITE_KEYS": GOOD_KEY}, "wrong", "in secret_key and in write_keys"),
        ({"SECRET_KEY": GOOD_KEY, "WRITE_KEYS": "short"}, "wrong", "A write key is shorter"),
        ({"SECRET_KEY": GOOD_KEY, "WRITE_KEYS": "w" * 20, "PUBLIC_KEYS": "w" * 20}, "wrong", "in public_keys"),
        ({"SECRET_KEY": GOOD_KEY, "WRITE_KEYS": "w" * 20, "METRICS_KEY": "w" * 20}, "wrong", "and in metrics_key"),
        ({"SECRET_KEY": GOOD_KEY, "DATA_KEYS": "d" * 40}, "wrong", "A data key can be guessed."),
        ({"SECRET_KEY": GOOD_KEY, "CONSENT": "opt-in, US=opt-out"}, "look", "consent goes by country"),
        ({"SECRET_KEY": GOOD_KEY, "TRUSTED_PROXIES": "*"}, "look", "believes whoever connects"),
        ({"SECRET_KEY": GOOD_KEY, "EXCLUDE": "/**"}, "look", "leaves every page alone"),
        ({"SECRET_KEY": GOOD_KEY, "METRICS_FOLDER": "/x"}, "look", "metrics_folder is set"),
        ({"SECRET_KEY": GOOD_KEY, "BUDGET_MS": "5000"}, "look", "budget_ms is 5000."),
        ({"SECRET_KEY": GOOD_KEY, "PLACES": "/x", "GEO_HEADERS": "fly"}, "look", "places and geo_headers are both set"),
        ({"SECRET_KEY": GOOD_KEY, "BUDGET_MS": "soon"}, "wrong", "The setting budget_ms cannot be 'soon'"),
        ({"SECRET_KEY": GOOD_KEY, "STROE": "x"}, "wrong", "no environment variable FLOORWALKER_STROE"),
        ({"SECRET_KEY": GOOD_KEY, "CLOCK": "x"}, "wrong", "FLOORWALKER_CLOCK is not read"),
    ],
)
def test_settings_are_judged(environ: dict[str, str], level: str, words: str) -> None:
    settings, unreadable = read({}, {f"FLOORWALKER_{name}": value for name, value in environ.items()})
    ((told, what),) = bad([*unreadable, *setting_findings(settings)])
    assert told == level
    assert words in what
    assert not any(key in what for key in environ.values() if len(key) > 10)


def test_a_setting_that_cannot_be_read_hides_no_other() -> None:
    environ = {"FLOORWALKER_BUDGET_MS": "soon", "FLOORWALKER_STORE": "nothing", "FLOORWALKER_SECRET_KEY": GOOD_KEY}
    settings, unreadable = read({"rules": "elsewhere"}, environ)
    assert len(unreadable) == 2
    assert (settings.rules, settings.secret_keys) == (Path("elsewhere"), (GOOD_KEY,))


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("slots: {hero: {shwo: []}}", "wrong", "1 error."),
        ("segments: {a: {when: {viewed: /a}}}", "look", "1 warning."),
        ("site: {timezone: UTC}", "look", "holds no rules"),
    ],
)
def test_rules_are_judged(tmp_path: Path, text: str, level: str, words: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    ((told, what),) = bad(list(rule_findings(tmp_path, tmp_path / "none")))
    assert told == level
    assert words in what


def test_a_folder_of_rules_that_is_not_there_is_wrong(tmp_path: Path) -> None:
    ((told, _),) = bad(list(rule_findings(tmp_path / "none", tmp_path / "none")))
    assert told == "wrong"


@pytest.mark.parametrize(("days", "found"), [(1, []), (OLD_DAYS + 40, ["look"])])
def test_a_database_of_places_grows_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, found: list[str]
) -> None:
    file = tmp_path / "places.mmdb"
    file.touch()
    monkeypatch.setattr("floorwalker.cli.diagnosis.files.open_places", lambda _: None)
    judged = place_findings(file, now=file.stat().st_mtime + days * 86_400)
    assert [level for level, _ in bad(list(judged))] == found


def test_a_database_of_places_that_is_none_is_wrong(tmp_path: Path) -> None:
    ((level, _),) = bad(list(place_findings(tmp_path / "none.mmdb", now=time.time())))
    assert level == "wrong"


def test_a_folder_that_others_can_look_into_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    assert bad(list(folder_findings(folder, "store"))) == []
    folder.chmod(0o755)
    ((level, what),) = bad(list(folder_findings(folder, "store")))
    assert level == "wrong"
    assert "look into" in what


def test_a_folder_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ((level, what),) = bad(list(folder_findings(tmp_path / "file" / "store", "store")))
    assert level == "wrong"
    assert "cannot write" in what


def site(*answers: httpx.Response, health: Any = None) -> Any:
    """A client of a site that gives these pages, one after the other."""
    pages = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/_floorwalker/healthz" if health is not None:
                return httpx.Response(200, json=health)
            case path if path.startswith("/_floorwalker/"):
                return httpx.Response(404, text="nothing")
            case _:
                return next(pages)

    return lambda: httpx.Client(transport=httpx.MockTransport(answer))


def page(visitor: str = "", *, body: bytes = PAGE, **headers: str) -> httpx.Response:
    told = {"content-type": "text/html", "cache-control": "private, no-cache", **headers}
    if visitor:
        told["set-cookie"] = visitor
    return httpx.Response(200, headers={name.replace("_", "-"): value for name, value in told.items()}, content=body)


HEALTHY = {"status": "ok", "rules": "abc", "store": {"state": "here"}, "why": []}
ONE, OTHER = "__Host-fw=aaaaaaaa.1.x; Secure", "__Host-fw=bbbbbbbb.1.x; Secure"


@pytest.mark.parametrize(
    ("pages", "health", "level", "words"),
    [
        ([page(ONE), page(ONE)], HEALTHY, "wrong", "Two strangers got one cookie"),
        ([page(ONE, cache_control="public"), page(OTHER)], HEALTHY, "wrong", "says Cache-Control: public"),
        ([page(cache_control="public"), page()], HEALTHY, "look", "The page is public, and holds slots: hero."),
        ([page(age="30"), page()], HEALTHY, "look", "came out of a cache"),
        ([page(ONE, body=PAGE * 200), page(OTHER)], HEALTHY, "look", "goes out uncompressed"),
        ([page("fw=aaaaaaaa.1.x"), page("fw=bbbbbbbb.1.x")], HEALTHY, "wrong", "came over https, and the site"),
        ([page(ONE), page(OTHER)], None, "look", "do not answer"),
        ([page(ONE), page(OTHER)], HEALTHY | {"status": "degraded", "why": ["x"]}, "wrong", "it is degraded"),
        ([page(ONE, content_type="text/plain"), page(OTHER)], HEALTHY, "look", "is no HTML page"),
        ([httpx.Response(302, headers={"location": "/en/"}), page(ONE), page(ONE)], HEALTHY, "wrong", "one cookie"),
    ],
)
def test_a_page_is_judged_by_what_two_strangers_get(
    pages: list[httpx.Response], health: Any, level: str, words: str
) -> None:
    seen = see("https://shop.test/", prefix="/_floorwalker", client=site(*pages, health=health))
    ((told, what),) = bad(list(page_findings(seen)))
    assert told == level
    assert words in what


def test_a_page_that_is_the_visitors_own_is_fine() -> None:
    seen = see("https://shop.test/", prefix="/_floorwalker", client=site(page(ONE), page(OTHER), health=HEALTHY))
    assert bad(list(page_findings(seen))) == []


def test_a_wrapped_site_is_fine(wrap: Any) -> None:
    async def from_the_site(request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://shop.test") as client:
            return await client.send(client.build_request("GET", request.url.path, headers=request.headers))

    app = wrap(page_app(PAGE))

    def answer(request: httpx.Request) -> httpx.Response:
        found = asyncio.run(from_the_site(request))
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    client = httpx.Client(transport=httpx.MockTransport(answer), headers=BROWSER)
    seen = see("https://shop.test/", prefix="/_floorwalker", client=lambda: client)
    assert bad(list(page_findings(seen))) == []
    assert len({one.visitor for one in seen.pages}) == 2


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a rule, and an environment with a key."""
    for name in list(os.environ):
        if name.startswith("FLOORWALKER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FLOORWALKER_SECRET_KEY", GOOD_KEY)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(
        "pages: [{path: /, type: home}]\n"
        "slots: {hero: {pages: [home], show: [{when: {referrer: google}, name: a, text: A}]}}\n"
    )
    return tmp_path


def test_a_careless_server_is_found_out(installed: Path, redis_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--store", redis_server, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["healthy"] is False
    found = {one["what"]: one for one in told["findings"] if one["level"] == "wrong"}
    assert set(found) == {"It writes nothing to disk."}
    assert found["It writes nothing to disk."]["remedy"].startswith("CONFIG SET appendonly yes")


def test_a_site_that_has_not_begun_yet_is_left_as_it_is(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "There is no embedded store yet" in printed
    assert printed.splitlines()[-1] == "All is well."
    assert not (installed / "var").exists()


def test_what_is_wrong_comes_with_why_and_what_to_do(
    installed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOORWALKER_SECRET_KEY", "k" * 40)
    assert main(["doctor", "--store", "redis://user:hunter2@127.0.0.1:1/0", "--url", "http://127.0.0.1:1/"]) == 1
    printed = capsys.readouterr().out
    assert "  ✗ A secret key can be guessed.\n      Whoever guesses it" in printed
    assert "    → Make one with `python" in printed
    assert "http://127.0.0.1:1/ cannot be fetched" in printed
    assert printed.splitlines()[-1] == "3 things wrong. Mend them, then ask again."
    assert "hunter2" not in printed
    assert "k" * 40 not in printed
