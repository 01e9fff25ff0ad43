"""The demo as editors and visitors meet it, at a time of day that does not depend on when the tests run, or today."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp

from demo_site.app import create_demo
from tests.demo_rules import copy_of_rules

TUESDAY_NOON = 1_795_518_000.0  # 2026-11-24 12:00 in Berlin
OPERATOR = ("anna", "a password of the tests")


def demo() -> ASGIApp:
    """The shop with a copy of its rules and templates, so that they can be edited while it runs."""
    started = time.time()
    return _opened(lambda: TUESDAY_NOON + time.time() - started)


def demo_today() -> ASGIApp:
    """The same, at the time of the commands and clients beside it."""
    return _opened(time.time, operator=OPERATOR)


def _opened(now: Callable[[], float], *, operator: tuple[str, str] | None = None) -> ASGIApp:
    folder = Path(os.environ["FLOORWALKER_TEST_FOLDER"])
    rules = copy_of_rules(folder)
    return create_demo(rules=rules, templates=folder / "templates", now=now, operator=operator)
