"""The demo as editors and visitors meet it, at a time of day that does not depend on when the tests run."""

import os
import time
from pathlib import Path

from starlette.types import ASGIApp

from demo_site.app import create_demo
from tests.demo_rules import copy_of_rules

TUESDAY_NOON = 1_795_518_000.0  # 2026-11-24 12:00 in Berlin


def demo() -> ASGIApp:
    """The shop with a copy of its rules and templates, so that they can be edited while it runs."""
    folder = Path(os.environ["FLOORWALKER_TEST_FOLDER"])
    copy_of_rules(folder)
    started = time.time()
    return create_demo(
        rules=folder / "rules",
        templates=folder / "templates",
        now=lambda: TUESDAY_NOON + time.time() - started,
    )
