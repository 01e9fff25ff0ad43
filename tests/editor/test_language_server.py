"""The YAML extension of VS Code on rule files: its own language server completes, explains and finds what is wrong."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from floorwalker.cli import main
from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.rulefile.tables.keys import Key
from floorwalker.rulefile.tables.persona_keys import PERSONA_KEYS
from floorwalker.rulefile.tables.sections import ENTRY_KEYS, SECTIONS, SLOT_KEYS
from tests.editor.language_server import LanguageServer, language_server

pytestmark = pytest.mark.editor

ROOT = Path(__file__).parent.parent.parent
SERVER = ROOT / ".venv/editor/node_modules/yaml-language-server/bin/yaml-language-server"
KNOWN = """\
site: {price_tiers: {low: up to 100, high: above 100}}
pages: [{path: /, type: home}]
segments:
  bargain-hunter: {when: {device: mobile}}
  wildlife: {when: {device: tablet}}
goals: {order: {did: Order Completed}}
blocks: {spring-20: {text: Hello}}
slots:
  hero: {show: [{to: [bargain-hunter, wildlife], block: spring-20}]}
funnels: {purchase: [{viewed: /cart}, {did: Order Completed}]}
personas: {cheap-tripod: {url: /}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """The server on a folder as `floorwalker schema --vscode` leaves it, with the settings written there."""
    if not SERVER.exists():
        assert "FLOORWALKER_REQUIRE_ALL" not in os.environ
        pytest.skip("yaml-language-server is not installed; run make test-editor")
    folder = tmp_path_factory.mktemp("site")
    (folder / "rules").mkdir()
    (folder / "rules" / "known.yaml").write_text(KNOWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["schema", "--vscode"]) == 0
    held = json.loads((folder / ".vscode/settings.json").read_text())
    yaml = {"schemas": held["yaml.schemas"], "validate": True, "hover": True, "completion": True}
    settings = {"yaml": {**yaml, "schemaStore": {"enable": False}}, "http": {}, "[yaml]": {}, "editor": {}, "files": {}}
    with language_server(SERVER, folder, settings) as running:
        running.await_diagnostics((folder / "rules" / "slip.yaml").as_uri(), "no-section: 1\n")
        yield running


class Document:
    """A rule file that is being written: `|` is the cursor."""

    _number = 0

    def __init__(self, server: LanguageServer, text: str) -> None:
        Document._number += 1
        self._server = server
        self.uri = (server.folder / "rules" / f"{Document._number}.yaml").as_uri()
        before, _, after = text.partition("|")
        lines = before.split("\n")
        self.position = {"line": len(lines) - 1, "character": len(lines[-1])}
        server.open(self.uri, before + after)

    def completions(self) -> list[dict[str, Any]]:
        return self._ask("completion")["items"]  # type: ignore[no-any-return]

    def labels(self) -> list[str]:
        return [item["label"] for item in self.completions()]

    def hover(self) -> str:
        found = self._ask("hover")
        return found["contents"]["value"] if found else ""

    def problems(self) -> list[tuple[int, int, str]]:
        """Line and column, counted from 1, and what is wrong there."""
        return [
            (one["range"]["start"]["line"] + 1, one["range"]["start"]["character"] + 1, one["message"])
            for one in self._server.diagnostics(self.uri)
        ]

    def _ask(self, method: str) -> Any:
        params = {"textDocument": {"uri": self.uri}, "position": self.position}
        return self._server.request(f"textDocument/{method}", params)


CONDITIONS = list(DEFINITIONS)
WHEN = "segments:\n  a:\n    when:\n      "


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("seg|\n", list(SECTIONS)),
        (WHEN + "|\n", CONDITIONS),
        (WHEN + "v|\n", ["viewed", "visits"]),
        (WHEN + "any:\n        - |\n", CONDITIONS),
        (WHEN + "- |\n", CONDITIONS),
        (WHEN + "not:\n        |\n", ["viewed", "did", "in"]),
        (WHEN + "viewed:\n        |\n", ["category", "within", "at_least", "share"]),
        (WHEN + "viewed: {category: x, w|}\n", ["within", "at_least"]),
        (WHEN + "viewed: {category: x, within: |}\n", ["this visit", "7 days"]),
        (WHEN + "device: |\n", ["mobile", "tablet"]),
        (WHEN + "referrer:\n        medium: |\n", ["search", "ai"]),
        (WHEN + "in: |\n", ["bargain-hunter", "wildlife"]),
        (WHEN + "page: {type: |}\n", ["home"]),
        ("slots:\n  hero:\n    place: |\n", ["inside", "hide"]),
        ("slots:\n  hero:\n    goal: |\n", ["order"]),
        ("slots:\n  hero:\n    show:\n      - |\n", [key.name for key in ENTRY_KEYS]),
        ("slots:\n  hero:\n    show:\n      - to: |\n", ["bargain-hunter", "wildlife"]),
        ("slots:\n  hero:\n    show:\n      - to: [|]\n", ["bargain-hunter", "wildlife"]),
        ("slots:\n  hero:\n    show:\n      - block: |\n", ["spring-20"]),
        ("slots:\n  hero:\n    choose: |\n", ["first", "best", "weighted"]),
        (WHEN + "did_in_order:\n        steps:\n          - |\n", ["viewed", "did"]),
        (WHEN + "funnel:\n        name: |\n", ["purchase"]),
        (WHEN + "country: |\n", ["DE", "AT"]),
        ("promotions:\n  x:\n    |\n", ["from", "until", "slots", "control"]),
        ("promotions:\n  x:\n    slots:\n      hero:\n        |\n", ["to", "block"]),
        ("personas:\n  a:\n    |\n", [key.name for key in PERSONA_KEYS]),
        ("personas:\n  a:\n    history:\n      - |\n", ["ago", "viewed", "did"]),
        ("tests:\n  - |\n", ["persona", "in", "slots"]),
        ("tests:\n  - persona: |\n", ["cheap-tripod"]),
    ],
)
def test_it_proposes_what_may_stand_there(server: LanguageServer, text: str, proposed: list[str]) -> None:
    missing = set(proposed) - set(Document(server, text).labels())
    assert not missing


