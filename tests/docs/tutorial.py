"""The tutorial for editors, followed as it is written: each file that it edits, each line to type, each page to see.

Its sentences are the instructions: "Make a file `X`", "Replace all of `X`", "In `X`, right below `Y`, put", each with
the block that follows; "In `X`, write `B` instead of `A`"; "delete `X`". A remark `<!-- go: /, /cart -->` is what a
browser asks for, `<!-- add: tramway -->` what it puts into the cart; words in bold stand on the page that came last, or
one of those joined by "or". A line `$ …` is typed, and what stands below it is printed: … for what varies, alone on a
line for any lines.
"""

import html
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from floorwalker.cli import main
from floorwalker.rulefile import check
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "editors" / "tutorial.md"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
_FENCE = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
_FILE = r"`(?P<{0}_file>[^`]+)`"
_STEP = re.compile(
    "|".join(
        (
            rf"(?P<write>[Ii]n\s+{_FILE.format('write')},\s+write\s+`(?P<new>[^`]+)`\s+instead\s+of\s+`(?P<old>[^`]+)`)",
            rf"(?P<make>(?:[Mm]ake\s+a\s+file|[Rr]eplace\s+all\s+of)\s+{_FILE.format('make')}[^`]*:\s*\Z)",
            rf"(?P<below>[Ii]n\s+{_FILE.format('below')},\s+right\s+below\s+`(?P<line>[^`]+)`,\s+put:\s*\Z)",
            rf"(?P<delete>[Dd]elete\s+{_FILE.format('delete')})",
            r"(?P<go><!-- go: (?P<paths>[^>]+) -->)",
            r"(?P<add><!-- add: (?P<product>[^>]+) -->)",
            r"(?P<see>\*\*(?P<words>[^*]+)\*\*(?:\s+or\s+\*\*(?P<other>[^*]+)\*\*)?)",
        )
    )
)
_NAMES = ("write", "make", "below", "delete", "go", "add", "see")
_PATIENCE_S = 60
Printed = Callable[[], str]


@dataclass(frozen=True)
class Part:
    """A run of prose, or a block with the prose before it. heading: of the chapter that it stands in."""

    heading: str
    line: int
    prose: str
    language: str = ""
    block: str = ""


def parts() -> Iterator[Part]:
    """The tutorial from top to bottom."""
    text = PAGE.read_text(encoding="utf-8")
    begin, heading = 0, ""
    for fence in [*_FENCE.finditer(text), None]:
        prose = text[begin : fence.start() if fence else len(text)]
        line = text.count("\n", 0, begin) + 1
        *before, last = re.split(r"(?m)^(?=## )", prose)
        for one in before:
            yield Part(heading, line, one)
        heading = last.split("\n")[0] if last.startswith("## ") else heading
        yield Part(heading, line, last, *(fence.groups() if fence else ()))
        begin = fence.end() if fence else len(text)


def steps(part: Part) -> Iterator[tuple[str, re.Match[str]]]:
    """What its prose says to do and to see, by kind."""
    for step in _STEP.finditer(part.prose):
        yield next(name for name in _NAMES if step[name]), step


def matches(expected: str, printed: str) -> bool:
    """Whether it was printed so; … stands for what varies."""
    lines = [
        r"(?:[^\n]*\n)*?" if line.strip() == "…" else re.escape(line).replace("…", r"[^\n]*") + r"\n"
        for line in expected.rstrip("\n").split("\n")
    ]
    return re.fullmatch("".join(lines), printed.rstrip("\n") + "\n") is not None


