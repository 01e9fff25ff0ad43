"""Conditions on what is remembered: visit, behaviour, interest, money, person, response; and compositions."""

from floorwalker.core.conditions.builders import (
    asks,
    asks_by_name,
    asks_whether,
    choice,
    composed,
    counted,
    name_of,
    text,
)
from floorwalker.core.conditions.kinds import Definition, FieldDefinition, Form, Kind
from floorwalker.core.conditions.of_request import PAGE_FIELDS
from floorwalker.core.conditions.vocabulary import LIFECYCLES

_HOW_LONG = FieldDefinition("is", Kind.DURATION, "how long")

VISIT = (
    counted("visits", "How many visits, this one included.", "visits: {at_least: 3, within: this week}", ago=False),
    asks_whether("new_visitor", "This is the first visit."),
    asks(
        "pages_this_visit",
        "How many pages this visit has seen, this one included.",
        "pages_this_visit: {at_least: 5}",
        FieldDefinition("is", Kind.COUNT, "how many"),
        memory=True,
    ),
    asks(
        "time_this_visit",
        "How long this visit has lasted.",
        "time_this_visit: {more_than: 5 minutes}",
        _HOW_LONG,
        memory=True,
    ),
    asks(
        "away",
        "How long they had been away before this visit.",
        "away: {at_least: 30 days}",
        _HOW_LONG,
        memory=True,
    ),
    asks(
        "first_visit",
        "How long ago the first visit was.",
        "first_visit: {ago: {at_least: 1 year}}",
        FieldDefinition("ago", Kind.DURATION, "how long ago"),
        memory=True,
    ),
    asks(
        "frequency",
        "Visits per week since the first one; the first week counts whole.",
        "frequency: {at_least: 2}",
        FieldDefinition("is", Kind.NUMBER, "visits per week"),
        memory=True,
    ),
    asks(
        "exit_page",
        "The last page of the visit before this one.",
        "exit_page: /checkout",
        FieldDefinition("is", Kind.PATH, "its path"),
        memory=True,
    ),
    asks_whether("bounced", "The visit before this one saw a single page."),
)

_EVENT = text("event", "the event's name")
_WHERE = FieldDefinition("where", Kind.MAPPING, "the event's properties: name → value or operators")

BEHAVIOUR = (
    counted(
        "viewed",
        "Pages that were viewed; the page at hand counts.",
        "viewed: {category: clearance, at_least: 2, within: 30 minutes}",
        *PAGE_FIELDS,
        share=True,
    ),
    counted(
        "did",
        "Something that happened: an event that the app or a client reported.",
        "did: {event: Coupon Applied, at_least: 2, within: 30 days}",
        _EVENT,
        _WHERE,
        total=True,
    ),
    counted(
        "did_in_order",
        "Steps that happened one after the other.",
        "did_in_order: {steps: [{viewed: /cart}, {viewed: /checkout}], within: 1 day}",
        FieldDefinition("steps", Kind.CONDITIONS, "viewed and did, in order", required=True),
        FieldDefinition("gap", Kind.DURATION, "between one step and the next"),
        available=False,
    ),
    counted(
        "did_regularly",
        "Something that happened in so many of the latest weeks.",
        "did_regularly: {event: Product Viewed, weeks: 3, of: 4}",
        _EVENT,
        FieldDefinition("weeks", Kind.COUNT, "in how many weeks"),
        FieldDefinition("of", Kind.COUNT, "of the latest weeks"),
        available=False,
    ),
    counted(
        "stopped",
        "Something that happened regularly and no longer does.",
        "stopped: {event: Product Viewed, was: {weeks: 3, of: 4}, for: 21 days}",
        _EVENT,
        FieldDefinition("was", Kind.MAPPING, "how regularly: weeks, of"),
        FieldDefinition("for", Kind.DURATION, "since when"),
        available=False,
    ),
    counted(
        "restarted",
        "Something that had stopped and happens again.",
        "restarted: {event: Product Viewed}",
        _EVENT,
        available=False,
    ),
    asks(
        "cart",
        "What is in the cart.",
        "cart: {value: {at_least: 50}, idle: {at_least: 1 hour}}",
        FieldDefinition("value", Kind.MONEY, "what it holds, in the site's currency"),
        FieldDefinition("items", Kind.COUNT, "how many items"),
        text("contains", "a product or category in it"),
        FieldDefinition("idle", Kind.DURATION, "how long it has not changed"),
        memory=True,
        available=False,
    ),
    asks(
        "funnel",
        "How far they came in a funnel.",
        "funnel: {name: purchase, stuck_at: /checkout, ago: {at_most: 3 days}}",
        name_of("funnel", "name", "a name of `funnels`"),
        text("reached", "the step reached"),
        text("stuck_at", "the step after which they did not go on"),
        FieldDefinition("ago", Kind.DURATION, "how long ago"),
        memory=True,
        available=False,
    ),
)

