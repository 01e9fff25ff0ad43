"""The command line: parse arguments, call one function, print. Exit status: 0 fine, 1 findings, 2 usage."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from floorwalker.errors import FloorwalkerError

COMMANDS = ("demo", "check", "schema", "signals", "explain", "replay")


def parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The whole command line. Each command is a module of this room with `add(subparsers)`."""
    root = argparse.ArgumentParser(
        prog="floorwalker", description="Real-time web personalization as an ASGI middleware."
    )
    subparsers = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        import_module(f"floorwalker.cli.{command}").add(subparsers)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; an error of ours is one sentence on stderr, never a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    named = arguments[0] if arguments and arguments[0] in COMMANDS else None
    options = parser((named,) if named else COMMANDS).parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = options.run(options)
    except FloorwalkerError as error:
        print(f"floorwalker {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return int(status)
