"""Spans of OpenTelemetry: what they tell, and that nothing is made where nobody takes them."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.asgi.browser import SEARCH, Browser, page_app
from tests.asgi.conftest import PAGE, Wrap
from tests.asgi.test_frameworks import running


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is exported. The provider is the process's own, so it is put back."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


async def test_a_page_is_told_below_the_servers_span(wrap: Wrap, spans: InMemorySpanExporter) -> None:
    app = wrap(page_app(PAGE))
    browser = Browser(app)
    async with running(app):
        await browser.get("/", headers={b"referer": SEARCH})
        spans.clear()
        with trace.get_tracer("server").start_as_current_span("GET /") as server:
            await browser.get("/")
    found = by_name(spans)
    ours = {name: span for name, span in found.items() if name.startswith("floorwalker.")}
    assert set(ours) == {"floorwalker.load", "floorwalker.decide", "floorwalker.render", "floorwalker.commit"}
    assert {span.context.trace_id for span in ours.values()} == {server.get_span_context().trace_id}
    parents = {name: span.parent.span_id for name, span in ours.items() if span.parent is not None}
    assert parents["floorwalker.load"] == parents["floorwalker.commit"] == server.get_span_context().span_id
    assert parents["floorwalker.render"] == found["floorwalker.decide"].context.span_id
    assert dict(found["floorwalker.load"].attributes or {}) == {"floorwalker.came": True}
    assert (found["floorwalker.decide"].attributes or {})["floorwalker.slot"] == "hero"
    assert dict(found["floorwalker.render"].attributes or {}) == {"floorwalker.block": "tripods"}
    assert dict(found["floorwalker.commit"].attributes or {}) == {"floorwalker.outcome": "stored"}


async def test_no_span_tells_of_the_visitor(wrap: Wrap, spans: InMemorySpanExporter) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    for _ in range(2):
        await browser.get("/tripods?secret=1", headers={b"referer": SEARCH})
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert browser.cookie is not None
    for word in (browser.cookie.split(b"=")[1].split(b".")[0].decode(), "cheap", "secret", "203.0.113.7"):
        assert word not in told


async def test_a_store_that_is_away_is_told(wrap: Wrap, spans: InMemorySpanExporter) -> None:
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    await asyncio.sleep(0)
    spans.clear()
    away = Browser(wrap(page_app(PAGE), store="unix:///nonexistent/floorwalker.sock"), cookie=known.cookie)
    assert (await away.get("/")).body == PAGE
    assert dict(by_name(spans)["floorwalker.load"].attributes or {}) == {"floorwalker.came": False}


async def test_without_a_provider_nothing_is_told(wrap: Wrap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "get_tracer", None)
    assert (await Browser(wrap(page_app(PAGE))).get("/", headers={b"referer": SEARCH})).body != PAGE


def test_we_need_none_of_it_and_load_none_of_the_metrics_unasked() -> None:
    code = """
import sys
sys.modules["opentelemetry"] = None
import floorwalker.asgi.middleware
sys.exit("prometheus_client" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
