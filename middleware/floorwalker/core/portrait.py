"""A portrait: everything that is known of one visitor, as plain values, for whoever looks at a person."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.evaluation.belongings import offers_answered, preferred_price_tier
from floorwalker.core.evaluation.moment import Moment, zone_of
from floorwalker.core.evaluation.standing import interests, interests_this_visit, lifecycle
from floorwalker.core.funnels import positions
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.kept.purchases import NO_ORDERS
from floorwalker.core.memory.kept.recents import Past
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.trying.standing import needs_of, standing_moment, without_request

LEAST_VISITS = 3  # before anything is said of the hours at which they come
MOST_HOURS = 3
SITE = "site"


class Portrayer:
    """Draws one visitor after the other by the same rules. What only a request would tell is left out."""

    def __init__(self, corridor: Corridor) -> None:
        ruleset = corridor.ruleset
        self._corridor = Corridor(ruleset.once(without_request), priors=corridor.priors)
        self._unsure = ruleset.once(_unsure)

    def draw(self, profile: Profile, *, at: float, visitor: str = "") -> dict[str, Any]:
        """Plain values, ready for JSON. at: now, seconds since 1970. visitor: their id, where one is told.

        Times are ISO 8601, UTC; shares are 0 to 1; money is by currency; None is unknown. `segments_unsure` names the
        segments that ask what no profile holds, with what that is: of them only what is certain stands in `segments`.
        """
        moment = standing_moment(self._corridor, profile, at)
        drawn: dict[str, Any] = {
            "visitor": visitor or None,
            "user": profile.user or None,
            "traits": dict(profile.traits),
        }
        drawn |= _when(profile)
        drawn["segments"] = sorted(segments_at(moment))
        drawn["segments_unsure"] = {name: list(asked) for name, asked in self._unsure.items()}
        drawn |= _cares_about(profile, moment)
        drawn |= _money(profile, moment)
        drawn["lifecycle"] = lifecycle(profile, moment) or None
        drawn["funnels"] = _funnels(self._corridor, profile, at)
        drawn |= _answers(profile)
        drawn["notes"] = _notes(profile)
        drawn["events"] = [event_as_plain(past) for past in reversed(list(profile.recents.past()))]
        return drawn


def _unsure(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """The segments that ask what no profile holds, with what that is."""
    live = [name for name, one in ruleset.segments.items() if not one.draft]
    return {name: need for name in live if (need := needs_of(ruleset, name).request)}


def portrait(corridor: Corridor, profile: Profile, *, at: float, visitor: str = "") -> dict[str, Any]:
    """One visitor as plain values; see `Portrayer.draw`. Who draws many keeps a Portrayer."""
    return Portrayer(corridor).draw(profile, at=at, visitor=visitor)


def iso(at: float | None) -> str | None:
    """A time as ISO 8601 in UTC; None where there is none."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z") if at and isfinite(at) else None


def event_as_plain(past: Past) -> dict[str, Any]:
    """A remembered event; what is known of its page stands among the properties."""
    page = past.page
    told: dict[str, Any] = {}
    if page is not None:
        told = {name: value for name in page.__struct_fields__ if (value := getattr(page, name)) not in ("", (), None)}
        told = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
    return {"id": None, "at": iso(past.at), "event": past.name, "properties": {**told, **past.properties}}


def _when(profile: Profile) -> dict[str, Any]:
    visit = profile.visit
    running = visit.last - visit.started if visit else 0
    return {
        "first_seen": iso(profile.first_seen),
        "last_seen": iso(profile.last_seen),
        "visits": profile.visits,
        "minutes": round((profile.time_spent + running) / 60),
        "last_page": (visit.last_page if visit else "") or None,
        "first_touch": _touch(profile.first_touch),
        "last_touch": _touch(profile.last_touch),
    }


