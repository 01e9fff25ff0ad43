"""Proof: what slots showed and what came of it. Each time counts for caps, and once per visitor for the comparison.

Counters of one day (UTC) have fields of these parts, joined by a unit separator (\\x1f); `read_fact` reads them:

    unit, block, arm, fact[, goal[, currency]]

unit is the comparison: empty for the whole site, `SLOT`, `promotion:NAME`, `SLOT promotion:NAME`. block is empty for
the whole comparison, else one block in it; in control it is the block that would have been shown. arm is treatment or
control, and empty for `mixed`. Each visitor counts once in each fact, on the day on which they first met that unit,
or that block in it. The facts:

    shown       visitors who met it
    clicked     of these, who clicked it
    converted   of these, who reached the goal within its window from then on
    revenue     what that brought, in minor units of the currency, at most MOST_REVENUE of one visitor
    square      the sum of the squares of each visitor's revenue; in two fields, `square` and `square-high`, of which
                one of the latter stands for SQUARE_STEP, so that no counter can overflow
    mixed       visitors who met both arms: they are in no other fact of the unit, and counted where they first met it

Beside them the same fields count what came by other channels: unit `channel:email`, block the campaign or empty for
all, arm empty, facts shown (offers that came) and clicked (offers answered), on the day of the event. They count
messages, each once in a profile, and are compared with nothing.

No counter is ever below 0, and whatever happens in whichever order leaves the same ones.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import NAME_BYTES, seconds, short
from floorwalker.core.decision import Keeper
from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import Event, Scalar
from floorwalker.core.memory.kept.responses import ASIDE, NONE, TREATMENT, Exposure, Responses, Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.comparisons import Meeting, mixed_units, that_add
from floorwalker.core.memory.proving.facts import Fact, day_of, difference, packed, read_fact
from floorwalker.core.memory.proving.uniting import merged
from floorwalker.core.memory.streaming import streamed
from floorwalker.core.memory.terms import Terms
from floorwalker.core.memory.visits import active

__all__ = ["Fact", "clicked", "fold_shown", "merged", "read_fact", "told_shown"]

MOST_SEGMENTS = 40  # named with an exposure
MOST_SEGMENT_BYTES = 600

Segments = Callable[[], Collection[str]]
"""The names of the segments that the visitor is in, worked out when it is asked."""

_NO_COUNTS: tuple[Count, ...] = ()


def fold_shown(
    profile: Profile, shown: Sequence[Showing], *, at: float, terms: Terms, segments: Segments = tuple
) -> tuple[Profile, Effects]:
    """The profile after what the slots of one page showed at that time, and the effects. segments: asked only where
    something is met for the first time."""
    when = max(seconds(at), profile.last_seen, profile.recents.last)
    told = tuple([Event(names.SLOT_SHOWN, when, _as_told(one)) for one in shown])
    return _shown(active(profile, at=when), shown, told, at=when, terms=terms, segments=segments)


def told_shown(profile: Profile, event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The same for one slot, as a client tells it."""
    at = max(seconds(event.at), profile.last_seen, profile.recents.last)
    told = _name(event, "kept_by").split(",")
    shown = Showing(
        _name(event, "slot"),
        _name(event, "block"),
        _name(event, "arm"),
        promotion=_name(event, "promotion"),
        kept_by=tuple([keeper for keeper in Keeper if keeper in told]),
    )
    return _shown(active(profile, at=at), (shown,), (streamed(event, at),), at=at, terms=terms, segments=tuple)


