"""What becomes of each thing that a profile holds once two are one."""

import copy
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack, structs

import floorwalker
from floorwalker.core.conditions.model import Window
from floorwalker.core.effects import NOTHING
from floorwalker.core.events import IDENTIFIED, PAGE_VIEWED, Event, Page
from floorwalker.core.happening import event_of
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.kept.holdings import Consent, Contacts, Interests, Learned, Note, Notes
from floorwalker.core.memory.kept.purchases import Total
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.merging.merge import merge
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Referrer
from tests.core.holdings import cart_of, many_currencies, orders_of
from tests.core.journeys import DAY, SITE, START, journey, walked
from tests.core.memory import hostile
from tests.core.memory.test_fold import in_order, stored
from tests.core.merging.two import ANONYMOUS, PERSON, TERMS, dealt, joined, merged

SEEDS = st.integers(0, 10**9)
AT = START
ORDERED = ("Order Completed", "Order Refunded", "Order Cancelled")
MAILED = ("Email Delivered", "Email Opened", "Email Link Clicked")


def shop(random: Random, length: int) -> list[Event]:
    """A journey with carts, orders, mails and blocks; the ids of orders and mails may come up on several devices."""
    events, at = [], float(START)
    for number in range(length):
        at += random.choice((0, 5, 300, 4000, DAY))
        name = random.choice((PAGE_VIEWED, "Product Added", "Promotion Viewed", *ORDERED, *MAILED, "Slot Shown"))
        price = random.choice((10, 19.99, 250.5))
        told: dict[str, Any] = {"order_id": f"o{number}-{random.random()}", "message_id": f"m{random.randrange(9)}"}
        told |= {"products": [{"product_id": f"p{random.randrange(5)}", "price": price, "quantity": 2}]}
        told |= {"revenue": price, "currency": random.choice(("EUR", "USD")), "slot": "hero"}
        told |= {"block": "coupon"} if name in ("Slot Shown", "Promotion Viewed") else {}
        event = event_of(name, told, at=at)
        events.append(Event(name, at, page=Page(path="/")) if name == PAGE_VIEWED else event)
    return events


def totals(profile: Profile) -> dict[str, Any]:
    """What two histories add up to."""
    visit, orders = profile.visit, profile.orders
    history = History(profile, at=START + 800 * DAY, site=SITE)
    ever = Window()
    found = {
        "visits": profile.visits,
        "seconds": profile.time_spent + (visit.last - visit.started if visit else 0),
        "views": history.views((), ever).count,
        "shown": history.shown("coupon", ever).count,
        "clicked": history.clicked("coupon", ever).count,
        "orders": orders.count if orders else 0,
    }
    for currency in ("EUR", "USD"):
        total = orders.total(currency) if orders else None
        found |= {currency: total.amount if total else 0.0, f"{currency} orders": total.orders if total else 0}
    return found


def added(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: round(one[name] + other[name], 6) for name in one}


class TestLaws:
    @given(seed=SEEDS, one=st.integers(0, 120), other=st.integers(0, 120))
    @settings(max_examples=60, deadline=None)
    def test_totals_add_up(self, seed: int, one: int, other: int) -> None:
        random = Random(seed)
        mine, theirs = walked(shop(random, one), PERSON), walked(shop(random, other), ANONYMOUS)
        profile = merged(mine, theirs)
        assert totals(profile) == added(totals(mine), totals(theirs))
        assert in_order(profile)
        assert msgpack.decode(stored(profile), type=Profile) == profile

    @given(seed=SEEDS, lengths=st.tuples(*[st.integers(0, 70)] * 3))
    @settings(max_examples=30, deadline=None)
    def test_three_devices_add_up_in_whatever_order_they_come(self, seed: int, lengths: tuple[int, int, int]) -> None:
        random = Random(seed)
        mine, one, other = (walked(shop(random, length), seed) for length, seed in zip(lengths, _people(), strict=True))
        first, second = merged(merged(mine, one), other), merged(merged(mine, other), one)
        assert totals(first) == totals(second) == added(added(totals(mine), totals(one)), totals(other))
        assert first.first_touch == second.first_touch
        assert totals(merged(mine, merged(one, other))) == totals(first)

    @given(seed=SEEDS, length=st.integers(0, 150))
    @settings(max_examples=40, deadline=None)
    def test_nothing_comes_of_a_history_in_which_nothing_was(self, seed: int, length: int) -> None:
        random = Random(seed)
        for person in (walked(shop(random, length), PERSON), walked(journey(random, length), PERSON)):
            profile, effects = floorwalker.merge(person, Profile(seed=9))
            assert profile == person
            assert effects == NOTHING

    @given(seed=SEEDS, one=st.integers(0, 120), other=st.integers(0, 120))
    @settings(max_examples=30, deadline=None)
    def test_it_is_the_same_each_time_and_changes_nothing_that_is_given(self, seed: int, one: int, other: int) -> None:
        random = Random(seed)
        mine, theirs = walked(shop(random, one), PERSON), walked(shop(random, other), ANONYMOUS)
        before = copy.deepcopy((mine, theirs))
        assert floorwalker.merge(mine, theirs) == floorwalker.merge(*before)
        assert (mine, theirs) == before

    @pytest.mark.parametrize("seed", range(2))
    def test_two_that_are_as_large_as_can_be_stay_under_16_000_bytes(self, seed: int) -> None:
        largest = [_largest(seed), structs.replace(_largest(seed + 50), user="")]
        profile, _ = merge(*largest, TERMS)
        assert len(stored(profile)) < 16_000
        assert msgpack.decode(stored(profile), type=Profile) == profile


