"""What docs/operations.md says of metrics, health, spans and the doctor is what the code does."""

import json
import re

import pytest
import yaml
from msgspec import json as msgjson

from floorwalker.asgi.health import health_of
from floorwalker.asgi.metrics.families import WorkersCollector
from floorwalker.asgi.metrics.figures import figures_of
from floorwalker.asgi.settings import read_settings
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.tallies import SlotTally
from floorwalker.logs import JsonFormatter
from floorwalker.store.losses import Loss, Losses
from tests.asgi.conftest import rules as rules
from tests.docs.pages import ROOT, table
from tests.docs.test_tables import bare

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
WORD = re.compile(r"\b(?:floorwalker|process)_[a-z_]+")


def told(rules: object) -> dict[str, set[str]]:
    """Every metric by the name it is scraped by, with its labels but the worker's."""
    setup = Setup(read_settings({"secret_key": "k" * 32, "rules": rules, "store": "redis://h"}, {}))
    setup.tallies.slots["hero"] = SlotTally()
    setup.tallies.failure("page")
    figures = figures_of(setup, [])
    figures.store.lost["flood"] = 1
    figures.store.commits["stored"] = 1
    found: dict[str, set[str]] = {}
    for family in WorkersCollector({"1": figures}).collect():
        for sample in family.samples:
            name = family.name if family.type == "histogram" else sample.name
            found.setdefault(name, set()).update(set(sample.labels) - {"worker", "le"})
    return found


def test_the_table_of_metrics_is_what_a_scrape_gets(rules: object) -> None:
    rows = table("operations.md", "<!-- metrics -->")
    ticked = re.compile("`([^`]+)`")
    documented = {name: set(ticked.findall(labels)) for names, labels, _ in rows for name in ticked.findall(names)}
    assert documented == told(rules)


def test_alerts_and_queries_name_metrics_that_exist(rules: object) -> None:
    blocks = re.findall(r"```yml\n(.*?)```", PAGE, re.DOTALL)
    expressions = [
        rule["expr"] for block in blocks for group in yaml.safe_load(block).get("groups", ()) for rule in group["rules"]
    ]
    assert len(expressions) >= 5
    named = {name for text in [*expressions, *re.findall(r"`(sum by[^`]+)`", PAGE)] for name in WORD.findall(text)}
    assert named - set(told(rules)) == set()


def test_places_of_failures_are_few_and_fixed() -> None:
    package = ROOT / "middleware" / "floorwalker"
    calls = [
        call
        for file in package.rglob("*.py")
        for call in re.findall(r"tallies\.failure\(([^)]*)\)", file.read_text(encoding="utf-8"))
    ]
    assert len(calls) > 5
    assert all(re.fullmatch('"[a-z -]+"', call) for call in calls)


def test_the_example_of_health_has_the_fields_there_are(rules: object) -> None:
    setup = Setup(read_settings({"secret_key": "k" * 32, "rules": rules, "store": "redis://h"}, {}))
    example = json.loads(next(line for line in PAGE.splitlines() if line.startswith('{"status"')))
    health = msgjson.decode(msgjson.encode(health_of(setup.publisher, None)))
    assert set(example) == set(health)


def test_the_spans_are_those_of_the_code() -> None:
    source = (ROOT / "middleware" / "floorwalker" / "asgi" / "tracing.py").read_text(encoding="utf-8")
    spans = {bare(row[0]): set(re.findall("`([^`]+)`", row[1])) for row in table("operations.md", "server's own:\n")}
    made = set(re.findall(r'span\("(floorwalker\.[a-z]+)"\)', source))
    attributes = set(re.findall(r'set_attribute\(\s*"(floorwalker\.[a-z]+)"', source))
    assert set(spans) == made
    assert set().union(*spans.values()) == attributes


def test_the_example_of_a_record_is_what_the_formatter_makes(caplog: pytest.LogCaptureFixture) -> None:
    example = json.loads(next(line for line in PAGE.splitlines() if line.startswith('{"at"')))
    Losses(lambda: 100.0).add(Loss.FLOOD, 3)
    made = json.loads(JsonFormatter().format(caplog.records[-1]))
    assert {**made, "at": example["at"]} == example
