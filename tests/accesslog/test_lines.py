"""Lines of access logs, one by one."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.accesslog import LogLine, Rejected, read_line
from floorwalker.accesslog.lines import LONGEST

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "log_lines.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["line"][:40] or "empty")
def test_a_line_is_read_or_says_why_not(case: dict[str, Any]) -> None:
    found = read_line(case["line"], 7)
    assert found.number == 7
    if "why" in case:
        assert isinstance(found, Rejected)
        assert case["why"] in found.why
    else:
        assert isinstance(found, LogLine)
        assert {name: getattr(found, name) for name in case["read"]} == case["read"]


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=300))
def test_any_text_is_a_line_or_a_rejection(text: str) -> None:
    assert isinstance(read_line(text, 1), LogLine | Rejected)


@given(st.text(alphabet='[]"\\ -xa1/:+.', max_size=400))
def test_text_that_looks_like_a_line_is_read_or_rejected_too(text: str) -> None:
    assert isinstance(read_line('1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET ' + text, 1), LogLine | Rejected)


def test_a_line_of_megabytes_is_refused_before_it_is_read() -> None:
    found = read_line('"' * (LONGEST + 1), 1)
    assert isinstance(found, Rejected)
    assert "longer" in found.why


def test_the_sample_log_has_ten_thousand_lines_of_which_one_is_cut_off(shared_data: Path) -> None:
    with (shared_data / "weblog_semicomplete_2015.log").open(encoding="latin-1") as log:
        found = [read_line(line.rstrip("\n"), number) for number, line in enumerate(log, 1)]
    assert len(found) == 10_000
    assert [line.number for line in found if isinstance(line, Rejected)] == [8899]
