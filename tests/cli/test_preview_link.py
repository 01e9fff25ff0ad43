"""`floorwalker preview-link`."""

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from floorwalker.asgi.preview.guise import Guise
from floorwalker.asgi.preview.seal import LONGEST_LINK_S, Sealed, link_seal
from floorwalker.cli import main

KEY = "a secret key for this test and quite long enough"
RULES = """
segments:
  returning: {when: {visits: {at_least: 2}}}
slots:
  hero: {show: [{to: returning, name: back, text: Back again}]}
personas:
  cheap-tripod: {url: /, referrer: "https://www.google.com/search?q=cheap+tripod"}
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLOORWALKER_SECRET_KEY", KEY)
    monkeypatch.chdir(tmp_path)


def opened(link: str, key: str = KEY) -> Sealed:
    token = parse_qs(urlsplit(link).query)["token"][0]
    found = link_seal([key]).open(token, now=time.time(), longest_s=LONGEST_LINK_S)
    assert isinstance(found, Sealed)
    return found


def test_it_prints_a_link_that_says_who_and_when(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--persona", "cheap-tripod", "--segment", "returning", "--segment", "buyer", "--at", "2026-11-28T19:30"]
    assert main(["preview-link", *asked, "--site", "https://shop.example/", "--path", "/sale?a=b c"]) == 0
    out, err = capsys.readouterr()
    address = urlsplit(out.strip())
    assert (address.scheme, address.netloc, address.path) == ("https", "shop.example", "/_floorwalker/preview")
    assert parse_qs(address.query)["to"] == ["/sale?a=b%20c"]
    assert opened(out.strip()).guise == Guise("cheap-tripod", {"returning": True, "buyer": True}, "2026-11-28T19:30")
    assert "drafts included" in err
    assert KEY not in out + err


def test_it_lasts_eight_hours_unless_it_is_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    for asked, hours in (([], 8), (["--hours", "0.5"], 0.5), (["--hours", "168"], 168)):
        assert main(["preview-link", *asked]) == 0
        until = opened(capsys.readouterr().out.strip()).until
        assert hours * 3600 - 60 <= until - time.time() <= hours * 3600


def test_the_key_may_come_from_a_file_and_the_newest_of_several_signs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(f"{'n' * 40},{'o' * 40}\n")
    assert main(["preview-link", "--secret-key-file", "key", "--prefix", "/fw"]) == 0
    out = capsys.readouterr().out.strip()
    assert urlsplit(out).path == "/fw/preview"
    opened(out, key="n" * 40)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--at", "tomorrow"], "2026-11-28T19:30"),
        (["--hours", "0"], "between 0 and 168"),
        (["--hours", "169"], "between 0 and 168"),
        (["--hours", "nan"], "between 0 and 168"),
        (["--path", "https://evil.example/"], "no path of the site"),
        (["--path", "//evil.example"], "no path of the site"),
        (["--site", "shop.example"], "https://shop.example"),
        (["--site", "javascript:alert(1)"], "https://shop.example"),
        (["--site", "https://[::1"], "https://shop.example"),
        (["--site", "https://shop.example:1e3"], "https://shop.example"),
        (["--site", "https://shop.\nexample"], "https://shop.example"),
        (["--secret-key-file", "nothing"], "cannot be read from nothing"),
        (["--persona", "n" * 200], "no name"),
    ],
)
def test_what_cannot_be_is_one_sentence(asked: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview-link", *asked]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert (out, err.count("\n")) == ("", 1)


@pytest.mark.parametrize(("key", "said"), [("", "--secret-key-file"), ("short", "characters")])
def test_a_key_that_is_missing_or_short_is_told(
    key: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FLOORWALKER_SECRET_KEY", key)
    assert main(["preview-link"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("asked", [["--persona", "cheap-tripd"], ["--segment", "retruning"]])
def test_where_the_rules_are_at_hand_a_misspelt_name_is_told(
    asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "all.yaml").write_text(RULES)
    assert main(["preview-link", *asked]) == 2
    assert "the nearest is" in capsys.readouterr().err
