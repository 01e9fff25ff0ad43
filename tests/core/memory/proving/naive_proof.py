"""Proof counted naively: from the plain list of what happened, by walking all of it. No code is shared."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

DAY = 86400
GOALS: Mapping[str, tuple[float, str]] = {  # window, and the property that says what it is worth
    "order": (7 * DAY, "revenue"),
    "coupon": (1 * DAY, "revenue"),
    "signup": (2 * DAY, ""),
    "lead": (30 * DAY, "worth"),
    "keen": (3 * DAY, ""),
}
OF_HERO = ("order", "signup", "lead")  # its own goal, its guardrail, and the site's
RULES = """
site: {guardrails: lead, control: 10 %}
goals:
  order: {did: Order Completed, value: revenue, within: 7 days}
  coupon: {did: {event: Order Completed, where: {coupon: spring}}, value: revenue, within: 1 day}
  signup: {viewed: /welcome, within: 2 days}
  lead: {did: Lead, value: worth, within: 30 days}
  keen: {all: [{did: {event: Lead, at_least: 2}}, {viewed: /welcome}], within: 3 days}
slots:
  hero: {goal: order, guardrails: signup, control: 10 %, show: [{name: a, text: A}, {name: b, text: B}]}
  side: {control: 10 %, show: [{name: a, text: A}, {name: b, text: B}], otherwise: {name: f, text: F}}
promotions: {sale: {control: 10 %, slots: {hero: {name: c, text: C}, side: {name: a, text: A}}}}
"""

Key = tuple[str, str]  # unit, block
Name = tuple[str, str, str, str, str, str, str]  # day, unit, block, arm, fact, goal, currency
Happening = Mapping[str, Any]
"""kind: show, click, event, page or merge; who, at, number, and what the kind tells."""


def units_of(shown: Happening) -> Iterator[tuple[str, str]]:
    """Unit and arm, as docs/proof.md has them."""
    kept = shown["kept_by"]
    if not shown["fitted"]:
        return
    if "site" in kept:
        yield "", "control"
        return
    yield "", "treatment"
    slot, sale = shown["slot"], shown["promotion"]
    if "promotion" not in kept:
        yield slot, "control" if "slot" in kept else "treatment"
    if sale and "slot" not in kept:
        arm = "control" if "promotion" in kept else "treatment"
        yield f"promotion:{sale}", arm
        yield f"{slot} promotion:{sale}", arm


class Person:
    """Everything that is known of one person, whom several devices may have become."""

    def __init__(self) -> None:
        self.met: dict[Key, dict[str, int]] = {}  # the first time in each arm
        self.clicks: set[Key] = set()
        self.orders: dict[str, dict[str, Any]] = {}
        self.credits: dict[tuple[Key, str], dict[str, tuple[str, int]]] = {}
        self.leads = self.welcomes = 0

    def join(self, other: "Person") -> None:
        for key, arms in other.met.items():
            for arm, at in arms.items():
                mine = self.met.setdefault(key, {})
                mine[arm] = min(mine.get(arm, at), at)
        self.clicks |= other.clicks
        self.orders = {**other.orders, **self.orders}
        for name, credits in other.credits.items():
            self.credits[name] = {**credits, **self.credits.get(name, {})}
        self.leads += other.leads
        self.welcomes += other.welcomes

    @property
    def is_keen(self) -> bool:
        return self.leads >= 2 and self.welcomes >= 1

    def show(self, one: Happening) -> None:
        for unit, arm in units_of(one):
            is_in_slot = unit.split(" ")[0] == one["slot"]
            for block in ("", one["block"]) if is_in_slot else ("",):
                self.met.setdefault((unit, block), {}).setdefault(arm, one["at"])

    def click(self, one: Happening) -> None:
        for unit, block in list(self.met):
            if block == one["block"] and unit.split(" ")[0] == one["slot"] and "treatment" in self.met[unit, block]:
                sale = [unit.split(" ")[1]] if " " in unit else []
                self.clicks |= {(unit, block), (unit, ""), ("", ""), *((name, "") for name in sale)}

    def reach(self, goal: str, at: int, told: Mapping[str, Any], what: object) -> None:
        """what: the order's id, or whatever else tells it apart."""
        window, worth = GOALS[goal]
        for unit, block in self.met:
            began = min(self.met[unit, block].values())
            if not 0 <= at - began <= window or (unit.startswith("hero") and goal not in OF_HERO):
                continue
            credits = self.credits.setdefault(((unit, block), goal), {})
            amount = round(told.get(worth, 0) * 100) if worth else 0
            credits[str(what)] = (str(told.get("currency", "EUR")), amount)

    def take_back(self, id: str, at: int, amount: int | None) -> None:
        """amount: in hundredths; None is all of it."""
        order = self.orders.get(id)
        if order is None or order["left"] is None:
            return
        off = amount is None or amount >= order["left"]
        for (key, goal), credits in self.credits.items():
            if id in credits and at - min(self.met[key].values()) <= GOALS[goal][0]:
                currency, had = credits.pop(id)
                if not off:
                    credits[id] = (currency, had - (amount or 0))
        order["left"] = None if amount is None else max(order["left"] - amount, 0)


