"""The table of where.json."""

from typing import Any

from benchmarks.whole.tables import markdown


def where_table(found: dict[str, Any]) -> str:
    """The rooms as a table; those under one percent together."""
    whole = found["page_us"]
    rows = [(room, share) for room, share in found["rooms"] if share >= 0.01]
    rows.append(("all others", 1 - sum(share for _, share in rows)))
    lines = [(room, f"{share:.1%}", f"{share * whole:.1f}") for room, share in rows]
    head = f"{found['page']}: {whole:.0f} µs of CPU, of which the app takes {found['plain_us']:.0f}"
    collector = f"the collector's {found['collector_us']:.1f} µs are within"
    return f"{head}; {collector}\n\n" + markdown(("room", "share", "µs"), lines)