def _people() -> tuple[Profile, Profile, Profile]:
    return PERSON, ANONYMOUS, Profile(seed=3)


def _largest(seed: int) -> Profile:
    random = Random(seed)
    profile = PERSON
    for event in hostile.events(random, 250, float(START)):
        profile, _ = fold(profile, event, TERMS)
    return profile


class TestWhoIsWho:
    def test_known_never_joins_known(self) -> None:
        with pytest.raises(ValueError, match="known already"):
            floorwalker.merge(PERSON, Profile(seed=2, user="bob"))
        with pytest.raises(ValueError, match="known already"):
            floorwalker.merge(None, Profile(seed=2, user="bob"))

    def test_a_person_of_whom_nothing_is_known_takes_the_anonymous_profile_as_it_is(self) -> None:
        anonymous = walked(journey(Random(1), 20), ANONYMOUS)
        assert floorwalker.merge(None, anonymous) == (anonymous, NOTHING)

    def test_the_persons_seed_user_watched_segments_and_what_was_learned_stay(self) -> None:
        person = structs.replace(PERSON, watched=(3,), learned=Learned("loyal"))
        anonymous = structs.replace(ANONYMOUS, watched=(4, 6), learned=Learned("new"))
        profile = merged(person, anonymous)
        assert (profile.seed, profile.user, profile.watched) == (1, "ada", (3,))
        assert profile.learned == Learned("loyal")
        assert merged(PERSON, anonymous).learned == Learned("new")

    def test_no_field_of_a_profile_is_forgotten_by_the_docs(self) -> None:
        """A new field of the Profile needs a row in docs/people.md, and somebody's thought about two of it."""
        from tests.docs.pages import table

        named = {name.strip("` ") for row in table("people.md", "<!-- merge -->") for name in row[0].split(",")}
        assert named == set(Profile.__struct_fields__)


class TestTraits:
    def test_known_wins_and_anonymous_fills_the_gaps(self) -> None:
        person = structs.replace(PERSON, traits={"plan": "gold", "email": "Ada@example.org"})
        anonymous = structs.replace(ANONYMOUS, traits={"plan": "free", "email": "ada@example.org", "size": "M"})
        assert dict(merged(person, anonymous).traits) == {"plan": "gold", "email": "Ada@example.org", "size": "M"}

    def test_that_name_somebody_else_do_not_survive(self) -> None:
        person = structs.replace(PERSON, traits={"email": "ada@example.org"})
        bob = {"email": "bob@example.org", "name": "Bob", "address.city": "Bath", "phone": "1", "newsletter": True}
        traits = merged(person, structs.replace(ANONYMOUS, traits=bob)).traits
        assert dict(traits) == {"email": "ada@example.org", "newsletter": True}

    def test_where_there_is_no_room_the_anonymous_go_first_and_it_is_known(self) -> None:
        person = structs.replace(PERSON, traits={f"p{i}": "x" * 70 for i in range(10)})
        anonymous = structs.replace(ANONYMOUS, traits={f"a{i}": "x" * 70 for i in range(10)})
        profile = merged(person, anonymous)
        assert set(person.traits) <= set(profile.traits)
        assert profile.traits_left
        assert not merged(person, ANONYMOUS).traits_left
        assert merged(person, structs.replace(ANONYMOUS, traits_left=True)).traits_left


