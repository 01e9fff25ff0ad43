"""Restores version B over version A again and again, killed at each of its steps; says what was left each time.

One line of JSON: how often it was killed, and of each time whether what was left can be read, and as which version.
"""

import json
import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile.folders import read_files, version_of
from floorwalker.rulefile.restoring import carry_out, plan_restore

OLD_RULES = {"a.yaml": b"old a", "b.yaml": b"old b", "gone.yaml": b"gone"}
OLD_TEMPLATES = {"hero/a.html": b"old", "hero/gone.html": b"gone"}
NEW_RULES = {"a.yaml": b"new a", "b.yaml": b"old b", "new.yaml": b"new"}
NEW_TEMPLATES = {"hero/a.html": b"new", "deep/er/new.html": b"new"}
OLD, NEW = version_of(OLD_RULES, OLD_TEMPLATES), version_of(NEW_RULES, NEW_TEMPLATES)
STEPS = ("fsync", "replace", "unlink", "mkdir", "open")


def make(folder: Path) -> tuple[Path, Path]:
    """The folders, holding version A."""
    rules, templates = folder / "rules", folder / "templates"
    (templates / "hero").mkdir(parents=True)
    rules.mkdir()
    for name, content in OLD_RULES.items():
        (rules / name).write_bytes(content)
    for name, content in OLD_TEMPLATES.items():
        (templates / name).write_bytes(content)
    return rules, templates


def restore(rules: Path, templates: Path) -> None:
    carry_out(plan_restore(NEW, NEW_RULES, NEW_TEMPLATES, into=rules, templates_into=templates))


def seen(rules: Path, templates: Path) -> str:
    """The version that somebody who reads the folders would take; `unfinished` where nobody takes any."""
    try:
        return read_files(rules, templates).version
    except ConfigurationError as error:
        return "unfinished" if "being restored" in str(error) else str(error)


def killed_at(step: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes functions that end the process instead of what would be this step of all of them."""
    left = step

    def guard(function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(9)
            return function(*args, **options)

        return guarded

    return guard


def restore_until(step: int, rules: Path, templates: Path) -> bool:
    """Restore in a process of its own, that ends without a word before this step; whether it did."""
    child = os.fork()
    if child == 0:
        guard = killed_at(step)
        for name in STEPS:
            setattr(os, name, guard(getattr(os, name)))
        restore(rules, templates)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def main(folder: Path) -> None:
    left = []
    for step in count():
        rules, templates = make(folder / str(step))
        if not restore_until(step, rules, templates):
            break
        first = seen(rules, templates)
        restore(rules, templates)
        hidden = [path.name for path in folder.joinpath(str(step)).rglob(".*")]
        left.append({"left": first, "again": seen(rules, templates), "hidden": hidden})
    sys.stdout.write(json.dumps(left))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
