"""How people came back, drawn from their profiles: a sample of bounded size, and for the check what came later."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random

from msgspec import Struct, field

from floorwalker.core.lifecycle import WEEK_S, Repeats
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.returning import repeats

MOST_PEOPLE = 200_000


class Person(Struct, frozen=True, gc=False):
    """One person. now: their repeats up to now. before: those up to where the holdout begins; None where they came only
    later. later: how often they came in the holdout; None where that is forgotten. orders, amount: in one currency."""

    now: Repeats
    before: Repeats | None = None
    later: int | None = None
    orders: int = 0
    amount: float = 0.0


class Sample(Struct):
    """At most so many people, each as likely to be in it as any other.

    met: of how many; weeks: since the first of them came.
    """

    people: list[Person] = field(default_factory=list)
    met: int = 0
    weeks: float = 0.0

    def add(self, person: Person, dice: Random, *, most: int = MOST_PEOPLE) -> None:
        """One more person; where there is no room, in the place of another, by lot."""
        self.met += 1
        self.weeks = max(self.weeks, person.now.age)
        if len(self.people) < most:
            self.people.append(person)
        elif (place := dice.randrange(self.met)) < most:
            self.people[place] = person


def person_of(profile: Profile, counted: str, *, now: float, holdout_weeks: float, currency: str) -> Person | None:
    """What a profile tells of one person; None where they never did what is counted. now: seconds since 1970."""
    whole = repeats(profile, counted, at=now)
    if whole is None:
        return None
    total = profile.orders.totals.get(currency) if profile.orders else None
    orders, amount = (total.orders, total.amount) if total else (0, 0.0)
    begins = now - holdout_weeks * WEEK_S
    first = now - whole.age * WEEK_S
    if first > begins:
        return Person(whole, orders=orders, amount=amount)
    times, left = _times(profile, counted)
    later = [at for at in times if at > begins]
    if left > begins:
        return Person(whole, orders=orders, amount=amount)
    count = whole.count - len(later)
    last = max([at for at in times if at <= begins], default=left or first)
    before = Repeats(count, max(0.0, last - first) / WEEK_S if count else 0.0, (begins - first) / WEEK_S)
    return Person(whole, before, len(later), orders, amount)


def _times(profile: Profile, counted: str) -> tuple[Sequence[float], float]:
    """When they came, as far as is remembered, and when the latest time was that is forgotten; 0 if none was."""
    if counted == "orders":
        orders = profile.orders
        return ([order.at for order in orders.latest], orders.left) if orders else ((), 0)
    began = list(accumulate(profile.earlier))
    if profile.visit is not None:
        began.append(profile.visit.started)
    return began, profile.earlier_left
