"""What client.js needs in a personal page: blocks that bear their names, and the script itself."""

from html import escape

from floorwalker.asgi.meeting import Markup
from floorwalker.asgi.walk import Walk
from floorwalker.html.block_marks import marked_block


def marking(markup: Markup, walk: Walk, selected: frozenset[str]) -> Markup:
    """What stands in each slot's place, with the block's name around it. selected: slots that selectors point at."""

    def marked(slot: str) -> str | None:
        html = markup(slot)
        decision = walk.decision(slot) if html else None
        if html is None or decision is None:
            return html
        return marked_block(slot, decision.block, html, by_selector=slot in selected)

    return marked


def script_tag(prefix: str, nonce: str | None) -> bytes:
    """The script, after the page's own end: there it lands in the body (HTML Standard, 13.2.6.4.20)."""
    allowed = f' nonce="{escape(nonce)}"' if nonce else ""
    tag = f'\n<script src="{escape(prefix)}/client.js"{allowed} defer></script>\n'
    return tag.encode("ascii", "xmlcharrefreplace")
