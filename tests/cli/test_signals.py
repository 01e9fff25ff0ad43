import io
import json
import sys

import pytest

from floorwalker.cli import main

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(["signals", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_lines(capsys, monkeypatch, text: bytes, *arguments: str) -> list[dict]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    status, out, _ = run(capsys, "--jsonl", *arguments)
    assert status == 0
    return [json.loads(line) for line in out.splitlines()]


def test_a_request_is_printed_for_people_without_colour(capsys):
    status, out, _ = run(
        capsys, "--url", "https://shop.example/", "--referrer", "https://www.google.com/search?q=cheap+tripod",
        "--user-agent", PHONE, "--header", "Accept-Language: de", "--at", "2026-11-28T19:30",
        "--timezone", "Europe/Berlin",
    )  # fmt: skip
    assert status == 0
    assert "cheap tripod" in out
    assert "mobile · Apple · iPhone" in out
    assert "2026-11-28T19:30:00+01:00 · evening" in out
    assert "\x1b" not in out


def test_json_has_the_published_shape(capsys):
    status, out, _ = run(capsys, "--url", "https://shop.example/?gclid=1", "--json")
    shape = json.loads(out)
    assert (status, shape["ad"]["network"], shape["search"]) == (0, "google", None)


def test_lines_come_out_in_the_order_they_went_in_and_a_bad_one_says_why(capsys, monkeypatch):
    lines = [
        b'{"url": "/a", "referrer": "https://t.co/x"}', b"not json", b"[]", b'{"referrer": "https://t.co/"}',
        b'{"url": "/b", "at": "yesterday"}', b'{"url": "/c", "headers": {"Accept-Language": "pl"}, "note": 1}', b"",
        b'{"url": "/d", "headers": [1]}', b'{"url": 7}', b"\xff\xfe", b"[" * 100_000, b'{"url": "/e", "at": 1e999}',
    ]  # fmt: skip
    shapes = run_lines(capsys, monkeypatch, b"\n".join(lines))
    assert len(shapes) == 11
    assert shapes[0]["referrer"]["source"] == "Twitter"
    assert shapes[5]["language"] == "pl"
    assert [number for number, shape in enumerate(shapes) if "error" in shape] == [1, 2, 3, 4, 6, 7, 8, 9, 10]


def test_own_hosts_and_partners_can_be_named(capsys):
    _, out, _ = run(
        capsys, "--url", "https://a.example/", "--referrer", "https://b.example/", "--host", "b.example", "--json"
    )
    assert json.loads(out)["referrer"]["medium"] == "internal"
    _, out, _ = run(capsys, "--url", "/", "--referrer", "https://c.example/", "--partner", "c.example=Club", "--json")
    assert json.loads(out)["referrer"]["source"] == "Club"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], "--url"),
        (["--url", "/", "--header", "nonsense"], "--header"),
        (["--url", "/", "--at", "noon"], "2026-11-28T19:30"),
        (["--url", "/", "--timezone", "Nowhere"], "--timezone"),
        (["--url", "/", "--trust", "nobody"], "cloudflare"),
        (["--url", "/", "--places", "missing.mmdb"], "missing.mmdb"),
    ],
)
def test_a_request_that_cannot_be_read_is_one_clear_sentence(capsys, arguments, names):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert names in err
    assert err.count("\n") == 1
