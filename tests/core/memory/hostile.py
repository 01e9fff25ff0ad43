"""The most that anybody can put into a profile: every holding at its bound, by events where events can do it."""

from collections.abc import Iterator
from random import Random
from typing import Any

from msgspec import structs

from floorwalker.core.events import (
    CART_VIEWED,
    ERROR_VIEWED,
    NOTE_TAKEN,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    PAGE_VIEWED,
    SLOT_CLICKED,
    SLOT_SHOWN,
    Event,
    Page,
)
from floorwalker.core.happening import event_of, identified_of
from floorwalker.core.memory.kept.holdings import Consent, Contacts, Interests, Learned
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.signals import Ad, Campaign, Referrer, Search

CHANNELS = ("email", "push", "sms", "site", "c" * 30, "d" * 30)
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "JPY", "NOK")
MESSAGES = ("Email Opened", "Email Link Clicked", "Push Notification Tapped", "SMS Link Clicked", "Promotion Viewed")


def text(random: Random, most: int = 300) -> str:
    """Long, never the same twice, often of letters that take three bytes."""
    letters = random.choice(("ab漢é/ -", "漢字", "abcdefgh"))
    return "".join(random.choices(letters, k=random.choice((0, 5, most)))) + str(random.random())


def page(random: Random) -> Page:
    return Page(
        path="/" + text(random),
        type=text(random),
        category=text(random),
        product=text(random),
        brand=text(random),
        tags=tuple(text(random, 90) for _ in range(9)),
        topics=tuple(text(random, 90) for _ in range(9)),
        price=random.random() * 1e6,
        price_tier=text(random, 90),
        search=text(random),
    )


def told(random: Random) -> dict[str, Any]:
    """Properties of a shop's event, as large as they can be."""
    products = [
        {key: text(random) for key in ("product_id", "name", "category", "brand", "variant", "sku")}
        | {"price": random.random() * 1e11, "quantity": random.randrange(1, 10**6), "url": "/" + text(random)}
        for _ in range(random.choice((1, 12)))
    ]
    names = {text(random, 60): random.choice((text(random), random.random())) for _ in range(12)}
    ours = {key: text(random, 90) for key in ("slot", "block", "arm", "promotion_id", "message_id", "order_id", "by")}
    money = {"revenue": random.random() * 1e12, "currency": random.choice(CURRENCIES)}
    return {**names, **ours, **money, "text": text(random), "products": products}


def events(random: Random, number: int, at: float) -> Iterator[Event]:
    """So many events of all kinds."""
    names = (ORDER_COMPLETED, ORDER_COMPLETED, ORDER_REFUNDED, CART_VIEWED, NOTE_TAKEN, SLOT_SHOWN, SLOT_CLICKED)
    for _ in range(number):
        at += random.choice((0, 1, 30, 2000, 86400, 20 * 86400))
        if random.random() < 0.4:
            yield Event(random.choice((PAGE_VIEWED, ERROR_VIEWED)), at, page=page(random))
        elif random.random() < 0.2:
            traits = {text(random, 60): random.choice((text(random), random.random())) for _ in range(9)}
            yield identified_of(text(random), {**traits, "email": text(random)}, at=at)
        else:
            name = random.choice((*names, *MESSAGES, text(random, 90)))
            yield event_of(name, told(random), at=at, id=text(random))


def touch(random: Random, at: int) -> Touch:
    """An arrival whose texts are as long as readers let them be."""
    long, words = "漢" * 26 + "ab", "漢" * 13 + "a"
    referrer, search = Referrer("search", words, words, long), Search(words, long)
    return Touch(at, long, words, referrer, search, Campaign(*[words] * 5), Ad(*[words] * 4))


def filled(profile: Profile, random: Random) -> Profile:
    """The profile with what no event of this part fills: at its bound, too."""
    weights = {text(random): random.random() * 100 + 1 for _ in range(40)}
    learned = Learned(
        "under-monetized",
        text(random),
        {text(random, 30): random.random() for _ in range(20)},
        tuple(text(random) for _ in range(9)),
        2**40,
        text(random),
    )
    contacts = {name: Contacts(2**31, 2**31, b"", 2**31, 2**31) for name in CHANNELS} | dict(profile.contacts)
    return structs.replace(
        profile,
        interests=Interests(weights, weights, 2**31, text(random)).within_bounds(),
        consent=Consent(tuple(text(random) for _ in range(20)), 2**40, text(random)).within_bounds(),
        learned=learned.within_bounds(),
        contacts=contacts,
        watched=tuple(2**63 + random.randrange(2**62) for _ in range(32)),
        touches=(touch(random, profile.last_seen), touch(random, profile.last_seen)),
        arrival=touch(random, profile.last_seen),
        visit=structs.replace(profile.visit, touch=touch(random, profile.last_seen)) if profile.visit else None,
    )
