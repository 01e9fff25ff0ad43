"""Where we cannot serve, whoever starts the site reads it last, and plainly."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from benchmarks.ports import free_port
from floorwalker import ConfigurationError, PersonalizationMiddleware
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import PAGE

MISSING = "A secret key is missing"
NOTE = "The site does not start before this is mended. `floorwalker doctor` says what else is wrong."
SITES = {
    "around": "app = PersonalizationMiddleware(Starlette())",
    "within": "app = Starlette(middleware=[Middleware(PersonalizationMiddleware)])",
}


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("FLOORWALKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("site", SITES)
def test_a_server_that_starts_such_a_site_ends_with_what_is_wrong(site: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.middleware import Middleware\n"
        "from floorwalker import PersonalizationMiddleware\n"
        f"{SITES[site]}\n"
    )
    command = [sys.executable, "-m", "uvicorn", "shop:app", "--port", str(free_port()), "--app-dir", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode != 0
    *_, what, note = [line for line in ended.stderr.splitlines() if line and "startup failed" not in line]
    assert MISSING in what
    assert note == NOTE
    assert ("Traceback" in ended.stderr) is (site == "around")


def test_the_note_is_no_part_of_the_sentence() -> None:
    with pytest.raises(ConfigurationError, match=MISSING) as refused:
        PersonalizationMiddleware(page_app(PAGE))
    assert "doctor" not in str(refused.value)
    assert refused.value.__notes__ == [f"\n{NOTE}"]


async def test_one_that_is_made_late_fails_the_start() -> None:
    app = Starlette(middleware=[Middleware(PersonalizationMiddleware)])
    said: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        said.append(message)

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    (failed,) = said
    assert failed["type"] == "lifespan.startup.failed"
    assert failed["message"].startswith(MISSING)
    assert failed["message"].endswith(NOTE)


async def test_where_nobody_asks_about_the_start_each_request_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=MISSING):
        await Browser(PersonalizationMiddleware(page_app(PAGE))).get("/")
