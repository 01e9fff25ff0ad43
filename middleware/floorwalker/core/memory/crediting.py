"""Crediting: what an event that reaches a goal adds to the exposures that are young enough, and what an order that is
taken back takes from them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import msgpack, structs

from floorwalker.core import events as names
from floorwalker.core.conditions.asking import number_of
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.comparisons import mixed_units
from floorwalker.core.memory.facts import counted, day_of, difference, expanded, minor_units, packed
from floorwalker.core.memory.goals import Aim, Goals
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.purchases import NO_ORDERS, Order, order_id
from floorwalker.core.memory.responses import NONE, Exposure, Reached
from floorwalker.core.memory.terms import Terms

MOST_BYTES = 1200  # of all exposures with what they are credited with
MOST_CURRENCIES = 3  # of one visitor, for one goal
_MOST_ORDERS = 9_999
_MOST_REVENUE = 1 << 53
_TAKEN_BACK = (names.ORDER_REFUNDED, names.ORDER_CANCELLED)

_encode = msgpack.Encoder().encode

Credit = Callable[[Exposure, Aim], tuple[Reached, ...] | None]
"""What an exposure is credited with from now on; None where nothing changes."""


def reached(before: Profile, after: Profile, event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The profile once the goals that this event alone reaches are credited, or an order's are taken back, with the
    effects of that alone. before, after: the event."""
    goals = terms.goals
    if after.responses is None or not after.responses.exposures:
        return after, NOTHING
    at = after.recents.last
    if event.name in _TAKEN_BACK:
        return _with_taken_back(before, after, event, at, goals)
    aims = goals.reached_by(event)
    if not aims or (event.name == names.ORDER_COMPLETED and _is_known(before, event)):
        return after, NOTHING
    return credited(after, aims, event, terms)