def clicked(profile: Profile, event: Event, *, at: int, terms: Terms) -> tuple[Profile, tuple[Count, ...]]:
    """A block was clicked: counted each time, and once for each comparison that showed it, dated by its exposure."""
    block = _name(event, "block") or _name(event, "promotion_id")
    if not block:
        return profile, _NO_COUNTS
    slot = _name(event, "slot") or _name(event, "position")
    responses = (profile.responses or NONE).clicked(block, at=at, day=terms.calendar.day(at))
    keys = {key for one in responses.exposures if _is_clicked(one, slot, block) for key in _concerned(one)}
    before, after, kept = list[Exposure](), list[Exposure](), list[Exposure]()
    for one in responses.exposures:
        if not one.clicked and one.side[:1] == TREATMENT and (one.slot, one.block, one.promotion) in keys:
            before.append(structs.replace(one, reached=()))
            after.append(structs.replace(one, reached=(), clicked=True))
            one = structs.replace(one, clicked=True)
        kept.append(one)
    responses = structs.replace(responses, exposures=tuple(kept))
    return structs.replace(profile, responses=responses), difference(before, after)


def _shown(
    profile: Profile,
    shown: Sequence[Showing],
    told: tuple[Event, ...],
    *,
    at: int,
    terms: Terms,
    segments: Segments,
) -> tuple[Profile, Effects]:
    """Slots showed blocks, or held them back in control: each counts for caps, and once for its comparisons."""
    day, responses = terms.calendar.day(at), profile.responses or NONE
    responses = responses.all_shown(shown, visit=profile.visits, at=at, day=day)
    new = that_add(responses.exposures, shown)
    profile = structs.replace(profile, responses=responses)
    if not new:
        return profile, Effects(told)
    profile, effects = _met(profile, responses, new, at=at, segments=segments)
    return profile, Effects(told).then(effects)


def _met(
    profile: Profile, responses: Responses, shown: Sequence[Showing], *, at: int, segments: Segments
) -> tuple[Profile, Effects]:
    meeting = Meeting(responses.exposures)
    for one in shown:
        meeting.meet(one, at=at)
    exposures = packed(meeting.all)
    responses = structs.replace(responses, exposures=exposures)
    events = _exposed(meeting, at, segments)
    profile = structs.replace(profile, responses=responses, mixed=mixed_units(exposures))
    return profile, Effects(events, difference(meeting.before, meeting.all))


def _exposed(meeting: Meeting, at: int, segments: Segments) -> tuple[Event, ...]:
    """What was met for the first time, for the stream."""
    new = meeting.new
    if not new:
        return ()
    day, names_of = day_of(at), _segment_names(segments())
    return tuple(
        [
            Event(
                names.EXPOSED,
                at,
                {"unit": one.unit, "block": one.block, "arm": one.arm, "segments": names_of, "day": day},
            )
            for one in new
        ]
    )


def _segment_names(segments: Collection[str]) -> str:
    """The first of them by name, joined by commas, as far as there is room."""
    room, kept = MOST_SEGMENT_BYTES, list[str]()
    for name in sorted(segments)[:MOST_SEGMENTS]:
        room -= len(name.encode()) + 1
        if room < 0:
            break
        kept.append(name)
    return ",".join(kept)


@lru_cache(1024)  # the same is shown to many: 1.5 µs a page of three slots
def _as_told(shown: Showing) -> Mapping[str, Scalar]:
    properties = {"slot": shown.slot, "block": shown.block, "arm": shown.arm}
    if shown.promotion:
        properties["promotion"] = shown.promotion
    if shown.kept_by:
        properties["kept_by"] = ",".join(shown.kept_by)
    return {**properties, "rules": shown.rules} if shown.rules else properties


def _is_clicked(exposure: Exposure, slot: str, block: str) -> bool:
    """Whether that exposure's block was clicked; slot: where, empty if that was not told."""
    return exposure.block == block and exposure.side[:1] in (TREATMENT, ASIDE) and slot in ("", exposure.slot)


def _concerned(exposure: Exposure) -> tuple[tuple[str, str, str], ...]:
    """The keys of the block in its comparison, of that comparison, of its promotion and of the site."""
    slot, promotion = exposure.slot, exposure.promotion
    return (slot, exposure.block, promotion), (slot, "", promotion), ("", "", promotion), ("", "", "")


def _name(event: Event, name: str) -> str:
    value = event.properties.get(name)
    return short(str(value), NAME_BYTES).replace("\x1f", " ") if value is not None else ""
