"""What has had its time in a profile is not seen any more; all else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from floorwalker.core.events import PRODUCTS_SEARCHED, Page
from floorwalker.core.memory.kept.holdings import Note, Notes
from floorwalker.core.memory.kept.purchases import Bought, Order, Orders, Total
from floorwalker.core.memory.kept.recents import Recents, with_event
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.memory.retention import Lives, within_lives
from floorwalker.core.signals import Campaign, Referrer, Search

NOW = 10_000
LIVES = Lives(notes_s=1000, orders_s=2000, searches_s=3000, traits_s=4000)


def touch(at: int) -> Touch:
    return Touch(at, search=Search("google", "cheap tripod"), campaign=Campaign(name="spring", term="tripod"),
                 referrer=Referrer("search", "google", "google.com", "https://google.com/?q=cheap"))  # fmt: skip


def recents() -> Recents:
    kept = Recents()
    for at in (5000, 6999, 7000):
        kept = with_event(kept, at=at, name="Page Viewed", page=Page(path=f"/s{at}", search=f"words {at}"))
        kept = with_event(kept, at=at, name=PRODUCTS_SEARCHED, properties={"query": f"query {at}", "hits": 3})
    return structs.replace(kept, left=4000)


def test_old_notes_go_and_when_the_latest_of_them_was_is_known() -> None:
    profile = Profile(seed=1, notes=Notes((Note(8000, "a"), Note(8999, "b"), Note(9000, "c")), left=7000))
    after = within_lives(profile, NOW, LIVES)
    assert after.notes == Notes((Note(9000, "c"),), left=8999)


def test_single_orders_go_and_the_sums_stay() -> None:
    orders = Orders(
        3, {"EUR": Total(3, 60.0)}, (Order("x", 7999, 10, "EUR"), Order("y", 8000, 20, "EUR")), 0,
        (Bought(7000, "p"), Bought(9000, "q")), 0, b"1234",
    )  # fmt: skip
    after = within_lives(Profile(seed=1, orders=orders), NOW, LIVES).orders
    assert after is not None
    assert (after.count, after.totals, after.known) == (3, orders.totals, orders.known)
    assert (after.latest, after.left) == ((Order("y", 8000, 20, "EUR"),), 7999)
    assert (after.bought, after.bought_left) == ((Bought(9000, "q"),), 7000)


@pytest.mark.parametrize(("last_seen", "gone"), [(5999, True), (6000, False), (0, False)])
def test_traits_go_of_whom_nothing_is_heard(last_seen: int, gone: bool) -> None:
    after = within_lives(Profile(seed=1, last_seen=last_seen, traits={"email": "a"}), NOW, LIVES)
    assert (after.traits == {}, after.traits_left) == (gone, gone)


def test_the_words_of_old_searches_go_and_that_somebody_searched_stays() -> None:
    profile = Profile(
        seed=1, first_seen=5000, visit=Visit(2, 6999, 7000, 1, touch(6999)), touches=(touch(5000), touch(7000)),
        arrival=touch(6000), recents=recents(),
    )  # fmt: skip
    after = within_lives(profile, NOW, LIVES)
    assert [one.search.keywords for one in (after.visit.touch, *after.touches, after.arrival)] == [
        None, None, "cheap tripod", None,
    ]  # fmt: skip
    assert after.touches[0].campaign == Campaign(name="spring")
    assert after.touches[0].referrer.url is None
    past = list(after.recents.past())
    assert [one.page.search for one in past[::2]] == ["", "", "words 7000"]
    assert [one.page.path for one in past[::2]] == ["/s5000", "/s6999", "/s7000"]
    assert [dict(one.properties) for one in past[1::2]] == [
        {"hits": 3},
        {"hits": 3},
        {"query": "query 7000", "hits": 3},
    ]
    assert [one.at for one in past] == [one.at for one in profile.recents.past()]
    assert after.recents.left == 4000
    assert not any("5000" in text and "words" in text for text in after.recents.texts)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_whoever_looks_twice_sees_the_same_and_who_is_young_stays_the_very_same(at: int, more: int, seen: int) -> None:
    profile = Profile(
        seed=1, first_seen=seen, last_seen=seen, traits={"a": 1}, notes=Notes((Note(seen, "n"),)), recents=recents(),
        touches=(touch(seen),), orders=Orders(1, {}, (Order("x", seen, 1, "EUR"),)),
    )  # fmt: skip
    once = within_lives(profile, at, LIVES)
    assert within_lives(once, at, LIVES) is once
    assert within_lives(once, at + more, LIVES) == within_lives(profile, at + more, LIVES)
    if at - seen <= 1000:
        assert once is profile
