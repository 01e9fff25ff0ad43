"""What the page for shop assistants types is answered as it says."""

import re
import shlex
from pathlib import Path

import pytest

from floorwalker.cli import main
from tests.docs.pages import block_with
from tests.docs.tutorial import matches

RULES = """\
site: {timezone: Europe/Berlin, currency: EUR}
segments:
  customer: {when: {orders: {at_least: 1}}}
  asked-about-trade-in: {when: {agent_note: {contains: trade-in}}}
"""
ADA = """\
{"user": "user-17", "traits": {"first_name": "Ada", "last_name": "Lind", "email": "ada@example.org"}}
{"user": "user-17", "order_id": "K-1041", "at": "2026-05-14T16:30", "total": 919, "name": "Travel tripod"}
"""


def test_the_commands_are_answered_as_the_page_says(
    tmp_path: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "ada.jsonl").write_text(ADA, encoding="utf-8")
    place = ["--rules", str(tmp_path), "--store", valkey_url]
    assert main(["visitor", "import", str(tmp_path / "ada.jsonl"), *place]) == 0
    capsys.readouterr()
    for typed in re.split(r"(?m)^\$ ", block_with("the assistant").text)[1:]:
        command, _, expected = typed.partition("\n")
        assert main([*shlex.split(command)[1:], *place]) == 0
        printed = capsys.readouterr().out
        assert matches(expected, printed), f"{command}\n{printed}"
