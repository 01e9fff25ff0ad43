"""Facts: what is counted of one visitor's exposures, as fields of the counters; see `proof` for their meaning.

Whatever changes an exposure, what was counted for it before is taken back and what counts now is added. So the
counters are at any time the sum over all visitors of `facts_of` their exposures, whichever way these came about.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite

from msgspec import Struct, msgpack, structs

from floorwalker.core.effects import Count
from floorwalker.core.memory.kept.purchases import TRACE_BYTES
from floorwalker.core.memory.kept.responses import ASIDE, MIXED, SEEN, Exposure, Reached

SHOWN, CLICKED, CONVERTED, REVENUE, SQUARE, MIXED_FACT = "shown", "clicked", "converted", "revenue", "square", "mixed"
MOST_REVENUE = 10**11  # minor units that one visitor counts with, for one goal in one currency
SQUARE_STEP = 1 << 32  # what one in `square-high` stands for: a counter of 64 bits holds millions of the largest

_SQUARE_HIGH = "square-high"
MOST_BYTES = 1200  # of all exposures with what they are credited with

_encode = msgpack.Encoder().encode
CHANNEL = "channel:"
_SEPARATOR = "\x1f"
_PLAIN = (SHOWN, CLICKED, MIXED_FACT)
_MONEY = {REVENUE: 1, SQUARE: 1, _SQUARE_HIGH: SQUARE_STEP}
_LARGEST = 1 << 53
# ISO 4217: currencies whose minor unit is the unit itself, and those with thousandths; all others have hundredths.
_UNITS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
))  # fmt: skip
_THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))

Changes = tuple[Count, ...]


class Fact(Struct, frozen=True):
    """One counter's meaning. name: shown, clicked, converted, revenue, square or mixed. times: what one of the counter
    stands for, so that a fact is the sum over its fields of counter by `times`."""

    unit: str
    block: str
    arm: str
    name: str
    goal: str = ""
    currency: str = ""
    times: int = 1


def read_fact(field: str) -> Fact | None:
    """What a counter's field means; None where it is none of ours."""
    match field.split(_SEPARATOR):
        case [unit, block, arm, name] if name in _PLAIN:
            return Fact(unit, block, arm, name)
        case [unit, block, arm, name, goal] if name == CONVERTED:
            return Fact(unit, block, arm, name, goal)
        case [unit, block, arm, name, goal, currency] if name in _MONEY:
            told = SQUARE if name == _SQUARE_HIGH else name
            return Fact(unit, block, arm, told, goal, currency, _MONEY[name])
        case _:
            return None


def channel_count(day: str, channel: str, campaign: str, name: str, by: int) -> Count:
    """That offers came by a channel such as e-mail, or were answered: of all (campaign empty) or of one campaign. Its
    unit is `channel:NAME`, its arm is empty: it is no comparison, and counts messages rather than visitors."""
    return Count(day, _SEPARATOR.join((f"{CHANNEL}{channel}", campaign, "", name)), by)


def minor_digits(currency: str) -> int:
    """How many decimals its minor unit has: 2 for EUR, 0 for JPY, 3 for KWD."""
    if currency in _UNITS:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def minor_units(amount: float, currency: str) -> int:
    """An amount as whole minor units of the currency; 0 where it is none, or below."""
    if not isfinite(amount) or amount <= 0:
        return 0
    return int(min(round(amount * 10 ** minor_digits(currency)), _LARGEST))


def counted(revenue: int) -> int:
    """With how much of its revenue a visitor counts."""
    return min(max(revenue, 0), MOST_REVENUE)


def expanded(exposures: Iterable[Exposure]) -> list[Exposure]:
    """The exposures with what each is credited with, said of each."""
    latest: tuple[Reached, ...] = ()
    found = []
    for one in exposures:
        if one.reached is None:
            one = structs.replace(one, reached=latest)
        latest = one.reached or latest
        found.append(one)
    return found


def packed(exposures: Iterable[Exposure]) -> tuple[Exposure, ...]:
    """The exposures as they are kept: what is the same as before is not said again."""
    latest: tuple[Reached, ...] = ()
    found = []
    for one in exposures:
        if one.reached and one.reached == latest:
            one = structs.replace(one, reached=None)
        latest = one.reached or latest
        found.append(one)
    return tuple(found)


def as_kept(exposures: Sequence[Exposure]) -> tuple[list[Exposure], tuple[Exposure, ...]]:
    """The (expanded) exposures for which there is room with all that they are credited with, and how they are kept. The
    latest go first, and are in no figure then."""
    kept = packed(exposures)
    while kept and len(_encode(kept)) > MOST_BYTES:
        kept = packed(exposures[: len(kept) - 1])
    return list(exposures[: len(kept)]), kept


def facts_of(exposure: Exposure) -> Iterator[Count]:
    """Everything that is counted for an (expanded) exposure, on the day on which it began."""
    if exposure.side in (ASIDE, SEEN):
        return
    arm = exposure.arm
    day, begin = day_of(exposure.at), f"{exposure.unit}{_SEPARATOR}{exposure.block}{_SEPARATOR}{arm}{_SEPARATOR}"
    if exposure.side == MIXED:
        yield Count(day, begin + MIXED_FACT)
        return
    yield Count(day, begin + SHOWN)
    if exposure.clicked:
        yield Count(day, begin + CLICKED)
    for one in exposure.reached or ():
        if one.converted:
            yield Count(day, f"{begin}{CONVERTED}{_SEPARATOR}{one.goal}")
        for currency, revenue in one.revenue.items():
            end = f"{_SEPARATOR}{one.goal}{_SEPARATOR}{currency}"
            high, low = divmod(counted(revenue) ** 2, SQUARE_STEP)
            yield Count(day, f"{begin}{REVENUE}{end}", counted(revenue))
            yield Count(day, f"{begin}{SQUARE}{end}", low)
            yield Count(day, f"{begin}{_SQUARE_HIGH}{end}", high)


def difference(before: Sequence[Exposure], after: Sequence[Exposure]) -> Changes:
    """How the counters change where a visitor's (expanded) exposures become others."""
    changes: Counter[tuple[str, str]] = Counter()
    same = {id(one) for one in before} & {id(one) for one in after}
    for exposures, sign in ((after, 1), (before, -1)):
        for exposure in exposures:
            for count in facts_of(exposure) if id(exposure) not in same else ():
                changes[count.day, count.field] += sign * count.by
    return tuple([Count(day, field, by) for (day, field), by in changes.items() if by])


def without_trace(traces: bytes, gone: bytes) -> bytes:
    """Traces of orders but for one."""
    return b"".join([one for one in traces_in(traces) if one != gone])


def traces_in(traces: bytes) -> list[bytes]:
    """Each of several traces."""
    return [traces[place : place + TRACE_BYTES] for place in range(0, len(traces), TRACE_BYTES)]


@lru_cache(1024)
def day_of(at: int) -> str:
    """The day of a time, UTC, as YYYY-MM-DD."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()