def visited(started: int, last: int, *, views: int = 2, medium: str = "direct", **more: Any) -> Profile:
    touch = Touch(AT + started, channel=medium, referrer=Referrer(medium))
    visit = Visit(1, AT + started, AT + last, views, touch, last_page=f"/{started}")
    return Profile(2, AT + started, AT + last, 1, visit, **more)


class TestVisits:
    def both(self, person: Profile, anonymous: Profile) -> Profile:
        return merged(structs.replace(person, user="ada", seed=1), anonymous)

    def test_the_latest_activity_goes_on_and_the_other_is_one_of_those_before(self) -> None:
        profile = self.both(visited(0, 500), visited(100, 400, views=1))
        assert profile.visit == Visit(2, AT, AT + 500, 2, Touch(AT, channel="direct"), last_page="/0")
        assert (profile.visits, profile.time_spent, profile.earlier) == (2, 300, (AT + 100,))
        assert (profile.away, profile.exit_page, profile.bounced) == (0, "/100", True)

    def test_one_after_the_other_are_as_on_one_device(self) -> None:
        profile = self.both(visited(0, 500), visited(9000, 9100))
        assert profile.visit is not None
        assert (profile.visit.started, profile.away, profile.exit_page) == (AT + 9000, 8500, "/0")
        assert (profile.first_seen, profile.last_seen) == (AT, AT + 9100)

    def test_of_the_same_second_the_one_at_hand_goes_on(self) -> None:
        profile = self.both(visited(0, 500), visited(100, 500))
        assert profile.visit is not None
        assert profile.visit.started == AT + 100

    def test_that_began_after_the_one_that_goes_on_stay_in_order(self) -> None:
        profile = self.both(visited(0, 500), visited(100, 400))
        after, _ = fold(profile, Event(PAGE_VIEWED, AT + 99_999), TERMS)
        assert (after.visits, after.earlier) == (3, (AT, 100))
        assert in_order(after)

    def test_first_touch_is_the_earliest_and_last_the_latest_that_was_not_direct(self) -> None:
        profile = self.both(visited(50, 100, medium="search"), visited(0, 9000, medium="direct"))
        assert profile.first_touch is not None
        assert profile.last_touch is not None
        assert (profile.first_touch.at, profile.last_touch.at) == (AT, AT + 50)
        profile = self.both(visited(50, 100, medium="search"), visited(60, 9000, medium="email"))
        assert profile.last_touch is not None
        assert profile.last_touch.channel == "email"

    def test_of_a_redirect_the_later_one_waits(self) -> None:
        person, anonymous = visited(0, 1, arrival=Touch(5)), visited(0, 1, arrival=Touch(7))
        assert self.both(person, anonymous).arrival == Touch(7)


def item(product: str, quantity: int, price: float = 10.0, **more: Any) -> dict[str, Any]:
    return {"product": product, "quantity": quantity, "price": price, **more}


class TestCarts:
    def both(self, mine: dict[str, Any], theirs: dict[str, Any]) -> Any:
        person = structs.replace(PERSON, cart=cart_of(1000, **mine))
        return merged(person, structs.replace(ANONYMOUS, cart=cart_of(1000, **theirs))).cart

    def test_hold_what_lay_in_either_and_the_larger_number_of_the_same(self) -> None:
        cart = self.both(
            {"items": [item("a", 1), item("b", 5)], "idle": 60},
            {"items": [item("b", 2, 12.0), item("c", 1)], "idle": 5},
        )
        assert [(one.product, one.quantity, one.price) for one in cart.items] == [
            ("a", 1, 10.0),
            ("b", 5, 12.0),
            ("c", 1, 10.0),
        ]
        assert cart.changed == 995

    def test_tell_variants_of_a_product_apart(self) -> None:
        cart = self.both({"items": [item("a", 1, variant="red")]}, {"items": [item("a", 2, variant="blue")]})
        assert cart.pieces == 3

    def test_of_two_currencies_are_never_added_up(self) -> None:
        mine, theirs = {"items": [item("a", 1)], "idle": 60}, {"items": [item("b", 1)], "currency": "USD"}
        assert [one.product for one in self.both(mine, theirs).items] == ["b"]
        assert self.both(mine, {"items": [item("b", 1)], "currency": "EUR"}).pieces == 2

    def test_that_are_empty_take_nothing_away(self) -> None:
        cart = self.both({"items": [item("a", 1)], "idle": 60}, {"idle": 5})
        assert (cart.pieces, cart.changed) == (1, 995)

    def test_count_what_they_have_no_room_for(self) -> None:
        mine = {"items": [item(f"m{i}", 1, 1.5, name="n" * 40) for i in range(9)]}
        theirs = {"items": [item(f"t{i}", 2, 2.0, name="n" * 40) for i in range(9)]}
        cart = self.both(mine, theirs)
        assert (cart.pieces, cart.value) == (27, 49.5)


