"""Visitors made by hand: what a request tells and what is remembered, from plain values."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from floorwalker.core.calendar import Calendar
from floorwalker.core.evaluation.evaluate import Moment, moment_at
from floorwalker.core.events import PAGE_VIEWED, Page
from floorwalker.core.memory.kept.counts import EMPTY, Counts
from floorwalker.core.memory.kept.ledger import with_past
from floorwalker.core.memory.kept.recents import Past, Recents, with_event
from floorwalker.core.memory.kept.responses import Daily, Exposure, Response, Responses
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.ruleset import Ruleset, Site
from floorwalker.core.signals import Ad, Campaign, Referrer, Search, Signals
from tests.core.holdings import held

AT = int(datetime(2026, 11, 28, 19, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
"""A Saturday evening in Berlin."""

_ARRIVAL: Mapping[str, Callable[..., Any]] = {"referrer": Referrer, "search": Search, "campaign": Campaign, "ad": Ad}


def when(text: str | None) -> int:
    """A wall-clock time with its offset, as seconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp()) if text else AT


def signals_of(at: int = AT, **told: Any) -> Signals:
    """Signals from plain values; what is not told is unknown."""
    arrival = {name: _ARRIVAL[name](**value) for name, value in told.items() if name in _ARRIVAL}
    plain = {name: value for name, value in told.items() if name not in _ARRIVAL}
    return msgspec.structs.replace(msgspec.convert({"at": at, **plain}, Signals), **arrival)


def profile_of(
    at: int = AT,
    *,
    seed: int = 7,
    visits: int = 1,
    started: int = 600,
    known_for: int = 600,
    views: Sequence[Mapping[str, Any]] = (),
    events: Sequence[Mapping[str, Any]] = (),
    counted: Sequence[Mapping[str, Any]] = (),
    earlier: Sequence[int] = (),
    touch: Mapping[str, Any] | None = None,
    first: Mapping[str, Any] | None = None,
    last: Mapping[str, Any] | None = None,
    shown: Sequence[Mapping[str, Any]] = (),
    **kept: Any,
) -> Profile:
    """A profile. started, known_for, earlier and every `ago`: seconds before `at`.

    earlier: when the visits before this one began. counted: events that left the recent ones and are only counted.
    """
    began = sorted(at - ago for ago in earlier)
    touches = tuple(_touch(at, one) for one in (first, last) if one is not None)
    return Profile(
        seed=seed,
        first_seen=at - known_for,
        last_seen=at,
        visits=visits,
        visit=Visit(visits, at - started, at, max(1, len(views)), _touch(at - started, touch or {})),
        touches=touches,
        recents=_recents(at, views, events, counted),
        counts=_counts(at, counted) if counted else None,
        earlier=tuple(began[:1]) + tuple(b - a for a, b in pairwise(began)),
        responses=_responses(at, shown) if shown else None,
        **held(at, kept),
    )


def _touch(at: int, told: Mapping[str, Any]) -> Touch:
    signals = signals_of(at, **told)
    return Touch(
        at,
        landing_page=signals.landing_page,
        channel=signals.channel,
        referrer=signals.referrer,
        search=signals.search,
        campaign=signals.campaign,
        ad=signals.ad,
    )


def _recents(
    at: int,
    views: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    counted: Sequence[Mapping[str, Any]],
) -> Recents:
    past: list[tuple[int, str, Page | None, Mapping[str, Any]]] = []
    for view in views:
        page = {name: value for name, value in view.items() if name != "ago"}
        past.append((at - view["ago"], PAGE_VIEWED, msgspec.convert(page, Page), {}))
    past += [(at - event["ago"], event["name"], None, event.get("properties", {})) for event in events]
    recents = Recents()
    for then, name, seen, properties in sorted(past, key=lambda one: one[0]):
        recents = with_event(recents, at=then, name=name, page=seen, properties=properties)
    left = max((at - one["ago"] for one in counted), default=0)
    return msgspec.structs.replace(recents, left=left, last=recents.last or left)


def _counts(at: int, counted: Sequence[Mapping[str, Any]]) -> Counts:
    past = [Past(at - one["ago"], one["name"], None, {}) for one in counted]
    return with_past(EMPTY, past, calendar=Calendar(Site()), known=frozenset())


def _responses(at: int, shown: Sequence[Mapping[str, Any]]) -> Responses:
    day = 86400
    return Responses(
        tuple(
            Response(
                one["block"],
                one.get("control", False),
                0,
                one.get("visit", 1),
                one.get("in_visit", 0),
                Daily(one["times"], at - one["ago"], ((at - one["ago"] + 3600) // day, one["times"])),
            )
            for one in shown
        ),
        tuple(
            Exposure(slot, one["block"], "treatment", at - one["ago"]) for one in shown for slot in one.get("slots", ())
        ),
    )


def moment_of(
    ruleset: Ruleset | None = None,
    profile: Profile | None = None,
    signals: Signals | None = None,
    *,
    at: int = AT,
    remembered: bool = True,
) -> Moment:
    """A moment; what is not given is as empty as can be."""
    return moment_at(ruleset or Ruleset(), profile, signals or signals_of(at), at, remembered=remembered)
