"""Offers beside the slots: each counts once, is answered once, and tells how somebody responds on its channel."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from floorwalker.core.calendar import Calendar
from floorwalker.core.evaluation.belongings import offers_answered
from floorwalker.core.happening import event_of
from floorwalker.core.memory.contacts import MOST_MET
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.kept.holdings import Contacts
from floorwalker.core.memory.kept.responses import NONE
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Site

AT = 1_772_000_000
TERMS = Terms(Calendar(Site()))
Told = tuple[str, dict[str, Any]]
CAME, SEEN, CLICKED = "Email Delivered", "Email Opened", "Email Link Clicked"
ONE, TWO = {"email_id": "m1"}, {"email_id": "m2"}


def lived(told: Iterable[Told], profile: Profile | None = None) -> Profile:
    profile = profile or Profile(seed=1)
    for number, (name, properties) in enumerate(told):
        profile, _ = fold(profile, event_of(name, properties, at=AT + number), TERMS)
    return profile


@pytest.mark.parametrize(
    ("told", "channel", "offers", "responses"),
    [
        ([(CAME, ONE)], "email", 1, 0),
        ([(CAME, ONE), (SEEN, ONE), (SEEN, ONE), (CLICKED, ONE), (CLICKED, ONE)], "email", 1, 1),
        ([(CAME, ONE), (CAME, TWO), (CLICKED, TWO)], "email", 2, 1),
        ([(SEEN, ONE)], "email", 1, 0),
        ([(CLICKED, ONE)], "email", 1, 1),
        ([(CLICKED, ONE), (CAME, ONE)], "email", 1, 1),
        ([(CAME, {"campaign_id": 7}), (CLICKED, {"campaignId": 7})], "email", 1, 1),
        ([(CAME, {"campaign": {"name": "Spring"}}), (SEEN, {"campaign_name": "Spring"})], "email", 1, 0),
        ([(CAME, ONE), ("Email Bounced", ONE)], "email", 0, 0),
        ([("Email Bounced", ONE)], "email", 0, 0),
        ([(CLICKED, ONE), ("Email Bounced", ONE)], "email", 1, 1),
        ([(CAME, {}), (CAME, {}), (SEEN, {}), (CLICKED, {})], "email", 2, 1),
        ([(CLICKED, {}), (CLICKED, {})], "email", 2, 2),
        ([("Unsubscribed", ONE), ("Email Marked as Spam", ONE)], "email", 0, 0),
        ([("Push Notification Received", ONE), ("Push Notification Tapped", ONE)], "push", 1, 1),
        ([("SMS Delivered", ONE), ("SMS Link Clicked", ONE), ("SMS Delivered", TWO)], "sms", 2, 1),
        ([("Promotion Viewed", {"promotion_id": "p"})] * 2, "site", 2, 0),
    ],
)
def test_an_offer_counts_once_and_is_answered_once(told: list[Told], channel: str, offers: int, responses: int) -> None:
    contacts = lived(told).contacts.get(channel, Contacts())
    assert (contacts.offers, contacts.responses) == (offers, responses)


def test_a_block_in_an_e_mail_is_seen_and_clicked_but_not_on_the_site() -> None:
    block = {"email_id": "m1", "block": "spring-20"}
    profile = lived([(CAME, block), (SEEN, block), (CLICKED, block)])
    (found,) = (profile.responses or NONE).blocks
    assert (found.block, found.shown.total, found.clicked and found.clicked.total) == ("spring-20", 1, 1)
    assert (profile.responses or NONE).exposures == ()
    assert offers_answered(profile, "site") is None
    on_site = lived([("Slot Shown", {"slot": "hero", "block": "spring-20", "arm": "treatment"})] * 4, profile)
    assert offers_answered(on_site, "site") == 0
    assert offers_answered(lived([("Slot Clicked", {"slot": "hero", "block": "spring-20"})], on_site), "site") == 0.25


def test_the_sites_own_promotions_count_beside_our_blocks() -> None:
    shown: list[Told] = [("Slot Shown", {"slot": "hero", "block": "ours", "arm": "treatment"})] * 2
    viewed: list[Told] = [("Viewed Promotion", {"promotion_id": "theirs"})] * 2
    profile = lived([*shown, *viewed, ("Promotion Clicked", {"promotion_id": "theirs"})])
    assert offers_answered(profile, "site") == 0.25
    doubled: list[Told] = [("Promotion Viewed", {"promotion_id": "ours"}), ("Promotion Viewed", {"block": "ours"})]
    assert offers_answered(lived(doubled, profile), "site") == 0.25


@given(st.lists(st.tuples(st.sampled_from([CAME, SEEN, CLICKED, "Email Bounced"]), st.integers(0, 60)), max_size=80))
@example([(CAME, 1), (CLICKED, 0), (CLICKED, 1)])
def test_whatever_comes_no_more_is_answered_than_came_and_little_is_kept(told: list[tuple[str, int]]) -> None:
    profile = lived((name, {"email_id": str(number)} if number else {}) for name, number in told)
    contacts = profile.contacts.get("email", Contacts())
    assert 0 <= contacts.responses <= contacts.offers <= len(told)
    assert len(contacts.met) <= 4 * MOST_MET
    rate = offers_answered(profile, "email")
    assert rate is None or 0 <= rate <= 1


@given(st.permutations([(CAME, ONE), (SEEN, ONE), (CLICKED, ONE), (CAME, TWO), (CLICKED, TWO), (SEEN, TWO)]))
def test_in_whatever_order_they_come(told: list[Told]) -> None:
    contacts = lived(told).contacts["email"]
    assert (contacts.offers, contacts.responses) == (2, 2)
