"""`floorwalker schema`: the JSON Schema of rule files, for the YAML tools of editors."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile import names_of, schema

_SCHEMA_FILE = "floorwalker.schema.json"
_EXTENSION = "redhat.vscode-yaml"
_SCHEMAS = "yaml.schemas"


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "schema",
        help="the JSON Schema of the rule files",
        description="Prints the JSON Schema of rule files, for completion and hints in an editor. With RULES it knows "
        "the names that this folder defines.",
    )
    p.add_argument("rules", nargs="?", metavar="RULES", help="a folder of rule files, for its names")
    p.add_argument(
        "--vscode",
        action="store_true",
        help="write it, with the settings that VS Code needs, to .vscode in this folder (RULES: rules, if not given)",
    )
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the schema, or write it where VS Code finds it."""
    if args.vscode:
        return _write_for_vscode(Path(args.rules or "rules"), Path(".vscode"))
    print(_text(schema(None if args.rules is None else _names(Path(args.rules)))), end="")
    return 0


def _names(rules: Path) -> dict[str, list[str]]:
    beside = rules.parent / "templates"
    names = names_of(rules, beside if beside.is_dir() else None)
    return {**names, "block": [*names["block"], *names["template"]]}


def _write_for_vscode(rules: Path, folder: Path) -> int:
    """The schema, the settings that point at it, and the extension that reads both."""
    here = _from_here(rules)
    patterns = [f"{here}/*.yaml", f"{here}/*.yml"]
    files = {
        _SCHEMA_FILE: schema(_names(rules)),
        "settings.json": _with_schema(_existing(folder / "settings.json"), f"./{folder}/{_SCHEMA_FILE}", patterns),
        "extensions.json": _with_extension(_existing(folder / "extensions.json")),
    }
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(_text(content), encoding="utf-8")
        print(f"wrote {folder / name}")
    print(f"Open this folder in VS Code and take the YAML extension it offers ({_EXTENSION}).")
    print("Names of new segments and blocks are completed once you run this command again.")
    return 0


def _from_here(rules: Path) -> str:
    """The folder as seen from this one, which is the one that VS Code opens."""
    relative = Path(os.path.relpath(rules))
    if ".." in relative.parts:
        raise ConfigurationError(f"{rules} lies outside this folder; go to the folder that you open in VS Code")
    return relative.as_posix()


def _existing(path: Path) -> dict[str, Any]:
    """The settings that are there, which stay."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise ConfigurationError(
            f"{path} is no plain JSON (comments, perhaps), so it is left alone; "
            f'add "{_SCHEMAS}": {{"./.vscode/{_SCHEMA_FILE}": "rules/*.yaml"}} to it, or move it away'
        ) from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path} holds no settings; move it away")
    return found


def _with_schema(settings: dict[str, Any], schema_file: str, patterns: list[str]) -> dict[str, Any]:
    schemas = settings.get(_SCHEMAS)
    known = schemas if isinstance(schemas, dict) else {}
    return {**settings, _SCHEMAS: {**known, schema_file: patterns}}


def _with_extension(recommended: dict[str, Any]) -> dict[str, Any]:
    known = recommended.get("recommendations")
    names = known if isinstance(known, list) else []
    return {**recommended, "recommendations": names if _EXTENSION in names else [*names, _EXTENSION]}


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
