"""The command line: parse arguments, call one function, print. Exit status: 0 fine, 1 findings, 2 usage."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

from floorwalker.errors import FloorwalkerError

COMMANDS = (
    "demo",
    "new",
    "check",
    "test",
    "schema",
    "signals",
    "explain",
    "preview-link",
    "replay",
    "diff",
    "reach",
    "train",
    "rules",
    "report",
    "export",
    "relay",
    "visitor",
    "operator",
    "doctor",
    "backup",
    "restore",
)


def parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The whole command line. Each command is a module of this room with `add(subparsers)`."""
    root = argparse.ArgumentParser(
        prog="floorwalker", description="Real-time web personalization as an ASGI middleware."
    )
    root.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    subparsers = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        import_module(f"floorwalker.cli.{command.replace('-', '_')}").add(subparsers)
    return root


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"floorwalker {import_module('importlib.metadata').version('floorwalker')}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; an error of ours is one sentence on stderr, never a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    named = arguments[0] if arguments and arguments[0] in COMMANDS else None
    _open_streams()
    try:
        return _run(named, arguments)
    except FloorwalkerError as error:
        print(f"floorwalker {named}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _cut_off(named, error)


def _run(named: str | None, arguments: Sequence[str]) -> int:
    try:
        options = parser((named,) if named else COMMANDS).parse_args(arguments)
    except SystemExit:
        sys.stdout.flush()  # what was printed is help
        raise
    status = int(options.run(options))
    sys.stdout.flush()
    return status


def _open_streams() -> None:
    """Whatever is printed can be: into nothing where a stream is closed, with ? for what a terminal lacks."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _cut_off(command: str | None, error: OSError) -> int:
    """Nobody reads on (`| head`), or what was printed cannot be written; the interpreter must not try again."""
    if not isinstance(error, BrokenPipeError):
        print(f"floorwalker{' ' + command if command else ''}: {error.strerror or error}", file=sys.stderr)
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if isinstance(error, BrokenPipeError) else 2
