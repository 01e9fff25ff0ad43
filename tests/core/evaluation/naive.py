"""A naive reading of the rules: conditions as they stand in the file, answered by walking all that ever happened.

Nothing of the package is used here or in the two modules beside it. An answer is True, False, or None: not known, since
nothing may be remembered. `story` is what happened and what is known, `rules` the sections of a folder; plain data.
"""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from tests.core.evaluation.naive_interests import naive_interests
from tests.core.evaluation.naive_life import (
    WEEKDAYS,
    Life,
    comebacks,
    ends_of,
    is_direct,
    latest_pass,
    runs_through,
    weeks_with,
)
from tests.core.evaluation.naive_values import (
    NUMBER_OPERATORS,
    TEXT_OPERATORS,
    fits,
    folded,
    kilometres,
    listed,
    number_of,
    quantity,
    seconds,
    stars_fit,
    within,
)

Plain = dict[str, Any]
Answer = bool | None
Found = tuple[list[Any], bool]
"""The values that are known, and whether these are all."""

NOT_KNOWN: Found = ([], False)
MAIN = {
    "page": "path", "viewed": "path", "bought": "category", "did": "event", "referrer": "source", "searched": "words",
    "campaign": "name", "ad": "network", "device": "type", "os": "name", "browser": "name", "cart": "items",
    "interest": "topic", "dominant_interest": "topic", "next_interest": "topic", "spent": "amount", "saw": "block",
    "clicked": "block", "responds_to": "channel", "propensity": "model", "first_visit": "ago",
}  # fmt: skip
KINDS = {
    "path": "path", "landing_page": "path", "exit_page": "path", "words": "words", "language": "language",
    "accepts": "language", "version": "version", "new_visitor": "flag", "bounced": "flag", "identified": "flag",
    "usual_time": "flag", "ip": "network", "continent": "continent", "share": "share", "rate": "share",
}  # fmt: skip
MEASURED = {"interest": "share", "responds_to": "rate", "propensity": "share"}
ARRIVAL = ("referrer", "searched", "campaign", "ad", "channel", "landing_page")
COUNTED = ("viewed", "did", "visits", "saw", "clicked", "orders", "bought", "spent")
DAYPARTS = [(0, "night"), (5, "morning"), (11, "midday"), (14, "afternoon"), (18, "evening"), (22, "night")]


def every(answers: list[Answer]) -> Answer:
    return False if False in answers else None if None in answers else True


def some(answers: list[Answer]) -> Answer:
    return True if True in answers else None if None in answers else False


def opposite(answer: Answer) -> Answer:
    return None if answer is None else not answer


def kind_of(condition: str, field: str) -> str:
    return KINDS.get(condition if field == "is" else field, "text")


def fields_of(name: str, value: Any) -> Plain:
    """A condition's value with its short forms written out."""
    main = MAIN.get(name, "is")
    if not isinstance(value, dict):
        return {main: value}
    operators = NUMBER_OPERATORS + TEXT_OPERATORS
    aimed = {key: one for key, one in value.items() if key in operators and (name, key) != ("cart", "contains")}
    if not aimed or (name in COUNTED and name != "spent"):
        return value
    rest = {key: one for key, one in value.items() if key not in aimed}
    return {**rest, MEASURED.get(name, main): aimed}


