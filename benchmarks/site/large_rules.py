"""A large site's folder of rules: a thousand segments, two hundred slots and what they need; one seed, one folder."""

from pathlib import Path
from random import Random

_CATEGORIES = tuple(f"category-{number}" for number in range(40))
_COUNTRIES = ("DE", "AT", "CH", "FR", "NL", "PL", "NO", "SE", "DK", "IT", "ES", "GB")
_WINDOWS = ("30 minutes", "1 day", "7 days", "30 days", "90 days", "this visit", "this week")
_TYPES = ("home", "category", "product", "article", "checkout", "search")
_EVENTS = ("Product Added", "Order Completed", "Coupon Applied", "Newsletter Opened", "Video Watched")
_TOPICS = tuple(f"topic-{number}" for number in range(30))
_TEMPLATES = tuple(f"offers/offer-{number}.html" for number in range(40))
_BLOCK = '<section class="offer"><h2>{{ headline }}</h2><p>Hello {{ visitor.city | default("there") }}.</p></section>\n'
_SEGMENTS_A_FILE, _SLOTS_A_FILE = 250, 50


def write_large_rules(folder: Path, *, segments: int = 1000, slots: int = 200, seed: int = 1) -> tuple[Path, Path]:
    """Write `rules/` and `templates/` under `folder` and give both."""
    rules, templates = folder / "rules", folder / "templates"
    rules.mkdir(parents=True)
    (templates / "offers").mkdir(parents=True)
    for path in _TEMPLATES:
        (templates / path).write_text(_BLOCK)
    random, seen = Random(seed), set[str]()
    (rules / "site.yaml").write_text(_site())
    for start in range(0, segments, _SEGMENTS_A_FILE):
        found = [_segment(number, random, seen) for number in range(start, min(start + _SEGMENTS_A_FILE, segments))]
        (rules / f"segments-{start:04}.yaml").write_text("segments:\n" + "".join(found))
    for start in range(0, slots, _SLOTS_A_FILE):
        named = [_slot(number, segments, random) for number in range(start, min(start + _SLOTS_A_FILE, slots))]
        (rules / f"slots-{start:04}.yaml").write_text("slots:\n" + "".join(named))
    return rules, templates


def _site() -> str:
    topics = "".join(f"  {topic}: {{keywords: [word {topic}, {topic}]}}\n" for topic in _TOPICS)
    blocks = "".join(
        f"  block-{number}:\n    template: {path}\n    with: {{headline: Offer {number}}}\n"
        "    at_most: [2 per visit, 9 ever]\n"
        for number, path in enumerate(_TEMPLATES)
    )
    return (
        "site:\n  timezone: Europe/Berlin\n  price_tiers: {low: up to 100, middle: up to 800, high: above 800}\n"
        "pages:\n  - {path: /, type: home}\n  - {path: '/{category}', type: category}\n"
        "  - {path: '/{category}/{product}', type: product}\n  - {path: /learn/**, type: article}\n"
        "  - {path: [/cart, /checkout], type: checkout}\n  - {path: '/search?q={search}', type: search}\n"
        f"topics:\n{topics}blocks:\n{blocks}"
        "goals:\n  order: {did: Order Completed, value: revenue, within: 7 days}\n"
    )


def _segment(number: int, random: Random, seen: set[str]) -> str:
    """A segment that asks what none before it asks."""
    while (asked := _asked(number, random)) in seen:
        pass
    seen.add(asked)
    return f"  segment-{number}:\n    about: Number {number} of many, said in a few words\n{asked}"


def _asked(number: int, random: Random) -> str:
    shape = random.random()
    if shape < 0.1:
        points = "".join(
            f"      - {{points: {random.choice((10, 20, 30))}, when: {{{_condition(number, random)}}}}}\n"
            for _ in range(4)
        )
        return f"    score: {{at_least: 40}}\n    points:\n{points}"
    if shape < 0.45:
        return f"    when: {{{_condition(number, random)}}}\n"
    conditions = "".join(f"      - {_condition(number, random)}\n" for _ in range(random.choice((2, 2, 3))))
    if shape < 0.75:
        return f"    when:\n{conditions}"
    either = "".join(f"        - {_condition(number, random)}\n" for _ in range(random.choice((2, 3, 4))))
    return f"    when:\n      any:\n{either}"


def _condition(number: int, random: Random) -> str:
    category, window = random.choice(_CATEGORIES), random.choice(_WINDOWS)
    least = random.randrange(1, 9)
    earlier = f"segment-{random.randrange(number)}" if number else "segment-0"
    conditions = (
        f"viewed: {{category: {category}, at_least: {least}, within: {window}}}",
        f"viewed: {{type: {random.choice(_TYPES)}, at_least: {least}, within: {window}}}",
        f"viewed: {{path: /{category}/**, within: {window}}}",
        f"did: {{event: {random.choice(_EVENTS)}, at_least: {least}, within: {window}}}",
        f"searched: [cheap {number}, second hand {number}, {category}]",
        f"country: [{', '.join(random.sample(_COUNTRIES, 3))}]",
        f"device: {random.choice(('mobile', 'tablet', 'desktop'))}",
        f"referrer: {{source: partner-{number}}}",
        f'campaign: {{name: "spring-{number % 50}-*"}}',
        f"visits: {{at_least: {least}, within: {window}}}",
        f"spent: {{at_least: {least * 50}, within: 1 year}}",
        f"dominant_interest: {random.choice(_TOPICS)}",
        f"trait: {{plan: [gold-{number}, silver]}}",
        "time: {from: 18:00, until: 01:00, days: [friday, saturday, sunday]}",
        f"not: {{viewed: {{category: {category}, within: 90 days}}}}",
        f"in: {earlier}" if number else "identified: yes",
    )
    return random.choice(conditions)


def _slot(number: int, segments: int, random: Random) -> str:
    pages = ", ".join(random.sample(_TYPES, 2))
    lines = [f"  slot-{number}:", f"    pages: [{pages}]", f'    at: "#slot-{number}"', "    goal: order", "    show:"]
    for position in range(random.randrange(3, 8)):
        lines += _entry(number, position, segments, random)
    lines.append("    otherwise: default")
    return "\n".join(lines) + "\n"


def _entry(number: int, position: int, segments: int, random: Random) -> list[str]:
    to = ", ".join(f"segment-{random.randrange(segments)}" for _ in range(random.choice((1, 1, 2, 3))))
    kind = random.random()
    if kind < 0.5:
        return [f"      - {{to: [{to}], block: block-{random.randrange(len(_TEMPLATES))}}}"]
    if kind < 0.7:
        return [
            f"      - to: [{to}]",
            f"        when: {{country: [{', '.join(random.sample(_COUNTRIES, 2))}]}}",
            f"        name: text-{number}-{position}",
            "        rest: 1 day",
            "        text: Good to see you again",
        ]
    if kind < 0.9:
        return [
            f"      - to: [{to}]",
            f"        name: here-{number}-{position}",
            f'        html: "<p>Number {number}</p>"',
        ]
    return [
        f"      - to: [{to}]",
        f"        name: trial-{number}-{position}",
        "        choose: weighted",
        "        show:",
        f"          - {{block: block-{number % len(_TEMPLATES)}, weight: 50}}",
        f"          - {{name: plain-{number}-{position}, text: As it was, weight: 50}}",
    ]
