"""`floorwalker demo`: the demo shop on the embedded store, and the addresses to try."""

import argparse
import gc
import os
import shlex
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import floorwalker
from floorwalker.asgi.rules import publishing
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.rule_options import templates_of
from floorwalker.cli.terminal_log import log_to_terminal
from floorwalker.errors import ConfigurationError

_LAST_PORT = 65535


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "demo",
        help="run the demo shop",
        description="Runs the camera shop of this project's clone on an embedded store, with the rules of this folder. "
        "What visitors do, and the history of the rules, lie in var/ beside the rules.",
    )
    p.add_argument("--port", type=int, default=8000, help="where it listens on this machine (default 8000)")
    p.add_argument("--rules", default="rules", help="the folder of rule files (default: rules)")
    p.add_argument("--templates", help="the folder of templates (default: templates beside the rules)")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    import uvicorn

    site = _demo_site()
    _refuse_busy(args.port)
    rules = Path(args.rules)
    operator = site.operator_login()
    app = site.create_demo(rules=rules, templates=templates_of(args), operator=operator)
    address = f"http://127.0.0.1:{args.port}"
    print(_welcome(Paper(sys.stdout), address, site.ADDRESSES, _commands(rules, address), operator))
    sys.stdout.flush()
    _tell_of_saved_rules()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # the collector is the tail of the latency; an app may set this, a library may not
    uvicorn.run(app, host="127.0.0.1", port=args.port, log_level="warning")
    return 0


def _demo_site() -> Any:
    """The shop lies in a clone, here or where the package itself comes from, and not in the wheel."""
    for folder in (Path(floorwalker.__file__).resolve().parents[2], Path.cwd()):
        if (folder / "demo_site").is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    try:
        return import_module("demo_site.app")
    except ModuleNotFoundError as error:
        if error.name not in ("demo_site", "demo_site.app"):
            raise
        raise ConfigurationError("there is no demo_site folder here; run this in a clone of the project") from None


def _refuse_busy(port: int) -> None:
    if not 0 < port <= _LAST_PORT:
        raise ConfigurationError(f"{port} is no port; write a number from 1 to {_LAST_PORT}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise ConfigurationError(f"port {port} is for the system's own services; try --port 8000") from None
        except OSError:
            other = port + 1 if port < _LAST_PORT else 8000
            raise ConfigurationError(f"port {port} is not free; try --port {other}") from None


def _tell_of_saved_rules() -> None:
    """Whoever saves a file reads in this window whether it is in force, or why not."""
    log_to_terminal(publishing.__name__, shown="%(asctime)s  %(message)s", times="%H:%M:%S")


def _welcome(
    paper: Paper,
    address: str,
    addresses: tuple[tuple[str, str], ...],
    commands: Sequence[str],
    operator: tuple[str, str] | None,
) -> str:
    width = max(len(path) for path, _ in addresses)
    lines = [paper.strong("The demo shop is open."), ""]
    lines += [f"  {paper.accent((address + path).ljust(len(address) + width))}  {what}" for path, what in addresses]
    lines += ["", "“Who am I?” at the edge of any page shows why it looks as it does, and leads to the preview as"]
    lines += ["somebody else. To change what it shows, save a file of rules or a template. In another window:", ""]
    lines += [f"  {command}" for command in commands]
    if operator is not None:
        name, password = operator
        lines += ["", "Whoever sells here looks people up at"]
        lines += [f"  {paper.accent(f'{address}/_floorwalker/console/')}  as {name}, password {paper.strong(password)}"]
    lines += ["", "Ctrl-C ends it."]
    return "\n".join(lines)


def _commands(rules: Path, address: str) -> Sequence[str]:
    """What an editor runs beside the shop, as it can be pasted."""
    name, folder = _own_name(), shlex.quote(str(rules))
    named = "" if rules == Path("rules") else f" --rules {folder}"
    key = shlex.quote(str(rules.parent / "var" / "demo.key"))
    signed = "" if os.environ.get("FLOORWALKER_SECRET_KEY") else f" --secret-key-file {key}"
    return (f"{name} check {folder}", f"{name} test {folder}", f"{name} preview-link --site {address}{named}{signed}")


def _own_name() -> str:
    """This command, as it was called where it lies below the folder at hand."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "floorwalker" and not called.is_absolute() else "floorwalker"
