"""The bytes of a rule file → its text, or the problem that keeps it from being read."""

import re

from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.problems import Findings

LARGEST_BYTES = 1_000_000
# The characters that YAML 1.2 allows, without the line ends of YAML 1.1 that editors do not show as such
_ODD = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_text(file: str, content: bytes, findings: Findings) -> str | None:
    """The text with line ends as \\n and without a byte order mark; None where something was reported."""
    if len(content) > LARGEST_BYTES:
        findings.error(Position(file, 1, 1), "too-large", "this file is over 1 MB", "split it into several files")
        return None
    if _is_utf16(content):
        findings.error(Position(file, 1, 1), "encoding", "this is UTF-16, not UTF-8", "save the file as UTF-8")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _with_plain_ends(content[: error.start].decode("utf-8-sig", errors="replace"))
        at = Position(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        findings.error(at, "encoding", "this is not UTF-8", "save the file as UTF-8")
        return None
    text = _with_plain_ends(text)
    return None if _report_odd(file, text, findings) else text


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_utf16(content: bytes) -> bool:
    """By its byte order mark, or by the zeros between plain letters."""
    head = content[:64]
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or (b"\0" in head and head.count(b"\0") * 3 > len(head))


def _report_odd(file: str, text: str, findings: Findings) -> bool:
    """Control characters and invisible line ends: a file that holds one is not read further."""
    odd = _ODD.search(text)
    if odd is None:
        return False
    begins = text.rfind("\n", 0, odd.start()) + 1
    findings.reading(file, text.split("\n"))
    at = Position(file, text.count("\n", 0, odd.start()) + 1, odd.start() - begins + 1)
    message = f"an invisible control character stands here (U+{ord(odd[0]):04X})"
    findings.error(at, "control-character", message, "delete it, or type the line anew")
    return True
