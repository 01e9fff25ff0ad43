"""Where and when a run was made: without that, figures mean nothing."""

import datetime
import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("floorwalker", "uvicorn", "uvloop", "httptools", "redis", "hiredis", "msgspec", "Jinja2", "starlette")
_ROOT = Path(__file__).resolve().parents[2]


def conditions() -> dict[str, object]:
    """The machine, versions, commit and date of a run, as JSON has them; `load` is that of the last minute."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "machine": _machine(),
        "versions": {"Python": platform.python_version(), **_versions()},
        "load": round(os.getloadavg()[0], 1),
    }


def told(made: Mapping[str, object]) -> str:
    """The same in one line, for a table's foot; what a run did not record is said to be so."""
    machine, versions = made["machine"], made["versions"]
    assert isinstance(machine, dict)
    assert isinstance(versions, dict)
    parts = [
        str(made["date"]),
        f"commit {made['commit'] or 'not recorded'}",
        str(machine["processor"] or "processor not recorded"),
        f"{machine['cores']} cores",
        *([f"{machine['memory_gb']} GB"] if machine["memory_gb"] else []),
        str(machine["system"]),
        "load not recorded" if made["load"] is None else f"load {made['load']} before it",
    ]
    return f"{', '.join(parts)}; {', '.join(f'{name} {number}' for name, number in versions.items())}"


def commit() -> str:
    """The commit's short name, with a + where the middleware has changes besides; empty outside of a clone."""
    name = _git("rev-parse", "--short=12", "HEAD")
    return name + ("+" if name and _git("status", "--porcelain", "--", "middleware") else "")


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _machine() -> dict[str, object]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 1e9),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
