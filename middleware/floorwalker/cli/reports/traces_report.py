"""What a walk over all keys found of one person, in words."""

from collections.abc import Iterator
from typing import Final

from floorwalker.cli.reports.paper import Paper, counted, printable, table
from floorwalker.store import Traces

_PLACES_SHOWN: Final = 20
_LOGS: Final = {
    "written anew": "The server's append-only file was written anew, so what was erased is not in it either.",
    "not in time": "The server has not written its append-only file anew in time: run this again.",
    "not ours": "If your server keeps an append-only file, what was erased stays in it until BGREWRITEAOF was run.",
}
_PACKED: Final = (
    "Your server keeps several entries of a stream in one piece, so bytes of deleted ones may stay in its memory and\n"
    "snapshots, where no reader finds them, until their neighbours go. With stream-node-max-entries 1 none do."
)
_BEYOND: Final = (
    "This cannot see backups and snapshots, what webhooks and other readers of the streams were told, nor your logs."
)


class TracesReport:
    """How traces are told."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def lines(self, traces: Traces) -> Iterator[str]:
        """Where anything lies."""
        yield from self._looked(traces)
        yield from self._found(traces)

    def proof(self, traces: Traces, *, log: str) -> Iterator[str]:
        """The same after an erasure. log: what became of the append-only file."""
        yield ""
        yield from self.lines(traces)
        yield _LOGS[log]
        if traces.packed:
            yield _PACKED
        yield self._paper.quiet(_BEYOND)

    def _looked(self, traces: Traces) -> Iterator[str]:
        keys = sum(traces.keys.values())
        yield f"Looked into {counted(keys, 'key')}, {counted(traces.values, 'value')} in them:"
        rows = [(kind, f"{number:,}") for kind, number in sorted(traces.keys.items(), key=lambda one: -one[1])]
        yield from table(rows) if rows else ()

    def _found(self, traces: Traces) -> Iterator[str]:
        stones = counted(traces.stones, "stone") if traces.stones else ""
        if traces.left:
            yield self._paper.accent(f"Found in {counted(len(traces.left), 'key')}:")
            yield from table(
                [(printable(one.key), f"by their {one.by}") for one in traces.left[:_PLACES_SHOWN]], notes=1
            )
            if len(traces.left) > _PLACES_SHOWN:
                yield self._paper.quiet(f"  and in {len(traces.left) - _PLACES_SHOWN:,} more")
        else:
            yield self._paper.strong("Nothing of them is there" + (f" but {stones}." if stones else "."))
        if stones:
            yield self._paper.quiet(
                "A stone is an id that must not be used again, and nothing else; it goes by itself."
            )
        if traces.alike:
            others = ", ".join(map(printable, traces.alike[:5]))
            yield f"{counted(len(traces.alike), 'visitor')} beside them say the same name or address: {others}."
            yield "They may be somebody else; to erase one, say --visitor with the id."
