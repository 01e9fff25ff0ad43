"""The demo in a process of its own, and Chromium in front of it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the browser tests need playwright: make test-browser")

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("FLOORWALKER_TEST_CHROMIUM", "/usr/bin/chromium")
KEY = "a key for the tests in a browser and long enough"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
# A browser without a window calls itself headless, which is a robot's name.
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo's rules, templates and store lie."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def demo(demo_folder: Path) -> Iterator[str]:
    """The address of the demo, served by uvicorn with a store of its own."""
    yield from serving("tests.browser.demo_sites:demo", demo_folder)


def serving(factory: str, folder: Path) -> Iterator[str]:
    """The address of an app in a process of its own, while it runs."""
    environment = {
        **os.environ,
        "FLOORWALKER_SECRET_KEY": KEY,
        "FLOORWALKER_STORE": f"embedded:{folder / 'store'}",
        "FLOORWALKER_TEST_FOLDER": str(folder),
        "PYTHONUNBUFFERED": "1",
    }
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        factory,
        "--port",
        "0",
        "--no-access-log",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"running on (http://\S+)", line):
                yield found[1]
                break
        else:
            pytest.fail(f"{factory} did not start: " + "".join(said))
        process.terminate()
        process.stderr.read()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all: a second one cannot be started beside it."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser, demo: str) -> Iterator[Callable[..., Page]]:
    """A new person's browser; options as of playwright's `new_context`. Nothing may be wrong in its console."""
    contexts = []
    wrong: list[str] = []

    def opened(**options: object) -> Page:
        context = chromium.new_context(base_url=demo, **{"user_agent": CHROME, "locale": "en-GB", **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(demo) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong
