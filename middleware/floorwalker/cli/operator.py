"""`floorwalker operator`: a password for somebody who may look visitors up in the browser."""

import argparse
import getpass
import secrets
import sys
from typing import Any, Final

from floorwalker.asgi.settings import ENVIRONMENT_PREFIX
from floorwalker.cli.reports.paper import Paper
from floorwalker.console.passwords import NAME, SALT_BYTES, SHORTEST, hashed
from floorwalker.errors import ConfigurationError

_VARIABLE: Final = f"{ENVIRONMENT_PREFIX}OPERATORS"
_DESCRIPTION = f"""\
Asks for a password and prints the line that lets NAME log in at /_floorwalker/console/. The password is in it as a hash
alone. For several people, put their entries behind one another in {_VARIABLE}, with commas between. In a pipe, the
password is read from standard input.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "operator",
        help="a password for somebody who may look visitors up",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("name", metavar="NAME", help="letters, digits, and . _ - between them")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, hash, print; what to do with it goes to stderr, so that the line alone can be piped on."""
    if not NAME.fullmatch(args.name):
        raise ConfigurationError(f"{args.name[:60]} is no name; write letters, digits, and . _ - between them")
    print(f"{_VARIABLE}='{args.name}:{hashed(_password(), salt=secrets.token_bytes(SALT_BYTES))}'")
    sys.stdout.flush()
    told = "Set this where the site runs, and start it again. In a file that no shell reads, leave the quotes out."
    print(Paper(sys.stderr).quiet(told), file=sys.stderr)
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise ConfigurationError("the two are not the same")
    if len(password) < SHORTEST:
        raise ConfigurationError(f"the password has {len(password)} characters, it needs {SHORTEST}")
    return password
