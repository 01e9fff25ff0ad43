"""`python -m audit [--ask | --require] [--write]`: 0 where all is well, 1 where something is not, each with why.

Nothing leaves this machine unless `--ask` or `--require` say so: then pip-audit tells its service every pinned name.
"""

import argparse
import sys
from pathlib import Path

from audit.bounds import unbounded, unlike, unpinned
from audit.installed import NotInstalled, shipped
from audit.licences import page, refused
from audit.vulnerabilities import NotAsked, ask_pip_audit, known

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"


def main(arguments: list[str]) -> int:
    """Print what is wrong, or that nothing is."""
    asked = _parser().parse_args(arguments)
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    constraints = ROOT / "constraints.txt"
    pins = constraints.read_text(encoding="utf-8")
    try:
        found = shipped()
    except NotInstalled as missing:
        print(f"audit: {missing}")
        return 1
    if asked.write:
        PAGE.write_text(page(found), encoding="utf-8")
    problems = [*refused(found), *unbounded(pyproject), *unpinned(pyproject, pins), *unlike(found, pins)]
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(found):
        problems.append("docs/licences.md is not what is installed: run `python -m audit --write`")
    if asked.ask or asked.require:
        problems += _vulnerable(constraints, require=asked.require)
    else:
        print("audit: known vulnerabilities were not asked for; --ask does")
    for problem in problems:
        print(f"audit: {problem}")
    print("audit: nothing is wrong" if not problems else f"audit: {len(problems)} to be mended")
    return 1 if problems else 0


def _vulnerable(constraints: Path, *, require: bool) -> list[str]:
    """What is known to be vulnerable; where nobody could be asked, that is said, and wrong where it is required."""
    try:
        return known(constraints, ask_pip_audit)
    except NotAsked as why:
        print(f"audit: KNOWN VULNERABILITIES COULD NOT BE ASKED FOR: {why}")
        return ["known vulnerabilities were required, and could not be asked for"] if require else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit", description=__doc__)
    parser.add_argument("--ask", action="store_true", help="ask pip-audit's service for known vulnerabilities")
    parser.add_argument("--require", action="store_true", help="the same, and fail where it cannot be asked")
    parser.add_argument("--write", action="store_true", help="write docs/licences.md")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
