"""The tables of floor.json: layer by layer, what that leaves of the budgets, and our Python by room."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from benchmarks.whole.budgets import ADDED_CPU, RATIOS
from benchmarks.whole.tables import markdown

PLAIN, CONTROL, SESSION, WHOLE = "the plain app", "the plain app again", "SessionMiddleware", "the whole middleware"
FLOOR: Final = "three ready texts put into the page"
EVERY_LAYER: Final = "/static10"
LARGE_PAGE: Final = "/static50"
NOT_OURS: Final = frozenset(("the app", "the event loop and Python's own", "redis-py", "Jinja2", "store/link"))
"""Rooms that run in the least, too, or are not ours."""

Rounds = Mapping[str, Sequence[float]]
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A budget: microseconds of the plain page, what may be added to it, what the least adds, and what ours does."""

    name: str
    plain: float
    leaves: float
    least: float
    ours: float

    @property
    def left(self) -> float:
        """What is left for Python."""
        return self.leaves - self.least

    @property
    def figures(self) -> tuple[float, ...]:
        return self.plain, self.leaves, self.least, self.left, self.ours


def floor_table(found: Json) -> str:
    """All of it: layers, budgets, and rooms, each with a sentence that says what it is."""
    served, alone = found["pages"][EVERY_LAYER], found["alone"]
    return "\n\n".join(
        (
            _layers(served, alone),
            _budgets(list(_rows(found["pages"]))),
            _said(served),
            _rooms(found["instructions"], beyond(served, FLOOR)),
        )
    )


def beyond(rounds: Rounds, layer: str, *, of: str = WHOLE) -> float:
    """Microseconds that one takes beyond another, the median of what it is within each round."""
    return median(one - other for one, other in zip(rounds[of], rounds[layer], strict=True))


def _layers(served: Rounds, alone: Rounds) -> str:
    heads = ("a page of 10 KB", "µs", "lowest", "it adds", "× plain's throughput", "without a server, µs")
    return markdown(heads, list(_layer_rows(served, alone)))


def _layer_rows(served: Rounds, alone: Rounds) -> Iterator[list[str]]:
    before = PLAIN
    for name, rounds in served.items():
        under = PLAIN if name in (CONTROL, SESSION) else before
        added = "" if name == PLAIN else f"{beyond(served, under, of=name):.1f}"
        figures = (f"{median(rounds):.1f}", f"{min(rounds):.1f}", added, f"{_kept(served, name):.2f}")
        yield [name, *figures, f"{median(alone[name]):.1f}"]
        if under == before:
            before = name


def _rows(pages: Mapping[str, Rounds]) -> Iterator[Row]:
    """Each budget that the run can tell of. The least does the same to any page of 50 KB, and is told best by the one
    that takes next to no time itself."""
    for page, rounds in pages.items():
        budget, plain = RATIOS[page], median(rounds[PLAIN])
        least = beyond(rounds if FLOOR in rounds else pages[LARGE_PAGE], PLAIN, of=FLOOR)
        name = f"{budget.name} ≥ {budget.must:g} {budget.unit}"
        yield Row(name, plain, plain * (1 / budget.must - 1), least, beyond(rounds, PLAIN))
    rounds = pages[EVERY_LAYER]
    name = f"{ADDED_CPU.name} ≤ {ADDED_CPU.must:g} {ADDED_CPU.unit}"
    leaves = ADDED_CPU.must * beyond(rounds, PLAIN, of=SESSION)
    yield Row(name, median(rounds[PLAIN]), leaves, beyond(rounds, PLAIN, of=FLOOR), beyond(rounds, PLAIN))


def _budgets(rows: Sequence[Row]) -> str:
    heads = ("budget", "plain, µs", "it leaves, µs", "the least adds", "left for Python", "floorwalker adds")
    cells = [(one.name, *(f"{figure:.0f}" for figure in one.figures)) for one in rows]
    return f"{markdown(heads, cells)}\n\n{' '.join(_meaning(rows))}"


def _meaning(rows: Sequence[Row]) -> Iterator[str]:
    """What the budgets come to, in words."""
    beyond_reach = [one.name for one in rows if one.left < 0]
    within = [f"{one.name} ({one.left:.0f} µs)" for one in rows if one.left >= 0]
    if beyond_reach:
        yield f"The least alone misses: {'; '.join(beyond_reach)}."
    if within:
        yield f"Python has room in: {'; '.join(within)}."


def _said(served: Rounds) -> str:
    """What floorwalker takes, and how much of it has to be."""
    least, whole = (_kept(served, name) for name in (FLOOR, WHOLE))
    added, has_to_be = beyond(served, PLAIN), beyond(served, PLAIN, of=FLOOR)
    return (
        f"The least alone keeps {least:.2f} of the plain app's throughput, floorwalker {whole:.2f}. Of the "
        f"{added:.0f} µs that floorwalker adds, {has_to_be:.0f} are the least: I/O, C, and what calls them. The other "
        f"{added - has_to_be:.0f} are Python of ours:"
    )


def _kept(served: Rounds, name: str) -> float:
    """Of the plain app's throughput, as far as the processor bounds it."""
    return median(plain / one for plain, one in zip(served[PLAIN], served[name], strict=True))


def _rooms(instructions: Mapping[str, float], ours_us: float) -> str:
    """Our Python by room; microseconds as if each instruction cost the same."""
    ours = {room: count for room, count in instructions.items() if room not in NOT_OURS}
    in_all = sum(ours.values())
    rows = [(room, count) for room, count in ours.items() if count >= in_all / 100]
    rows.append(("all others", in_all - sum(count for _, count in rows)))
    cells = [
        (room, f"{count:,.0f}", f"{count / in_all:.1%}", f"{count / in_all * ours_us:.1f}") for room, count in rows
    ]
    return markdown(("room", "instructions", "share", "µs, by share"), cells)
