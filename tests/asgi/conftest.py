"""A folder of rules, a wrapped app on a real store, and what is remembered there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker import PersonalizationMiddleware, open_store
from floorwalker.core.memory.profile import Profile
from tests.asgi.browser import App

KEY = "k" * 40
RULES = """
pages:
  - {path: /, type: home}
  - {path: "/{category}", type: category}
segments:
  tripod-seeker: {when: {searched: tripod}}
  returning: {when: {visits: {at_least: 2}}}
  browsing: {when: {viewed: {at_least: 2}}}
  buyer: {when: {did: Product Added}}
  sold-out: {when: {attribute: {stock: {at_most: 0}}}}
  on-tripods: {when: {page: {category: tripods}}}
slots:
  hero:
    show:
      - {to: buyer, name: bought, html: "<b>Thanks</b>"}
      - {to: tripod-seeker, name: tripods, html: "<b>Tripods for {{ visitor.searched }}</b>"}
      - {to: browsing, name: more, text: "Seen <{{ visitor.pages_this_visit }}> pages"}
  category:
    pages: [category]
    show:
      - {to: on-tripods, name: legs, html: "<i>Legs</i>"}
  banner:
    pages: [/selected]
    at: "#banner"
    show: [{name: everybody, html: "<u>Hello</u>"}]
"""
PAGE = b"<html><body><!--slot:hero-->default<!--/slot:hero--><p>rest</p></body></html>"

Wrap = Callable[..., PersonalizationMiddleware]


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rules.yaml").write_text(RULES)
    return folder


@pytest.fixture
def wrap(rules: Path, valkey_url: str, tmp_path: Path, clock: Clock) -> Wrap:
    """Wraps an app with the rules above; options replace the usual ones."""
    templates = tmp_path / "none"
    templates.mkdir()

    def wrapped(app: App, **options: Any) -> PersonalizationMiddleware:
        usual = {
            "rules": rules,
            "templates": templates,
            "store": valkey_url,
            "secret_key": KEY,
            "clock": clock,
            "budget_ms": 2000,
        }
        return PersonalizationMiddleware(app, **{**usual, **options})  # type: ignore[typeddict-item]

    return wrapped


@pytest.fixture
def remembered(valkey_url: str) -> Callable[..., Any]:
    """What the store holds of the visitor whom a cookie names."""

    async def profile(cookie: bytes | None) -> Profile | None:
        assert cookie is not None
        store = open_store(valkey_url)
        try:
            return (await store.load(cookie.split(b"=", 1)[1].split(b".")[0].decode())).profile
        finally:
            await store.close()

    return profile
