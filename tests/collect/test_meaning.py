"""What messages mean: hits like any other."""

from typing import Any

import pytest

from floorwalker.collect.meaning import hit_of, signals_of
from floorwalker.collect.messages import Kind, Message, Surroundings, from_browser
from floorwalker.core.advance import Corridor
from floorwalker.core.consent import EVERYTHING_PERMITTED as ALL
from floorwalker.core.hit import HitKind
from floorwalker.core.pages import PageRule
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from tests.asgi.browser import CHROME, GOOGLEBOT

NOW = 1_790_000_000.0
URL = "https://shop.example/lenses/600mm?utm_source=news&utm_medium=email&utm_campaign=spring"
CORRIDOR = Corridor(Ruleset(pages=(PageRule(path="/{category}/{product}", type="product"),)))


def message(kind: Kind = Kind.PAGE, **fields: Any) -> Message:
    return Message(kind=kind, at=NOW, anonymous="a", **fields)


def signals(kind: Kind = Kind.PAGE, **fields: Any) -> Signals:
    one = message(kind, **fields)
    return signals_of(one, hit_of(one), CORRIDOR)


def test_a_page_is_read_like_any_page() -> None:
    told = signals(
        properties={"url": URL, "referrer": "https://www.google.com/search?q=red+shoes"},
        context=Surroundings(agent=CHROME.decode(), locale="de-DE", timezone="Europe/Berlin"),
    )
    assert (told.page.type, told.page.category, told.page.product) == ("product", "lenses", "600mm")
    assert told.campaign is not None
    assert (told.campaign.source, told.campaign.medium, told.campaign.name) == ("news", "email", "spring")
    assert told.search is not None
    assert told.search.keywords == "red shoes"
    assert (told.device.browser, told.language, told.timezone) == ("Chrome", "de-de", "Europe/Berlin")
    assert told.robot is None


def test_what_the_properties_say_of_a_page_goes_before_its_address() -> None:
    told = signals(properties={"url": URL, "category": "sale", "price": "12.5"}, category="ignored").page
    assert (told.category, told.product, told.price) == ("sale", "600mm", 12.5)
    assert signals(properties={"url": URL}, category="Docs").page.category == "Docs"


def test_where_properties_are_silent_the_context_tells_the_page() -> None:
    page = {"path": "/lenses/600mm", "search": "?utm_campaign=spring", "referrer": "https://t.co/x"}
    told = signals(context=Surroundings(page=page))
    assert (told.path, told.campaign and told.campaign.name, told.referrer.medium) == (
        "/lenses/600mm",
        "spring",
        "social",
    )


def test_another_page_than_the_contexts_takes_only_its_referrer() -> None:
    page = {"url": "https://shop.example/other", "search": "?utm_campaign=x", "referrer": "https://t.co/x"}
    told = signals(properties={"path": "/lenses/600mm"}, context=Surroundings(page=page))
    assert (told.path, told.campaign, told.referrer.medium) == ("/lenses/600mm", None, "social")


@pytest.mark.parametrize(
    ("url", "campaign"),
    [
        ("https://shop.example/", "spring & <b>"),
        ("https://shop.example/?a=1#top", "spring & <b>"),
        ("/", "spring & <b>"),
        ("https://shop.example/?utm_campaign=other", "other"),
    ],
)
def test_the_contexts_campaign_counts_where_the_address_names_none(url: str, campaign: str) -> None:
    context = Surroundings(campaign={"name": "spring & <b>", "source": "news", "medium": "email"})
    told = signals(properties={"url": url}, context=context)
    assert told.campaign is not None
    assert told.campaign.name == campaign
    assert told.path == "/"


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        (Kind.SCREEN, "Home", "/screen/Home"),
        (Kind.PAGE, "a/b <", "/page/a%2Fb%20%3C"),
        (Kind.PAGE, "", "/page/unnamed"),
    ],
)
def test_a_view_without_an_address_is_named_after_itself(kind: Kind, name: str, path: str) -> None:
    context = Surroundings(campaign={"name": "spring"})
    told = signals(kind, name=name, category="Main", context=context)
    assert (told.path, told.page.path, told.page.category, told.page.product) == (path, path, "Main", "")
    assert told.page.type == ""
    assert told.campaign is not None  # an arrival is read all the same


def test_a_library_without_a_visitors_agent_is_no_robot() -> None:
    assert signals(properties={"url": URL}).robot is None
    assert signals(properties={"url": URL}, context=Surroundings(agent=GOOGLEBOT.decode())).robot is not None


def test_an_event_has_no_arrival() -> None:
    page = {"url": URL, "referrer": "https://www.google.com/"}
    hit = hit_of(message(Kind.TRACK, name="Product Viewed", context=Surroundings(page=page)))
    assert (hit.kind, hit.url, hit.headers) == (HitKind.EVENTS, "", ())


def test_an_unknown_time_zone_is_none() -> None:
    assert hit_of(message(context=Surroundings(timezone="../../etc/passwd"))).timezone == ""


def test_a_group_is_an_event_and_traits_of_its_own() -> None:
    hit = hit_of(message(Kind.GROUP, group="g1", traits={"name": "Acme", "user_id": "forged"}, id="m"))
    traits, joined = hit.events
    assert traits.properties == {"group.name": "Acme", "group.user_id": "forged", "group.id": "g1"}
    assert (joined.name, dict(joined.properties), joined.id) == ("Group Joined", {"group_id": "g1"}, "m")


def test_traits_never_name_the_person() -> None:
    (event,) = hit_of(message(Kind.IDENTIFY, traits={"user_id": "forged", "plan": "pro"})).events
    assert event.properties == {"plan": "pro"}


def test_a_page_tells_its_visitors_agent_and_no_address_but_its_own() -> None:
    one = message(context=Surroundings(address="203.0.113.9"))
    context = from_browser(one, agent="A", address="198.51.100.1", permission=ALL).context
    assert (context.agent, context.address) == ("A", "198.51.100.1")
    told = from_browser(message(context=Surroundings(agent="B")), agent="A", address="", permission=ALL).context
    assert (told.agent, told.address) == ("B", "")
