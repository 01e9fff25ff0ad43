"""Budgets of single pieces of work: each asks the module that measures it, and only when the row is wanted."""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.whole.budgets import PIECES, Row, row_of

Found = Mapping[str, float]
_WEIGHED = 20_000  # visitors of each kind


def rows() -> list[Row]:
    """Every piece's row; what cannot be measured here is a row that says so. Under a minute."""
    figures: dict[str, float] = {}
    for measure in (_classified, _scanned, _said, _weighed):
        figures |= measure()
    return [row_of(budget, [figures[name]] if name in figures else []) for name, budget in PIECES.items()]


def _classified() -> Found:
    """Mixed conditions over usual profiles of thirty recent events, over the fullest, and of the request alone."""
    from benchmarks.parts.classifying import classifying

    took = classifying((100, 1000))
    found = {}
    for size in ("100", "1,000"):
        found[f"classify {size} segments, mixed"] = took[f"mixed, {size} segments, 30 recent events"]
        found[f"classify {size} segments, mixed, the fullest profiles"] = took[
            f"mixed, {size} segments, 100 recent events"
        ]
        found[f"classify {size} segments, of the request alone"] = took[
            f"of the request, {size} segments, 30 recent events"
        ]
    few, many = (found[f"classify {size} segments, mixed, the fullest profiles"] for size in ("100", "1,000"))
    return {**found, "100 → 1,000 segments, added to a page": (many - few) / 1000}


def _scanned() -> Found:
    from benchmarks.parts.html_scan import measure

    return {"three markers in 50 KB": measure()["three markers in 50 KB, met before"][0]}


def _said() -> Found:
    from benchmarks.parts.redis_talk import measure

    talk = asyncio.run(measure())
    return {
        "Redis round trips of a page": talk.commands,
        "Redis round trips before the first byte": talk.before,
        "Redis bytes of a page, beyond 2.2 × profile": talk.beyond,
    }


def _weighed() -> Found:
    """A million of each, by the bytes of one; the profiles of thirty pages are those of about 1.5 KB."""
    from benchmarks.parts.footprint import kinds, weigh
    from floorwalker.store.bundled.embedded import EmbeddedServer

    names = {
        "one page": "memory of a million who saw one page",
        "thirty pages": "memory of a million profiles of 1.5 KB",
    }
    found = {}
    for kind, profiles in kinds(time.time()).items():
        if kind not in names:
            continue
        with tempfile.TemporaryDirectory(prefix="fw-bench-") as folder, EmbeddedServer(Path(folder) / "data") as server:
            weight = asyncio.run(weigh(str(server.start()), kind, profiles, visitors=_WEIGHED))
            server.stop()
        found[names[kind]] = weight.visitor / 1000
    return found
