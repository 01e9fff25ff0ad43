"""Crediting: what an event that reaches a goal adds to the exposures that are young enough, and what an order that is
taken back takes from them."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import seconds
from floorwalker.core.conditions.asking import number_of
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import Event
from floorwalker.core.happening import currency_of
from floorwalker.core.memory.goals import Aim, Goals
from floorwalker.core.memory.kept.purchases import NO_ORDERS, Order, trace, traced
from floorwalker.core.memory.kept.responses import MOST_TRACES, NONE, Exposure, Reached
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.comparisons import mixed_units
from floorwalker.core.memory.proving.facts import (
    as_kept,
    counted,
    day_of,
    difference,
    expanded,
    minor_units,
    without_trace,
)
from floorwalker.core.memory.shopping import ordering
from floorwalker.core.memory.terms import Terms

MOST_CURRENCIES = 3  # of one visitor, for one goal
_MOST_REVENUE = 1 << 53

Credit = Callable[[Exposure, Aim], tuple[Reached, ...] | None]
"""What an exposure is credited with from now on; None where nothing changes."""


def reached(before: Profile, after: Profile, event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The profile once the goals that this event alone reaches are credited, or an order's are amended, with the
    effects of that alone. before, after: the event."""
    goals = terms.goals
    if after.responses is None or not after.responses.exposures:
        return after, NOTHING
    aims, told = goals.reached_by(event), NOTHING
    if event.name in ordering.NAMES and event.name != names.ORDER_COMPLETED:
        after, told = _with_amended(before, after, event, goals)
        if aims and before.orders == after.orders:  # told before, or of no order that is known
            return after, told
    if not aims or (event.name == names.ORDER_COMPLETED and _count(before) == _count(after)):
        return after, told
    profile, more = credited(after, aims, event, terms)
    return profile, told.then(more)


def _count(profile: Profile) -> int:
    return profile.orders.count if profile.orders else 0


def credited(profile: Profile, aims: Iterable[Aim], event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The profile once these goals are reached by what the event tells, with the effects of that alone. It counts as of
    its own time: what was done before an exposure, and told later, is not its merit."""
    then = min(seconds(event.at), profile.recents.last)
    currency = currency_of(event.properties) or terms.site.currency
    order = ordering.id_of(event) if event.name == names.ORDER_COMPLETED else ""

    def credit(exposure: Exposure, aim: Aim) -> tuple[Reached, ...] | None:
        if not 0 <= then - exposure.at <= aim.within:
            return None
        value = number_of(event.properties.get(aim.value)) if aim.value else None
        return _added(exposure, aim.name, order, currency, minor_units(value or 0.0, currency))

    return _with_credit(profile, aims, credit, profile.recents.last, terms.goals)


def _with_amended(before: Profile, after: Profile, event: Event, goals: Goals) -> tuple[Profile, Effects]:
    """An order comes to more or to less, or is off: so does what it brought, as long as it would be credited."""
    id = ordering.id_of(event)
    order = (before.orders or NO_ORDERS).order(id)
    if order is None or before.orders == after.orders:
        return after, NOTHING
    rest, then = (after.orders or NO_ORDERS).order(id), min(seconds(event.at), after.recents.last)
    if rest is not None and rest.currency != order.currency:
        return after, NOTHING
    is_off = rest is None or rest.amount <= 0 < order.amount
    amount = _minor(order) - (_minor(rest) if rest else 0)

    def credit(exposure: Exposure, aim: Aim) -> tuple[Reached, ...] | None:
        if then - exposure.at > aim.within:
            return None
        return _less(exposure, aim.name, order, amount, is_off=is_off)

    return _with_credit(after, goals.all, credit, after.recents.last, goals)


def _minor(order: Order) -> int:
    return minor_units(order.amount, order.currency)


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
    after, kept = as_kept(after)
    responses = structs.replace(responses, exposures=kept)
    profile = structs.replace(profile, responses=responses, mixed=mixed_units(kept))
    return profile, Effects(tuple(told), difference(before, after))


def _added(exposure: Exposure, goal: str, order: str, currency: str, value: int) -> tuple[Reached, ...] | None:
    """order: its id; empty where it has none, or something else reached the goal."""
    known = reached_of(exposure, goal) or Reached(goal)
    revenue = known.revenue
    if value and (currency in revenue or len(revenue) < MOST_CURRENCIES):
        revenue = {**revenue, currency: min(revenue.get(currency, 0) + value, _MOST_REVENUE)}
    orders = known.orders + (trace(order) if order else b"")
    now = Reached(goal, orders[-MOST_TRACES:], known.otherwise or not order or len(orders) > MOST_TRACES, revenue)
    return None if now == known else with_reached(exposure, now)


def _less(exposure: Exposure, goal: str, order: Order, amount: int, *, is_off: bool) -> tuple[Reached, ...] | None:
    known = reached_of(exposure, goal)
    if known is None or not traced(known.orders, order.id):
        return None
    orders = without_trace(known.orders, trace(order.id)) if is_off else known.orders
    if not orders and not known.otherwise:
        return with_reached(exposure, Reached(goal))
    had = known.revenue.get(order.currency, 0)
    revenue = {**known.revenue, order.currency: max(had - amount, 0)} if had else known.revenue
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