def counted(happened: Sequence[Happening]) -> dict[Name, int]:
    """Every counter: day, unit, block, arm, fact, goal, currency."""
    people: dict[str, Person] = {}
    became: dict[str, str] = {}

    def person(name: str) -> Person:
        while name in became:
            name = became[name]
        return people.setdefault(name, Person())

    for one in happened:
        if one["kind"] == "merge":
            person(one["into"]).join(person(one["who"]))
            people.pop(one["who"])
            became[one["who"]] = one["into"]
        else:
            _happen(person(one["who"]), one)
    found: Counter[Name] = Counter()
    for each in people.values():
        for name, count in _facts(each):
            found[name] += count
    return {name: count for name, count in found.items() if count}


def _happen(person: Person, one: Happening) -> None:
    was_keen = person.is_keen
    match one["kind"]:
        case "show":
            person.show(one)
        case "click":
            person.click(one)
        case "page" if one["path"] == "/welcome":
            person.welcomes += 1
            person.reach("signup", one["at"], {}, one["number"])
        case "event":
            _event(person, one)
    if person.is_keen and not was_keen:
        person.reach("keen", one.get("told", one["at"]), one.get("properties", {}), one["number"])


def _event(person: Person, one: Happening) -> None:
    told, at = one["properties"], one["told"]
    id = told.get("order_id", "")
    match one["name"]:
        case "Lead":
            person.leads += 1
            person.reach("lead", at, told, one["number"])
        case "Order Completed" if id not in person.orders:
            person.orders[id] = {"left": round(told["revenue"] * 100)}
            person.reach("order", at, told, id)
            if told.get("coupon") == "spring":
                person.reach("coupon", at, told, id)
        case "Order Cancelled":
            person.take_back(id, at, None)
        case "Order Refunded":
            person.take_back(id, at, round(told["revenue"] * 100))


def _facts(person: Person) -> Iterator[tuple[Name, int]]:
    mixed = {unit for (unit, block), arms in person.met.items() if not block and len(arms) > 1}
    for key, arms in person.met.items():
        unit, block = key
        began = datetime.fromtimestamp(min(arms.values()), UTC).strftime("%Y-%m-%d")
        if unit in mixed:
            if not block:
                yield (began, unit, "", "", "mixed", "", ""), 1
            continue
        (arm,) = arms
        where = (began, unit, block, arm)
        yield (*where, "shown", "", ""), 1
        if key in person.clicks and arm == "treatment":
            yield (*where, "clicked", "", ""), 1
        for goal in GOALS:
            credits = person.credits.get((key, goal), {})
            if credits:
                yield (*where, "converted", goal, ""), 1
            revenue: Counter[str] = Counter()
            for currency, amount in credits.values():
                revenue[currency] += amount
            for currency, amount in revenue.items():
                yield (*where, "revenue", goal, currency), amount
                yield (*where, "square", goal, currency), amount**2
