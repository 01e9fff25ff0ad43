"""What the docs show can be done: Python runs, rules load, commands parse, links lead somewhere."""

import argparse
import ast
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from floorwalker.cli import COMMANDS, parser
from floorwalker.rulefile import Severity, read
from floorwalker.rulefile.tables.sections import SECTIONS
from tests.docs.pages import PAGES, ROOT, Block, block_with, blocks, prose, spans

NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
KEY = "k" * 43
RULES = "the rules of the examples"
FILLED = "<p>Tripods, since you looked for “cheap tripod”</p>"
PYTHON = blocks("python")
COMPLETE = [block for block in PYTHON if block.remark == "complete"]


@pytest.mark.parametrize("block", PYTHON, ids=[block.name for block in PYTHON])
def test_python_compiles(block: Block) -> None:
    compile(block.text, block.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("block", COMPLETE, ids=[block.name for block in COMPLETE])
def test_a_complete_example_serves_a_personal_page(block: Block, tmp_path: Path, valkey_url: str) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "first.yaml").write_text(block_with(RULES).text, encoding="utf-8")
    source = block.text.replace("redis://localhost:6379/0", valkey_url)
    (tmp_path / "shop.py").write_text(source, encoding="utf-8")
    paths = ["/", "/about"] if "about" in source else ["/"]
    environ = {"FLOORWALKER_SECRET_KEY": KEY, "FLOORWALKER_STORE": valkey_url, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("serve_example.py")), *paths],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    pages, cookies, store, plain = json.loads(done.stdout)
    for page in pages:
        assert page == f"<body><!--slot:hero-->{FILLED}<!--/slot:hero--></body>"
    assert cookies == ["fw"]
    assert (store["state"], store["lost"]) == ("here", {})
    assert "<p>Welcome</p>" in plain, "the test client is a robot, and sees the default"


def test_every_framework_has_a_complete_example() -> None:
    sources = "".join(block.text for block in COMPLETE)
    for framework in ("starlette", "fastapi", "django", "litestar", "quart"):
        assert f"from {framework}" in sources


ELSEWHERE = ("reference.md", "tutorial.md", "cookbook.md")  # generated, or tried in tests of their own
YAML = [block for block in blocks("yaml") if block.page.name not in ELSEWHERE]


@pytest.mark.parametrize("block", YAML, ids=[block.name for block in YAML])
def test_rules_can_be_loaded(block: Block) -> None:
    _, problems = read({"r.yaml": _whole(block.text).encode()})
    assert [str(problem) for problem in problems if problem.severity is Severity.ERROR] == []


def _whole(example: str) -> str:
    """A part of a file, put where it belongs."""
    indented = "".join(f"    {line}\n" for line in example.split("\n"))
    if example.startswith("when"):
        return f"segments:\n  a:\n{indented}"
    return example if example.split(":")[0] in SECTIONS else f"segments:\n{indented}"


def _commands() -> list[tuple[str, str]]:
    """Our own commands in console blocks, without what the shell does around them."""
    found = []
    for block in blocks("console"):
        lines = re.findall(r"(?m)^\$ (floorwalker (?:\\\n|[^\n])*)", block.text)
        found += [(block.name, re.sub(r"\\\n", " ", line)) for line in lines]
    return found


@pytest.mark.parametrize(("where", "command"), _commands(), ids=[where for where, _ in _commands()])
def test_a_command_parses(where: str, command: str) -> None:
    words = shlex.split(command, comments=True)
    end = next((place for place, word in enumerate(words) if word in ("<", ">", "|")), len(words))
    parser().parse_args(words[1:end])


def test_options_and_commands_named_in_the_text_exist() -> None:
    options = {name: _options_of(name) for name in COMMANDS}
    for page in PAGES:
        for span in spans(page):
            words = span.split()
            if words[0] != "floorwalker" or len(words) == 1:
                continue
            assert words[1] in options, f"{page.name}: {span}"
            for option in re.findall(r"--[a-z-]+", span):
                assert option in options[words[1]], f"{page.name}: {span}"


def _options_of(command: str) -> set[str]:
    """Those of the command and of all that stand below it."""
    subparsers = next(action for action in parser((command,))._actions if action.choices)
    return _options_below(subparsers.choices[command])  # type: ignore[index]


def _options_below(command: argparse.ArgumentParser) -> set[str]:
    below = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    options = (_options_below(one) for action in below for one in action.choices.values())
    return set(command._option_string_actions).union(*options)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", prose(page))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []
    assert all(ROOT in (page.parent / target).resolve().parents for target in targets if "://" not in target)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_into_a_page_lead_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", prose(page))
    assert [
        (target, anchor) for target, anchor in links if anchor not in _anchors(page.parent / target if target else page)
    ] == []


def _anchors(page: Path) -> set[str]:
    """The names of a page's headings, as hosts of repositories make them; of a folder none."""
    if page.is_dir():
        return set()
    titles = re.findall(r"(?m)^#+ (.+)$", prose(page))
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_every_page_is_in_the_index() -> None:
    for page in set(PAGES) - {ROOT / "README.md", ROOT / "docs" / "README.md"}:
        folder = page.parent.parent if page.name == "README.md" else page.parent
        index = (folder / "README.md").read_text(encoding="utf-8")
        assert f"({page.relative_to(folder)})" in index


@pytest.mark.parametrize(("page", "begins"), [("report.md", "Slot hero"), ("events.md", "curl")])
def test_what_the_readme_shows_is_a_part_of_what_a_page_shows_and_tests(page: str, begins: str) -> None:
    shown = [block.text for block in blocks("console") if block.page.name == "README.md"]
    (block,) = [text for text in shown if begins in text]
    part = re.split(r"(?m)^\$ (?!curl)", block[block.index(begins) :])[0]
    assert part.rstrip("\n") in (ROOT / "docs" / page).read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") < 200


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_the_docs_are_plain(page: Path) -> None:
    assert "!" not in re.sub(r"`[^`]*`|<!--.*?-->|!\[", "", prose(page))
