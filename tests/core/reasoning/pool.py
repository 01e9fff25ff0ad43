"""Conditions that have much to do with each other, and moments at which some of them hold."""

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

from msgspec.structs import replace

from floorwalker.core.conditions.model import Condition
from floorwalker.core.evaluation.evaluate import Moment, moment_at
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.ruleset import Ruleset, Segment
from floorwalker.core.signals import Signals
from floorwalker.rulefile import Severity, read
from tests.core.holdings import held
from tests.core.journeys import DAY, journey, page_at_random, walked
from tests.core.visitors import signals_of

WRITTEN = """
country: DE
country: [DE, AT]
country: FR
continent: EU
device: mobile
device: [mobile, tablet]
device: {type: mobile, brand: Apple}
browser: Safari
browser: {name: Safari, version: {less_than: 16}}
browser: {version: {at_most: 16}}
browser: {version: {at_least: 15.4}}
browser: {version: 16}
os: [ios, android]
language: de
language: de-AT
language: {accepts: en}
connection: save-data
connection: [save-data, 3g]
city: Vienna
city: "v*"
city: {contains: enn}
city: {exists: yes}
city: {exists: no}
city: {matches: "^v"}
near: {lat: 52.52, lon: 13.40, km: 25}
near: {lat: 52.50, lon: 13.40, km: 60}
ip: 192.0.2.0/24
ip: 192.0.2.7
time: {from: 18:00, until: 20:00, zone: site}
time: {from: 17:00, until: 02:00, zone: site}
time: {from: 00:30, until: 01:30, days: [saturday], zone: site}
time: {from: 22:00, until: 02:00, days: [friday], zone: site}
time: {days: [saturday, sunday], zone: site}
date: {until: 2026-06-01}
date: {from: 2026-05-01, until: 2026-05-31}
date: {from: 2026-06-02}
page: {type: product}
page: {type: [product, home]}
page: {category: lenses}
page: {category: "l*"}
page: {tag: new}
page: {tag: sale}
page: {path: /lenses/**}
page: {path: /lenses/*}
page: {path: /lenses/p1}
page: {path: "/*/p1"}
page: {price: {at_least: 100}}
page: {price: {more_than: 100, at_most: 300}}
page: {price: {less_than: 100}}
query: {q: lens}
query: {q: {exists: yes}}
query: {n: {at_least: 3}}
query: {n: {between: [2, 4]}}
trait: {plan: gold}
trait: {plan: [gold, silver]}
trait: {plan: {exists: no}}
trait: {newsletter: yes}
trait: {newsletter: true}
trait: {newsletter: no}
referrer: {medium: search}
referrer: google
searched: cheap
searched: cheap lens
searched: "che*"
searched: [cheap, bird]
searched: {exists: no}
campaign: "spring-*"
campaign: spring-ad
first_touch: {referrer: {medium: search}}
last_touch: {referrer: {medium: [search, social]}}
new_visitor: yes
new_visitor: no
identified: yes
visits: {at_least: 2}
visits: {at_least: 3, within: 30 days}
visits: {at_most: 2}
visits: {exactly: 1}
visits: {at_least: 2, within: this week}
pages_this_visit: {at_least: 3}
pages_this_visit: {more_than: 2}
pages_this_visit: {at_most: 2}
away: {at_least: 7 days}
away: {at_least: 30 days}
bounced: yes
first_visit: {ago: {at_least: 30 days}}
frequency: {at_least: 2}
viewed: {type: product}
viewed: {type: product, at_least: 2}
viewed: {type: product, at_least: 2, within: 7 days}
viewed: {type: product, at_least: 5, within: 30 days}
viewed: {type: product, exactly: 0, within: 30 days}
viewed: {type: product, within: today}
viewed: {type: product, within: this week}
viewed: {type: product, within: this month}
viewed: {type: product, within: this visit}
viewed: {category: lenses, at_least: 3}
viewed: {category: [lenses, bags], at_least: 3}
viewed: {category: [lenses, bags], at_most: 3}
viewed: {category: "l*", at_least: 2}
viewed: {category: {exists: yes}, at_least: 2}
viewed: {category: {matches: "^l"}, at_least: 2}
viewed: {category: lenses, type: product, at_least: 2}
viewed: {category: lenses, type: product, price: {at_least: 100}}
viewed: {category: lenses, share: 40 %, within: 30 days}
viewed: {category: lenses, ago: {at_most: 3 days}}
viewed: {category: lenses, ago: {at_most: 30 days}}
viewed: {tag: new, at_least: 4}
viewed: {tag: [new, sale], at_least: 4}
viewed: {topic: [wildlife, travel], at_least: 2, within: 90 days}
viewed: {topic: wildlife, at_least: 2, within: 60 days}
viewed: {path: /lenses/**, at_least: 2}
viewed: {path: /lenses/p1}
viewed: {path: "/**", at_least: 3}
viewed: {price: {at_least: 100}, at_least: 2}
viewed: {price: {at_least: 200}, at_least: 3, within: 7 days}
did: Product Added
did: {event: Product Added, at_least: 2, within: 30 days}
did: {event: "product*", at_least: 2}
did: {event: Product Added, where: {price: {at_least: 10}}}
did: {event: Product Added, where: {price: {at_least: 15}}, within: 30 days}
did: {event: Product Added, where: {size: [S, M]}, at_least: 2}
did: {event: Product Added, sum: {price: {at_least: 20}}}
did: {event: Product Added, sum: {price: {at_least: 40}}}
chance: {percent: 20 %, of: x}
chance: {percent: 50 %, of: x}
chance: {percent: 50 %, of: y}
orders: {at_least: 1}
orders: {at_least: 2, within: 30 days}
orders: {exactly: 0}
orders: {ago: {at_most: 20 days}}
bought: {category: lenses}
bought: {category: [lenses, bags], within: 60 days}
bought: {category: lenses, price: {at_least: 100}, at_least: 2, within: 20 days}
spent: {at_least: 100}
spent: {at_least: 100, within: 30 days}
spent: {more_than: 50}
average_order: {at_least: 60}
average_order: {less_than: 60}
cart: {items: {at_least: 1}}
cart: {items: {exactly: 0}}
cart: {value: {at_least: 50}}
cart: {value: {at_least: 20}, idle: {at_least: 1 hour}}
cart: {idle: {less_than: 1 hour}}
cart: {checkout: {at_least: 1 hour}}
cart: {contains: lenses}
interest: {topic: wildlife, at_least: 40 %}
interest: {topic: wildlife, at_least: 20 %}
interest: {topic: wildlife, less_than: 20 %}
dominant_interest: wildlife
dominant_interest: [wildlife, travel]
agent_note: {contains: trade}
agent_note: {contains: trade-in}
consent: personalization
usual_time: yes
usual_time: no
in: seen
in: bird
did_in_order: {steps: [{viewed: {type: product}}, {did: Product Added}], within: 7 days}
did_regularly: {event: Product Added, weeks: 2, of: 4}
"""
SEGMENTS = """
segments:
  seen: {when: {viewed: {type: product, at_least: 2}}}
  bird: {when: {any: [{in: seen}, {searched: bird}]}}
  keen:
    score: {at_least: 50}
    points:
      - {points: 30, when: {country: DE}}
      - {points: 30, when: {device: mobile}}
  never-drafted: {draft: yes, when: {device: mobile}}
"""