def credited(profile: Profile, aims: Iterable[Aim], event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The profile once these goals are reached by what the event tells, with the effects of that alone."""
    at, site = profile.recents.last, terms.site.currency
    currency = _currency(event.properties.get("currency"), site)
    is_order = event.name == names.ORDER_COMPLETED

    def credit(exposure: Exposure, aim: Aim) -> tuple[Reached, ...] | None:
        if at - exposure.at > aim.within:
            return None
        value = number_of(event.properties.get(aim.value)) if aim.value and currency else None
        return _added(exposure, aim.name, is_order, currency, minor_units(value or 0.0, currency))

    return _with_credit(profile, aims, credit, at, terms.goals)


def _with_taken_back(before: Profile, after: Profile, event: Event, at: int, goals: Goals) -> tuple[Profile, Effects]:
    """An order, or a part of it, is off: what it brought is taken back as long as it would be credited."""
    id = str(event.properties.get("order_id", ""))
    order = (before.orders or NO_ORDERS).order(id)
    if order is None or before.orders == after.orders:
        return after, NOTHING
    rest = (after.orders or NO_ORDERS).order(id)
    is_whole = rest is None or rest.amount <= 0 < order.amount
    amount = minor_units(order.amount - (rest.amount if rest else 0.0), order.currency)

    def credit(exposure: Exposure, aim: Aim) -> tuple[Reached, ...] | None:
        if not exposure.at <= order.at <= exposure.at + aim.within or at - exposure.at > aim.within:
            return None
        return _less(exposure, aim.name, order, amount, is_whole=is_whole)

    return _with_credit(after, goals.of_orders(_told(after, order)), credit, at, goals)


def _with_credit(
    profile: Profile, aims: Iterable[Aim], credit: Credit, at: int, goals: Goals
) -> tuple[Profile, Effects]:
    """Every exposure that counts in an arm is credited; where nothing comes of it, the profile as it is."""
    responses = profile.responses or NONE
    before, aims = expanded(responses.exposures), list(aims)
    after, told = list[Exposure](), list[Event]()
    for was in before:
        now = was
        for aim in aims if was.arm else ():
            if goals.credits(was.slot, aim.name) and (changed := credit(now, aim)) is not None:
                event = _converted(now, changed, aim.name, at)
                told += [event] if event else []
                now = structs.replace(now, reached=changed)
        after.append(now)
    if all(now is was for now, was in zip(after, before, strict=True)):
        return profile, NOTHING
    after, kept = _that_fit(after)
    responses = structs.replace(responses, exposures=kept)
    profile = structs.replace(profile, responses=responses, mixed=mixed_units(kept))
    return profile, Effects(tuple(told), difference(before, after))


def _that_fit(exposures: list[Exposure]) -> tuple[list[Exposure], tuple[Exposure, ...]]:
    """The exposures for which there is room, and how they are kept. The latest go first, and are in no figure then."""
    kept = packed(exposures)
    while exposures and len(_encode(kept)) > MOST_BYTES:
        exposures = exposures[:-1]
        kept = packed(exposures)
    return exposures, kept


def _added(exposure: Exposure, goal: str, is_order: bool, currency: str, value: int) -> tuple[Reached, ...] | None:
    known = reached_of(exposure, goal) or Reached(goal)
    revenue = known.revenue
    if value and (currency in revenue or len(revenue) < MOST_CURRENCIES):
        revenue = {**revenue, currency: min(revenue.get(currency, 0) + value, _MOST_REVENUE)}
    orders = min(known.orders + is_order, _MOST_ORDERS)
    now = Reached(goal, orders, known.otherwise or not is_order, revenue)
    return None if now == known else with_reached(exposure, now)


def _less(exposure: Exposure, goal: str, order: Order, amount: int, *, is_whole: bool) -> tuple[Reached, ...] | None:
    known = reached_of(exposure, goal)
    if known is None or not known.orders:
        return None
    orders = known.orders - is_whole
    if not orders and not known.otherwise:
        return with_reached(exposure, Reached(goal))
    had = known.revenue.get(order.currency, 0)
    revenue = {**known.revenue, order.currency: had - min(amount, had)} if had else known.revenue
    return with_reached(exposure, Reached(goal, orders, known.otherwise, revenue))


def reached_of(exposure: Exposure, goal: str) -> Reached | None:
    """What an (expanded) exposure is credited with of one goal."""
    return next((one for one in exposure.reached or () if one.goal == goal), None)


def with_reached(exposure: Exposure, now: Reached) -> tuple[Reached, ...]:
    """What the exposure is credited with, once this is what there is of that goal."""
    others = [one for one in exposure.reached or () if one.goal != now.goal]
    return tuple([*others, now] if now.converted else others)


def _converted(exposure: Exposure, now: Sequence[Reached], goal: str, at: int) -> Event | None:
    """The event for the stream, where the goal is reached for the first time, or what it brought is another."""
    was, one = reached_of(exposure, goal) or Reached(goal), next((one for one in now if one.goal == goal), None)
    one = one or Reached(goal)
    moved = {
        currency: counted(one.revenue.get(currency, 0)) - counted(was.revenue.get(currency, 0))
        for currency in {**was.revenue, **one.revenue}
    }
    worth = [(currency, by) for currency, by in moved.items() if by]
    turned = one.converted - was.converted
    if not turned and not worth:
        return None
    properties: dict[str, str | int | bool] = {
        "unit": exposure.unit, "block": exposure.block, "arm": exposure.arm, "goal": goal, "day": day_of(exposure.at),
        "first": turned > 0,
    }  # fmt: skip
    if turned < 0:
        properties["undone"] = True
    if worth:
        properties["currency"], properties["value"] = worth[0]
    return Event(names.CONVERTED, at, properties)


def _is_known(before: Profile, event: Event) -> bool:
    """Whether the order was completed before."""
    id = event.properties.get("order_id")
    return id is not None and id != "" and (before.orders or NO_ORDERS).knows(str(id))


def _told(profile: Profile, order: Order) -> Mapping[str, object] | None:
    """What the order's own event told, where it is remembered."""
    for past in profile.recents.past():
        if past.name == names.ORDER_COMPLETED and order_id(str(past.properties.get("order_id", ""))) == order.id:
            return past.properties
    return None


def _currency(told: object, site: str) -> str:
    """The currency of an event, the site's where it names none; empty where what it names is no code."""
    code = str(told).strip().upper() if told not in (None, "") else site.upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""
