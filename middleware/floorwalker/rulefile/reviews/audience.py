"""For whom an entry is, and whom it certainly takes, as conditions that can be reasoned about."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from floorwalker.core.conditions.matchers import AnyOf, Dates, Flag, PathIs, Range, fold_text
from floorwalker.core.conditions.model import All, AnyCondition, Condition, Field, InSegment, Test
from floorwalker.core.ruleset import Block, Content, Entry, Limits, Promotion, Ruleset, Schedule, Slot

IsCertain = Callable[[Content], bool]
"""Whether a content is shown to everybody, whatever is known of them."""

_ALWAYS = Schedule()
_REMEMBERED = Test("remembered", (Field("is", Flag(True)),))
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC).timestamp()


def audience_of(entry: Entry, ruleset: Ruleset) -> tuple[Condition, ...]:
    """What must hold for an entry to be looked at."""
    asked = [*_scheduled(entry.limits.schedule)]
    block = _block(entry, ruleset)
    if block is not None:
        asked += _scheduled(block.limits.schedule)
    if entry.to:
        asked.append(InSegment(entry.to, f"to: {', '.join(entry.to)}"))
    if entry.when is not None:
        asked.append(entry.when)
    return tuple(asked)


def taken_by(entry: Entry, ruleset: Ruleset, is_certain: IsCertain) -> Condition | None:
    """Whom the entry takes for certain, once it is looked at; None where a limit or its content may pass it over."""
    audience = audience_of(entry, ruleset)
    if _may_rest(entry.limits):
        return None
    if entry.content is not None:
        block = _block(entry, ruleset)
        if (block is not None and _may_rest(block.limits)) or not is_certain(entry.content):
            return None
        return All(audience)
    inside = [
        taken_by(inner, ruleset, is_certain) for inner in entry.show if entry.choose != "weighted" or inner.weight
    ]
    taken = AnyCondition(tuple(one for one in inside if one is not None))
    return All((*audience, taken, *([_REMEMBERED] if entry.choose == "weighted" else [])))


def promoted_by(promotion: Promotion) -> tuple[Condition, ...]:
    """What must hold before any entry of a promotion is looked at."""
    return (*_scheduled(promotion.schedule), *([_REMEMBERED] if promotion.control > 0 else []))


def pages_of(slot: Slot) -> tuple[Condition, ...]:
    """On which pages a slot is."""
    if not slot.pages:
        return ()
    types = frozenset(fold_text(page) for page in slot.pages if not page.startswith("/"))
    paths = tuple(page for page in slot.pages if page.startswith("/"))
    written = f"pages: [{', '.join(slot.pages)}]"
    either: list[Condition] = []
    if types:
        either.append(Test("page", (Field("type", AnyOf(types)),), written=written))
    if paths:
        either.append(Test("page", (Field("path", PathIs(paths)),), written=written))
    return tuple(either) if len(either) == 1 else (AnyCondition(tuple(either)),)


def from_now_on(now: float, zone: ZoneInfo) -> tuple[Condition, ...]:
    """What holds at every moment from now on. A visitor's calendar may be a day behind the site's."""
    here = datetime.fromtimestamp(now, zone).isoformat()[:16]
    behind = datetime.fromtimestamp(max(now - 30 * 3600, _EARLIEST), UTC).isoformat()[:16]
    return (
        Test("at", (Field("is", Range(low=now)),)),
        Test("date", (Field("is", Dates(start=here, zone="site")),)),
        Test("date", (Field("is", Dates(start=behind, zone="visitor")),)),
    )


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Those of higher priority first."""
    return sorted(entries, key=lambda entry: -entry.priority)


def _scheduled(schedule: Schedule) -> Iterator[Condition]:
    if schedule != _ALWAYS:
        yield Test("at", (Field("is", Range(schedule.start, schedule.end, high_open=True)),), written="its schedule")


def _may_rest(limits: Limits) -> bool:
    return bool(limits.draft or limits.caps or limits.rest or limits.stop_after or limits.once_per_page)


def _block(entry: Entry, ruleset: Ruleset) -> Block | None:
    return None if entry.content is None else ruleset.blocks.get(entry.content.name)
