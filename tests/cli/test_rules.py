"""`floorwalker rules`, run as an editor runs it: what was in force when, and how to have it back."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from floorwalker import open_store
from floorwalker.asgi.rules.publishing import Published
from floorwalker.asgi.rules.rulebook import read_site_files
from floorwalker.cli import main
from floorwalker.store import KeptRules, Store
from floorwalker.store.publications import LARGEST_PACKED_BYTES

T = TypeVar("T")
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=ZONE).timestamp()
RULES = "site: {{timezone: Europe/Berlin}}\nslots: {{hero: {{show: [{{name: a, html: '{}'}}]}}}}\n"


class Site:
    """A site whose rules were saved three times: two days ago, yesterday, and today at noon."""

    def __init__(self, folder: Path, store: str) -> None:
        self.rules, self.templates, self.store = folder / "rules", folder / "templates", store
        self.rules.mkdir()
        self.templates.mkdir()
        self.first = self.save("first", day=20, hour=9)
        (self.templates / "card.html").write_text("<p>card</p>")
        self.second = self.save("second", day=21, hour=17)
        (self.rules / "more.yaml").write_text("segments: {}\n")
        self.third = self.save("third", day=22, hour=12)

    def save(self, text: str, *, day: int, hour: int) -> str:
        (self.rules / "site.yaml").write_text(RULES.format(text))
        at = datetime(2026, 11, day, hour, tzinfo=ZONE).timestamp()
        kept = Published(read_site_files(self.rules, self.templates), at).to_keep()
        assert self.ask(lambda store: store.keep_rules(kept))
        return kept.version

    def ask(self, question: Callable[[Store], Awaitable[T]]) -> T:
        async def asked() -> T:
            store = open_store(self.store)
            try:
                return await question(store)
            finally:
                await store.close()

        return asyncio.run(asked())

    @property
    def version(self) -> str:
        return read_site_files(self.rules, self.templates).version


@pytest.fixture
def site(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("floorwalker.cli.rules.time.time", lambda: NOW)
    return Site(tmp_path, valkey_url)


def run(site: Site, *arguments: str) -> int:
    return main(["rules", *arguments, "--store", site.store])


def history(site: Site, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(site, "history", "--json", *arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_history_says_when_and_what_and_which_is_in_force(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, "history") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["when", "(Europe/Berlin)", "version", "what", "changed"]
    assert lines[1] == f"● Sun 2026-11-22 12:00:00   {site.third}  now; rules/site.yaml changed, rules/more.yaml new"
    assert lines[2] == "      slot hero: entry 1, a (html) for everybody, has another html: “third” (was “second”)"
    assert lines[3] == f"  Sat 2026-11-21 17:00:00   {site.second}  rules/site.yaml changed, templates/card.html new"
    assert lines[5] == "      template card.html is new; nothing shows it"
    assert lines[6] == f"  Fri 2026-11-20 09:00:00   {site.first}  the first that is known"
    assert lines[8] == "The folder rules holds what is in force."
    assert lines[-1] == f"Have it back:          floorwalker rules restore {site.second}"


def test_the_history_as_json(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    found = history(site, capsys)
    assert (found["timezone"], found["in_force"], found["folder"]) == ("Europe/Berlin", site.third, site.third)
    assert found["publications"][1] == {
        "at": "2026-11-21T17:00:00+01:00",
        "version": site.second,
        "kept": True,
        "put_aside": False,
        "in_force": False,
        "changes": {"added": ["templates/card.html"], "changed": ["rules/site.yaml"], "removed": []},
        "words": [
            "slot hero: entry 1, a (html) for everybody, has another html: “second” (was “first”)",
            "template card.html is new; nothing shows it",
        ],
    }
    assert len(history(site, capsys, "--last", "2")["publications"]) == 2


def test_many_changes_are_told_in_part(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    segments = "".join(f"  s{number}: {{when: {{visits: {{at_least: {number + 2}}}}}}}\n" for number in range(5))
    (site.rules / "more.yaml").write_text(f"segments:\n{segments}")
    site.save("third", day=22, hour=13)
    run(site, "history")
    assert capsys.readouterr().out.splitlines()[2:5] == [
        "      segment s0 is new: visits: {at_least: 2}",
        "      segment s1 is new: visits: {at_least: 3}",
        "      and 3 changes more",
    ]


def test_a_folder_that_is_not_in_force_is_told(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    (site.rules / "site.yaml").write_text("segmnets: {}\n")
    run(site, "history")
    assert f"The folder rules holds something else, {site.version}, which is not in force" in capsys.readouterr().out
    run(site, "history", "--rules", "elsewhere")
    assert "The rules folder elsewhere does not exist" in capsys.readouterr().out


def test_a_store_without_rules_says_so(site: Site, valkey_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    site.store = f"{valkey_server}?namespace=nothing-there"
    assert run(site, "history") == 0
    assert "No rules are kept there yet" in capsys.readouterr().out
    assert run(site, "restore") == 2
    assert "the store keeps no rules yet" in capsys.readouterr().err


def test_no_store_is_made_for_the_asking(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "history"]) == 2
    assert "there is no store in var/floorwalker; run this where the site runs" in capsys.readouterr().err
    assert not Path("var").exists()


def test_restore_gives_the_version_before_back_and_can_be_undone(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(site, "restore") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["  rules/more.yaml  deleted", "  rules/site.yaml  replaced"]
    assert out[2] == (
        f"The rules {site.second}, in force since Sat 2026-11-21 17:00:00, are back in rules. "
        "A running site takes them within two seconds."
    )
    assert out[3] == f"Undo: floorwalker rules restore {site.third} --store … (as before)"
    assert site.version == site.second
    assert run(site, "restore", site.third) == 0
    assert site.version == site.third


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["yesterday"], "second"),
        (["today"], "third"),
        (["2026-11-20"], "first"),
        (["--at", "2026-11-21"], "second"),
        (["--at", "2026-11-21T16:59"], "first"),
        (["--at", "2026-11-21T17:00"], "second"),
        (["2026-11-21 17:00:01"], "second"),
        (["--at", "2026-11-21T15:59:59+00:00"], "first"),
        (["--at", "2026-11-21T16:00:00Z"], "second"),
    ],
)
def test_a_time_is_in_the_sites_zone_and_a_day_means_its_end(
    site: Site, arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(site, "restore", *arguments) == 0
    assert site.version == getattr(site, expected)


def test_a_version_may_be_named_by_its_first_digits(site: Site) -> None:
    assert run(site, "restore", site.first[:6]) == 0
    assert site.version == site.first
    assert not (site.templates / "card.html").exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["ffff"], "the store knows no version ffff"),
        (["abc"], "the store knows no version abc"),
        (["2026-11-19"], "nothing is known of 2026-11-19; the history begins at Fri 2026-11-20 09:00:00"),
        (["--at", "soon"], "soon is no time; write 2026-11-21"),
        (["yesterday", "--at", "2026-11-21"], "say either a version or --at"),
        (["--rules", "elsewhere"], "the rules folder elsewhere does not exist"),
        (["--rules", "rules/site.yaml", "yesterday", "--templates", "none"], "the folder none does not exist"),
    ],
)
def test_what_cannot_be_had_back_is_told(
    site: Site, arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(site, "restore", *arguments) == 2
    assert why in capsys.readouterr().err
    assert site.version == site.third


def test_a_dry_run_does_nothing(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, "restore", "yesterday", "--dry-run") == 0
    out = capsys.readouterr().out
    assert "rules/more.yaml  would be deleted" in out
    assert f"Nothing was done. Without --dry-run the rules {site.second}" in out
    assert site.version == site.third


def test_what_stands_there_already_is_left_alone(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, "restore", site.third) == 0
    assert f"rules holds the version {site.third} already" in capsys.readouterr().out


def test_what_was_never_in_force_is_kept_before_it_is_written_over(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    (site.rules / "site.yaml").write_text("segmnets: {}\n")
    draft = site.version
    assert run(site, "restore") == 0
    assert site.version == site.third
    newest = history(site, capsys)["publications"][0]
    assert (newest["version"], newest["put_aside"], newest["in_force"]) == (draft, True, False)
    assert run(site, "restore", draft) == 0
    assert site.version == draft
    assert "They have 1 error, so a running site keeps what it has" in capsys.readouterr().out


def test_an_empty_folder_is_filled(site: Site) -> None:
    for file in (*site.rules.iterdir(), *site.templates.iterdir()):
        file.unlink()
    assert run(site, "restore") == 0
    assert site.version == site.third


def test_what_cannot_be_kept_is_not_written_over(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(4):
        noise = "".join(chr(0x4E00 + (number * 7919 + place * 104_729) % 20_000) for place in range(333_000))
        (site.templates / f"{number}.html").write_text(noise)
    assert run(site, "restore") == 2
    assert "is too large to be kept" in capsys.readouterr().err
    assert len(list(site.templates.iterdir())) == 5


def test_a_version_that_this_release_does_not_take_is_not_written(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = {"site.yaml": b"segmnets: {}\n"}
    (site.rules / "old.yaml").write_bytes(rules["site.yaml"])
    files = read_site_files(site.rules / "old.yaml", site.templates / "none")
    (site.rules / "old.yaml").unlink()
    old = KeptRules(files.version, NOW - 60, {"old.yaml": rules["site.yaml"]}, {})
    site.ask(lambda store: store.keep_rules(old))
    assert run(site, "restore", old.version) == 1
    err = capsys.readouterr().err
    assert "is not restored, since this release does not take it:\nold.yaml:1:1: there is no section segmnets" in err
    assert site.version == site.third


def test_what_is_known_and_not_kept_is_told(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    noise = b"".join(hash(str(n)).to_bytes(8, "big", signed=True) for n in range(LARGEST_PACKED_BYTES // 6))
    site.ask(lambda store: store.keep_rules(KeptRules("fedcba9876543210", NOW, {}, {"a": noise})))
    assert run(site, "restore", "fedc") == 2
    assert "does not keep its files" in capsys.readouterr().err
    run(site, "history")
    assert "now; its files are not kept" in capsys.readouterr().out


def test_a_restore_that_was_cut_off_is_finished_by_running_it_again(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    (site.rules / ".restoring").write_text(f"{site.second}\n{site.third}\n")
    (site.rules / "site.yaml").write_text(RULES.format("second"))
    assert main(["check", "rules"]) == 2
    assert f"`floorwalker rules restore {site.second}` again" in capsys.readouterr().err
    run(site, "history")
    assert "and not all files are there yet" in capsys.readouterr().out
    assert run(site, "restore", site.second) == 0
    assert site.version == site.second
    assert main(["check", "rules"]) == 0


def test_the_files_of_a_version_are_shown(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, "show", site.second) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in out[:2]] == ["rules/site.yaml", "templates/card.html"]
    for name in ("rules/site.yaml", "site.yaml"):
        assert run(site, "show", site.first[:8], name) == 0
        assert capsys.readouterr().out == RULES.format("first")
    assert run(site, "show", site.first, "none.yaml") == 2
    assert "has no file none.yaml; it has rules/site.yaml" in capsys.readouterr().err


def test_a_password_is_not_repeated(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    run(site, "restore")
    run(site, "history")
    assert site.store not in capsys.readouterr().out
