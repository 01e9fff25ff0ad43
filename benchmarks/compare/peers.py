"""Who is compared: how each is started, what each is taken against, and what it does and does not do."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compare import nginx
from benchmarks.ports import free_port
from benchmarks.whole.servers import Command, benchmark_app

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / ".venv" / "compare"
SEGMENTS = (0, 1, 10, 50)


@dataclass(frozen=True)
class Peer:
    """One of those compared. base: the peer that serves the same page without it, empty for such a one itself.

    shows: what must stand in its page, lest something else is measured than is said.
    """

    name: str
    command: Command
    base: str = ""
    path: str = "/static10"
    cookies: str = ""
    does: str = ""
    shows: str = ""


@dataclass(frozen=True)
class Skipped:
    """One that cannot be compared here, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Place:
    """Where the run keeps its files: the page's bytes, returning visitors' cookies, and what floorwalker is set to."""

    folder: Path
    page: Path
    cookies: str
    settings: Mapping[str, str]


def peers(place: Place) -> Iterator[Peer | Skipped]:
    """All of them, each after its base."""
    yield from _ours(place)
    yield from _growthbook(place)
    yield from _nginx(place)
    yield from _wagtail(place)


def _ours(place: Place) -> Iterator[Peer]:
    told = {
        "session": "reads, counts and signs a cookie; no store, no rules, no change in the page",
        "base-http": "nothing; the price of its way to do it",
        "floorwalker": "100 rules over a profile in Redis, three slots decided and rewritten, the view remembered",
    }
    yield Peer("ASGI app", benchmark_app("plain", place.settings), cookies=place.cookies, does="the page alone")
    for variant, does in told.items():
        shows = "You have been here" if variant == "floorwalker" else ""
        command = benchmark_app(variant, place.settings)
        yield Peer(variant, command, "ASGI app", cookies=place.cookies, does=does, shows=shows)


def _growthbook(place: Place) -> Iterator[Peer | Skipped]:
    python = ENVIRONMENTS / "growthbook" / "bin" / "python"
    if not python.exists():
        yield Skipped("GrowthBook SDK", "no environment of its own: make bench-compare makes it")
        return
    words = [str(python), str(ROOT / "benchmarks" / "compare" / "growthbook_site.py")]
    words += ["--port", "{port}", "--cpu", "{cpu}", "--page", str(place.page)]
    yield Peer("ASGI app, its environment", Command(words), does="the page alone")
    does = "100 features with a rule each, evaluated for attributes that are given; remembers nothing, changes no page"
    yield Peer("GrowthBook SDK", Command([*words, "--asks"]), "ASGI app, its environment", does=does)


def _nginx(place: Place) -> Iterator[Peer | Skipped]:
    if not shutil.which("nginx") or not shutil.which("taskset"):
        yield Skipped("nginx SSI", "nginx or taskset is not installed (Debian: apt-get install nginx-light util-linux)")
        return
    nginx.write_pages(place.folder, place.page.read_bytes())
    static = nginx.command(place.folder, port=free_port(), ssi=False)
    included = nginx.command(place.folder, port=free_port(), ssi=True)
    yield Peer("nginx, the page static", static, does="the page alone, from a file")
    does = "three includes, each asked of a local upstream that always says the same; knows nobody"
    yield Peer("nginx SSI", included, "nginx, the page static", path="/included", does=does, shows=nginx.BLOCK)


def _wagtail(place: Place) -> Iterator[Peer | Skipped]:
    python = ENVIRONMENTS / "wagtail" / "bin" / "python"
    if not python.exists():
        yield Skipped("wagtail-personalisation", "no environment of its own: make bench-compare makes it")
        return
    folder = place.folder / "wagtail"
    folder.mkdir()
    words = [str(python), str(ROOT / "benchmarks" / "compare" / "wagtail_site.py"), "--folder", str(folder)]
    print("wagtail's tables are made, some ten seconds", file=sys.stderr)
    done = subprocess.run([*words, "--prepare", str(place.page)], capture_output=True, text=True, check=False)
    if done.returncode:
        yield Skipped("wagtail-personalisation", done.stderr.strip().splitlines()[-1])
        return
    yield from _wagtail_variants([*words, "--port", "{port}", "--cpu", "{cpu}"], str(folder / "cookies"))


def _wagtail_variants(words: list[str], cookies: str) -> Iterator[Peer]:
    does = "the page from Wagtail's tree over SQLite, with Django's sessions"
    yield Peer("Wagtail", Command(words), path="/static10/", cookies=cookies, does=does)
    does = "tests its segments' rules in the database and keeps the segments in the session; no variant of the page"
    for count in SEGMENTS:
        command = Command([*words, "--segments", str(count)])
        name = f"wagtail-personalisation, {count} segments"
        yield Peer(name, command, "Wagtail", path="/static10/", cookies=cookies, does=does)
