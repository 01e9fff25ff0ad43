"""A shop's real events, through the rules: what was bought and what was not, carts left behind, and made-up people."""

from collections.abc import Iterable
from typing import Any

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.evaluation.evaluate import moment_at
from floorwalker.core.happening import event_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.core.trying.rehearsal import rehearse
from floorwalker.rulefile import read

AT = 1_795_000_000
HOUR = 3600
RULES = """
site: {currency: EUR, price_tiers: {low: up to 100, high: above 100}}
pages:
  - {path: "/{category}/{product}", type: product}
topics: {wildlife: {pages: ["/lenses/**"]}}
segments:
  needs-a-bag: {when: [{bought: {category: lenses}}, {not: {bought: {category: bags}}}]}
  up-sell: {when: {bought: {price_tier: high, topic: wildlife}}}
  left-a-cart: {when: {cart: {value: {at_least: 50}, idle: {at_least: 1 hour, at_most: 2 days}}}}
  left-a-checkout: {when: {cart: {checkout: {at_least: 1 hour}}}}
  big-spender: {when: {spent: {at_least: 500}}}
  answers-mail: {when: {responds_to: {channel: email, rate: {at_least: 50 %}}}}
personas:
  ada:
    history:
      - {ago: 3 hours, did: Product Added, with: {product_id: l1, category: lenses, price: 300}}
      - {ago: 2 hours, did: checkout_started}
  bob:
    history:
      - {ago: 3 days, did: Order Completed, with: {revenue: 600, product_id: l1, category: lenses, price: 600}}
  cem:
    cart: [{product: b1, price: 5}]
    history:
      - {ago: 3 hours, did: Product Added, with: {product_id: l1, category: lenses, price: 300}}
"""
LENS = {"product_id": "600mm", "category": "lenses", "price": 900}
BAG = {"product_id": "sack", "category": "bags", "price": 60}
Told = tuple[str, dict[str, Any]]


def rules() -> Ruleset:
    ruleset, problems = read({"rules.yaml": RULES.encode()})
    assert ruleset is not None, [str(problem) for problem in problems]
    return ruleset


SHOP = rules()
CORRIDOR = Corridor(SHOP)


def lived(told: Iterable[Told]) -> Profile:
    profile = Profile(seed=1)
    for number, (name, properties) in enumerate(told):
        event = event_of(name, properties, at=AT + number)
        profile, _ = CORRIDOR.advance(profile, Hit(at=AT + number, url="/", kind=HitKind.EVENTS, events=(event,)))
    return profile


def segments(profile: Profile | None, *, after: int = 60) -> frozenset[str]:
    at = AT + after
    return segments_at(moment_at(SHOP, profile, Signals(at=at), at))


def test_who_bought_a_lens_and_no_bag_needs_one_until_they_buy_it() -> None:
    first: list[Told] = [
        ("Product Added", LENS),
        ("Order Completed", {"order_id": "1", "total": 900, "products": [LENS]}),
    ]
    assert segments(lived(first)) == {"needs-a-bag", "up-sell", "big-spender"}
    bag: Told = ("Order Completed", {"order_id": "2", "total": 60, "products": [BAG]})
    assert segments(lived([*first, bag])) == {"up-sell", "big-spender"}
    back: Told = ("Order Refunded", {"order_id": "2", "products": [BAG]})
    assert segments(lived([*first, bag, back])) == {"needs-a-bag", "up-sell", "big-spender"}
    assert segments(lived([*first, ("Order Cancelled", {"order_id": "1"})])) == frozenset()


def test_a_cart_is_left_by_time_alone_and_no_more_once_it_was_bought() -> None:
    told: list[Told] = [("Product Added", LENS), ("Checkout Started", {})]
    assert segments(lived(told)) == frozenset()
    assert segments(lived(told), after=2 * HOUR) == {"left-a-cart", "left-a-checkout"}
    ordered: Told = ("Order Completed", {"order_id": "1", "total": 1, "products": []})
    assert segments(lived([*told, ordered]), after=2 * HOUR) == frozenset()


def test_who_opens_links_in_mails_answers_them() -> None:
    mails: list[Told] = [("Email Delivered", {"email_id": number}) for number in range(4)]
    assert segments(lived(mails)) == frozenset()
    links: list[Told] = [("Email Link Clicked", {"email_id": number}) for number in range(2)]
    assert segments(lived([*mails, *links])) == {"answers-mail"}


def test_made_up_people_shop_as_everybody_does() -> None:
    def of(name: str) -> frozenset[str]:
        return segments(rehearse(CORRIDOR, SHOP.personas[name], at=AT).base, after=0)

    assert of("ada") == {"left-a-cart", "left-a-checkout"}
    assert of("bob") == {"needs-a-bag", "up-sell", "big-spender"}


def test_what_a_made_up_person_simply_has_goes_before_what_they_did() -> None:
    profile = rehearse(CORRIDOR, SHOP.personas["cem"], at=AT).base
    assert profile is not None
    assert profile.cart is not None
    assert [item.product for item in profile.cart.items] == ["b1"]
