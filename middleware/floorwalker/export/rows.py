"""Rows: one event, or one profile, as a warehouse is told of it. Pure; nothing here names or addresses a person.

Whose they are says a pseudonym, the same in both. What somebody was called by the site, their visitor id, notes and
messages never are in a row; traits are only where the owner names them.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime

from msgspec import Struct

from floorwalker.core.events import Page, Scalar
from floorwalker.core.memory.kept.responses import MIXED, Exposure
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.memory.proving.facts import counted, expanded
from floorwalker.core.memory.streaming import streamed
from floorwalker.store.onward import Page as StreamPage
from floorwalker.store.records.found import Loaded
from floorwalker.store.streams import StreamEntry


class EventRow(Struct, frozen=True):
    """One event. entry: its own name, for good: partition, then the stream's id. stored_at: when it was committed;
    happened_at is earlier where it was told later. message: the sender's id. properties: all, as text; numbers: those
    that are numbers, once more."""

    entry: str
    stored_at: datetime
    happened_at: datetime
    pseudonym: str
    name: str
    message: str
    properties: dict[str, str]
    numbers: dict[str, float]
    page: Page | None


class TouchRow(Struct, frozen=True):
    """How somebody came. landing_page: a path."""

    arrived_at: datetime
    channel: str
    medium: str
    source: str | None
    domain: str | None
    campaign: str | None
    campaign_source: str | None
    campaign_medium: str | None
    landing_page: str


class ReachedRow(Struct, frozen=True):
    """What an exposure is credited with of one goal. revenue: by currency, in minor units, as it counts."""

    goal: str
    converted: bool
    revenue: dict[str, int]


class ExposureRow(Struct, frozen=True):
    """A first exposure that is in a figure of the report. day: UTC, by which it counts. arm: empty where mixed."""

    unit: str
    block: str
    arm: str
    day: date
    exposed_at: datetime
    clicked: bool
    mixed: bool
    goals: list[ReachedRow]


class ProfileRow(Struct, frozen=True):
    """One visitor as they stand. pseudonyms: theirs, and of all who are known to have joined them. identified: whether
    the site knows who they are. orders, revenue: of all time, revenue by currency. topics: interests, the most first.
    """

    pseudonym: str
    pseudonyms: list[str]
    created: datetime
    first_seen: datetime
    last_seen: datetime
    visits: int
    identified: bool
    segments: list[str]
    traits: dict[str, str]
    first_touch: TouchRow | None
    last_touch: TouchRow | None
    orders: int
    revenue: dict[str, float]
    exposures: list[ExposureRow]


Row = EventRow | ProfileRow


def event_row(partition: int, entry: StreamEntry) -> EventRow:
    """An entry of a stream, without what even a stream says of whoever is to be told."""
    event = streamed(entry.event, 0)
    properties = {name: value for name, value in event.properties.items() if name != "visitor"}
    return EventRow(
        entry=f"{partition}:{entry.id}",
        stored_at=stored_at(entry.id),
        happened_at=_moment(entry.event.at),
        pseudonym=entry.pseudonym,
        name=event.name,
        message=event.id,
        properties={name: _text(value) for name, value in properties.items()},
        numbers={
            name: float(value)
            for name, value in properties.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        },
        page=event.page,
    )


def event_rows(partition: int, page: StreamPage) -> list[EventRow]:
    """A page of a stream."""
    return [event_row(partition, entry) for entry in page.entries]


def stored_at(entry: str) -> datetime:
    """When a stream took an entry, by its id."""
    return datetime.fromtimestamp(int(entry.partition("-")[0]) / 1000, UTC)


def may_leave(profile: Profile) -> bool:
    """Whether a visitor allows that they are counted, or was never asked."""
    return profile.consent is None or "analytics" in profile.consent.categories


def profile_row(loaded: Loaded, *, segments: Collection[str], traits: Collection[str]) -> ProfileRow:
    """A live record. segments: those they are in. traits: the names of those that may leave."""
    assert loaded.record is not None  # of a live record
    profile, body = loaded.profile or Profile(seed=0), loaded.record.body
    orders = profile.orders
    return ProfileRow(
        pseudonym=loaded.pseudonym,
        pseudonyms=[loaded.pseudonym, *(alias.pseudonym.hex() for alias in body.aliases)],
        created=_moment(body.created),
        first_seen=_moment(profile.first_seen),
        last_seen=_moment(profile.last_seen),
        visits=profile.visits,
        identified=bool(profile.user),
        segments=sorted(segments),
        traits={name: _text(value) for name, value in profile.traits.items() if name in traits},
        first_touch=_touch(profile.first_touch),
        last_touch=_touch(profile.last_touch),
        orders=orders.count if orders else 0,
        revenue={currency: total.amount for currency, total in orders.totals.items()} if orders else {},
        exposures=_exposures(profile),
    )


def _exposures(profile: Profile) -> list[ExposureRow]:
    """Those that are in a figure: one arm's, or mixed."""
    if profile.responses is None:
        return []
    return [_exposure(one) for one in expanded(profile.responses.exposures) if one.arm or one.side == MIXED]


def _exposure(one: Exposure) -> ExposureRow:
    at = _moment(one.at)
    goals = [
        ReachedRow(reached.goal, reached.converted, {name: counted(value) for name, value in reached.revenue.items()})
        for reached in one.reached or ()
    ]
    return ExposureRow(one.unit, one.block, str(one.arm), at.date(), at, one.clicked, one.side == MIXED, goals)


def _touch(touch: Touch | None) -> TouchRow | None:
    if touch is None:
        return None
    campaign = touch.campaign
    return TouchRow(
        arrived_at=_moment(touch.at),
        channel=touch.channel,
        medium=touch.referrer.medium,
        source=touch.referrer.source,
        domain=touch.referrer.domain,
        campaign=campaign.name if campaign else None,
        campaign_source=campaign.source if campaign else None,
        campaign_medium=campaign.medium if campaign else None,
        landing_page=touch.landing_page,
    )


def _moment(at: float) -> datetime:
    """Seconds since 1970; what no calendar holds is its beginning."""
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _text(value: Scalar) -> str:
    """As JSON has it, but for the quotes of a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
