"""One target under Atheris: `python -m fuzz.instrumented TARGET [libFuzzer's options] CORPUS …`."""

import logging
import sys

import atheris


def main(arguments: list[str]) -> None:
    """Never comes back: libFuzzer ends the process."""
    with atheris.instrument_imports(include=["floorwalker", "fuzz"]):
        from fuzz.targets import TARGETS
    logging.disable(logging.CRITICAL)
    name, *options = arguments
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