@pytest.mark.parametrize("section", ["segments", "blocks", "slots"])
def test_it_offers_a_skeleton_for_a_new_one(server: LanguageServer, section: str) -> None:
    offered = Document(server, f"{section}:\n  |\n").completions()
    assert [item["label"] for item in offered] == [f"new {section.removesuffix('s')}"]
    assert "${1:name}:" in offered[0]["insertText"]


@pytest.mark.parametrize("name", CONDITIONS)
def test_it_explains_every_condition_with_an_example(server: LanguageServer, name: str) -> None:
    definition = DEFINITIONS[name]
    shown = Document(server, f"segments:\n  a:\n    when:\n      - |{definition.example}\n").hover()
    assert definition.doc.rstrip(".") in shown
    assert definition.example in shown


@pytest.mark.parametrize("key", [key for key in SLOT_KEYS if key.name != "show"], ids=lambda key: key.name)
def test_it_explains_every_key_of_a_slot(server: LanguageServer, key: Key) -> None:
    shown = Document(server, f"slots:\n  hero:\n    |{key.example}\n    show: [{{hide: yes}}]\n").hover()
    assert key.example in shown
    assert key.doc[1:30] in shown


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("segment:\n  a: 1\n", 1, 1, "segment"),
        (WHEN + "viewd: {category: x}\n", 4, 7, "viewd"),
        (WHEN + "viewed: {categry: x}\n", 4, 16, "categry"),
        (WHEN + "device: mobil\n", 4, 15, "mobile"),
        (WHEN + "in: bargain-huntr\n", 4, 11, "bargain-hunter"),
        (WHEN + "away: {at_least: 30}\n", 4, 24, "30 minutes or 7 days"),
        (WHEN + "any:\n        - viewed: {within: soon}\n", 5, 28, "this visit"),
        ("slots:\n  hero:\n    show: [{block: a}]\n    place: insid\n", 4, 12, "inside"),
        ("slots:\n  hero:\n    show:\n      - {to: wildlif, block: a}\n", 4, 14, "wildlife"),
        ("promotions:\n  x:\n    untill: 2026-11-30\n    slots: {hero: {hide: yes}}\n", 3, 5, "untill"),
        ("personas:\n  a: {devise: mobile}\n", 2, 7, "devise"),
        ("personas:\n  a: {history: [{ago: 3, viewed: /}]}\n", 2, 23, "30 minutes or 7 days"),
        ("tests:\n  - {persona: cheap-tripd, in: [wildlife]}\n", 2, 15, "cheap-tripod"),
    ],
)
def test_it_finds_a_slip_in_its_place(server: LanguageServer, text: str, line: int, column: int, says: str) -> None:
    problems = Document(server, text).problems()
    assert [(found[0], found[1]) for found in problems] == [(line, column)]
    assert says in problems[0][2]


def test_good_rules_are_left_alone(server: LanguageServer) -> None:
    for text in (KNOWN, (ROOT / "tests/cases/rules/cookbook.yaml").read_text()):
        closed = ("Value is not accepted",)  # the cookbook's own names are not this folder's
        assert [one for one in Document(server, text).problems() if not one[2].startswith(closed)] == []
