"""From a product or the name of a scene to one SVG element."""

from collections.abc import Callable, Mapping
from typing import Any

from demo_site.art import gear, optics, scenes
from demo_site.art.svg import SHAPE_STYLE, STANDALONE_STYLE

KINDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "lens": optics.lens,
    "camera": optics.camera,
    "tripod": gear.tripod,
    "bag": gear.bag,
    "filter": gear.glass_filter,
    "card": gear.card,
    "battery": gear.battery,
    "strap": gear.strap,
    "loupe": gear.loupe,
}
SCENES: dict[str, Callable[[], str]] = {**scenes.SCENES, "contact-sheet": scenes.contact_sheet}


def product_drawing(art: Mapping[str, Any]) -> str:
    """The drawing of one product as an `<svg>` coloured by the page; decoration, hidden from readers."""
    return _element(KINDS[art["kind"]](art), 320, 240)


def scene_drawing(name: str) -> str:
    """A named picture, as `product_drawing`."""
    return _element(SCENES[name](), scenes.WIDTH, scenes.HEIGHT)


def standalone(drawing: str) -> str:
    """The same drawing as a file of its own, with its colours in it, for `<img>`."""
    head, _, rest = drawing.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{STANDALONE_STYLE}{SHAPE_STYLE}</style>{rest}'


def _element(inside: str, width: int, height: int) -> str:
    return f'<svg class="art" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">{inside}</svg>'
