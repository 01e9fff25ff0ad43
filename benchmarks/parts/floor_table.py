"""The tables of floor.json: layer by layer, what that leaves of the budgets, and our Python by room."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Final

from benchmarks.whole.budgets import ADDED_CPU, RATIOS
from benchmarks.whole.tables import markdown

PLAIN, CONTROL, SESSION, WHOLE = "the plain app", "the plain app again", "SessionMiddleware", "the whole middleware"
FLOOR: Final = "three ready texts put into the page"
EVERY_LAYER: Final = "/static10"
NOT_OURS: Final = frozenset(("the app", "the event loop and Python's own", "redis-py", "Jinja2", "store/link"))
"""Rooms that run in the least, too, or are not ours."""

Rounds = Mapping[str, Sequence[float]]
Json = Mapping[str, Any]


def floor_table(found: Json) -> str:
    """All of it: layers, budgets, and rooms, each with a sentence that says what it is."""
    served, alone = found["pages"][EVERY_LAYER], found["alone"]
    return "\n\n".join(
        (
            _layers(served, alone),
            markdown(
                ("budget", "plain, µs", "it leaves, µs", "I/O and C add", "left for Python", "floorwalker adds"),
                list(_budgets(found["pages"])),
            ),
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
        ratio = median(plain / one for plain, one in zip(served[PLAIN], rounds, strict=True))
        yield [name, f"{median(rounds):.1f}", f"{min(rounds):.1f}", added, f"{ratio:.2f}", f"{median(alone[name]):.1f}"]
        if under == before:
            before = name


def _budgets(pages: Mapping[str, Rounds]) -> Iterator[list[str]]:
    for page, rounds in pages.items():
        budget = RATIOS[page]
        plain = median(rounds[PLAIN])
        yield _budget_row(f"{budget.name} ≥ {budget.must:g} {budget.unit}", plain * (1 / budget.must - 1), rounds)
    rounds = pages[EVERY_LAYER]
    session = beyond(rounds, PLAIN, of=SESSION)
    yield _budget_row(f"{ADDED_CPU.name} ≤ {ADDED_CPU.must:g} {ADDED_CPU.unit}", ADDED_CPU.must * session, rounds)


def _budget_row(name: str, leaves: float, rounds: Rounds) -> list[str]:
    least, ours = beyond(rounds, PLAIN, of=FLOOR), beyond(rounds, PLAIN)
    figures = (median(rounds[PLAIN]), leaves, least, leaves - least, ours)
    return [name, *(f"{figure:.0f}" for figure in figures)]


def _said(served: Rounds) -> str:
    """What it means, in words."""
    kept = [
        median(plain / one for plain, one in zip(served[PLAIN], served[name], strict=True)) for name in (FLOOR, WHOLE)
    ]
    whole = beyond(served, PLAIN)
    least = beyond(served, PLAIN, of=FLOOR)
    return (
        f"The least alone keeps {kept[0]:.2f} of the plain app's throughput, floorwalker {kept[1]:.2f}. "
        f"Of the {whole:.0f} µs that floorwalker adds, {least:.0f} are the least: I/O, C, and what calls them. The "
        f"other {whole - least:.0f} are Python of ours:"
    )


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
