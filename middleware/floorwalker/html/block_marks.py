"""Blocks that bear their name, for the script in the page: `<!--fw:SLOT:BLOCK-->…<!--/fw-->` around what is shown."""

from typing import Final
from urllib.parse import quote

_END: Final = "<!--/fw-->"


def marked_block(slot: str, block: str, markup: str, *, by_selector: bool) -> str:
    """The markup with its marks; without them where there is nothing, or where a comment might show as text.

    block: any text; percent-encoded, nothing in it can end a comment (HTML Standard, 13.1.6). by_selector: the slot
    may lie in an element that holds text alone, such as `title`, where no block begins with a tag.
    """
    if not markup or (by_selector and not markup.lstrip().startswith("<")):
        return markup
    return f"<!--fw:{slot}:{quote(block, safe='')}-->{markup}{_END}"
