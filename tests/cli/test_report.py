"""`floorwalker report`: what each slot earned, in the terminal, as JSON and as a page."""

import asyncio
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from floorwalker.cli import main
from floorwalker.cli.reports.earned_page import plot_of
from floorwalker.cli.reports.earned_report import lift_words, roughly, sparkline
from floorwalker.core.effects import Count, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.learn.lift import Lift
from floorwalker.store import open_store
from tests.servers import fresh_namespace

RULES = """\
site: {control: 5 %, guardrails: letter}
slots:
  hero: {goal: order, control: 20 %, show: [{name: spring, html: "<p>Spring</p>"}]}
  ribbon: {goal: letter, show: [{name: late, html: "<p>Late</p>"}]}
goals:
  order: {did: Order Completed, value: revenue}
  letter: {did: Newsletter Joined}
"""
DAY = "2026-11-20"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "site.yaml").write_text(RULES, encoding="utf-8")
    return folder


def facts(unit: str, *arms: tuple[str, int, int, int], goal: str = "order", block: str = "") -> list[Count]:
    """Per arm: visitors, who did it, and what each paid, in cents."""
    found = []
    for arm, shown, did, cents in arms:
        begin = "\x1f".join((unit, block, arm))
        told = {"shown": shown, f"converted\x1f{goal}": did}
        if cents:
            told |= {f"revenue\x1f{goal}\x1fEUR": cents * did, f"square\x1f{goal}\x1fEUR": cents**2 * did}
        found += [Count(DAY, f"{begin}\x1f{name}", by) for name, by in told.items()]
    return found


def fill(address: str, *counts: Count) -> None:
    """Put them into a store, by one commit."""

    async def commit() -> None:
        opened = open_store(address)
        await opened.commit("v" * 22, None, lambda _: (Profile(seed=1), Effects(counts=counts)))
        await opened.close()

    asyncio.run(commit())


@pytest.fixture
def store(valkey_server: str) -> str:
    address = f"{valkey_server}?namespace={fresh_namespace()}"
    counts = [
        *facts("hero", ("treatment", 8000, 960, 5000), ("control", 2000, 160, 5000)),
        *facts("hero", ("treatment", 5000, 600, 0), ("control", 1200, 90, 0), block="spring"),
        *facts("ribbon", ("treatment", 300, 3, 0), goal="letter"),
        Count(DAY, "hero\x1f\x1f\x1fmixed", 7),
    ]
    fill(address, *counts)
    return address


