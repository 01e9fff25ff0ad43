"""The demo's rules for tests in which everybody is shown what fits them: a copy without control groups."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def copy_of_rules(folder: Path) -> Path:
    """Copy `rules/` and `templates/` into the folder; where the rules lie now."""
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    for path in (folder / "rules").glob("*.yaml"):
        path.write_text(re.sub(r"(?m)^ +control: \d+ %\n", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder / "rules"
