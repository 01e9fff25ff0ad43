"""Proof: what slots showed and what came of it. Each counts for caps, and once per visitor for the comparison."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import NAME_BYTES, seconds, short
from floorwalker.core.decision import Arm
from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.responses import NONE, Exposure, Showing
from floorwalker.core.memory.streaming import streamed
from floorwalker.core.memory.terms import Terms
from floorwalker.core.memory.visits import active

MOST_MIXED = 16  # slots

_NO_COUNTS: tuple[Count, ...] = ()


def fold_shown(profile: Profile, shown: Sequence[Showing], *, at: float, terms: Terms) -> tuple[Profile, Effects]:
    """The profile after what the slots of one page showed at that time, and the effects."""
    when = max(seconds(at), profile.last_seen, profile.recents.last)
    profile, counts = _shown(active(profile, at=when), shown, at=when, terms=terms)
    return profile, Effects(tuple([_shown_event(one, when) for one in shown]), counts)


def told_shown(profile: Profile, event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The same for one slot, as a client tells it."""
    at = max(seconds(event.at), profile.last_seen, profile.recents.last)
    shown = Showing(
        _name(event, "slot"), _name(event, "block"), _name(event, "arm"), promotion=_name(event, "promotion")
    )
    profile, counts = _shown(active(profile, at=at), (shown,), at=at, terms=terms)
    return profile, Effects((streamed(event, at),), counts)


def clicked(profile: Profile, event: Event, *, at: int, terms: Terms) -> tuple[Profile, tuple[Count, ...]]:
    """A block was clicked: counted each time, and once for the comparison, dated by the first exposure."""
    block = _name(event, "block") or _name(event, "promotion_id")
    if not block:
        return profile, _NO_COUNTS
    slot = _name(event, "slot") or _name(event, "position")
    responses = (profile.responses or NONE).clicked(block, at=at, day=terms.calendar.day(at))
    exposure = responses.exposure(slot, block, Arm.TREATMENT)
    if exposure is None or exposure.clicked:
        return structs.replace(profile, responses=responses), _NO_COUNTS
    return structs.replace(profile, responses=responses.first_clicked(exposure)), (_fact(exposure, "clicked"),)


def _shown_event(shown: Showing, at: int) -> Event:
    properties = {"slot": shown.slot, "block": shown.block, "arm": shown.arm}
    if shown.promotion:
        properties["promotion"] = shown.promotion
    return Event(names.SLOT_SHOWN, at, {**properties, "rules": shown.rules} if shown.rules else properties)


def _shown(profile: Profile, shown: Sequence[Showing], *, at: int, terms: Terms) -> tuple[Profile, tuple[Count, ...]]:
    """Slots showed blocks, or held them back in control: each counts for caps, and once for the comparison."""
    day, responses, mixed = terms.calendar.day(at), profile.responses or NONE, profile.mixed
    counts: list[Count] = []
    for one in shown:
        met, exposures = responses.arm(one.slot, one.promotion), responses.exposures
        responses = responses.shown(
            one.block, control=one.arm == Arm.CONTROL, visit=profile.visits, at=at, day=day
        ).exposed(exposure := Exposure(one.slot, one.block, one.arm, at, promotion=one.promotion))
        if responses.exposures is not exposures:
            counts.append(_fact(exposure, "shown"))
        if met not in (None, one.arm) and one.comparison not in mixed and len(mixed) < MOST_MIXED:
            mixed = (*mixed, one.comparison)
    return structs.replace(profile, responses=responses, mixed=mixed), tuple(counts)


def _fact(exposure: Exposure, fact: str) -> Count:
    day = datetime.fromtimestamp(exposure.at, UTC).date().isoformat()
    return Count(day, "\x1f".join((exposure.slot, exposure.block, exposure.arm, fact)))


def _name(event: Event, name: str) -> str:
    value = event.properties.get(name)
    return short(str(value), NAME_BYTES).replace("\x1f", " ") if value is not None else ""