def order(number: int, amount: float = 50.0, **more: Any) -> dict[str, Any]:
    return {"ago": number, "amount": amount, **more}


class TestOrders:
    def both(self, *events: Event, anonymous: tuple[Event, ...] = ()) -> Profile:
        return joined(events, anonymous)

    def told(self, name: str, id: str, revenue: float | None = None, *, at: int = 0, **more: Any) -> Event:
        told = {"order_id": id, "currency": "EUR", **({} if revenue is None else {"revenue": revenue}), **more}
        return event_of(name, told, at=AT + at)

    def money(self, profile: Profile) -> tuple[int, float, int]:
        assert profile.orders is not None
        total = profile.orders.total("EUR") or Total()
        return profile.orders.count, total.amount, len(profile.orders.latest)

    def test_that_both_know_count_once(self) -> None:
        told = self.told("Order Completed", "1", 80.0, products=[{"product_id": "p"}])
        other = self.told("Order Completed", "2", 20.0, at=9)
        profile = self.both(told, anonymous=(structs.replace(told, at=told.at + 7), other))
        assert self.money(profile) == (2, 100.0, 2)
        assert profile.orders is not None
        assert len(profile.orders.bought) == 1
        after, _ = fold(profile, other, TERMS)
        assert after.orders == profile.orders

    def test_keep_what_either_took_off(self) -> None:
        told, less = self.told("Order Completed", "1", 80.0), self.told("Order Refunded", "1", 30.0, at=5)
        assert self.money(self.both(told, less, anonymous=(told,))) == (1, 50.0, 1)
        assert self.money(self.both(told, anonymous=(told, less))) == (1, 50.0, 1)

    def test_that_either_cancelled_are_cancelled(self) -> None:
        told, back = self.told("Order Completed", "1", 80.0), self.told("Order Cancelled", "1", at=5)
        assert self.money(self.both(told, back, anonymous=(told,))) == (0, 0.0, 0)
        assert self.money(self.both(told, anonymous=(told, back))) == (0, 0.0, 0)

    def test_keep_what_was_bought_where_only_one_was_told(self) -> None:
        bare, full = self.told("Order Completed", "1", 80.0), self.told("Order Completed", "1", 80.0, at=3)
        full = event_of(
            "Order Completed",
            {"order_id": "1", "revenue": 80.0, "currency": "EUR", "products": [{"product_id": "p"}]},
            at=AT + 3,
        )
        profile = self.both(bare, anonymous=(full,))
        assert profile.orders is not None
        assert [(line.product, line.at) for line in profile.orders.bought] == [("p", AT)]

    def test_that_one_remembers_and_the_other_only_counts_count_once(self) -> None:
        first = self.told("Order Completed", "1", 80.0)
        more = tuple(self.told("Order Completed", f"x{i}", 1.0, at=60 + i) for i in range(40))
        assert self.money(self.both(first, *more, anonymous=(first,)))[:2] == (41, 120.0)
        assert self.money(self.both(first, anonymous=(first, *more)))[:2] == (41, 120.0)

    @given(seed=SEEDS, length=st.integers(0, 40))
    @settings(max_examples=40, deadline=None)
    def test_of_one_journey_on_two_devices_are_those_of_one(self, seed: int, length: int) -> None:
        random = Random(seed)
        events = [one for one in shop(random, length) if one.name in ("Order Completed", PAGE_VIEWED)]
        once, twice = walked(events, PERSON).orders, joined(*dealt(random, events)).orders
        if once is None or once.left or once.bought_left:
            return
        assert twice is not None
        assert (twice.count, twice.left, twice.bought_left) == (once.count, once.left, once.bought_left)
        assert Counter(twice.latest) == Counter(once.latest)  # of one second, either may come first
        assert Counter(twice.bought) == Counter(once.bought)
        assert dict(twice.totals) == dict(once.totals)
        assert all(twice.knows(order.id) for order in once.latest)

    def test_without_an_id_are_always_others(self) -> None:
        bare = event_of("Order Completed", {"revenue": 5.0, "currency": "EUR"}, at=AT)
        assert self.money(self.both(bare, anonymous=(bare,))) == (2, 10.0, 2)

    def test_in_a_currency_that_one_no_longer_keeps_apart_are_not_known(self) -> None:
        person = structs.replace(PERSON, orders=many_currencies(AT))
        events = [self.told("Order Completed", money, 50.0, currency=money) for money in ("USD", "AUD")]
        orders = merged(person, walked(events, ANONYMOUS)).orders
        assert orders is not None
        assert orders.total("USD") is None
        assert orders.total("AUD") == Total(2, 60.0)

    def test_leave_their_windows_exact_or_unknown(self) -> None:
        person = structs.replace(PERSON, orders=orders_of(AT, [order(9)], forgotten=[order(500)]))
        theirs = orders_of(AT, [order(600), order(3)])
        theirs = structs.replace(
            theirs, latest=tuple(structs.replace(one, id=f"a{one.id}") for one in theirs.latest), known=b""
        )
        orders = merged(person, structs.replace(ANONYMOUS, orders=theirs)).orders
        assert orders is not None
        assert (orders.count, orders.left) == (4, AT - 500)
        assert [one.at for one in orders.latest] == [AT - 9, AT - 3]
        assert orders.totals == {"EUR": Total(4, 200.0)}


