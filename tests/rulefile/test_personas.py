"""Personas and tests in rule files: what each key becomes, and where a mistake is reported."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.advance import Corridor
from floorwalker.core.consent import EVERYTHING, NOTHING_ALLOWED
from floorwalker.core.deciding.decide import decide
from floorwalker.core.events import Page
from floorwalker.core.personas import TYPICAL_AGENTS, Expectation, Happening, PastOrder, Persona, Piece
from floorwalker.core.reading.device import NO_HINTS, read_device
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Place
from floorwalker.core.trying.rehearsal import rehearse
from floorwalker.rulefile import Severity, read, schema
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.schema_parts import plain
from floorwalker.rulefile.tables.persona_keys import (
    BOUGHT_KEYS,
    CART_KEYS,
    HISTORY_KEYS,
    ORDER_KEYS,
    PERSONA_KEYS,
    PLACE_KEYS,
    SAID_KEYS,
    TEST_KEYS,
)
from floorwalker.rulefile.text.salvage import read_yaml

SHARED = """\
site: {timezone: Europe/Berlin, price_tiers: {low: up to 100, high: above 100}}
pages:
  - {path: /, type: home}
  - {path: "/{category}/{product}", type: product}
topics:
  birds: {keywords: [bird]}
  stars: {keywords: [star]}
segments:
  birders: {when: {searched: bird}}
  mobile: {draft: yes, when: {device: mobile}}
blocks:
  spring: {text: Spring}
slots:
  hero: {show: [{to: birders, name: hello, text: Hello}, {when: {device: tv}, block: spring}]}