def told(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> str:
    assert main(["report", *map(str, arguments)]) == status
    captured = capsys.readouterr()
    return captured.err if status else captured.out


def test_the_terminal_says_what_was_shown_what_came_of_it_and_how_sure_that_is(
    rules: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, "--rules", rules, "--store", store, "--from", "2026-11-19", "--until", "2026-11-21")
    lines = [line.split() for line in said.splitlines()]
    assert ["shown", "8,000", "0.0", "%", "12.0", "%", "6.00", "0.0", "%"] in lines
    assert ["control", "2,000", "–", "8.0", "%", "4.00", "0.0", "%"] in lines
    assert "order: +50 % (" in said
    assert ", better." in said
    assert "letter (guardrail): too early to say" in said
    assert "7 visitors met both sides" in said
    assert "Slot ribbon" in said
    assert said.rstrip().endswith("floorwalker report --html report.html")


def test_a_guardrail_is_told_as_higher_or_lower_since_nobody_said_which_is_harm(
    rules: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """More who leave would be no better."""
    fill(valkey_url, *facts("hero", ("treatment", 8000, 960, 0), ("control", 2000, 100, 0), goal="letter"))
    said = told(capsys, "--rules", rules, "--store", valkey_url, "--from", DAY, "--until", DAY)
    assert "letter (guardrail): +140 % (" in said
    assert ", higher." in said
    assert "better" not in said


def test_json_holds_every_comparison_as_numbers(rules: Path, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, Any] = json.loads(
        told(capsys, "--rules", rules, "--store", store, "--from", DAY, "--until", DAY, "--json")
    )
    assert (said["from"], said["until"], said["currency"]) == (DAY, DAY, "EUR")
    hero = next(one for one in said["comparisons"] if one["name"] == "hero")
    order = hero["goals"][0]
    assert order["goal"] == "order"
    assert order["conversions"]["estimate"] == pytest.approx(0.5)
    assert hero["parts"][0]["name"] == "spring"
    assert hero["ratio"]["planned"] == 0.2
    ribbon = next(one for one in said["comparisons"] if one["name"] == "ribbon")
    assert ribbon["goals"][0]["conversions"] is None


class Outside(HTMLParser):
    """Whatever a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        self.asked += [tag] if tag in ("script", "link", "iframe", "object") else []


def test_the_page_needs_nothing_else_and_holds_no_markup_of_others(
    rules: Path, valkey_server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"{valkey_server}?namespace={fresh_namespace()}"
    hostile = "<script>alert(1)</script>"
    arms = ("treatment", 50, 9, 0), ("control", 20, 8, 0)
    fill(address, *facts("hero", *arms, block=hostile), *facts("hero", *arms, goal=hostile))
    page = tmp_path / "report.html"
    said = told(capsys, "--rules", rules, "--store", address, "--from", DAY, "--until", DAY, "--html", page)
    assert str(page) in said
    outside = Outside()
    outside.feed(page.read_text(encoding="utf-8"))
    assert outside.asked == []
    assert "url(" not in page.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page.read_text(encoding="utf-8")


def test_without_anything_shown_it_says_so_and_what_to_try(
    rules: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, "--rules", rules, "--store", store, "--from", "2026-01-01", "--until", "2026-01-02")
    assert "Nobody has been shown" in said
    assert "--from" in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("slot", "said"), [("hero", "Nobody has met the control group yet"), ("ribbon", "Write control: 10 % at a slot")]
)
def test_without_anybody_in_control_it_says_whether_the_rules_keep_such_a_group(
    slot: str, said: str, rules: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(valkey_url, *facts(slot, ("treatment", 3, 1, 0)))
    assert said in told(capsys, "--rules", rules, "--store", valkey_url, "--from", DAY, "--until", DAY)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "yesterday"), "write 2026-11-21"),
        (("--from", "2026-11-22", "--until", "2026-11-21"), "is after"),
        (("--from", "2020-01-01"), "ask for fewer"),
        (("--slot", "heroo"), "hero"),
        (("--html", "/nowhere/at/all.html"), "cannot be written"),
        (("--store", "embedded:/nowhere"), "there is no store"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    options: tuple[str, ...], said: str, rules: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in told(capsys, "--store", store, "--rules", rules, *options, status=2)


def test_one_slot_alone(rules: Path, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "--rules", rules, "--store", store, "--from", DAY, "--until", DAY, "--slot", "ribbon")
    assert "Slot ribbon" in said
    assert "Slot hero" not in said


def test_figures_in_words() -> None:
    assert lift_words(Lift(0.124, -0.031, 0.29)) == "+12 % (−3.1 to +29)"
    assert [roughly(number) for number in (7, 61, 1_234, 276_501)] == ["7", "61", "1,300", "280,000"]
    assert sparkline([]) == sparkline([0, 0]) == ""
    assert sparkline([0, 5, 10]) == "▁▅█"


def test_a_plot_holds_every_interval_with_zero_in_its_middle() -> None:
    plot = plot_of([("a", "", Lift(0.5, -0.2, 9.0)), ("b", "", None), ("c", "", Lift(-0.9, -0.99, -0.5))])
    for dot in plot.dots:
        assert 0 <= dot.low <= dot.at <= dot.high <= 100
    assert not plot.dots[1].known
    assert plot.dots[2].clear
    assert (50.0, "0") in plot.ticks