class Naive:
    """One person under some rules."""

    def __init__(self, rules: Plain, story: Plain) -> None:
        self.rules, self.has = rules, story["has"]
        self.remembers, self.seed = story["remembered"], story["seed"]
        self.life = Life(rules["site"], story["past"])
        self.told: Plain = story["past"][-1]["told"]
        self.page: Plain = story["past"][-1]["page"]
        self.now = self.life.now

    def segment(self, name: str) -> Answer:
        segment = self.rules["segments"][name]
        if "score" not in segment:
            return self.when(segment["when"])
        points = [(float(one["points"]), self.when(one["when"])) for one in segment["points"]]
        least = sum(value if holds else min(value, 0) for value, holds in points if holds is not False)
        most = sum(value if holds else max(value, 0) for value, holds in points if holds is not False)
        return every(
            [self.when(segment["when"]) if "when" in segment else True, between(segment["score"], least, most)]
        )

    def when(self, asked: Any, touch: str = "") -> Answer:
        if isinstance(asked, list):
            return every([self.when(one, touch) for one in asked])
        ((name, value),) = asked.items()
        match name:
            case "all":
                return every([self.when(one, touch) for one in value])
            case "any":
                return some([self.when(one, touch) for one in value])
            case "none":
                return opposite(some([self.when(one, touch) for one in value]))
            case "not":
                return opposite(self.when(value, touch))
            case "first_touch" | "last_touch":
                return self.when(value, name)
            case "in":
                names = value["segment"] if isinstance(value, dict) else value
                return some([self.segment(one) for one in listed(names)])
            case "chance":
                return self.share_of(value["of"]) < quantity(value["percent"]) if self.remembers else None
            case _:
                return self.leaf(name, value, touch)

    def leaf(self, name: str, value: Any, touch: str) -> Answer:
        match name:
            case "time":
                return self.is_time(value)
            case "date":
                return self.is_date(value)
            case "near":
                return self.is_near(value)
            case "did_in_order" | "did_regularly" | "stopped" | "restarted" | "funnel":
                return getattr(self, name)(value) if self.remembers else None
            case _ if name in COUNTED:
                return self.counted(name, fields_of(name, value))
            case _ if name in MEASURED:
                return self.measured(name, fields_of(name, value))
            case "query" | "header" | "cookie" | "attribute" | "trait":
                return every([self.named(name, key, one) for key, one in value.items()])
            case _:
                asked = fields_of(name, value).items()
                return every([self.field(name, field, one, touch) for field, one in asked])

    def field(self, name: str, field: str, asked: Any, touch: str) -> Answer:
        values, all_known = self.arrival(name, field, touch) if name in ARRIVAL else self.values(name, field)
        return answer(kind_of(name, field), asked, values, all_known)

    def named(self, name: str, key: str, asked: Any) -> Answer:
        if name == "trait":
            return fits("text", asked, [self.has.get("traits", {}).get(key)]) if self.remembers else None
        told = {"query": "query", "header": "headers", "cookie": "cookies", "attribute": "attributes"}[name]
        return fits("text", asked, [self.told.get(told, {}).get(key.lower() if name == "header" else key)])

    # what the request and the person tell

    def values(self, name: str, field: str) -> Found:
        told, place = self.told, self.told.get("place") or {}
        match name:
            case "page":
                return page_values(self.page, field), True
            case "device":
                return [told.get("device", {}).get(field)], True
            case "os" | "browser":
                device = told.get("device", {})
                return [device.get(name if field == "name" else f"{name}_version")], True
            case "language":
                tags = told.get("languages", [])
                return (tags if field == "accepts" else tags[:1]), True
            case "continent" | "country" | "region" | "city":
                return [place.get(name)], True
            case "connection" | "timezone":
                return [told.get(name)], True
            case "ip":
                return [told.get("address")], True
            case "daypart":
                hour = self.wall_clock("visitor").hour
                return [[part for begins, part in DAYPARTS if begins <= hour][-1]], True
            case "consent":
                return (list(self.has.get("consent", ())) if self.remembers else []), True
            case _:
                return (self.remembered(name, field), True) if self.remembers else NOT_KNOWN

    def remembered(self, name: str, field: str) -> list[Any]:
        visits, learned, cart = self.life.visits, self.has.get("learned", {}), self.has.get("cart", {})
        before = visits[-2] if len(visits) > 1 else None
        match name:
            case "new_visitor":
                return [len(visits) == 1]
            case "pages_this_visit":
                return [sum(one["kind"] == "view" for one in visits[-1]["pages"])]
            case "time_this_visit":
                return [self.now - visits[-1]["began"]]
            case "away":
                return [visits[-1]["began"] - before["last"]] if before else []
            case "first_visit":
                return [self.now - visits[0]["began"]]
            case "frequency":
                return [len(visits) / max(1.0, (self.now - visits[0]["began"]) / 604800)]
            case "exit_page":
                return [before["pages"][-1]["page"]["path"]] if before else []
            case "bounced":
                return [len(before["pages"]) == 1] if before else []
            case "usual_time":
                return self.usual_time()
            case "identified":
                return [bool(self.has.get("user"))]
            case "cart":
                return self.cart(cart, field)
            case "dominant_interest":
                return [self.interests()["dominant"]]
            case "preferred_price_tier":
                return self.preferred_price_tier()
            case "next_interest":
                return list(learned.get("next_interests", ())[:1])
            case "lifecycle":
                return [learned.get(name) or self.lifecycle(visits)]
            case "micro_segment":
                return [learned.get(name)]
            case "agent_note":
                return list(self.has.get("notes", ()))
            case "average_order":
                amounts = [
                    one["amount"] for one in self.orders(None) if one["currency"] == self.rules["site"]["currency"]
                ]
                return [round(sum(amounts) / len(amounts), 6)] if amounts else []
            case _:
                raise AssertionError(f"{name}.{field} has no naive reading")

    def arrival(self, name: str, field: str, touch: str) -> Found:
        if touch and not self.remembers:
            return NOT_KNOWN
        here = [self.page.get("search", "")] if name == "searched" and not touch else []
        came = self.came(touch)
        if came is None:
            return here, False
        if name == "searched":
            words = [came.get("search", {}).get("keywords"), came.get("campaign", {}).get("term")]
            return words + here + ([] if touch else self.searches()), True
        if name in ("channel", "landing_page"):
            return [came[name]], True
        found = came.get(name, {}).get(field)
        return ["direct" if found is None and (name, field) == ("referrer", "medium") else found], True

    def came(self, touch: str) -> Plain | None:
        arrivals = self.life.arrivals
        if touch == "first_touch":
            return arrivals[0]
        if touch == "last_touch":
            return ([arrivals[0]] + [one for one in arrivals if not is_direct(one)])[-1]
        here = {"channel": "Direct", **self.told, "landing_page": self.page["path"]}
        medium = here.get("referrer", {}).get("medium", "direct")
        if here.get("campaign") or here.get("ad") or medium not in ("direct", "internal"):
            return here
        if self.remembers:
            return self.life.visits[-1]["arrivals"][-1]  # type: ignore[no-any-return]
        return None if medium == "internal" else here

    def searches(self) -> list[str]:
        if not self.remembers:
            return []
        events = self.life.since("this visit")
        typed = [one["properties"].get("query", "") for one in events if one.get("name") == "Products Searched"]
        return typed + [one["page"].get("search", "") for one in events if one["kind"] == "view"]

    def usual_time(self) -> list[Any]:
        """At least half of the visits before this one within two hours on the clock face; it takes three."""
        zone = ZoneInfo(self.told["timezone"]) if self.told.get("timezone") else self.life.zone
        minutes = [minute_of(visit["began"], zone) for visit in self.life.visits[:-1][-40:]]
        apart = [abs(one - minute_of(self.now, zone)) for one in minutes]
        near = [min(one, 1440 - one) <= 120 for one in apart]
        return [2 * sum(near) >= len(near)] if len(near) >= 3 else []

    def cart(self, cart: Plain, field: str) -> list[Any]:
        items = [{"price": 0.0, "quantity": 1, **one} for one in cart.get("items", ())]
        pieces = sum(one["quantity"] for one in items)
        match field:
            case "items":
                return [pieces]
            case "contains":
                return [one.get(key) for one in items for key in ("product", "name", "category")]
            case "idle":
                return [self.now - (self.now - cart.get("idle", 0))] if pieces else []
            case "checkout":
                return [cart["checkout"]] if pieces and "checkout" in cart else []
            case _:
                own = cart.get("currency", "") in ("", self.rules["site"]["currency"])
                return [sum(one["price"] * one["quantity"] for one in items)] if pieces and own else []

    def interests(self) -> Plain:
        """What page views left, or what they were given; who was given none has the topics of their pages."""
        if "interests" in self.has:
            return {"session": {}, "history": {}, "events": 0, "dominant": "", **self.has["interests"]}
        return naive_interests(
            [
                (number, set(one["page"]["topics"]))
                for number, visit in enumerate(self.life.visits)
                for one in visit["pages"]
                if one["kind"] == "view" and one["page"].get("topics")
            ],
            last=len(self.life.visits) - 1,
        )

    def lifecycle(self, visits: list[dict[str, Any]]) -> str:
        """By the formulas of the docs, in weeks, with the values that stand there for a site without a fit."""
        r, alpha, a, b, ahead = 0.5, 4.0, 0.8, 2.5, 4.0
        began = [one["began"] / 604800 for one in visits]
        x, recency, age = len(began) - 1, began[-1] - began[0], self.now / 604800 - began[0]
        if recency < 1 / 7 and age <= 4:
            return "new"
        alive = 1 / (1 + a / (b + x) * ((alpha + age) / (alpha + recency)) ** (r + x))
        active = alive * (1 - ((alpha + age) / (alpha + age + ahead)) ** (r + x))
        return next(
            (name for name, least in (("loyal", 0.5), ("active", 0.25), ("at-risk", 0.1)) if active >= least), "churned"
        )

    def preferred_price_tier(self) -> list[Any]:
        """Of the last 30 days, which are whole ones; where they tell too little, of all that was."""
        midnight = datetime.fromtimestamp(self.now, self.life.zone).replace(hour=0, minute=0, second=0, fold=0)
        for start in ((midnight - timedelta(days=30)).timestamp(), 0):
            views = [one["page"] for one in self.life.all if one["kind"] == "view" and one["at"] >= start]
            tiers = [page["price_tier"] for page in views if page.get("price_tier")]
            if len(tiers) >= 3:
                counts = {tier: tiers.count(tier) for tier in tiers}
                most = [tier for tier in counts if counts[tier] == max(counts.values())]
                return most if len(most) == 1 and 2 * counts[most[0]] >= len(tiers) else []
        return []

    def share_of(self, name: str) -> float:
        """Where this visitor stands among all, from 0 to 1."""
        digest = blake2b(self.seed.to_bytes(8, "big") + name.encode(), digest_size=8, person=b"fw-share").digest()
        return int.from_bytes(digest, "big") / 2**64

    # time and place

    def wall_clock(self, whose: str) -> datetime:
        zone = self.told.get("timezone") if whose == "visitor" else None
        return datetime.fromtimestamp(self.life.clock, ZoneInfo(zone) if zone else self.life.zone).replace(tzinfo=None)

    def is_time(self, value: Plain) -> bool:
        """Whether now lies in the span that began today or the one that began yesterday."""
        now = self.wall_clock(value.get("zone", "visitor"))
        start, end = minutes(value.get("from", "00:00")), minutes(value.get("until", "24:00"))
        for day in (now.date(), now.date() - timedelta(days=1)):
            midnight = datetime.combine(day, datetime.min.time())
            begins, ends = midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)
            if end <= start:
                ends += timedelta(days=1)
            if begins <= now < ends and WEEKDAYS[day.weekday()] in listed(value.get("days", WEEKDAYS)):
                return True
        return False

    def is_date(self, value: Plain) -> bool:
        """`until` a day includes it, `until` a time stops at it."""
        now = self.wall_clock(value.get("zone", "site"))
        start, end = value.get("from"), value.get("until")
        if start and now < datetime.fromisoformat(start):
            return False
        if not end:
            return True
        return now < datetime.fromisoformat(end) + timedelta(days=0 if ":" in end else 1)

    def is_near(self, value: Plain) -> bool:
        place = self.told.get("place") or {}
        if place.get("latitude") is None or place.get("longitude") is None:
            return False
        points = listed(self.rules["places"][value["place"]]) if "place" in value else [value]
        here = (place["latitude"], place["longitude"])
        return any(kilometres((float(p["lat"]), float(p["lon"])), here) <= float(value["km"]) for p in points)

    # what is counted

    def counted(self, name: str, asked: Plain) -> Answer:
        if not self.remembers:
            return self.counted_here(name, asked)
        window = asked.get("within")
        if name == "spent":
            currency = asked.get("currency", self.rules["site"]["currency"]).upper()
            amounts = [one["amount"] for one in self.orders(window) if one["currency"] == currency]
            return within(asked["amount"], round(sum(amounts), 6))
        times = self.times(name, asked)
        answers: list[Answer] = []
        count = {key: one for key, one in asked.items() if key in NUMBER_OPERATORS}
        if count or not any(key in asked for key in ("share", "sum", "ago")):
            answers.append(within(count or {"at_least": "1"}, len(times)))
        if "share" in asked:
            views = [one for one in self.life.since(window) if one["kind"] == "view"]
            answers.append(bool(views) and fits("share", asked["share"], [len(times) / len(views)]))
        if "sum" in asked:
            ((key, amount),) = asked["sum"].items()
            numbers = [number_of(one.get("properties", {}).get(key)) for one in self.happened("did", asked, window)]
            answers.append(within(amount, sum(number for number in numbers if number is not None)))
        if "ago" in asked:
            answers.append(bool(times) and within(asked["ago"], self.now - max(times)))
        return every(answers)

    def counted_here(self, name: str, asked: Plain) -> Answer:
        """Without memory: whether the page at hand is one is known, and how many there were before is not."""
        if name == "spent":
            return between(asked["amount"], 0, 10**9)
        here = name == "viewed" and page_fits("viewed", asked, self.page)
        answers: list[Answer] = [None for key in ("share", "sum") if key in asked]
        count = {key: one for key, one in asked.items() if key in NUMBER_OPERATORS}
        if count or not any(key in asked for key in ("share", "sum", "ago")):
            answers.append(between(count or {"at_least": "1"}, int(here), 10**9))
        if "ago" in asked:
            answers.append(within(asked["ago"], 0) if here else None)
        return every(answers)

    def times(self, name: str, asked: Plain) -> list[int]:
        """When it happened, as often as it counts."""
        window = asked.get("within")
        match name:
            case "viewed" | "did":
                return [one["at"] for one in self.happened(name, asked, window)]
            case "visits":
                return [one["began"] for one in self.life.visits if one["began"] >= self.life.begin(window)]
            case "saw" | "clicked":
                return [one["at"] for one in self.life.since(window) if responded(name, asked, one)]
            case "orders":
                return [one["at"] for one in self.orders(window)]
            case _:
                lines = [(one["at"], line) for one in self.orders(window) for line in one.get("bought", ())]
                found = [(at, line) for at, line in lines if page_fits("bought", asked, line)]
                return [at for at, line in found for _ in range(line.get("quantity", 1))]

    def happened(self, name: str, asked: Plain, window: str | None = None) -> list[Plain]:
        """What was viewed or done in a window, in its order."""
        events = self.life.since(window)
        if name == "viewed":
            return [one for one in events if one["kind"] == "view" and page_fits(name, asked, one["page"])]
        return [one for one in events if one["kind"] != "shown" and did_fits(asked, one)]

    def orders(self, window: str | None) -> list[Plain]:
        orders = [
            {"currency": "EUR", "amount": 0.0, **one, "at": self.now - one["ago"]} for one in self.has.get("orders", ())
        ]
        return [one for one in orders if one["at"] >= self.life.begin(window)]

    def measured(self, name: str, asked: Plain) -> Answer:
        if not self.remembers:
            return None
        measure = MEASURED[name]
        wanted = asked.get(measure, {"more_than": "0"})
        return any(fits("share", wanted, self.amounts(name, one)) for one in listed(asked[MAIN[name]]))

    def amounts(self, name: str, asked: str) -> list[float]:
        match name:
            case "propensity":
                found = self.has.get("learned", {}).get("propensities", {})
            case "interest":
                kept = self.interests()
                weights = kept["session"] if kept["events"] < 5 and kept["session"] else kept["history"]
                found = {topic: round(weight / sum(weights.values()), 4) for topic, weight in weights.items()}
            case _:
                found = self.responses()
        named = [one for key, one in found.items() if stars_fit(folded(asked), folded(key))]
        return named or ([0.0] if name == "interest" and found else [])

    def responses(self) -> dict[str, float]:
        """Of at least three offers on a channel, to how many they responded."""
        shown = sum(responded("saw", {}, one) for one in self.life.all)
        clicked = sum(responded("clicked", {}, one) for one in self.life.all)
        contacts = {"site": [0, 0], **self.has.get("contacts", {})}
        contacts["site"] = [contacts["site"][0] + shown, contacts["site"][1] + clicked]
        return {channel: min(1.0, back / offers) for channel, (offers, back) in contacts.items() if offers >= 3}

    # order and rhythm

    def step(self, step: Plain, window: str | None = None) -> list[Plain]:
        ((name, value),) = step.items()
        return self.happened(name, fields_of(name, value), window)

    def what(self, asked: Plain) -> list[int]:
        found = self.step({"viewed": asked["viewed"]}) if "viewed" in asked else self.happened("did", asked)
        return [one["at"] for one in found]

    def did_in_order(self, value: Any) -> bool:
        asked = value if isinstance(value, dict) else {"steps": value}
        gap = seconds(asked["gap"]) if "gap" in asked else None
        steps = [self.step(step, asked.get("within")) for step in asked["steps"]]
        count = {key: one for key, one in asked.items() if key in NUMBER_OPERATORS}
        if "ago" in asked:
            ends = ends_of(steps, gap)
            if not ends or not within(asked["ago"], self.now - max(one["at"] for one in ends)):
                return False
            return not count or within(count, runs_through(steps, gap))
        return within(count or {"at_least": "1"}, runs_through(steps, gap))

    def did_regularly(self, value: Any) -> bool:
        asked = value if isinstance(value, dict) else {"event": value}
        return weeks_with(self.what(asked), self.now, int(asked.get("of", 4))) >= int(asked.get("weeks", 3))

    def stopped(self, value: Any) -> bool:
        asked = value if isinstance(value, dict) else {"event": value}
        times, was = self.what(asked), {"weeks": 3, "of": 4, **asked.get("was", {})}
        if not times or self.now - times[-1] < seconds(asked.get("for", "21 days")):
            return False
        return weeks_with(times, times[-1], int(was["of"])) >= int(was["weeks"])

    def restarted(self, value: Any) -> bool:
        asked = value if isinstance(value, dict) else {"event": value}
        after = asked.get("after", "21 days")
        start = self.life.begin(asked.get("within", after))
        return any(at >= start for at in comebacks(self.what(asked), seconds(after)))

    def funnel(self, value: Plain) -> bool:
        steps = self.rules["funnels"][value["name"]]
        reached = latest_pass(self.life.all, [self.step(step) for step in steps])
        word = "reached" if "reached" in value else "stuck_at"
        number = int(value[word])
        came = len(reached) >= number if word == "reached" else len(reached) == number
        return came and ("ago" not in value or within(value["ago"], self.now - reached[number - 1]))


