"""`floorwalker diff`: what changed rules change, and for whom."""

import asyncio
import json
import subprocess
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from floorwalker.accesslog import open_log
from floorwalker.accesslog.replay import Replay
from floorwalker.asgi.rules.rulebook import load_rulebook
from floorwalker.cli import main
from floorwalker.cli.walks.replay_walk import choose
from floorwalker.store import KeptRules, open_store
from tests.cli.editions import NEW, OLD, write_log, write_site


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write_site(tmp_path / "old", OLD)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return write_site(tmp_path / "new", NEW)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "access.log")


def told(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 1) -> str:
    assert main(["diff", *map(str, arguments)]) == status
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(capsys, *arguments, "--json", status=status))
    return found


def test_changes_are_said_by_section_and_what_would_be_mixed_is_warned_of(
    old: Path, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, old, new)
    assert "Segments\n  reader     now asks viewed: {category: learn, at_least: 1} (was at_least: 2)" in said
    assert "  searching  is the new name of from-search; the rest is the same" in said
    assert "entry 1, call (html) for on-a-phone, has another html: “<p>Ring us</p>” (was “<p>Call us</p>”)" in said
    assert "segment reader: other people are in it than before" in said
    assert "block call: what it shows changes, its name stays" in said
    assert said.splitlines()[-1].startswith("2 names would mix old and new figures.")


