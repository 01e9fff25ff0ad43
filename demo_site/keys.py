"""The key that signs the shop's session: from the environment, else from a file made on the first run."""

import os
import secrets
from pathlib import Path

KEY_FILE = Path("var/demo.key")


def session_key(*, environment_name: str = "FLOORWALKER_SECRET_KEY", path: Path = KEY_FILE) -> str:
    """One key for all workers: two that start at once agree on whichever wrote the file first."""
    if configured := os.environ.get(environment_name):
        return configured
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
    try:
        os.link(fresh, path)  # atomic, and fails if another worker was first
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
