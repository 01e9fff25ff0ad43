"""Guides are written as plain text with a few marks; this turns them into HTML.

Known: `## heading`, lists that begin with `- ` or `1. `, `**bold**` and `[text](/path)`. Anything else is a paragraph.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

LIST_MARK = re.compile(r"^(?:(-)|(\d+)\.) (.*)$")
BOLD = re.compile(r"\*\*(.+?)\*\*")
LINK = re.compile(r"\[([^\]]+)\]\((/[^)\s]*)\)")


def to_html(text: str) -> Markup:
    """The text as HTML; every character of it is escaped first."""
    return Markup("\n").join(_block(block) for block in re.split(r"\n{2,}", text.strip()))


def _block(block: str) -> Markup:
    if block.startswith("## "):
        return Markup("<h2>{}</h2>").format(_inline(block.removeprefix("## ")))
    marks = [LIST_MARK.match(line) for line in block.splitlines()]
    if all(marks):
        return _list(match for match in marks if match)
    return Markup("<p>{}</p>").format(_inline(block))


def _list(items: Iterator[re.Match[str]]) -> Markup:
    marks = list(items)
    entries = Markup("").join(Markup("<li>{}</li>").format(_inline(mark[3])) for mark in marks)
    if marks[0][1]:
        return Markup("<ul>{}</ul>").format(entries)
    return Markup('<ol start="{}">{}</ol>').format(marks[0][2], entries)


def _inline(text: str) -> Markup:
    escaped = str(escape(text))
    linked = LINK.sub(r'<a href="\2">\1</a>', BOLD.sub(r"<strong>\1</strong>", escaped))
    return Markup(linked)  # noqa: S704  (escaped above; only our own tags were added)
