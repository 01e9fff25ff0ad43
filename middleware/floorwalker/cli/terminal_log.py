"""What a command that runs on says on its terminal: text, or one line of JSON for each record."""

import logging
import os
from typing import Final

from floorwalker.errors import ConfigurationError
from floorwalker.logs import JsonFormatter, TextFormatter

VARIABLE: Final = "FLOORWALKER_LOG"


def log_to_terminal(*talkative: str, shown: str, times: str | None = None) -> None:
    """Warnings of everybody, and what these loggers say besides. shown, times: as `logging.Formatter` takes them.

    Raises ConfigurationError where FLOORWALKER_LOG asks for neither text nor json.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(shown, times))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for name in talkative:
        logging.getLogger(name).setLevel(logging.INFO)


def _formatter(shown: str, times: str | None) -> logging.Formatter:
    match os.environ.get(VARIABLE, "text").strip().lower():
        case "json":
            return JsonFormatter()
        case "" | "text":
            return TextFormatter(shown, times)
        case other:
            raise ConfigurationError(f"{VARIABLE} cannot be {other[:40]!r}: it is text or json")
