"""What blocks are told, worked out as a template asks for it."""

import pytest
from msgspec import structs

from floorwalker.asgi.rules.context import block_context
from floorwalker.core.advance import Corridor
from floorwalker.core.conditions import model
from floorwalker.core.conditions.matchers import AnyOf
from floorwalker.core.deciding.decide import decide
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import PageRule, Ruleset, Segment, Topic
from floorwalker.html.blocks import BlockRenderer
from floorwalker.rulefile.showing.content import TAKEN_VALUES
from tests.core.holdings import held

AT = 1_750_000_000.0


def asks(category: str) -> model.Condition:
    return model.Test("page", (model.Field("category", AnyOf(frozenset([category]))),))


RULES = Ruleset(
    pages=(PageRule("/{category}"), PageRule("/{category}/{product}")),
    segments={name: Segment(name, when=asks(name)) for name in ("tripods", "lenses")},
)


def rendered(
    template: str, *paths: str, remembered: bool = True, has: Profile | None = None, rules: Ruleset = RULES
) -> str:
    corridor, profile = Corridor(rules), has or Profile(seed=1)
    for number, path in enumerate(paths):
        hit = Hit(at=AT + number, url=f"https://shop.example{path}")
        signals = corridor.read(hit)
        profile, _ = corridor.advance(profile, hit, signals)
    page = decide(rules, profile, signals, hit.at, remembered=remembered)
    return BlockRenderer({"a": template}).render("a", block_context(page, nonce=None))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ visitor.last_category }} {{ visitor.last_product }}", "lenses f4"),
        ("{{ visitor.visits }} {{ visitor.pages_this_visit }}", "1 3"),
        ("{{ 'lenses' in segments }} {{ 'tripods' in segments }} {{ 'no such' in segments }}", "True False False"),
        ("{{ segments | join(', ') }} {{ segments[0] }} {{ segments | length }}", "lenses lenses 1"),
        ("{{ segments | tojson }} {{ page.tags | tojson }}", '["lenses"] []'),
        ("{{ segments }}", "[&#39;lenses&#39;]"),
        ("{{ page.category }} {{ page['path'] }} {{ page | length }}", "lenses /lenses 12"),
        ("{% for name, value in page.items() %}{% if value %}{{ name }} {% endif %}{% endfor %}", "path url category "),
        ("{{ visitor.no_such | default('-') }} {{ visitor.city | default('-') }}", "- -"),
        ("{{ visitor._profile | default('-') }} {{ segments._page | default('-') }}", "- -"),
    ],
)
def test_a_template_reads_what_is_known(template: str, text: str) -> None:
    assert rendered(template, "/tripods/tall", "/lenses/f4", "/lenses") == text


def test_a_mapping_is_written_as_json_whole() -> None:
    assert rendered("{{ page | tojson }}", "/lenses").startswith('{"brand": null, "category": "lenses", ')


def test_without_memory_only_this_request_tells() -> None:
    template = "{{ visitor.visits | default('-') }} {{ visitor.medium }} {{ segments | join }}"
    assert rendered(template, "/tripods", "/lenses", remembered=False) == "- direct lenses"


HAS = structs.replace(
    Profile(seed=1),
    **held(
        int(AT),
        {
            "cart": {
                "items": [{"product": "p1", "name": "Tall tripod", "price": 19.9, "quantity": 2}, {"product": "p2"}]
            },
            "interests": {"session": {"birds": 1.0, "lenses": 3.0}, "dominant": "birds"},
            "orders": [
                {"ago": 9 * 86400, "amount": 100.0, "bought": [{"product": "b1", "category": "bags"}]},
                {"ago": 3 * 86400, "amount": 50.5, "bought": [{"product": "c1", "category": "cameras", "price": 40.0}]},
                {"ago": 8 * 86400, "amount": 7.0, "currency": "USD"},
            ],
            "learned": {"lifecycle": "loyal", "micro_segment": "night-owls", "next_interests": ("tripods",)},
        },
    ),
)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Your {{ visitor.cart.items[0].name }} is still here", "Your Tall tripod is still here"),
        ("{{ visitor.cart.value }} {{ visitor.cart.currency }} for {{ visitor.cart.pieces }}", "39.8 EUR for 3"),
        ("{{ visitor.cart.items[1].name | default('-') }} {{ visitor.cart.items[1].price | default('-') }}", "- -"),
        ("{{ visitor.cart.items[2].name | default('-') }}", "-"),
        ("{% for item in visitor.cart.items %}{{ item.product }} {% endfor %}", "p1 p2 "),
        ("{{ visitor.orders }} {{ visitor.spent }} {{ visitor.average_order }}", "3 150.5 75.25"),
        ("{{ visitor.last_order.amount }} {{ visitor.last_order.days_ago }}", "50.5 3"),
        ("{{ visitor.last_bought.category }} {{ visitor.last_bought.brand | default('-') }}", "cameras -"),
        ("{{ visitor.dominant_interest }} {{ visitor.next_interest }}", "birds tripods"),
        (
            "{% for topic, share in visitor.interests.items() %}{{ topic }} {{ share }} {% endfor %}",
            "lenses 0.8258 birds 0.1742 ",  # with the category of the page at hand
        ),
        ("{{ visitor.lifecycle }} {{ visitor.micro_segment }}", "loyal night-owls"),
        ("{{ visitor.preferred_price_tier | default('-') }}", "-"),
    ],
)
def test_a_template_reads_what_a_person_has(template: str, text: str) -> None:
    assert rendered(template, "/lenses", has=HAS) == text


UNKNOWN_OF_NEWCOMERS = "cart dominant_interest next_interest average_order last_order last_bought micro_segment"


@pytest.mark.parametrize("name", UNKNOWN_OF_NEWCOMERS.split())
def test_what_somebody_does_not_have_is_unknown(name: str) -> None:
    template = f"{{{{ visitor.{name} | default('-') }}}}"
    assert rendered(template, "/lenses") == "-"
    assert rendered(template, "/lenses", has=HAS, remembered=False) == "-"


def test_where_no_rule_names_a_topic_the_category_of_the_page_is_one() -> None:
    assert rendered("{{ visitor.interests }} {{ visitor.interests_this_visit }}", "/lenses") == (
        "{&#39;lenses&#39;: 1.0} {&#39;lenses&#39;: 1.0}"
    )
    named = structs.replace(RULES, topics=(Topic("birds", pages=("/birds",)),))
    assert rendered("{{ visitor.interests | default('-') }}", "/lenses", rules=named) == "-"


def test_who_came_for_the_first_time_is_new() -> None:
    assert rendered("{{ visitor.lifecycle }}", "/lenses") == "new"


def test_an_empty_cart_is_no_cart() -> None:
    has = structs.replace(HAS, **held(int(AT), {"cart": {}}))
    assert rendered("{{ visitor.cart.items | default('-') }}", "/lenses", has=has) == "-"


def test_who_never_ordered_ordered_nothing() -> None:
    assert rendered("{{ visitor.orders }} {{ visitor.spent }}", "/lenses") == "0 0.0"


def test_the_tier_of_most_pages_is_told() -> None:
    rules = structs.replace(RULES, pages=(PageRule("/{category}", price_tier="low"), PageRule("/b", price_tier="high")))
    assert rendered("{{ visitor.preferred_price_tier }}", "/a", "/b", "/c", rules=rules) == "low"


def test_no_value_of_a_rule_may_have_the_name_of_what_every_template_is_told() -> None:
    signals = Corridor(RULES).read(Hit(at=AT, url="/"))
    assert set(block_context(decide(RULES, None, signals, AT), nonce=None)) == set(TAKEN_VALUES)