def _touch(touch: Touch | None) -> dict[str, Any] | None:
    if touch is None:
        return None
    return {
        "at": iso(touch.at),
        "channel": touch.channel,
        "source": touch.referrer.source or touch.referrer.domain,
        "keywords": touch.search.keywords if touch.search else None,
        "campaign": touch.campaign.name if touch.campaign else None,
        "landing_page": touch.landing_page,
    }


def _cares_about(profile: Profile, moment: Moment) -> dict[str, Any]:
    return {
        "interests": _rounded(interests(profile, moment)),
        "interests_this_visit": _rounded(interests_this_visit(profile, moment)),
        "dominant_interest": (profile.interests.dominant if profile.interests else "") or None,
        "preferred_price_tier": next(iter(preferred_price_tier(moment)), None),
        "usual_hours": _usual_hours(moment.history, moment.ruleset.site.timezone),
    }


def _rounded(shares: Mapping[str, float]) -> dict[str, float]:
    return {topic: round(share, 4) for topic, share in shares.items()}


def _usual_hours(history: History | None, timezone: str) -> list[int]:
    """The hours of the site's day, 0 to 23, at which most of their latest visits began, the most usual first."""
    began = history.visits_began() if history is not None else ()
    if len(began) < LEAST_VISITS:
        return []
    hours = Counter(datetime.fromtimestamp(at, zone_of(timezone) or UTC).hour for at in began)
    return [hour for hour, times in sorted(hours.items(), key=lambda one: (-one[1], one[0])) if times > 1][:MOST_HOURS]


def _money(profile: Profile, moment: Moment) -> dict[str, Any]:
    orders, cart = profile.orders or NO_ORDERS, profile.cart
    site = moment.ruleset.site.currency
    return {
        "orders": orders.count,
        "spent": {currency: round(total.amount, 2) for currency, total in orders.totals.items()},
        "average_order": {
            currency: round(total.amount / total.orders, 2) for currency, total in orders.totals.items() if total.orders
        },
        "latest_orders": [
            {"id": one.id, "at": iso(one.at), "amount": round(one.amount, 2), "currency": one.currency or site}
            for one in reversed(orders.latest)
        ],
        "bought": [
            {"at": iso(one.at), "product": one.product or None, "category": one.category or None}
            | {"price": one.price, "quantity": one.quantity}
            for one in reversed(orders.bought)
        ],
        "cart": None
        if cart is None or not cart.pieces
        else {
            "items": [
                {"product": item.product or None, "name": item.name or None, "category": item.category or None}
                | {"price": item.price, "quantity": item.quantity}
                for item in cart.items
            ],
            "pieces": cart.pieces,
            "value": round(cart.value, 2),
            "currency": cart.currency or site,
            "changed": iso(cart.changed),
        },
    }


def _funnels(corridor: Corridor, profile: Profile, at: float) -> dict[str, Any]:
    return {
        name: {
            "steps": list(one.steps),
            "reached": one.reached,
            "at": iso(one.at),
            "stuck_at": one.stuck_at or None,
            "through": one.is_through,
        }
        for name, one in positions(corridor.ruleset, profile, at).items()
    }


def _answers(profile: Profile) -> dict[str, Any]:
    """What they respond to: by channel, and block by block."""
    responses = profile.responses
    channels = {channel: offers_answered(profile, channel) for channel in dict.fromkeys((SITE, *profile.contacts))}
    return {
        "responds_to": {channel: round(rate, 4) for channel, rate in channels.items() if rate is not None},
        "blocks": [
            {
                "block": one.block,
                "shown": one.shown.total,
                "clicked": one.clicked.total if one.clicked else 0,
                "last": iso(one.last),
            }
            for one in (reversed(responses.blocks) if responses else ())
            if not one.control
        ],
        "consent": list(profile.consent.categories) if profile.consent else None,
    }


def _notes(profile: Profile) -> list[dict[str, Any]]:
    latest = profile.notes.latest if profile.notes else ()
    return [{"at": iso(note.at), "text": note.text, "by": note.by or None} for note in reversed(latest)]
