"""A plugin for pytest: every app that a test client or an ASGI transport is given is wrapped by us, without slots.

It runs among Starlette's own tests, a package called `tests` as well, so it imports nothing from here. WRAPPED_AS says
as whom the clients come: `robot`, which is what they are; `person`, as if they were people; `nobody`, not wrapped at
all. OUTCOMES is the file that says what became of each test, what we took part in and what failed of ours.
"""

import json
import logging
import os
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from starlette import testclient

from floorwalker import PersonalizationMiddleware, Ruleset
from floorwalker.asgi.encounter import Encounter
from floorwalker.core.reading import reader

App = Callable[..., Any]


class Record(logging.Handler):
    """What happened."""

    def __init__(self, ruleset: Ruleset) -> None:
        super().__init__(logging.ERROR)
        self.outcomes: dict[str, str] = {}
        self.failures: list[str] = []
        self.counts = Counter[str]()
        self._ruleset = ruleset

    def emit(self, record: logging.LogRecord) -> None:
        self.failures.append(f"{os.environ.get('PYTEST_CURRENT_TEST')}: {record.getMessage()}")

    def wrap_apps_of(self, maker: Any, *, as_asgi3: bool = False) -> None:
        """Wrap whatever app objects of this class are made with."""
        make = maker.__init__

        @wraps(make)
        def made(maker_self: Any, app: App, *args: Any, **options: Any) -> None:
            if as_asgi3 and not testclient._is_asgi3(app):
                app = testclient._WrapASGI2(app)  # type: ignore[arg-type]
            self.counts["apps"] += 1
            make(maker_self, PersonalizationMiddleware(app, rules=self._ruleset), *args, **options)

        maker.__init__ = made

    def count_requests(self) -> None:
        """Note each request in which we take part."""
        begin = Encounter.begin

        @wraps(begin)
        def begun(encounter: Encounter) -> None:
            self.counts["requests"] += 1
            begin(encounter)

        Encounter.begin = begun  # type: ignore[method-assign]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The worst of its three parts is what becomes of a test."""
        if self.outcomes.get(report.nodeid, "passed") == "passed":
            self.outcomes[report.nodeid] = "xfailed" if hasattr(report, "wasxfail") else report.outcome

    def pytest_sessionfinish(self) -> None:
        told = {"outcomes": self.outcomes, "failures": self.failures, "counts": self.counts}
        Path(os.environ["OUTCOMES"]).write_text(json.dumps(told))


def pytest_configure(config: pytest.Config) -> None:
    record = Record(Ruleset.load(os.environ["RULES"]))
    config.pluginmanager.register(record)
    logging.getLogger("floorwalker").addHandler(record)
    if os.environ["WRAPPED_AS"] == "nobody":
        return
    if os.environ["WRAPPED_AS"] == "person":
        # No test asks whom we take its client for, so it is said here, and the request's headers stay as they are.
        reader.read_robot = lambda *_, **__: None  # type: ignore[assignment]
    record.wrap_apps_of(testclient.TestClient, as_asgi3=True)
    record.wrap_apps_of(httpx.ASGITransport)
    record.wrap_apps_of(httpx2.ASGITransport)
    record.count_requests()
