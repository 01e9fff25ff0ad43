"""What editors write: rule files and templates. A mistake of theirs is a problem with its place, never a crash."""

import re
from html.parser import HTMLParser
from time import perf_counter
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from floorwalker.asgi.preview.landing import is_own_path
from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.errors import TemplateFailed, TemplateUnknown
from floorwalker.html.blocks import OUTPUT_CAP_CHARS, BlockRenderer
from floorwalker.rulefile import read

LONGEST_S: Final = 60.0  # of wall time, on whatever machine; what is bounded takes a second of it at most
_SITE: Final = "https://shop.example"
_SECRET: Final = re.compile(r"<class '|<function |<bound method|<module | object at 0x")
_MACRO: Final = "{% macro m(x) %}{{ x }}{% endmacro %}"
_VISITOR: Final = {
    "visitor": {"searched": "<i>&\"'", "city": None, "pages_this_visit": 3},
    "page": {"category": "lenses"},
    "segments": ["keen"],
    "nonce": None,
}


def a_rule_file(data: bytes) -> None:
    """Any bytes are rules or problems, each with a place in the file and one line of words."""
    began = perf_counter()
    ruleset, problems = read({"rules.yaml": data}, {}, checks=content_checks(BlockRenderer({})))
    assert perf_counter() - began < LONGEST_S
    assert ruleset is not None or problems
    lines = data.count(b"\n") + data.count(b"\r") + 2
    for problem in problems:
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert "\n" not in problem.message


def a_template(data: bytes) -> None:
    """Any template is shown or given up, soon, within its bounds, and leads nowhere out of the sandbox."""
    began = perf_counter()
    renderer = BlockRenderer({"a.html": data.decode("utf-8", "replace"), "b.html": _MACRO})
    try:
        shown = renderer.render("a.html", _VISITOR)
    except (TemplateFailed, TemplateUnknown):
        shown = ""
    assert perf_counter() - began < LONGEST_S
    assert len(shown) <= OUTPUT_CAP_CHARS
    assert not _SECRET.search(shown)
    if b"<" not in data and b"tojson" not in data:
        parser: Any = _NoTags()
        parser.feed(shown)


class _NoTags(HTMLParser):
    """Reads what a template showed that writes no tag of its own."""

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as it is called
        raise AssertionError(f"what a visitor typed became a tag: {tag}")


def links_and_names(data: bytes) -> None:
    """Where a preview may lead is on this site, as a browser reads it."""
    to = data.decode("utf-8", "replace")
    if is_own_path(to):
        there = urlsplit(urljoin(f"{_SITE}/", to))
        assert f"{there.scheme}://{there.netloc}" == _SITE