_TOPIC = name_of("topic", "topic", "a topic")

INTEREST = (
    asks(
        "interest",
        "How much they care about a topic.",
        "interest: {topic: wildlife, at_least: 40 %}",
        _TOPIC,
        FieldDefinition("share", Kind.SHARE, "its share of all interests"),
        memory=True,
        available=False,
    ),
    asks(
        "dominant_interest",
        "What they care about most.",
        "dominant_interest: wildlife",
        _TOPIC,
        memory=True,
        available=False,
    ),
    asks(
        "preferred_price_tier",
        "The prices they look at.",
        "preferred_price_tier: low",
        name_of("price tier", "is", "a price tier, from `site`"),
        memory=True,
        available=False,
    ),
    asks(
        "next_interest",
        "What they will probably look at next.",
        "next_interest: lenses",
        _TOPIC,
        memory=True,
        available=False,
    ),
)

MONEY = (
    counted(
        "spent",
        "What they have spent.",
        "spent: {at_least: 500, within: 1 year}",
        FieldDefinition("amount", Kind.MONEY, "how much"),
        text("currency", "in which currency"),
        available=False,
    ),
    counted("orders", "How many orders.", "orders: {at_least: 2, within: 1 year}", available=False),
    counted(
        "bought",
        "What they have bought.",
        "bought: {category: cameras, within: 60 days}",
        *(field for field in PAGE_FIELDS if field.name not in ("path", "type")),
        available=False,
    ),
    asks(
        "average_order",
        "What an order of theirs is worth on average.",
        "average_order: {at_least: 200}",
        FieldDefinition("is", Kind.MONEY, "how much"),
        memory=True,
        available=False,
    ),
    asks(
        "lifecycle",
        "Where they stand as a customer.",
        "lifecycle: loyal",
        choice("is", "the stage", LIFECYCLES),
        memory=True,
        available=False,
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
        "What they agreed to.",
        "consent: personalization",
        text("is", "the category"),
        available=False,
    ),
    asks(
        "agent_note",
        "What an agent wrote about them.",
        "agent_note: {contains: trade-in}",
        text("is", "the note"),
        memory=True,
        available=False,
    ),
)

_BLOCK = name_of("block", "block", "the block's name")
_SLOT = name_of("slot", "slot", "the slot's name")

RESPONSE = (
    counted(
        "saw", "Blocks that were shown to them.", "saw: {block: workshop, at_least: 3, within: 14 days}", _BLOCK, _SLOT
    ),
    counted("clicked", "Blocks that they clicked.", "clicked: workshop", _BLOCK, _SLOT),
    asks(
        "responds_to",
        "How often they respond to offers.",
        "responds_to: {channel: email, rate: {at_least: 10 %}}",
        choice("channel", "where the offer was made", ("email", "site")),
        FieldDefinition("rate", Kind.SHARE, "how often"),
        memory=True,
        available=False,
    ),
)

COMPOSITION = (
    Definition(
        "in",
        Form.IN,
        "They are in another segment.",
        "in: bargain-hunter",
        main="segment",
        fields=(name_of("segment", "segment", "the segment's name", required=True),),
    ),
    composed("any", Form.ANY, "One of these conditions holds.", "any: [{device: mobile}, {connection: save-data}]"),
    composed("all", Form.ALL, "All of these conditions hold.", "all: [{device: mobile}, {country: DE}]"),
    composed("none", Form.NONE, "None of these conditions holds.", "none: [{device: mobile}, {country: DE}]"),
    composed("not", Form.NOT, "This condition does not hold.", "not: {viewed: {type: product}}", Kind.CONDITION),
    Definition(
        "chance",
        Form.CHANCE,
        "A stable share of the visitors; raising it keeps those who are already in.",
        "chance: {percent: 50 %, of: new-hero}",
        fields=(
            FieldDefinition("percent", Kind.PERCENT, "how many of a hundred", required=True),
            FieldDefinition("of", Kind.LABEL, "a name; the same name keeps the same order of visitors", required=True),
        ),
        memory=True,
    ),
    asks(
        "propensity",
        "How probable something is, as learned.",
        "propensity: {model: purchase, at_least: 60 %}",
        text("model", "the model's name"),
        FieldDefinition("share", Kind.SHARE, "how probable"),
        memory=True,
        available=False,
    ),
    asks(
        "micro_segment",
        "A learned segment.",
        "micro_segment: night-owls",
        text("is", "its name"),
        memory=True,
        available=False,
    ),
)
