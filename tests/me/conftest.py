"""A site with the visitor's own page, and browsers in front of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker import PersonalizationMiddleware
from tests.asgi.conftest import KEY, RULES, Clock
from tests.asgi.people import obedient

MORE = """
  late: {about: Comes late at night, when: {time: {from: 22:00, until: 05:00}}}
  quiet: {when: {none: [{in: buyer}, {did: Newsletter Joined}]}}
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rules.yaml").write_text(RULES.replace("slots:", MORE.strip("\n") + "\nslots:", 1))
    return folder


@pytest.fixture
def site(rules: Path, valkey_url: str, tmp_path: Path, clock: Clock) -> Callable[..., PersonalizationMiddleware]:
    """Makes the site; options replace the usual ones."""

    def made(**options: Any) -> PersonalizationMiddleware:
        usual: dict[str, Any] = {
            "rules": rules,
            "templates": tmp_path / "templates",
            "store": valkey_url,
            "secret_key": KEY,
            "clock": clock,
            "budget_ms": 2000,
            "reload_s": 0,
        }
        return PersonalizationMiddleware(obedient, **{**usual, **options})

    return made
