"""`python -m fuzz [TARGET …] [--minutes N] [--engine hypothesis|atheris]`: a table, and the input of whatever fails."""

import argparse
import logging
import sys
from pathlib import Path

from fuzz.engines import Run, by_atheris, by_hypothesis, has_atheris
from fuzz.targets import TARGETS

FINDS = Path(__file__).parent / "finds"


def main(arguments: list[str]) -> int:
    """0 where everything held, 1 where something failed, 2 where the call is wrong."""
    asked = _parser().parse_args(arguments)
    logging.disable(logging.CRITICAL)
    engine = by_atheris if asked.engine == "atheris" else by_hypothesis
    print(f"{'target':<12}{'engine':<12}{'executions':>12}{'seconds':>9}  finds")
    failed = 0
    for name in asked.targets or TARGETS:
        run = engine(name, TARGETS[name], seconds=asked.minutes * 60, finds=FINDS)
        print(_row(name, asked.engine, run), flush=True)
        failed += bool(run.found)
    return 1 if failed else 0


def _row(name: str, engine: str, run: Run) -> str:
    found = f"{run.found}: {run.why}" if run.found else "none"
    return f"{name:<12}{engine:<12}{run.executions:>12,}{run.seconds:>9.0f}  {found}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="default: all of them", metavar="TARGET")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each target (default: 1)")
    engines = ["hypothesis", *(["atheris"] if has_atheris() else [])]
    parser.add_argument("--engine", choices=engines, default=engines[-1], help=f"default: {engines[-1]}")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
