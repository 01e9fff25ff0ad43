"""`floorwalker relay`: what it is told, what it shows, what it refuses."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from floorwalker.cli import main
from tests.asgi.conftest import Clock
from tests.relay.shop import RULES, SECRET, Shop, opened

VISITOR = "v" * 22
WEBHOOK = "http://127.0.0.1:9/hooks/secret-path?token=secret-token"


@pytest.fixture
def rules(tmp_path: Path) -> str:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    return str(tmp_path / "rules")


@pytest.fixture
def relay(rules: str, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command, with its rules and its store."""
    monkeypatch.setenv("FLOORWALKER_WEBHOOK_SECRET", SECRET)
    return ["relay", "--rules", rules, "--store", valkey_url]


def enter(url: str) -> None:
    """Somebody enters a watched segment."""

    async def read_twice() -> None:
        clock = Clock()
        clock.now = time.time()  # as the command's
        shop = Shop(opened(url, clock), clock)
        await shop.visit(VISITOR, "/learn/a")
        await shop.visit(VISITOR, "/learn/b")
        await shop.store.close()

    asyncio.run(read_twice())


def test_the_status_of_a_store_that_no_relay_has_seen(relay: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*relay, "--status"]) == 0
    assert "no relay has run on this store" in capsys.readouterr().out


def test_the_status_says_what_waits_and_what_to_do(
    relay: list[str], valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*relay, "--webhook", WEBHOOK, "--once"]) == 0
    enter(valkey_url)
    assert main([*relay, "--webhook", WEBHOOK, "--once"]) == 0
    capsys.readouterr()
    assert main([*relay, "--status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["groups"][0]["group"] == "splits"
    assert [(one["lag"], one["pending"], one["gaps"]) for one in told["groups"]] == [(0, 0, 0)] * 2
    assert [(one["waiting"], one["stopped"]) for one in told["webhooks"]] == [(1, None)]
    assert told["due"]["later"] + told["due"]["now"] == 1
    assert told["undelivered"] == []
    assert main([*relay, "--status"]) == 0
    assert capsys.readouterr().out.endswith("Nothing was given up.\n")


def test_nothing_to_send_again_says_so(relay: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*relay, "--undelivered"]) == 0
    assert main([*relay, "--resend", "all"]) == 0
    assert capsys.readouterr().out == "Nothing was given up.\n0 webhooks will be tried again.\n"
    assert main([*relay, "--resend", "msg_1"]) == 2
    assert main([*relay, "--resume", "abc"]) == 2
    assert "none is stopped" in capsys.readouterr().err


REFUSED = [
    (["--webhook", "ftp://crm.example/"], "a whole address"),
    (["--webhook", "https://"], "a whole address"),
    (["--webhook", WEBHOOK, "--webhook", WEBHOOK + "2"], "the same address"),
    (["--webhook", WEBHOOK, "--secret-env", "NOT_SET"], "the environment variable NOT_SET holds no secret"),
    (["--segments", "raeders"], "raeders is not watched"),
    (["--segments", "silent"], "silent is not watched"),
]


@pytest.mark.parametrize(("options", "why"), REFUSED)
def test_what_cannot_be_is_refused_in_a_sentence(
    relay: list[str], capsys: pytest.CaptureFixture[str], options: list[str], why: str
) -> None:
    assert main([*relay, *options, "--once"]) == 2
    told = capsys.readouterr().err
    assert why in told
    assert "secret-" not in told


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_!", SECRET.removeprefix("whsec_")])
def test_a_secret_that_is_none_is_refused_without_being_shown(
    relay: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("FLOORWALKER_WEBHOOK_SECRET", secret)
    assert main([*relay, "--webhook", WEBHOOK, "--once"]) == 2
    told = capsys.readouterr().err
    assert "openssl rand" in told
    assert secret == "" or secret not in told.replace("whsec_ and", "").replace("echo whsec_$", "")
