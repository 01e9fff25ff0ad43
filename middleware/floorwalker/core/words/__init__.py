"""Word lists as data: search engines, sites, click identifiers, robots, devices. Each file explains its own format."""

import re
from collections.abc import Iterator
from importlib.resources import files

_SECTION = re.compile(r"\[([a-z-]+(?:/[a-z-]+)?)\]")


def lines(name: str) -> Iterator[str]:
    """The lines of one list, without comments and blank lines."""
    for line in files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def sections(name: str) -> Iterator[tuple[str, str]]:
    """Each line of a list with the name of the [section] it stands in."""
    section = ""
    for line in lines(name):
        if match := _SECTION.fullmatch(line):
            section = match[1]
        else:
            yield section, line
