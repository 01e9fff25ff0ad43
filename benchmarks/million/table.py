"""The tables of million.json, and the single figures of it that stand in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.whole.tables import markdown

Json = Mapping[str, Any]
NOTED_MS: Final = 0.2
"""Commands of the server below that are not noted."""


def weight_table(found: Json) -> str:
    """What visitors of each kind weigh, and all together."""
    names = ("profile_bytes", "record_bytes", "visitor_bytes")
    rows = [(one["kind"], f"{one['share']:.1%}", *(f"{one[name]:,.0f}" for name in names)) for one in found["weights"]]
    rows.append(("all of them", "100.0%", "", "", f"{mean_bytes(found):,.0f}"))
    return markdown(("visitors who saw, or are", "share", "profile, B", "record, B", "in the server, B"), rows)


def reader_table(found: Json) -> str:
    """Every command that reads all of a store, at each size."""
    heads = ("reader", "visitors", "processor, s", "clock, s", "most memory, MB", "longest command at the server, ms")
    return markdown(heads, [_reader_cells(one) for one in _by_name(found["readers"])])


def pace_table(found: Json) -> str:
    """Load and commit among so many visitors."""
    heads = ("visitors", "load p50, µs", "p99", "at the server", "commit p50, µs", "p99", "at the server")
    names = [f"{what}_{figure}_us" for what in ("load", "commit") for figure in ("p50", "p99", "server")]
    rows = [(f"{one['visitors']:,}", *(_micros(one[name]) for name in names)) for one in found["paces"]]
    return markdown(heads, rows)


def mean_bytes(found: Json) -> float:
    """Of a visitor of the crowd, by the shares of the kinds."""
    return sum(float(one["share"] * one["visitor_bytes"]) for one in found["weights"])


def largest(found: Json) -> int:
    """So many visitors were in the store at the end."""
    return max(int(one["visitors"]) for one in found["paces"])


def in_all(found: Json) -> str:
    """What all of them take, as a clause."""
    size = largest(found)
    return f"{size:,} visitors as a shop has them take {found['bytes_in_all'] / 1e9:.2f} GB"


def kilobytes_by_kind(found: Json) -> str:
    """What a visitor of each kind takes, in the order of the kinds; who was shown nothing is not among them."""
    kinds = [one for one in found["weights"] if one["share"]]
    return "; ".join(f"{one['visitor_bytes'] / 1000:.1f} KB" for one in kinds)


def ended_well(name: str, exit_status: int) -> bool:
    """Whether a reader did what it is for: `visitor traces` says by 1 that there are some, as there are here."""
    return exit_status == (1 if name == "visitor traces" else 0)


def _reader_cells(one: Json) -> Sequence[str]:
    failed = "" if ended_well(one["name"], one["exit_status"]) else f" (ended with {one['exit_status']})"
    longest = one["longest"]
    told = f"{longest['us'] / 1000:.1f} {longest['command']}" if longest["us"] else f"under {NOTED_MS:g}"
    memory = f"{one['peak_bytes'] / 1e6:,.0f}"
    figures = (f"{one['visitors']:,}", f"{one['cpu_seconds']:,.1f}", f"{one['seconds']:,.1f}", memory)
    return (f"`{one['name']}`{failed}", *figures, told)


def _by_name(readers: Sequence[Json]) -> list[Json]:
    """Each beside itself at another size, in the order in which they ran first."""
    names = list(dict.fromkeys(one["name"] for one in readers))
    return sorted(readers, key=lambda one: (names.index(one["name"]), one["visitors"]))


def _micros(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