def test_the_same_rules_are_no_difference(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing is different.\n" in told(capsys, old, old, status=0)


def test_notes_and_layout_are_no_difference_but_said(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_site(tmp_path / "other", f"# A note\n{OLD}")
    assert "Nothing is different but notes, order and layout." in told(capsys, old, other, status=0)


def test_what_mixes_nothing_is_fine(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = write_site(tmp_path / "other", OLD.replace("at_most: 1 ever", "at_most: 3 ever"))
    said = told(capsys, old, other, status=0)
    assert "at_most is now 3 ever (was 1 ever)" in said
    assert said.splitlines()[-1].startswith("Nothing is mixed under one name. To see who would be touched, add --log")


def test_a_template_that_another_includes_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sites = [write_site(tmp_path / name, OLD, template="{% include 'part.txt' %}") for name in ("one", "two")]
    for site, text in zip(sites, ("One", "Two"), strict=True):
        (site.parent / "templates" / "part.txt").write_text(text)
    found = as_json(capsys, *sites)
    assert [(one["section"], one["name"]) for one in found["changes"]] == [("templates", "part.txt")]
    assert [(one["kind"], one["name"]) for one in found["mixing"]] == [("block", "hero/reader.html")]


def test_movement_in_a_log_is_what_two_replays_say(
    old: Path, new: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_json(capsys, old, new, "--log", log)["movement"]
    before, after = _replayed(old, log, {"from-search": "searching"}), _replayed(new, log, {})
    assert found["visitors"] == len({visitor for visitor, _, _ in before}) == 40
    assert found["pages"] == len(before) == len(after)
    assert found["segments"] == _moves(before, after)
    shifts = {
        (slot, one["before"], one["after"]): (one["pages"], one["visitors"])
        for slot, listed in found["slots"].items()
        for one in listed
    }
    assert shifts == _shifts(before, after)
    assert {
        ("help", "call", "call"),
        ("hero", "default", "hello"),
        ("hero", "default", "hero/reader.html"),
    } <= shifts.keys()


Replayed = list[tuple[str, frozenset[str], dict[str, tuple[str, str | None]]]]


def _replayed(rules: Path, log: Path, names: dict[str, str]) -> Replayed:
    rulebook = load_rulebook(rules, rules.parent / "templates", now=0.0)
    pages: Replayed = []
    replay = Replay(
        rulebook.corridor,
        choose=lambda profile, signals: choose(rulebook, profile, signals),
        host="shop.test",
        on_page=lambda visitor, page: pages.append(
            (
                visitor,
                frozenset(names.get(name, name) for name in page.segments),
                {
                    slot: (one.block, one.rendered) if one.changes_page else ("default", None)
                    for slot, one in page.items()
                },
            )
        ),
    )
    with open_log(str(log)) as opened:
        replay.walk(opened.lines())
    return pages


def _moves(before: Replayed, after: Replayed) -> dict[str, dict[str, int]]:
    inside: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for side, pages in enumerate((before, after)):
        for visitor, segments, _ in pages:
            for name in segments:
                inside[name][side].add(visitor)
    return {
        name: {
            "before": len(was),
            "after": len(now),
            "in": len(now - was),
            "out": len(was - now),
            "net": len(now) - len(was),
        }
        for name, (was, now) in inside.items()
    }


def _shifts(before: Replayed, after: Replayed) -> dict[tuple[str, str, str], tuple[int, int]]:
    views: Counter[tuple[str, str, str]] = Counter()
    people: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for (visitor, _, old_shown), (_, _, new_shown) in zip(before, after, strict=True):
        for slot in old_shown:
            if old_shown[slot] != new_shown[slot]:
                key = (slot, old_shown[slot][0], new_shown[slot][0])
                views[key] += 1
                people[key].add(visitor)
    return {key: (number, len(people[key])) for key, number in views.items()}


def test_a_log_is_told_in_words(old: Path, new: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, old, new, "--log", log, "--host", "shop.test")
    assert "For 40 visitors of the log, on " in said
    assert "    call with another text" in said
    assert "    hero/reader.html instead of its own content" in said


async def test_a_store_is_walked_and_nothing_written(
    old: Path, new: Path, log: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = ["replay", str(log), "--rules", str(old), "--store", valkey_url, "--json"]
    assert await asyncio.to_thread(main, replay) == 0
    before = await _records(valkey_url)
    capsys.readouterr()
    found = (await asyncio.to_thread(as_json, capsys, old, new, "--store", valkey_url))["movement"]
    assert await _records(valkey_url) == before
    assert (found["source"], found["visitors"], len(before)) == ("store", 40, 40)
    assert found["segments"]["reader"]["in"] == found["segments"]["reader"]["net"] > 0
    assert found["segments"]["reader"]["out"] == 0
    assert "on-a-phone" not in found["segments"]
    assert found["needs_request"] == {}
    assert found["passed_by"]["unconfirmed"] == 0


async def _records(address: str) -> dict[str, Any]:
    store = open_store(address)
    try:
        return {one.visitor: structs.asdict(one) async for one in store.profiles()}
    finally:
        await store.close()


async def test_what_a_store_cannot_tell_is_said(
    old: Path, tmp_path: Path, log: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_site(tmp_path / "other", OLD.replace("{device: mobile}", "{device: [mobile, tablet]}"))
    replay = ["replay", str(log), "--rules", str(old), "--store", valkey_url, "--json"]
    assert await asyncio.to_thread(main, replay) == 0
    said = await asyncio.to_thread(told, capsys, old, other, "--store", valkey_url)
    assert "Only a request can tell, so counted as not known: device (asked by on-a-phone)." in said


async def test_versions_that_the_store_keeps_are_editions(
    old: Path, new: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    template = {"hero/reader.html": b"<p>Read on</p>"}
    store = open_store(valkey_url)
    try:
        await store.keep_rules(KeptRules("00112233aabbccdd", 1.0, {"rules.yaml": OLD.encode()}, template))
    finally:
        await store.close()
    arguments = ("001122", new, "--store", valkey_url, "--words")
    found = await asyncio.to_thread(as_json, capsys, *arguments)
    assert found["changes"] == await asyncio.to_thread(lambda: as_json(capsys, old, new)["changes"])
    assert found["movement"] is None
    assert await asyncio.to_thread(as_json, capsys, "yesterday", *arguments[1:]) == found | {
        "old": {"name": "yesterday", "version": found["old"]["version"]}
    }
    assert await asyncio.to_thread(main, ["diff", "ffffff", str(new), "--store", valkey_url]) == 2
    assert "the store knows no version ffffff" in capsys.readouterr().err


def test_a_folder_at_a_git_revision_is_an_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "repository"
    rules = write_site(folder / "site", OLD)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    (rules / "rules.yaml").write_text(NEW)
    monkeypatch.chdir(folder / "site")
    found = as_json(capsys, "HEAD:rules")
    assert found["old"]["name"] == "HEAD:rules"
    assert {one["section"] for one in found["changes"]} == {"segments", "slots"}
    assert main(["diff", "HEAD:nothing"]) == 2
    assert "git knows no folder nothing at HEAD" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nowhere", "nothing:rules", "abcdef0123"])
def test_what_is_no_edition_is_an_error_of_usage(
    name: str, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["diff", name, str(old)]) == 2
    assert "floorwalker diff: " in capsys.readouterr().err


def test_rules_with_errors_are_refused(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = write_site(tmp_path / "broken", OLD.replace("viewed:", "viewd:"))
    assert main(["diff", str(old), str(broken)]) == 2
    said = capsys.readouterr().err
    assert f"{broken} cannot be compared, since it has errors:" in said
    assert "did you mean viewed?" in said


def test_a_log_that_is_not_there_is_an_error_of_usage(
    old: Path, new: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", str(old), str(new), "--log", str(tmp_path / "none.log")]) == 2
    assert "cannot be read" in capsys.readouterr().err