_SITE = "site: {timezone: Europe/Berlin}\ntopics: {wildlife: {keywords: bird}, travel: {keywords: rome}}\n"


def conditions_in(text: str, more: str = "") -> Ruleset:
    """A ruleset whose segments `c0`, `c1`, … ask what the lines of the text ask, beside those of `more`."""
    lines = [line for line in text.split("\n") if line.strip()]
    asked = "".join(f"  c{number}: {{when: {{{line}}}}}\n" for number, line in enumerate(lines))
    ruleset, problems = read({"r.yaml": f"{_SITE}{more or 'segments:'}\n{asked}".encode()})
    assert ruleset is not None, [str(one) for one in problems if one.severity is Severity.ERROR]
    return ruleset


@cache
def ruleset() -> Ruleset:
    """Every condition of the pool as a segment, and some segments that conditions ask for."""
    return conditions_in(WRITTEN, SEGMENTS.strip("\n"))


def conditions() -> list[Condition]:
    found = [one.when for name, one in ruleset().segments.items() if name.startswith("c") and one.when is not None]
    assert len(found) > 100
    return found


def segments() -> Mapping[str, Segment]:
    return ruleset().segments


@cache
def moments() -> tuple[Moment, ...]:
    """Some hundred moments of made-up visitors, some with long pasts, some of whom nothing is remembered."""
    return tuple(_moments(Random(5)))


