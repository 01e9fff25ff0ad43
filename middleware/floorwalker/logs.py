"""Log records as one line of JSON, or as text of which no value can pose as another record.

The package itself sets up no logging: an app hands these to a handler of its own.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(r"%%|%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_WORDS: Final = re.compile(r"[^a-z0-9]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST: Final = 8000
_OWN: Final = "floorwalker"
_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "event"}


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record: `at` (UTC), `level`, `logger`, `event`, `message`; `error` and `traceback`
    where there is an exception; and, of our own records, what they bring as `extra`.

    `event` is the message without its values, so that it can be counted and searched for: the same as long as the
    message reads the same. Nothing in a value ends the line.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event_of(record),
            "message": record.getMessage()[:_LONGEST],
            **dict(_extras(record)),
        }
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["traceback"] = self.formatException(record.exc_info)[-_LONGEST:]
        return json.dumps(told, ensure_ascii=True, default=str)


class TextFormatter(logging.Formatter):
    """As logging's own, but what follows a line's end is indented, and control characters are written out: so no value
    of a message can look like a record of its own, or tell a terminal anything."""

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub(_escaped, super().format(record)).replace("\n", "\n    ")


def event_of(record: logging.LogRecord) -> str:
    """`steps_not_stored` of `steps not stored: %s`."""
    template = str(record.msg) if record.args else str(record.msg)[:_LONGEST]
    return _WORDS.sub("_", _PLACEHOLDER.sub(" ", template).lower()).strip("_")


def _extras(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    if record.name != _OWN and not record.name.startswith(f"{_OWN}."):
        return
    for name, value in record.__dict__.items():
        if name in _STANDARD:
            continue
        yield name, dict(value) if isinstance(value, Mapping) else value


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
