"""The table of costs.json."""

from collections.abc import Mapping
from typing import Any

from benchmarks.whole.tables import markdown


def costs_table(found: Mapping[str, Any]) -> str:
    """A table for each kind of work."""
    return "\n\n".join(
        markdown((of, "µs"), [(name, f"{took:,.1f}") for name, took in pieces.items()])
        for of, pieces in found["pieces"].items()
    )