def _moments(random: Random) -> Iterator[Moment]:
    for number in range(36):
        products = random.choice((3, 30))
        events = journey(random, random.choice((1, 3, 20, 90, 400)), products=products)
        profile = _with_person(walked(events), random)
        for ago in (0, 50, 2000, DAY, 6 * DAY, 29 * DAY, 100 * DAY):
            at = profile.last_seen + ago
            yield moment_at(ruleset(), profile, _signals(random, at), at)
        if number % 4 == 0:
            yield moment_at(ruleset(), None, _signals(random, at), at)
            yield moment_at(ruleset(), profile, _signals(random, at), at, remembered=False)


def _with_person(profile: Profile, random: Random) -> Profile:
    traits: dict[str, Any] = random.choice(
        ({}, {"plan": "Gold"}, {"plan": "silver", "newsletter": True}, {"newsletter": False}, {"newsletter": "yes"})
    )
    first = _touch(random, profile.first_seen)
    profile = replace(profile, **held(profile.last_seen, random.choice(_HELD)))
    return replace(
        profile, traits=traits, seed=random.getrandbits(64), user=random.choice(("", "u1")), touches=(first,)
    )


def _touch(random: Random, at: int) -> Touch:
    arrival = _signals(random, at)
    return Touch(at, referrer=arrival.referrer, search=arrival.search, campaign=arrival.campaign)


def _signals(random: Random, at: int) -> Signals:
    told: dict[str, Any] = {
        "page": page_at_random(random, products=3),
        "device": random.choice(({}, {"type": "mobile", "brand": "Apple"}, {"type": "desktop"}, {"type": "tablet"})),
        "languages": random.choice((["de-at", "en"], ["en"], [], ["de"])),
        "connection": random.choice((None, "3g", "save-data")),
        "place": random.choice((None, *_PLACES)),
        "query": random.choice(({}, {"q": "lens"}, {"n": "3"}, {"q": "x", "n": "7"})),
        "address": random.choice((None, "192.0.2.7", "192.0.2.99", "2001:db8::1")),
        "timezone": random.choice((None, "Pacific/Auckland")),
        "referrer": random.choice(_REFERRERS),
    }
    told["device"] |= random.choice(_SOFTWARE)
    if random.random() < 0.4:
        told["search"] = {"engine": "google", "keywords": random.choice(("cheap lens", "cheaper bird", None))}
    if random.random() < 0.3:
        told["campaign"] = {"name": random.choice(("spring-ad", "autumn")), "term": random.choice((None, "cheap"))}
    return signals_of(at, **told)


_ORDERS = (
    {"ago": 90 * DAY, "amount": 80.0, "bought": [{"category": "lenses", "price": 80.0}]},
    {"ago": 15 * DAY, "amount": 120.0, "bought": [{"category": "bags", "quantity": 2}]},
    {"ago": 3 * DAY, "amount": 20.0, "bought": [{"category": "lenses", "price": 120.0, "quantity": 2}]},
)
_HELD: tuple[dict[str, Any], ...] = (
    {},
    {"cart": {"items": [{"product": "p1", "category": "lenses", "price": 60.0, "quantity": 1}], "idle": 4000}},
    {
        "cart": {"items": []},
        "interests": {"history": {"wildlife": 3.0, "travel": 5.0}, "events": 9, "dominant": "travel"},
    },
    {"orders": _ORDERS[:1], "consent": ["personalization"]},
    {"orders": _ORDERS, "notes": ["asked about a trade-in"]},
    {"orders": _ORDERS[1:], "forgotten_orders": _ORDERS[:1], "notes": ["trade fair"], "notes_left": True},
)
_PLACES = (
    {"continent": "EU", "country": "DE", "city": "Berlin", "latitude": 52.5, "longitude": 13.39},
    {"continent": "EU", "country": "AT", "city": "Vienna", "latitude": 48.2, "longitude": 16.37},
    {"continent": "EU", "country": "FR"},
)
_REFERRERS = (
    {"medium": "search", "source": "google"},
    {"medium": "social", "source": "facebook"},
    {"medium": "internal"},
    {"medium": "direct"},
)
_SOFTWARE: tuple[dict[str, str], ...] = (
    {},
    {"os": "iOS", "browser": "Mobile Safari", "browser_version": "15.6.1"},
    {"os": "Android", "browser": "Chrome", "browser_version": "16"},
    {"os": "Mac OS X", "browser": "Safari", "browser_version": "15.2"},
)
