"""Whatever anybody told of a visitor stays text on their page."""

from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.decide import decide
from floorwalker.core.events import NOTE_TAKEN, Event
from floorwalker.core.happening import event_of, identified_of
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.portrait import portrait
from floorwalker.me.facts import known_of
from floorwalker.me.pages import Choice, Own, Pages, State
from floorwalker.me.reasons import groups_of, places_of
from floorwalker.me.traits import own_traits, trait_rows
from tests.core.evaluation.stories import ruleset_of

AT = 1_790_000_000
PIECES = (
    "<img src=x onerror=zq>", '"><zq>', "'zq='", "</p></section><zq>", "{{ zq }}", "{% zq %}", "javascript:zq", "\0",
    "&lt;zq&gt;", "<!--", "]]>", "\u202e", "\ud7ff", "</title><zq>", "zq",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
RULES = {
    "segments": {
        "named": {"about": "<zq>", "when": {"trait": {"name": {"exists": True}}}},
        "seeker": {"when": {"searched": {"exists": True}}},
    },
    "slots": {"hero": {"show": [{"to": ["named", "seeker"], "name": "zq-onload-zq", "text": "x"}]}},
}
CORRIDOR = Corridor(ruleset_of(RULES))
PAGES = Pages(name="<zq>", accent="#808080")


class Reader(HTMLParser):
    """Notes every element, attribute and address of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "action", "src", "formaction")]
        if tag not in ("meta", "link", "input", "path", "rect", "br", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def told_of(told: list[str], *, user: str) -> Profile:
    """A profile of everything that a sender, an app and an agent can say."""
    one, two, three, four = told
    address = {"url": f"https://shop.test/{one}?utm_campaign={two}&gclid=1", "headers": [(b"referer", three.encode())]}
    profile, _ = CORRIDOR.advance(None, Hit(at=AT, **address))  # type: ignore[arg-type]
    products = [{"product_id": one, "name": two, "category": three, "price": 3.0, "quantity": 2}]
    order = {"order_id": four, "total": 6, "currency": "EUR", "products": products}
    events = [
        identified_of(user, {"name": one, two: three, "email": four, "age": 3, "vip": True}, at=AT),
        event_of("Products Searched", {"query": one}, at=AT),
        event_of(two, {three: four, "name": one}, at=AT),
        event_of("Order Completed", order, at=AT),
        event_of("Product Added", {**products[0]}, at=AT),
        event_of("Email Delivered", {"block": one, "campaign_name": two}, at=AT),
        Event(NOTE_TAKEN, AT, {"text": three, "by": four}),
    ]
    for event in events:
        profile, _ = CORRIDOR.fold(profile, event)
    return profile


def own_of(profile: Profile, told: list[str]) -> Own:
    signals = CORRIDOR.read(Hit(at=AT, url=f"https://shop.test/{told[0]}"))
    decisions = decide(CORRIDOR.ruleset, profile, signals, AT)
    drawn: dict[str, Any] = portrait(CORRIDOR, profile, at=AT, visitor="v" * 22)
    return Own(
        state=State.KNOWN,
        choice=Choice(analytics=True, personalization=True, tests=True),
        prefix="/_floorwalker",
        known=known_of(drawn, profile, at=AT, zone=ZoneInfo("UTC")),
        traits=trait_rows(profile, own_traits(["*"])),
        groups=groups_of(decisions, CORRIDOR.ruleset),
        places=places_of(decisions),
        page="/a",
        problem=told[1],
    )


PLAIN = ["one", "two", "three", "four"]


def test_the_page_of_somebody_plain_is_the_measure() -> None:
    reader = read(PAGES.page(own_of(told_of(PLAIN, user="u1"), PLAIN)))
    assert {"section", "form", "blockquote", "details", "dl", "table"} <= reader.tags
    assert "script" not in reader.tags


@settings(max_examples=25)
@given(st.lists(HOSTILE, min_size=4, max_size=4), HOSTILE)
def test_nobody_can_put_an_element_an_attribute_or_an_address_into_it(told: list[str], user: str) -> None:
    measure = read(PAGES.page(own_of(told_of(PLAIN, user="u1"), PLAIN)))
    own = own_of(told_of(told, user=user), told)
    for page in (PAGES.page(own), PAGES.sure(own)):
        reader = read(page)
        assert reader.tags <= measure.tags
        assert reader.attributes <= measure.attributes
        assert all(address[:1] == "#" or (address[:1] == "/" and address[1:2] != "/") for address in reader.addresses)
