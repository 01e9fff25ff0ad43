"""Where a preview begins: a path of this site, and nothing that a browser could read as another one."""

from typing import Final

LONGEST_PATH_CHARS: Final = 2_000


def is_own_path(to: str) -> bool:
    """Whether a browser that is sent there stays on this site.

    Browsers take a backslash for a slash and drop tabs and line breaks (WHATWG URL, 4.4), so neither may be in it.
    """
    return (
        to.startswith("/")
        and not to.startswith("//")
        and "\\" not in to
        and len(to) <= LONGEST_PATH_CHARS
        and to.isascii()
        and to.isprintable()
        and " " not in to
    )