"""
CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "rules" / "broken_personas.yaml").read_text(encoding="utf-8")
)
SCHEMA = schema()


def loaded(text: str) -> Ruleset:
    ruleset, problems = read({"r.yaml": (SHARED + text).encode()})
    assert ruleset is not None, [str(problem) for problem in problems]
    return ruleset


def persona(text: str) -> Persona:
    return loaded(f"personas:\n  ada: {text}\n").personas["ada"]


def expectation(text: str) -> Expectation:
    return loaded(f"personas: {{ada: {{url: /}}}}\ntests:\n  - {text}\n").tests[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_error_names_the_place_and_the_remedy(case: dict[str, Any]) -> None:
    ruleset, problems = read({"r.yaml": (SHARED + case["rules"]).encode()})
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert ruleset is None
    first = errors[0]
    assert (f"{first.line}:{first.column}", first.code) == (case["at"], case["code"]), str(first)
    assert case["hint"] in first.hint


def test_what_is_not_said_is_usual() -> None:
    assert persona("{url: /}") == Persona("ada", user_agent=TYPICAL_AGENTS["desktop"])


@pytest.mark.parametrize("device", TYPICAL_AGENTS)
def test_a_device_is_read_back_as_itself(device: str) -> None:
    read_back, is_spider = read_device(persona(f"{{device: {device}}}").user_agent, NO_HINTS)
    assert (read_back.type, is_spider) == (device, False)


def test_a_user_agent_may_stand_among_the_headers() -> None:
    assert persona("{headers: {User-Agent: Lynx}}").user_agent == ""


@pytest.mark.parametrize(
    ("written", "sent"), [("de", "de"), ("[de-AT, en, fr]", "de-AT, en;q=0.9, fr;q=0.8")], ids=["one", "several"]
)
def test_languages_are_sent_as_browsers_send_them(written: str, sent: str) -> None:
    assert persona(f"{{language: {written}}}").headers == {"accept-language": sent}


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("country: de", Place(continent="EU", country="DE")),
        ("place: {country: NO, city: Oslo}", Place(continent="EU", country="NO", city="Oslo")),
        ("country: US, place: {region: CA}", Place(continent="NA", country="US", region="CA")),
        ("place: {lat: 1.5, lon: -2}", Place(latitude=1.5, longitude=-2.0)),
        ("place: {continent: africa}", Place(continent="AF")),
    ],
)
def test_a_place_is_what_is_written_and_its_continent(written: str, place: Place) -> None:
    assert persona(f"{{{written}}}").place == place


@pytest.mark.parametrize(("written", "hour"), [("2026-11-28", 12), ("2026-11-28 19:30", 19), ("2026-07-01 19:30", 19)])
def test_a_moment_is_in_the_sites_zone(written: str, hour: int) -> None:
    at = persona(f"{{at: {written}}}").at
    assert at is not None
    assert datetime.fromtimestamp(at, ZoneInfo("Europe/Berlin")).hour == hour


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3", 3),
        ("3.50", 3.5),
        ('"3"', "3"),
        ("yes", True),
        ("no", False),
        ("NO", "NO"),
        ("0123", "0123"),
        ("x y", "x y"),
    ],
)
def test_a_property_is_what_a_client_would_send(written: str, value: object) -> None:
    found = persona(f"{{traits: {{a: {written}}}, attributes: {{a: {written}}}}}")
    assert (found.traits["a"], found.attributes["a"]) == (value, value)
    assert type(found.traits["a"]) is type(value)


def test_what_the_app_says_of_a_page_is_read() -> None:
    said = "{type: product, category: lenses, product: p, brand: b, tags: [new], topics: [birds], price: 9.5}"
    expected = Page(
        type="product", category="lenses", product="p", brand="b", tags=("new",), topics=("birds",), price=9.5
    )
    assert persona(f"{{page: {said}}}").page == expected


def test_what_happened_together_stays_in_its_order() -> None:
    entry = (
        "{ago: 2 days, viewed: /a/b, referrer: https://x.example/, saw: spring, clicked: spring, did: D, with: {n: 1}}"
    )
    shown = {"slot": "hero", "block": "spring"}
    assert persona(f"{{history: [{entry}]}}").history == (
        Happening(172800, url="/a/b", referrer="https://x.example/"),
        Happening(172800, event="Slot Shown", properties=shown),
        Happening(172800, event="Slot Clicked", properties=shown),
        Happening(172800, event="D", properties={"n": 1}),
    )


def test_a_block_was_seen_in_the_slot_named_or_in_the_only_one_that_shows_it() -> None:
    told = [
        one.properties["slot"]
        for one in persona("{history: [{ago: 1 day, saw: hello}, {ago: 1 day, saw: hello, in: hero}]}").history
    ]
    assert told == ["hero", "hero"]


def test_facts_are_read() -> None:
    facts = persona(
        "{cart: [{product: p, price: 5, quantity: 2}], cart_idle: 2 hours, lifecycle: loyal, micro_segment: owls, "
        "orders: [{ago: 1 day, amount: 9, currency: usd, bought: [{category: c, price_tier: low}]}], notes: [called], "
        "interests: {birds: 60 %}, dominant_interest: birds, next_interest: stars, propensity: {buy: 5 %}, "
        "responds_to: {email: 20 %}, consent: [marketing]}"
    ).facts
    assert facts.cart == (Piece(product="p", price=5.0, quantity=2),)
    assert facts.orders == (PastOrder(86400, 9, "USD", (Piece(category="c", price_tier="low"),)),)
    assert (facts.cart_idle, facts.lifecycle, facts.micro_segment) == (7200, "loyal", "owls")
    assert (facts.interests, facts.dominant_interest, facts.next_interest) == ({"birds": 0.6}, "birds", "stars")
    assert (facts.propensities, facts.responds_to) == ({"buy": 0.05}, {"email": 0.2})
    assert (facts.notes, facts.consents) == (("called",), ("marketing",))


def test_without_consent_a_past_is_warned_of() -> None:
    ruleset, problems = read({"r.yaml": (SHARED + "personas: {a: {consent: no, traits: {a: b}}}\n").encode()})
    assert ruleset is not None
    assert ruleset.personas["a"].remembered is False
    assert [problem.code for problem in problems if problem.code == "consent"] == ["consent"]
    assert persona("{consent: yes}").remembered


CONSENTING = [
    ("no", NOTHING_ALLOWED, None),
    ("undecided", NOTHING_ALLOWED, ("undecided",)),
    ("[analytics]", {"analytics"}, ("analytics",)),
    ("[analytics, personalization]", EVERYTHING, None),
    ("[newsletter]", EVERYTHING, None),
]


@pytest.mark.parametrize(("written", "granted", "said"), CONSENTING)
def test_what_a_persona_agreed_to_is_what_may_be_kept_of_them(
    written: str, granted: Any, said: tuple[str, ...] | None
) -> None:
    permission = persona(f"{{consent: {written}}}").permission
    assert (permission.granted, permission.said) == (granted, said)


def test_a_test_says_what_is_expected_and_where_it_stands() -> None:
    found = expectation("{persona: ada, in: birders, not_in: mobile, slots: {hero: [hello, default]}}")
    assert (found.persona, found.inside, found.outside) == ("ada", ("birders",), ("mobile",))
    assert found.slots == {"hero": ("hello", "default")}
    assert found.where == "r.yaml:17"
    assert expectation("{persona: ada, segments: birders, url: /a/b}").exactly == ("birders",)


def test_who_is_expected_in_a_draft_is_warned_of() -> None:
    text = "personas: {ada: {url: /}}\ntests: [{persona: ada, in: mobile}]\n"
    _, problems = read({"r.yaml": (SHARED + text).encode()})
    assert [problem.line for problem in problems if problem.code == "draft"] == [16]


_VALUES = st.sampled_from([
    "", "x", "/x", "3", "-1", "no", "DE", "1000000 years", "2 days", "60 %", "1971-01-01", "8999-12-31 23:59", "[x, y]",
    "{x: y}", "{x: 60 %}", "{country: DE}", "[{ago: 9 years, viewed: /}]", "[{ago: 0 days, saw: hello, times: 9}]",
    "[{ago: 1 day, amount: 3, bought: [{price: -3}]}]", '"\\x07\\n"', "https://x.example/", "birds", "loyal", "mobile",
])  # fmt: skip
_PERSONAS = st.dictionaries(st.sampled_from([key.name for key in PERSONA_KEYS]), _VALUES, max_size=6)


@given(_PERSONAS)
def test_whatever_can_be_loaded_can_be_rehearsed(written: dict[str, str]) -> None:
    text = "personas:\n  ada:\n    about: x\n" + "".join(
        f"    {key}: {value}\n" for key, value in written.items() if key != "about"
    )
    ruleset, problems = read({"r.yaml": (SHARED + text).encode()})
    assert all("\n" not in str(problem) for problem in problems)
    if ruleset is None:
        assert any(problem.severity is Severity.ERROR for problem in problems)
        return
    ada, corridor = ruleset.personas["ada"], Corridor(ruleset)
    rehearsal = rehearse(corridor, ada, at=ada.moment(1_795_000_000.0))
    signals = corridor.read(rehearsal.hit)
    profile = corridor.advance(rehearsal.base, rehearsal.hit, signals)[0] if rehearsal.permission.stores else None
    assert set(decide(ruleset, profile, signals, rehearsal.hit.at)) == {"hero"}


FRAMES = {
    "personas": ("personas:\n  ada:\n    {}\n", PERSONA_KEYS),
    "place": ("personas:\n  ada:\n    place:\n      lat: 1\n      lon: 1\n      {}\n", PLACE_KEYS[:4]),
    "page": ("personas:\n  ada:\n    page:\n      {}\n", SAID_KEYS),
    "history": ("personas:\n  ada:\n    history:\n      - ago: 1 day\n        {}\n", HISTORY_KEYS[1:]),
    "cart": ("personas:\n  ada:\n    cart:\n      - {}\n", CART_KEYS),
    "orders": ("personas:\n  ada:\n    orders:\n      - ago: 1 day\n        amount: 1\n        {}\n", ORDER_KEYS[2:]),
    "bought": (
        "personas:\n  ada:\n    orders:\n      - ago: 1 day\n        amount: 1\n        bought:\n          - {}\n",
        BOUGHT_KEYS,
    ),
    "tests": ("tests:\n  - persona: ada\n    {}\n", TEST_KEYS[1:]),
}
EXAMPLES = [(frame, key) for frame, keys in FRAMES.values() for key in keys]


@pytest.mark.parametrize(("frame", "key"), EXAMPLES, ids=[key.name for _, key in EXAMPLES])
def test_every_example_of_a_key_is_valid_and_can_be_read(frame: str, key: Any) -> None:
    rules = frame.format(key.example)
    node = read_yaml("r.yaml", rules, Findings())
    assert node is not None
    assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(plain(node))) == []
    codes = {problem.code for problem in read({"r.yaml": (SHARED + rules).encode()})[1]}
    assert codes <= {"unknown-topic", "unknown-block", "unknown-slot", "unknown-segment", "unknown-persona", "missing",
                     "stray", "unused-segment", "no-name"}  # fmt: skip


def test_an_editors_tool_proposes_the_folders_own_personas_slots_and_blocks() -> None:
    keys = schema({"persona": ["ada"], "slot": ["hero"], "block": ["spring"]})["properties"]["tests"]["items"][
        "properties"
    ]
    assert keys["persona"]["enum"] == ["ada"]
    assert keys["slots"]["properties"]["hero"]["examples"] == ["spring"]
