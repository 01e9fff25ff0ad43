"""Conditions on what a person has: interests, money, who they are."""

from floorwalker.core.conditions.builders import (
    added_up,
    asks,
    asks_by_name,
    asks_whether,
    choice,
    counted,
    measured,
    name_of,
    text,
)
from floorwalker.core.conditions.kinds import FieldDefinition, Kind
from floorwalker.core.conditions.of_request import PAGE_FIELDS
from floorwalker.core.conditions.vocabulary import LIFECYCLES

_A_TOPIC = "a topic, from `topics` or a page's `topics`; where the site names none, a category"
_TOPIC = name_of("topic", "topic", _A_TOPIC)

CART = asks(
    "cart",
    "What lies in the cart. Of an empty one `items` is 0, and nothing else holds.",
    "cart: {value: {at_least: 50}, idle: {at_least: 1 hour}}",
    FieldDefinition("items", Kind.COUNT, "how many pieces"),
    FieldDefinition("value", Kind.MONEY, "what they cost together, in the site's currency"),
    text("contains", "a product in it, by its id or name, or its category"),
    FieldDefinition("idle", Kind.DURATION, "how long nothing was done with it"),
    FieldDefinition("checkout", Kind.DURATION, "how long ago it was last taken to checkout, if it was"),
    memory=True,
)

INTEREST = (
    measured(
        "interest",
        "How much they care about a topic, beside all the others; of several topics, any. Of the topics of all they "
        "did, the later the more; of this visit's as long as that is fewer than five. What all visitors seek tempers "
        "it.",
        "interest: {topic: wildlife, at_least: 40 %}",
        name_of("topic", "topic", _A_TOPIC, required=True),
        FieldDefinition("share", Kind.SHARE, "its share of all interests; without it, any at all"),
    ),
    asks(
        "dominant_interest",
        "What they care about most, by some distance. Nothing they do once makes it so.",
        "dominant_interest: wildlife",
        _TOPIC,
        memory=True,
    ),
    asks(
        "preferred_price_tier",
        "The price tier of at least half of the pages with one that they saw in the last 30 days, of three such pages "
        "at least; where there were fewer, of all that is remembered. Where two tiers share the first place, neither.",
        "preferred_price_tier: low",
        name_of("price tier", "is", "a price tier, from `site`"),
        memory=True,
    ),
    asks(
        "next_interest",
        "The topic that they will most probably look at next. Nothing learns it in this release: only personas have "
        "one.",
        "next_interest: lenses",
        _TOPIC,
        memory=True,
    ),
)

MONEY = (
    added_up(
        "spent",
        "What their orders came to, refunds taken off, in one currency: amounts in others are left out, not converted.",
        "spent: {at_least: 500, within: 1 year}",
        FieldDefinition("amount", Kind.MONEY, "how much", required=True),
        FieldDefinition("currency", Kind.CURRENCY, "in which currency; the site's without it"),
    ),
    counted("orders", "How many orders, in whatever currency.", "orders: {at_least: 2, within: 1 year}"),
    counted(
        "bought",
        "What they have bought; it is pieces that are counted.",
        "bought: {category: cameras, within: 60 days}",
        *(field for field in PAGE_FIELDS if field.name not in ("path", "type")),
    ),
    asks(
        "average_order",
        "What an order of theirs comes to on average, of all orders in the site's currency.",
        "average_order: {at_least: 200}",
        FieldDefinition("is", Kind.MONEY, "how much"),
        memory=True,
    ),
    asks(
        "lifecycle",
        "How surely they still come, by how often they came and how long ago: `new` is who came on one day alone, up "
        "to four weeks ago, `under-monetized` who comes and spends little. What was learned of them goes first.",
        "lifecycle: loyal",
        choice("is", "the stage", LIFECYCLES),
        memory=True,
    ),
)

PERSON = (
    asks_whether("identified", "We know who they are."),
    asks_by_name(
        "trait",
        "What a form, a CRM or the app told of this person.",
        'trait: {email: "*@shop.example"}',
        memory=True,
    ),
    asks(
        "consent",
        "What they agreed to, where the site asks: `analytics`, `personalization`, `tests`. `undecided`: they have not "
        "answered, so that a slot can ask them. Whoever said nothing agreed to nothing, so `not` holds for them, too, "
        "even where nothing may be remembered.",
        "consent: undecided",
        text("is", "the category, or `undecided`"),
    ),
    asks(
        "agent_note",
        "What an agent wrote about them, in any of the notes. A text alone must be the whole note.",
        "agent_note: {contains: trade-in}",
        text("is", "the note"),
        memory=True,
    ),
)