class TestTheRest:
    def test_of_consent_the_latest_statement_holds(self) -> None:
        person = structs.replace(PERSON, consent=Consent(("all",), 5))
        assert merged(person, structs.replace(ANONYMOUS, consent=Consent((), 9))).consent == Consent((), 9)
        assert merged(person, structs.replace(ANONYMOUS, consent=Consent((), 3))).consent == Consent(("all",), 5)
        assert merged(person, ANONYMOUS).consent == Consent(("all",), 5)

    def test_notes_are_those_of_both_each_once(self) -> None:
        person = structs.replace(PERSON, notes=Notes((Note(5, "tall"), Note(9, "kind"))))
        anonymous = structs.replace(ANONYMOUS, notes=Notes((Note(5, "tall"), Note(7, "in a hurry")), left=1))
        notes = merged(person, anonymous).notes
        assert notes == Notes((Note(5, "tall"), Note(7, "in a hurry"), Note(9, "kind")), left=1)

    def test_a_message_that_both_met_counts_once(self) -> None:
        came, opened, clicked = (event_of(name, {"message_id": "m1"}, at=AT) for name in MAILED)
        other = event_of("Email Delivered", {"message_id": "m2"}, at=AT)
        contacts = joined([came, clicked, other], [opened, clicked]).contacts["email"]
        assert (contacts.offers, contacts.responses) == (2, 1)
        assert joined([came], [clicked]).contacts["email"].rate is None
        assert (Contacts(3, 1).rate, Contacts(2, 1).rate) == (1 / 3, None)

    def test_interests_fade_by_what_came_after(self) -> None:
        wildlife = [Event(PAGE_VIEWED, AT + i, page=Page(path="/w", topics=("wildlife",))) for i in range(6)]
        travel = [Event(PAGE_VIEWED, AT + 99_999 + i, page=Page(path="/t", topics=("travel",))) for i in range(6)]
        once, twice = walked([*wildlife, *travel], PERSON).interests, joined(wildlife, travel).interests
        assert once is not None
        assert twice is not None
        assert twice.history == pytest.approx(once.history, abs=1e-5)
        assert twice.session == pytest.approx(once.session)
        assert (twice.events, twice.visit, twice.dominant) == (12, 2, once.dominant)

    def test_a_session_is_never_taken_for_another_visits(self) -> None:
        old = structs.replace(visited(0, 10), interests=Interests({"x": 1.0}, {"x": 1.0}, 1, "", 1))
        person = structs.replace(visited(500, 900), user="ada", seed=1)
        interests = merged(person, old).interests
        assert interests is not None
        assert interests.of_visit(2) == {}


def test_identified_on_a_device_of_somebody_else_leaves_their_name_there() -> None:
    corridor = floorwalker.Corridor(Ruleset())
    anonymous = structs.replace(ANONYMOUS, traits={"email": "bob@example.org", "name": "Bob", "size": "L"})
    told = Event(IDENTIFIED, AT, {"user_id": "ada", "email": "ada@example.org"})
    for person in (None, Profile(seed=1)):
        profile, effects = corridor.join(person, anonymous, told)
        assert (profile.user, dict(profile.traits)) == ("ada", {"size": "L", "email": "ada@example.org"})
        assert [event.name for event in effects.events] == [IDENTIFIED]
        assert [(mark.trait, mark.value) for mark in effects.marks] == [("email", "ada@example.org")]
    again, effects = corridor.join(None, anonymous, told, is_told=True)
    assert (again.user, effects.events) == ("", ())
