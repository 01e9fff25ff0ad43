"""Conditions on what is remembered: visit, behaviour, response; and compositions."""

from floorwalker.core.conditions.builders import (
    asks,
    asks_whether,
    choice,
    composed,
    counted,
    measured,
    name_of,
    text,
)
from floorwalker.core.conditions.kinds import Definition, FieldDefinition, Form, Kind
from floorwalker.core.conditions.of_person import CART
from floorwalker.core.conditions.of_request import PAGE_FIELDS

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

_WHAT = (
    _EVENT,
    _WHERE,
    FieldDefinition("viewed", Kind.VIEW, "instead of an event: the pages, as under `viewed`"),
)

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
    Definition(
        "did_in_order",
        Form.COURSE,
        "Steps that happened one after the other, whatever happened between them; the page at hand may be one. All of "
        "them lie in `within`, which is counted back from now. A number counts how often all steps were done, one run "
        "ending before the next begins; `ago` is since they last were.",
        "did_in_order: {steps: [{viewed: /cart}, {viewed: /checkout}], within: 1 day, gap: 1 hour}",
        main="steps",
        fields=(
            FieldDefinition("steps", Kind.STEPS, "`viewed` and `did`, in their order, from 2 to 20", required=True),
            FieldDefinition("gap", Kind.SPAN, "at most so long between one step and the next; else any time"),
        ),
        counts=True,
        within=True,
        ago=True,
        memory=True,
    ),
    Definition(
        "did_regularly",
        Form.COURSE,
        "Something that happened in at least `weeks` of the latest `of` weeks. A week is seven days to the second; the "
        "latest one ends now, and the page at hand counts.",
        "did_regularly: {event: Product Viewed, weeks: 3, of: 4}",
        main="event",
        fields=(
            *_WHAT,
            FieldDefinition("weeks", Kind.WEEKS, "in how many weeks at least; 3 without it"),
            FieldDefinition("of", Kind.WEEKS, "of how many of the latest weeks; 4 without it"),
        ),
        memory=True,
    ),
    Definition(
        "stopped",
        Form.COURSE,
        "Something that happened regularly and no longer does: it last happened at least `for` ago, and it happened in "
        "so many of the weeks before. Those weeks are counted back from that last time, which is in the latest of "
        "them. The page at hand counts, so nobody who looks at a page has stopped viewing pages.",
        "stopped: {event: Product Viewed, was: {weeks: 3, of: 4}, for: 21 days}",
        main="event",
        fields=(
            *_WHAT,
            FieldDefinition("was", Kind.REGULARITY, "how regularly; `{weeks: 3, of: 4}` without it"),
            FieldDefinition("for", Kind.SPAN, "how long it has not happened, at least; 21 days without it"),
        ),
        memory=True,
    ),
    Definition(
        "restarted",
        Form.COURSE,
        "Something that had stopped and happens again: it happened in the window, and not once in all of `after` "
        "before. The very first time is no return.",
        "restarted: {event: Product Viewed, after: 21 days, within: 7 days}",
        main="event",
        fields=(
            *_WHAT,
            FieldDefinition("after", Kind.SPAN, "the silence that makes a stop; 21 days without it"),
            FieldDefinition(
                "within", Kind.WINDOW, "how long ago it began again, at most; as long as `after` without it"
            ),
        ),
        memory=True,
    ),
    CART,
    Definition(
        "funnel",
        Form.COURSE,
        "How far they came in a funnel, in the order of its steps, whatever happened between them. A pass begins with "
        "the first step; after the last step, the first one begins a new pass, and only the latest pass counts. One of "
        "`reached` and `stuck_at` stands here. A step is named by its path or event as it stands in the funnel, or by "
        "its number.",
        "funnel: {name: purchase, stuck_at: /checkout, ago: {at_most: 3 days}}",
        main="name",
        fields=(
            name_of("funnel", "name", "a name of `funnels`", required=True),
            FieldDefinition("reached", Kind.STEP, "they came to this step, or further"),
            FieldDefinition("stuck_at", Kind.STEP, "they came to this step and no further"),
            FieldDefinition("ago", Kind.DURATION, "how long ago that step last was"),
        ),
        memory=True,
    ),
)

_BLOCK = name_of("block", "block", "the block's name")
_SLOT = name_of("slot", "slot", "the slot's name")

RESPONSE = (
    counted(
        "saw", "Blocks that were shown to them.", "saw: {block: workshop, at_least: 3, within: 14 days}", _BLOCK, _SLOT
    ),
    counted("clicked", "Blocks that they clicked.", "clicked: workshop", _BLOCK, _SLOT),
    measured(
        "responds_to",
        "How often they respond to offers. Of fewer than three offers nothing can be told.",
        "responds_to: {channel: email, rate: {at_least: 10 %}}",
        choice("channel", "where the offer was made", ("email", "site"), required=True),
        FieldDefinition("rate", Kind.SHARE, "to how many of the offers; without it, to any at all"),
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
    measured(
        "propensity",
        "How probable something is, as learned. Nothing learns it in this release: only personas have one.",
        "propensity: {model: purchase, at_least: 60 %}",
        text("model", "the model's name", required=True),
        FieldDefinition("share", Kind.SHARE, "how probable", required=True),
    ),
    asks(
        "micro_segment",
        "A learned segment. Nothing learns them in this release: only personas are in one.",
        "micro_segment: night-owls",
        text("is", "its name"),
        memory=True,
    ),
)
