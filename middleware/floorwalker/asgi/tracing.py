"""Spans of OpenTelemetry, where the app has set it up: what we did of a request, below the server's own span.

Nothing of it is loaded here before the app has: a site without it pays nothing. No attribute tells of a visitor.
"""

import sys
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any, Final

from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.health import release
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.keeping.keeper import Commit, Keeper
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.walk import Walk
from floorwalker.core.decision import Decision
from floorwalker.core.ruleset import Content

_API: Final = "opentelemetry.trace"


def is_traced() -> bool:
    """Whether somebody takes spans: a provider was set, by the app or what started it."""
    if _API not in sys.modules:
        return False
    api = import_module(_API)
    return not isinstance(api.get_tracer_provider(), api.ProxyTracerProvider | api.NoOpTracerProvider)


def encounter_of(setup: Setup, keeper: Keeper, request: Request) -> Encounter:
    """A visitor's encounter, which tells what it does where somebody takes spans."""
    return (TracedEncounter if setup.traces(is_traced) else Encounter)(setup, keeper, request)


class TracedWalk(Walk):
    """A walk of which two parts are spans: deciding a slot, and each block that is rendered for it. The first brings
    the segments with it."""

    def decision(self, slot: str) -> Decision | None:
        if slot in self._frozen or slot not in self._rulebook.ruleset.slots:
            return super().decision(slot)
        with _span("floorwalker.decide") as span:
            span.set_attribute("floorwalker.slot", slot)
            span.set_attribute("floorwalker.rules", self._rulebook.ruleset.version)
            return super().decision(slot)

    def _render(self, content: Content) -> str | None:
        with _span("floorwalker.render") as span:
            span.set_attribute("floorwalker.block", content.name)
            return super()._render(content)


class TracedEncounter(Encounter):
    """An encounter of which waiting for the visitor, deciding and storing are spans."""

    walk_kind = TracedWalk

    async def _loaded(self) -> None:
        if not self.identity.confirmed:
            await super()._loaded()
            return
        with _span("floorwalker.load") as span:
            await super()._loaded()
            span.set_attribute("floorwalker.came", self._base is not None)

    def _noted(self, commit: Commit) -> Commit:
        span = _tracer().start_span("floorwalker.commit")

        def settled(commit: Commit) -> None:
            if commit.cancelled() or commit.exception() is not None:
                span.set_attribute("floorwalker.outcome", "failed")
            else:
                span.set_attribute("floorwalker.outcome", commit.result().outcome.value)
            span.end()

        commit.add_done_callback(settled)
        return super()._noted(commit)


def _span(name: str) -> AbstractContextManager[Any]:
    found: AbstractContextManager[Any] = _tracer().start_as_current_span(name)
    return found


def _tracer() -> Any:
    return import_module(_API).get_tracer("floorwalker", release())