class Newcomer:
    """Somebody who follows the tutorial in a folder: types, edits, and looks at the shop."""

    def __init__(self, folder: Path, printed: Printed) -> None:
        self._folder, self._printed = folder, printed
        self._shop: subprocess.Popen[bytes] | None = None
        self._browser = httpx.Client(
            headers={"user-agent": FIREFOX, "accept": "text/html", "sec-fetch-dest": "document"},
            follow_redirects=True,
            timeout=20,
        )
        self._page = ""
        self.address = ""
        self.last_printed = ""

    def follow(self, part: Part) -> None:
        """Do what a part says, and see what it says that is seen."""
        target: tuple[str, str] | None = None
        for name, step in steps(part):
            match name:
                case "write":
                    self._edit(Path(step["write_file"]), step["old"], step["new"])
                case "delete":
                    Path(step["delete_file"]).unlink()
                case "go":
                    self._go([path.strip() for path in step["paths"].split(",")])
                case "add":
                    self._page = self._browser.post(f"{self.address}/cart/add", data={"product": step["product"]}).text
                case "see":
                    self._see([words for words in (step["words"], step["other"]) if words])
                case "make":
                    target = step["make_file"], ""
                case "below":
                    target = step["below_file"], step["line"]
        match part.language:
            case "console":
                self._type(part.block)
            case "text":
                self._hear(part.block)
            case _ if target is not None:
                self._put(Path(target[0]), target[1], part.block)
            case "":
                pass
            case _:
                assert any(part.block in path.read_text() for path in Path("rules").iterdir()), "an excerpt of no file"

    def close(self) -> None:
        """Close the shop."""
        self._browser.close()
        if self._shop is not None:
            self._shop.terminate()
            self._shop.wait()

    def _edit(self, path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{path} has no {old}"
        at = text.rindex(old)
        path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")

    def _put(self, path: Path, below: str, block: str) -> None:
        if not below:
            path.write_text(block, encoding="utf-8")
            return
        before, found, after = path.read_text(encoding="utf-8").partition(f"{below}\n")
        assert found, f"{path} has no line {below}"
        path.write_text(before + found + block + after, encoding="utf-8")

    def _type(self, block: str) -> None:
        for typed in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, expected = typed.partition("\n")
            printed = self._run(shlex.split(command))
            assert matches(expected, printed), f"$ {command}\n{printed}"

    def _run(self, words: list[str]) -> str:
        match words:
            case ["make", "demo"]:
                assert "floorwalker demo" in (ROOT / "Makefile").read_text(encoding="utf-8")
                return "The demo shop is open.\n"
            case ["source", ".venv/bin/activate"]:
                os.chdir(self._folder)  # a window is opened
            case ["cd", folder]:
                os.chdir(folder)
            case ["cp", "-r", source, to]:
                shutil.copytree(source, to)
            case ["cp", source, to]:
                shutil.copy(source, to)
            case ["floorwalker", "demo"]:
                return self._open()
            case ["floorwalker", *arguments]:
                self._wait()
                assert main(arguments) in (0, 1)
                self.last_printed = self._printed()
                return self.last_printed
            case _:
                raise AssertionError(f"nobody knows how to type {words}")
        return ""

    def _open(self) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "floorwalker", "demo", "--port", str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (self._folder / "window").open("wb") as window:
            self._shop = subprocess.Popen(command, env=environment, stdout=window, stderr=window)
        self._wait()
        return self._window()

    def _window(self) -> str:
        """What the first window says."""
        return (self._folder / "window").read_text(encoding="utf-8")

    def _wait(self) -> None:
        """Until the shop has seen what was saved."""
        if self._shop is None:
            return
        ruleset, _ = check("rules", "templates")
        health: dict[str, dict[str, str]] = {}
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until and self._shop.poll() is None:
            health = self._health()
            saved = "refused" if ruleset is None else ruleset.version
            if saved in (health.get("rules"), health.get("files", {}).get("state")):
                return
        raise AssertionError(f"the shop never saw what was saved: {health}\n{self._window()}")

    def _health(self) -> dict[str, dict[str, str]]:
        try:
            health: dict[str, dict[str, str]] = json.loads(self._ask("/_floorwalker/healthz"))
        except httpx.TransportError:
            return {}
        return health

    def _ask(self, path: str) -> str:
        return self._browser.get(self.address + path).text

    def _go(self, paths: list[str]) -> None:
        self._wait()
        for path in paths:
            self._page = html.unescape(self._ask(path))

    def _see(self, words: list[str]) -> None:
        there = [one for one in words if " ".join(one.split()) in self._page]
        hero = self._page.partition('id="hero"')[2][:400]
        assert len(there) == 1, f"{words} is not on the page: {hero}"

    def _hear(self, block: str) -> None:
        self._wait()
        said = self._window().split("\n")
        assert any(matches(block, line.partition("  ")[2]) for line in said), said
