"""Laws of the counters: whatever many visitors do, and whoever turns out to be whom, they are a naive count of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.advance import Corridor
from floorwalker.core.decision import Keeper
from floorwalker.core.effects import Effects
from floorwalker.core.events import PAGE_VIEWED, SLOT_CLICKED, Event, Page
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.facts import expanded, facts_of
from floorwalker.core.memory.proving.proof import read_fact
from floorwalker.core.merging.merge import merge
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import read
from tests.core.memory.proving.naive_proof import DAY, RULES, Happening, Name, counted

START = 1_772_000_000
GAPS = (1, 20, 300, 4000, DAY // 3, DAY, 3 * DAY)
SEEDS = st.integers(0, 10**9)


def rules(text: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


CORRIDOR = Corridor(rules(RULES))


class Made:
    """Happenings at random: people whose control groups now and then change, and who turn out to be each other."""

    def __init__(self, random: Random, people: int) -> None:
        self.random, self.at, self.all = random, START, list[Happening]()
        self.names = [f"v{number}" for number in range(people)]
        self.kept = {name: self._groups() for name in self.names}
        self.orders: dict[str, list[str]] = {name: [] for name in self.names}

    def add(self, kind: str, who: str, **told: object) -> None:
        self.all.append({"kind": kind, "who": who, "at": self.at, "number": len(self.all), **told})

    def happen(self) -> None:
        self.at += self.random.choice(GAPS)
        who, chance = self.random.choice(self.names), self.random.random()
        if chance < 0.45:
            self._show(who)
        elif chance < 0.55:
            self.add("click", who, slot=self.random.choice(("hero", "side")), block=self.random.choice("abcf"))
        elif chance < 0.7:
            self.add("page", who, path=self.random.choice(("/welcome", "/")))
        elif chance < 0.95:
            self._event(who)
        elif len(self.names) > 1:
            self._merge(who)

    def _groups(self) -> dict[str, bool]:
        return {group: self.random.random() < 0.3 for group in ("site", "promotion", "hero", "side")}

    def _show(self, who: str) -> None:
        if self.random.random() < 0.05:
            self.kept[who] = self._groups()
        groups, slot = self.kept[who], self.random.choice(("hero", "side"))
        promotion = "sale" if self.random.random() < 0.3 else ""
        fitted = promotion != "" or slot == "hero" or self.random.random() < 0.8
        kept = ["site"] if groups["site"] else []
        if not kept and fitted:
            kept = ["promotion"] * (groups["promotion"] and promotion != "") + ["slot"] * groups[slot]
        block = self.random.choice("ab") if fitted else "f"
        self.add("show", who, slot=slot, block=block, promotion=promotion, kept_by=kept, fitted=fitted)

    def _event(self, who: str) -> None:
        told: dict[str, object] = {"currency": self.random.choice(("EUR", "USD"))} if self.random.random() < 0.3 else {}
        name = self.random.choice(("Lead", "Order Completed", "Order Completed", "Order Refunded", "Order Cancelled"))
        mine, late = self.orders[who], self.at - self.random.choice((0, 0, 0, 500, 2 * DAY))
        match name:
            case "Lead":
                told["worth"] = self.random.choice((0.3, 12, 99.99))
            case "Order Completed" if self.random.random() < 0.2:
                told = {"order_id": self.random.choice(("x1", "x2")), "revenue": 40.5}
            case "Order Completed":
                mine.append(f"o{len(self.all)}")
                told |= {"order_id": mine[-1], "revenue": self.random.choice((5, 129, 1999.95))}
                told |= {"coupon": "spring"} if self.random.random() < 0.5 else {}
            case _ if not mine:
                return
            case _:
                late = self.at
                told = {"order_id": self.random.choice(mine)}
                told |= {"revenue": self.random.choice((5, 60))} if name == "Order Refunded" else {}
        self.add("event", who, name=name, told=late, properties=told)

    def _merge(self, who: str) -> None:
        into = self.random.choice([name for name in self.names if name != who])
        self.add("merge", who, into=into)
        self.names.remove(who)
        self.orders[into] += self.orders[who]


def step(one: Happening, profiles: dict[str, Profile]) -> tuple[str, Profile, Effects]:
    """What one happening makes of somebody's profile; the profiles given stay as they are."""
    profile = profiles[one["who"]]
    match one["kind"]:
        case "merge":
            return one["into"], *merge(profiles[one["into"]], profile)
        case "show":
            arm, kept_by = "control" if one["kept_by"] else "treatment", tuple(map(Keeper, one["kept_by"]))
            shown = Showing(
                one["slot"], one["block"], arm, promotion=one["promotion"], kept_by=kept_by, fitted=one["fitted"]
            )
            return one["who"], *CORRIDOR.show(profile, [shown], at=one["at"])
        case "click":
            event = Event(SLOT_CLICKED, one["at"], {"slot": one["slot"], "block": one["block"]})
        case "page":
            event = Event(PAGE_VIEWED, one["at"], page=Page(path=one["path"]))
        case _:
            event = Event(one["name"], one["told"], one["properties"])
    return one["who"], *CORRIDOR.fold(profile, event)


