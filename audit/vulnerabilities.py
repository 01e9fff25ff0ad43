"""What is known to be vulnerable, as pip-audit's service knows it."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

Ask = Callable[[Path], tuple[int, str, str]]


class NotAsked(Exception):
    """The service could not be asked; nothing is known."""


def ask_pip_audit(constraints: Path) -> tuple[int, str, str]:
    """Its exit status, and what it writes."""
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(constraints), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout, done.stderr


def known(constraints: Path, ask: Ask) -> list[str]:
    """What is known of the pinned versions. Raises NotAsked."""
    try:
        status, output, said = ask(constraints)
    except (OSError, subprocess.SubprocessError) as failure:
        raise NotAsked(str(failure)) from failure
    try:
        dependencies = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise NotAsked(_last_line(said) or f"pip-audit ended with {status} and said nothing") from None
    skipped = [one for one in dependencies if "skip_reason" in one]
    if skipped:
        first = f"{skipped[0]['name']}: {skipped[0]['skip_reason']}"
        raise NotAsked(f"the service knows nothing of {len(skipped)} of {len(dependencies)}, such as {first}")
    return [
        f"{one['name']} {one['version']} has {flaw['id']}{_mended(flaw.get('fix_versions', ()))}"
        for one in dependencies
        for flaw in one.get("vulns", ())
    ]


def _mended(versions: Sequence[str]) -> str:
    return f", mended in {', '.join(versions)}" if versions else ""


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
