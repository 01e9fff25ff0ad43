"""Lines to paste: what an editor should write so that YAML leaves a value alone."""

import re

_LINE = re.compile(r"^(?P<indent>\s*(?:-\s+)*)(?P<key>[^\s:#'\"{\[][^:]*?)\s*:\s+(?P<value>\S.*?)\s*$")


def quoted(value: str) -> str:
    """The value in the quotes that need the least escaping."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def paste(key: str, value: str) -> str:
    """The line to paste: `key: "value"`, or the value alone where it has no key; a very long value is shortened."""
    value = value if len(value) <= 200 else f"{value[:199]}…"
    return f"{key}: {quoted(value)}" if key else quoted(value)


def split_line(line: str) -> tuple[str, str, int] | None:
    """A line `key: value` as key, value and the column at which the value begins (from 1); None for other lines."""
    if (match := _LINE.match(line)) is None:
        return None
    return match["key"], match["value"], match.start("value") + 1
