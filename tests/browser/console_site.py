"""A shop with an operator; what its visitors are is told to its store by the tests."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from floorwalker import PersonalizationMiddleware
from floorwalker.console.passwords import hashed

PASSWORD = "a carnation in the lapel"
RULES = """
site: {timezone: Europe/Berlin, currency: EUR, price_tiers: {low: up to 100, high: above 100}}
pages:
  - {path: /, type: home}
  - {path: "/{category}", type: category}
  - {path: "/{category}/{product}", type: product}
segments:
  wildlife-photographer: {when: {viewed: {category: lenses, at_least: 1}}}
  big-spender: {when: {spent: {at_least: 500, within: 1 year}}}
  on-a-phone: {when: {device: mobile}}
funnels:
  buying: [{did: Product Viewed}, {did: Product Added}, {did: Order Completed}]
"""


async def page(_: object) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>A shop</title><p>A shop</p>")


def site() -> ASGIApp:
    """The app, for uvicorn."""
    rules = Path(os.environ["FLOORWALKER_TEST_FOLDER"]) / "rules"
    rules.mkdir(parents=True, exist_ok=True)
    (rules / "rules.yaml").write_text(RULES)
    operators = {"anna": hashed(PASSWORD, salt=b"0123456789abcdef")}
    app = Starlette(routes=[Route("/{path:path}", page)])
    return PersonalizationMiddleware(app, rules=rules, reload_s=0, operators=operators)