def answer(kind: str, asked: Any, values: list[Any], all_known: bool) -> Answer:
    """Where there may be other values, one that fits is enough, and none tells nothing."""
    present = [value for value in values if value]
    if all_known:
        return fits(kind, asked, values)
    if present and isinstance(asked, dict) and list(asked) == ["exists"]:
        return fits(kind, asked, present)
    return True if present and fits(kind, asked, present) else None


def between(operators: Plain, least: float, most: float) -> Answer:
    """What is known of a number from the least to the most that it can be: every number between is possible."""
    ends = sorted(quantity(end) for asked in operators.values() for end in listed(asked))
    marks = {least, most, *(end + off for end in ends for off in (-0.25, 0, 0.25) if least <= end + off <= most)}
    answers = {within(operators, number) for number in marks}
    return answers.pop() if len(answers) == 1 else None


def minute_of(at: float, zone: ZoneInfo) -> int:
    clock = datetime.fromtimestamp(at, zone)
    return clock.hour * 60 + clock.minute


def minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def page_values(page: Plain, field: str) -> list[Any]:
    if field in ("tag", "topic"):
        return list(page.get(f"{field}s", ()))
    if field == "path" and page.get("path"):
        return [page["path"].rstrip("/") or "/"]
    return [page.get(field)]


def page_fits(name: str, asked: Plain, page: Plain) -> bool:
    fields = ("path", "type", "category", "product", "brand", "tag", "topic", "price", "price_tier")
    return all(fits(kind_of(name, one), asked[one], page_values(page, one)) for one in fields if one in asked)


def did_fits(asked: Plain, event: Plain) -> bool:
    name = {"view": "Page Viewed", "error": "Error Page Viewed"}.get(event["kind"]) or event["name"]
    if "event" in asked and not fits("text", asked["event"], [name]):
        return False
    properties = event.get("properties", {})
    return all(fits("text", one, [properties.get(key)]) for key, one in asked.get("where", {}).items())


def responded(name: str, asked: Plain, one: Plain) -> bool:
    """Whether this is a block that was shown, or clicked, as asked."""
    if name == "saw":
        told = one if one["kind"] == "shown" and one["arm"] == "treatment" else None
    else:
        told = one["properties"] if one.get("name") == "Slot Clicked" else None
    return told is not None and all(fits("text", asked[key], [told[key]]) for key in ("block", "slot") if key in asked)
