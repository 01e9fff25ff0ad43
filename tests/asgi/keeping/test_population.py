"""What all visitors seek becomes what everybody is decided by, off any page's path."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker import get_visitor, open_store
from floorwalker.asgi.keeping.population import DAYS, Population, priors_of
from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import PageRule, Ruleset, Topic
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Committed, Outcome, Store
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import PAGE, Clock, Wrap
from tests.asgi.keeping.test_chronicle import until
from tests.asgi.test_publishing import HERO, Site

RULES = Ruleset("v1", topics=(Topic("birds", pages=("/birds",)), Topic("stars", pages=("/stars",))))


class Shelf:
    """The part of a store that holds what is known of all; away while it is told so."""

    def __init__(self) -> None:
        self.days: dict[str, dict[str, int]] = {}
        self.asked: list[list[str]] = []
        self.table: LifecycleTable | None = None
        self.away = False

    async def add_topics(self, day: str, counts: dict[str, int]) -> None:
        if self.away:
            raise StoreUnavailable("away")
        for topic, count in counts.items():
            known = self.days.setdefault(day, {})
            known[topic] = known.get(topic, 0) + count

    async def topics(self, days: list[str]) -> dict[str, dict[str, int]]:
        if self.away:
            raise StoreUnavailable("away")
        self.asked.append(list(days))
        return {day: dict(self.days.get(day, {})) for day in days}

    async def lifecycle(self) -> LifecycleTable | None:
        return self.table


class Shop:
    """The store as the population sees it."""

    def __init__(self) -> None:
        self.population = Shelf()


def population_of(shop: Shop, clock: Clock) -> Population:
    return Population(shop, clock=clock, random=bytes)  # type: ignore[arg-type]


def publisher_of(rules: Ruleset = RULES) -> Publisher:
    return Publisher(lambda _: Rulebook(rules, {}), rules=rules, templates=Path("none"), reload_s=0)


def seen(population: Population, *topics: str, outcome: Outcome = Outcome.STORED) -> None:
    class Done:
        def add_done_callback(self, tell: Callable[[Any], None]) -> None:
            tell(self)

        def cancelled(self) -> bool:
            return False

        def exception(self) -> None:
            return None

        def result(self) -> Committed:
            return Committed(outcome)

    population.count(topics, Done())  # type: ignore[arg-type]


async def test_what_was_seen_becomes_shares_with_a_version(clock: Clock) -> None:
    shop, publisher = Shop(), publisher_of()
    population = population_of(shop, clock)
    for _ in range(900):
        seen(population, "birds")
    await population.refresh(publisher)
    priors = publisher.rulebook.corridor.priors
    assert priors.topics["birds"] == pytest.approx((900 + 100 / 3) / 1000)
    assert priors.topics["stars"] == pytest.approx(100 / 3 / 1000)
    assert priors.version
    book = publisher.rulebook
    await population.refresh(publisher)
    assert publisher.rulebook is book  # nothing is new


async def test_only_what_was_stored_counts(clock: Clock) -> None:
    shop = Shop()
    population = population_of(shop, clock)
    seen(population, "birds", outcome=Outcome.FLOOD)
    seen(population, "stars")
    await population.add()
    assert list(shop.population.days.values()) == [{"stars": 1}]


async def test_days_that_are_over_are_read_once_and_fall_out_after_four_weeks(clock: Clock) -> None:
    shop, publisher = Shop(), publisher_of()
    population = population_of(shop, clock)
    seen(population, "birds")
    for _ in range(2):
        await population.refresh(publisher)
    assert [len(days) for days in shop.population.asked] == [DAYS, 2]
    before = publisher.rulebook.corridor.priors
    clock.now += DAYS * 86400
    await population.refresh(publisher)
    assert before.topics["birds"] > publisher.rulebook.corridor.priors.topics["birds"] == pytest.approx(1 / 3)


async def test_a_store_that_is_away_leaves_the_priors(clock: Clock) -> None:
    shop, publisher = Shop(), publisher_of()
    population = population_of(shop, clock)
    await population.refresh(publisher)
    before = publisher.rulebook
    shop.population.away = True
    with pytest.raises(StoreUnavailable):
        await population.refresh(publisher)
    assert publisher.rulebook is before


async def test_a_fitted_lifecycle_comes_with_the_priors(clock: Clock) -> None:
    shop, publisher = Shop(), publisher_of()
    shop.population.table = LifecycleTable(0.4, 2.0, version="fitted")
    await population_of(shop, clock).refresh(publisher)
    assert publisher.rulebook.corridor.priors.lifecycle.version == "fitted"


def test_the_version_is_that_of_the_figures() -> None:
    table = LifecycleTable()
    one, same = (priors_of({"a": 1, "b": 2}, frozenset(), table) for _ in range(2))
    assert one == same
    assert one.version != priors_of({"a": 2, "b": 2}, frozenset(), table).version
    assert one.version != priors_of({"a": 1, "b": 2}, frozenset(), LifecycleTable(version="x")).version


def test_rules_that_come_later_know_what_is_known(tmp_path: Path) -> None:
    site = Site(tmp_path)
    priors = Priors("p1", {"birds": 0.5})
    assert site.publisher.rulebook.corridor.priors is NO_PRIORS
    site.publisher.take_priors(priors)
    rulebook = site.publisher.rulebook
    site.file.write_text(HERO.format("second"))
    site.settle()
    assert site.publisher.rulebook.ruleset is not rulebook.ruleset
    assert site.publisher.rulebook.corridor.priors is priors
    assert rulebook.deciding_by(RULES).corridor.priors is priors


async def test_pages_that_known_visitors_saw_are_counted_and_decide(
    wrap: Wrap, tmp_path: Path, valkey_url: str, clock: Clock
) -> None:
    interests: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        visitor = await get_visitor(scope)
        interests.append((visitor.dominant_interest, visitor.profile.interests))
        await page_app(PAGE)(scope, receive, send)

    rules = Ruleset("v1", pages=(PageRule("/{category}", type="category"),))
    middleware = wrap(app, rules=rules)
    browser = Browser(middleware)
    for path in ("/birds", "/birds", "/cars"):
        await browser.get(path)
    assert [dominant for dominant, _ in interests] == [None, "birds", "birds"]
    keeper = middleware._keepers.current()
    assert keeper is not None
    await until(lambda: len(keeper.population._seen) == 2)
    store: Store = open_store(valkey_url)
    try:
        await keeper.population.close()
        days = await store.population.topics([keeper.population._day(0)])
        assert list(days.values()) == [{"birds": 1, "cars": 1}]  # the first page was nobody's yet
    finally:
        await store.close()
