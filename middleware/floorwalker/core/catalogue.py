"""The catalogue: what the page map knows of a product that an event names."""

import re
from collections.abc import Iterable, Iterator

from msgspec import structs

from floorwalker.core.events import Item, Page
from floorwalker.core.pages import PageMap
from floorwalker.core.ruleset import PageRule

_CAPTURE = re.compile(r"\{(\w+)\}")
_NAMED = ("product", "category", "brand")


class Catalogue:
    """Finds the page of a product: at the address that its event tells, else where page rules put such a product."""

    def __init__(self, pages: PageMap, rules: Iterable[PageRule]) -> None:
        self._pages = pages
        self._patterns = tuple([rule.path for rule in rules if _places_products(rule)])

    def page(self, item: Item) -> Page:
        """What a page about it tells, but for its path. The item's price, if any, is in the site's currency, and so
        finds its tier; what the event says goes before what the rules say."""
        found = next(self._found(item), Page())
        said = Page(category=item.category, product=item.product or item.name, brand=item.brand, price=item.price)
        return structs.replace(self._pages.corrected(found, said), path="", search="")

    def _found(self, item: Item) -> Iterator[Page]:
        if item.path:
            yield self._pages.read(item.path, {})
        if not item.product:
            return
        for pattern in self._patterns:
            path = _filled(pattern, item)
            page = self._pages.read(path, {}) if path else None
            if page is not None and page.product == item.product:
                yield page


def _places_products(rule: PageRule) -> bool:
    """Whether the rule's addresses can be written down for a product."""
    captures = _CAPTURE.findall(rule.path)
    return "product" in captures and "*" not in rule.path and not rule.query and all(one in _NAMED for one in captures)


def _filled(pattern: str, item: Item) -> str:
    """The address of the product; empty where the event does not tell enough."""
    values = {"product": item.product, "category": item.category, "brand": item.brand}
    if any(not values[name] or "/" in values[name] or "%" in values[name] for name in _CAPTURE.findall(pattern)):
        return ""
    return _CAPTURE.sub(lambda found: values[found[1]], pattern)
