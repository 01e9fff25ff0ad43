"""`make bench-compare`: others beside floorwalker in one run, on the same page and under the same load.

One core for the server, the other for the load and the store, eight connections, every peer in turn within each round.
What each adds is its CPU per request beyond that of the same page served the same way without it. About six minutes,
and what the environments take to be made. Each does something else: the table says what.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from benchmarks.compare.peers import Peer, Place, Skipped, peers
from benchmarks.compare.table import compare_plot, compare_table
from benchmarks.site.pages import Pages
from benchmarks.site.rules import write_rules
from benchmarks.site.visitors import returning_visitors
from benchmarks.whole.conditions import conditions, told
from benchmarks.whole.load import USER_AGENT
from benchmarks.whole.rounds import busy, load
from benchmarks.whole.servers import Server, servers

_CONNECTIONS = 8
Figures = Mapping[str, list[dict[str, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each run of the load generator")
    parser.add_argument("--out", default="", help="a folder for compare.json and compare.svg")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-compare-", ignore_cleanup_errors=True) as folder:
        found = _compared(Path(folder), rounds=options.rounds, seconds=options.seconds)
    print(f"{compare_table(found)}\n\n{told(found['made'])}")
    if options.out:
        out = Path(options.out)
        out.mkdir(parents=True, exist_ok=True)
        (out / "compare.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        (out / "compare.svg").write_text(compare_plot(found))


def _compared(folder: Path, *, rounds: int, seconds: float) -> dict[str, Any]:
    made = conditions()
    all_of_them = list(peers(_place(folder)))
    compared = [one for one in all_of_them if isinstance(one, Peer)]
    skipped = [{"name": one.name, "reason": one.reason} for one in all_of_them if isinstance(one, Skipped)]
    figures: Figures = {peer.name: [] for peer in compared}
    with servers({peer.name: peer.command for peer in compared}) as running:
        for peer in compared:
            _begin(running[peer.name], peer)
        for number in range(rounds):
            for peer in compared[number % len(compared) :] + compared[: number % len(compared)]:
                print(f"\rround {number + 1}/{rounds} {peer.name:<40}", end="", file=sys.stderr, flush=True)
                figures[peer.name].append(_measured(running[peer.name], peer, seconds))
    print(file=sys.stderr)
    return {"made": made, "rounds": rounds, "peers": [_row(peer, figures) for peer in compared], "skipped": skipped}


def _place(folder: Path) -> Place:
    rules, templates = write_rules(folder)
    store, cookies, page = f"embedded:{folder / 'store'}", folder / "cookies", folder / "page.html"
    asyncio.run(returning_visitors(2_000, store=store, rules=rules, cookies=cookies))
    page.write_bytes(Pages().static["/static10"])
    return Place(folder, page, str(cookies), {"rules": str(rules), "templates": str(templates), "store": store})


def _begin(server: Server, peer: Peer) -> None:
    """Load what is loaded at the first requests, and look at the page. Raises SystemExit where it is another."""
    load(server, peer.path, cookies=peer.cookies, seconds=0.5, connections=1)
    headers = {"accept": "text/html", "user-agent": USER_AGENT}
    if peer.cookies:
        headers["cookie"] = Path(peer.cookies).read_text().partition("\n")[0]
    page = httpx.get(f"http://127.0.0.1:{server.port}{peer.path}", headers=headers, timeout=60)
    if page.status_code != 200 or len(page.content) < 9_000 or peer.shows not in page.text:
        raise SystemExit(f"{peer.name} does not answer with the page")


def _measured(server: Server, peer: Peer, seconds: float) -> dict[str, float]:
    fast, cpu_us = busy(server, peer.path, cookies=peer.cookies, seconds=seconds, connections=_CONNECTIONS)
    calm = load(server, peer.path, cookies=peer.cookies, seconds=seconds / 2, connections=1)
    return {
        "requests_per_second": fast["requests_per_second"],
        "cpu_us": cpu_us,
        "alone_ms": calm["p50_ms"],
        "failures": fast["failures"] + calm["failures"],
    }


def _row(peer: Peer, figures: Figures) -> dict[str, object]:
    """Medians of the rounds; what is added is taken within each round."""
    mine = figures[peer.name]
    added = _added(mine, figures[peer.base]) if peer.base else []
    return {
        "name": peer.name,
        "base": peer.base,
        "does": peer.does,
        **{name: round(median(one[name] for one in mine), 2) for name in ("requests_per_second", "cpu_us", "alone_ms")},
        "added_cpu_us": round(median(added), 1) if added else None,
        "lowest_added_cpu_us": round(min(added), 1) if added else None,
        "highest_added_cpu_us": round(max(added), 1) if added else None,
        "failures": sum(one["failures"] for one in mine),
    }


def _added(mine: Sequence[Mapping[str, float]], base: Sequence[Mapping[str, float]]) -> list[float]:
    return [one["cpu_us"] - other["cpu_us"] for one, other in zip(mine, base, strict=True)]


if __name__ == "__main__":
    main()