def walked(happened: Sequence[Happening]) -> tuple[dict[str, Profile], Counter[tuple[str, str]]]:
    """Everybody's profile, and the counters by day and field; none of these is ever below 0."""
    profiles = {one: Profile(seed=number) for number, one in enumerate(sorted({one["who"] for one in happened}))}
    profiles |= {one["into"]: Profile(seed=99) for one in happened if "into" in one and one["into"] not in profiles}
    counters: Counter[tuple[str, str]] = Counter()
    for one in happened:
        who, profile, effects = step(one, profiles)
        assert step(one, profiles) == (who, profile, effects)
        profiles[who] = profile
        if one["kind"] == "merge":
            del profiles[one["who"]]
        for count in effects.counts:
            counters[count.day, count.field] += count.by
        assert all(count >= 0 for count in counters.values())
    return profiles, counters


def told(counters: Counter[tuple[str, str]]) -> dict[Name, int]:
    found: Counter[Name] = Counter()
    for (day, field), count in counters.items():
        fact = read_fact(field)
        assert fact is not None
        found[day, fact.unit, fact.block, fact.arm, fact.name, fact.goal, fact.currency] += count * fact.times
    return {name: count for name, count in found.items() if count}


def of_profiles(profiles: Iterable[Profile]) -> Counter[tuple[str, str]]:
    counters: Counter[tuple[str, str]] = Counter()
    for profile in profiles:
        for one in expanded(profile.responses.exposures if profile.responses else ()):
            for count in facts_of(one):
                counters[count.day, count.field] += count.by
    return counters


def made(seed: int, people: int, length: int) -> Sequence[Happening]:
    journeys = Made(Random(seed), people)
    for _ in range(length):
        journeys.happen()
    return journeys.all


@given(seed=SEEDS, people=st.integers(1, 5), length=st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_the_counters_are_a_naive_count_of_what_happened(seed: int, people: int, length: int) -> None:
    happened = made(seed, people, length)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("floorwalker.core.memory.proving.facts.MOST_BYTES", 10**6)
        _, counters = walked(happened)
    assert told(counters) == counted(happened)


@given(seed=SEEDS, room=st.integers(60, 400), most=st.integers(100, 500))
@settings(max_examples=60, deadline=None)
def test_who_does_not_fit_is_in_no_figure_and_no_figure_falls_below_nothing(seed: int, room: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("floorwalker.core.memory.proving.comparisons.ROOM_BYTES", room)
        patch.setattr("floorwalker.core.memory.proving.facts.MOST_BYTES", most)
        profiles, counters = walked(made(seed, 3, 50))
    assert +counters == +of_profiles(profiles.values())
    shown = {(day, fact) for day, fact in counters if fact.endswith("shown")}
    for (day, field), count in counters.items():
        fact = read_fact(field)
        if fact is not None and fact.name in ("clicked", "converted"):
            begun = f"{fact.unit}\x1f{fact.block}\x1f{fact.arm}\x1fshown"
            assert (day, begun) in shown
            assert count <= counters[day, begun]


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_in_which_order_different_people_are_committed_does_not_matter(seed: int) -> None:
    happened = [one for one in made(seed, 4, 60) if one["kind"] != "merge"]
    _, counters = walked(happened)
    _, by_person = walked(sorted(happened, key=lambda one: one["who"]))
    assert +counters == +by_person
