"""Single figures that stand in sentences of the docs, each from the JSON of its run."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from benchmarks.million.sizing import ENTRY_BYTES, INTO_MASTER_BYTES, OUT_OF_MASTER_BYTES, SERVER_US, Sizing
from benchmarks.million.table import in_all, kilobytes_by_kind, mean_bytes

Read = Callable[[str], Any]
_LOADED_PAGE: Final = "/static10"


def sizing(million: Mapping[str, Any], results: Mapping[str, Any]) -> Sizing:
    """What the sums of docs/scaling.md begin with."""
    returning = next(one["visitor_bytes"] for one in million["weights"] if one["kind"] == "returning")
    return Sizing(mean_bytes(million), returning, added_us(results, _LOADED_PAGE))


def added_us(results: Mapping[str, Any], page: str) -> float:
    """Microseconds of CPU that floorwalker adds to a page under full load."""
    lines = results["pages"]
    return float(next(one["added_cpu_us"] for one in lines if (one["page"], one["variant"]) == (page, "floorwalker")))


def plain_us(results: Mapping[str, Any], page: str) -> float:
    """Microseconds of CPU that a page takes without floorwalker, under full load."""
    return float(next(one["cpu_us"] for one in results["pages"] if (one["page"], one["variant"]) == (page, "plain")))


def standing(results: Mapping[str, Any]) -> str:
    """How many of the budgets are met, as a clause."""
    stand = Counter(row["standing"] for row in results["budgets"])
    met = stand["met"] + stand["aim reached"]
    return f"{met} of the {met + stand['missed']} budgets that were measured are met, {stand['missed']} are missed"


VALUES: Final[Mapping[str, Callable[[Read], str]]] = {
    "bytes-per-visitor": lambda read: kilobytes_by_kind(read("million.json")),
    "bytes-of-all": lambda read: f"{mean_bytes(read('million.json')) / 1000:.2f} KB",
    "million-in-all": lambda read: in_all(read("million.json")),
    "server-us": lambda _: f"{SERVER_US} µs",
    "master-bytes": lambda _: f"{INTO_MASTER_BYTES / 1000:.1f} KB; {OUT_OF_MASTER_BYTES / 1000:.1f} KB",
    "stream-entry": lambda _: f"{ENTRY_BYTES} bytes",
    "page-loaded-us": lambda read: f"{added_us(read('results.json'), _LOADED_PAGE):.0f} µs",
    "standing": lambda read: standing(read("results.json")),
    "plain-us": lambda read: f"{plain_us(read('results.json'), _LOADED_PAGE):.0f} µs",
    "page-alone-us": lambda read: f"{read('where.json')['page_us']:.0f} µs",
}
"""By the name between the marks."""
