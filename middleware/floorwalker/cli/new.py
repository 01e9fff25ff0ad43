"""`floorwalker new`: commented files to begin with. Nothing that is there is ever changed."""

import argparse
import shlex
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from floorwalker.errors import ConfigurationError
from floorwalker.html.selector_check import check_selector
from floorwalker.rulefile import names_of
from floorwalker.rulefile.fields import label
from floorwalker.rulefile.values import Misread

_SCAFFOLD = files("floorwalker.cli") / "scaffold"
_NEXT = (
    ("floorwalker check", "finds every mistake"),
    ("floorwalker test", "plays the people of tests.yaml"),
    ("floorwalker schema --vscode", "has VS Code complete what you write"),
)
_EXAMPLES = {"segment": "bargain-hunter", "slot": "hero"}


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "new",
        help="commented files to begin with: a site, a segment, a slot",
        description="Writes commented files that hold a working example. Files that are there stay as they are.",
    )
    kinds = p.add_subparsers(dest="kind", metavar="site|segment|slot", required=True)
    site = kinds.add_parser("site", help="a folder of rules, with templates and tests beside it")
    site.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where (default: this folder)")
    site.set_defaults(run=_new_site)
    for kind, what, write in (
        ("segment", "a class of visitors", _new_segment),
        ("slot", "a place in pages", _new_slot),
    ):
        one = kinds.add_parser(kind, help=what)
        one.add_argument("name", metavar="NAME", help=f"the {kind}'s name, such as {_EXAMPLES[kind]}")
        one.add_argument("--rules", default="rules", help="the folder of rule files (default: rules)")
        one.set_defaults(run=write)
        if kind == "slot":
            one.add_argument("--at", metavar="SELECTOR", help="a CSS selector of the place (default: #NAME)")


def _new_site(args: argparse.Namespace) -> int:
    folder = Path(args.folder)
    _write(dict(_files_of(_SCAFFOLD / "site", folder)))
    print()
    print(f"The rules lie in {folder / 'rules'}, what they show in {folder / 'templates'}. What to do next:")
    if folder.resolve() != Path.cwd():
        print(f"  cd {shlex.quote(str(folder)):<27}  goes there")
    for command, what in _NEXT:
        print(f"  {command:<30}  {what}")
    return 0


def _new_segment(args: argparse.Namespace) -> int:
    return _new_entry("segment", args, {})


def _new_slot(args: argparse.Namespace) -> int:
    selector = args.at or f"#{args.name}"
    problem = check_selector(selector, "inside")
    if problem is not None and problem.kind == "error":
        raise ConfigurationError(f"{problem.message}; {problem.hint}")
    return _new_entry("slot", args, {"SELECTOR": selector.replace("\\", "\\\\").replace('"', '\\"')})


def _new_entry(kind: str, args: argparse.Namespace, values: Mapping[str, str]) -> int:
    rules = Path(args.rules)
    try:
        label(args.name)
    except Misread as misread:
        raise ConfigurationError(f"{misread.message}; {misread.hint}") from misread
    if not rules.is_dir():
        raise ConfigurationError(f"the rules folder {rules} does not exist; `floorwalker new site` makes one")
    if args.name in names_of(rules)[kind]:
        raise ConfigurationError(f"there is a {kind} {args.name} already; take another name")
    text = (_SCAFFOLD / f"{kind}.yaml").read_text(encoding="utf-8")
    for word, value in {"NAME": args.name, "RULES": rules.as_posix(), **values}.items():
        text = text.replace(word, value)
    _write({rules / f"{kind}-{args.name.replace('/', '-')}.yaml": text})
    print(f"Fill it in, then run `floorwalker check {rules}`.")
    return 0


def _files_of(source: Traversable, target: Path) -> Iterable[tuple[Path, str]]:
    """Every file below a scaffold's folder, and where it goes."""
    for entry in sorted(source.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _files_of(entry, target / entry.name)
        else:
            yield target / entry.name, entry.read_text(encoding="utf-8")


def _write(texts: Mapping[Path, str]) -> None:
    """All of the files, or none where one is there."""
    there = [path for path in texts if path.exists()]
    if there:
        raise ConfigurationError(f"{there[0]} is there already, so nothing is written; name another folder, or move it")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")
