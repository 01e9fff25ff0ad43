"""`python -m benchmarks.parts.classifying`: how long it takes to tell who is in what; microseconds.

CPU time of one call, the least of the rounds. The rules are `kinds` of conditions, each segment asking something of its
own; the visitors are those with nothing behind them, with thirty recent events, as usual, and with a hundred.
performance.md asks for 6 µs at 100 segments and 40 at 1,000, and that a page of 1,000 costs at most 100 more than one
of 100.
"""

import argparse
import gc
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import cycle, islice

from msgspec import structs

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.classify import classify
from floorwalker.core.deciding.decide import decide
from floorwalker.core.events import Event
from floorwalker.core.hit import Hit
from floorwalker.core.memory.kept.recents import Recents
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.rulefile import read

SIZES = (1, 10, 100, 1000)
SLOTS = (1, 5, 20, 50)
RECENT = (0, 30, 100)
BUDGETS = {100: (6, 4), 1000: (40, 17)}
"""Segments → microseconds: must, and aim."""

KINDS: Mapping[str, Sequence[str]] = {
    "of the request": (
        "referrer: {{source: partner-{n}}}",
        "query: {{variant: v-{n}}}",
        "campaign: {{name: spring-{n}-*}}",
        "page: {{path: /offers/{n}/**}}",
        "any: [{{device: tablet}}, {{browser: browser-{n}}}]",
    ),
    "of what happened": (
        "viewed: {{category: category-{n}, at_least: 3, within: 30 days}}",
        "did: {{event: Event {n}, at_least: 2, within: 7 days}}",
        "visits: {{at_least: {n}, within: 90 days}}",
        "viewed: {{type: product, at_least: {n}, within: 90 days}}",
        "viewed: {{path: /category-{n}/**, within: 7 days}}",
    ),
    "mixed": (
        "viewed: {{category: category-{n}, at_least: 3, within: 30 days}}",
        "referrer: {{source: partner-{n}}}",
        "searched: [cheap lens {n}, second hand {n}]",
        "any: [{{device: tablet}}, {{browser: browser-{n}}}, {{country: [NO, SE]}}]",
        "did: {{event: Event {n}, at_least: 2, within: 7 days}}",
        "campaign: {{name: spring-{n}-*}}",
        "visits: {{at_least: {n}, within: 90 days}}",
        "page: {{path: /offers/{n}/**}}",
        "time: {{from: 18:00, until: 01:00, days: [friday, saturday, sunday]}}",
        "viewed: {{type: product, at_least: {n}, within: 90 days}}",
    ),
    "composed": (
        "all: [{{device: mobile}}, {{viewed: {{category: category-{n}, at_least: 2, within: 7 days}}}}]",
        "none: [{{country: [NO, SE]}}, {{referrer: {{source: partner-{n}}}}}, {{visits: {{at_least: {n}}}}}]",
        "any: [{{in: segment-{before}}}, {{campaign: {{name: spring-{n}-*}}}}]",
        "all: [{{not: {{viewed: {{category: category-{n}}}}}}}, {{searched: [cheap lens {n}]}}]",
    ),
}
_PAGES = 'pages:\n  - {path: "/{category}", type: category}\n  - {path: "/{category}/{product}", type: product}\n'
_AGENT = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
_NOW = 1_800_000_000.0
_VISITORS = 20
_ROUNDS, _TIMES = 5, 100


def main() -> None:
    """Prints the tables, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.classifying", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {"classify": classifying(), "decide": deciding()}
    if options.json:
        print(json.dumps(found, indent=1))
        return
    for what, figures in found.items():
        print(what)
        for name, took in figures.items():
            print(f"  {name:52}{took:9.1f}")
    print("to be met:", ", ".join(f"{size:,} segments {must} µs, aim {aim}" for size, (must, aim) in BUDGETS.items()))


def classifying(sizes: Iterable[int] = SIZES) -> dict[str, float]:
    """Microseconds of one `classify`, by the kind of conditions, how many segments, and how many recent events."""
    found: dict[str, float] = {}
    for kind in KINDS:
        for size in sizes:
            ruleset = rules(kind, segments=size)
            for recent in RECENT:
                seen = visitors(ruleset, recent=recent)
                name = f"{kind}, {size:,} segments, {recent} recent events"
                found[name] = _least(seen, partial(_classified, ruleset))
    return found


def deciding(sizes: Iterable[int] = SLOTS) -> dict[str, float]:
    """Microseconds in which all slots of a page are decided, by how many there are and how many segments."""
    found: dict[str, float] = {}
    for segments in (100, 1000):
        for slots in sizes:
            ruleset = rules("mixed", segments=segments, slots=slots)
            seen = visitors(ruleset, recent=30)
            name = f"{slots} slots of {segments:,} segments"
            found[name] = _least(seen, partial(_decided, ruleset))
    return found


def rules(kind: str, *, segments: int, slots: int = 0) -> Ruleset:
    """So many segments of one kind of conditions, and slots with three entries for some and one for everybody."""
    asked = KINDS[kind]
    lines = [
        f"  segment-{n}: {{when: {{{asked[n % len(asked)].format(n=n, before=max(n - 1, 0))}}}}}\n"
        for n in range(segments)
    ]
    shown = "".join(_slot(number, segments) for number in range(slots))
    written = f"{_PAGES}segments:\n{''.join(lines)}" + (f"slots:\n{shown}" if shown else "")
    ruleset, problems = read({"rules.yaml": written.encode()})
    if ruleset is None:
        raise SystemExit("\n".join(map(str, problems)))
    return ruleset


def visitors(ruleset: Ruleset, *, recent: int) -> list[tuple[Profile, Signals]]:
    """Visitors of these rules with so many events behind them, on a page that is theirs to see now."""
    corridor, found = Corridor(ruleset), []
    for number in range(_VISITORS):
        profile = Profile(seed=number)
        for event in range(recent):
            hit = _hit(number, event, at=_NOW - 3600 * (recent - event))
            profile, _ = corridor.advance(profile, hit)
        now = _hit(number, recent, at=_NOW)
        signals = corridor.read(now)
        found.append((corridor.advance(profile, now, signals)[0], signals))
    return found


def _hit(number: int, event: int, *, at: float) -> Hit:
    url = f"https://shop.example/category-{(number + event) % 9}/product-{number}-{event % 11}"
    referrer = b"https://www.google.com/search?q=lens" if event % 6 == 0 else b"https://shop.example/"
    happened = (Event(f"Event {event % 5}", at),) if event % 4 == 3 else ()
    return Hit(at=at, url=url, headers=((b"user-agent", _AGENT), (b"referer", referrer)), events=happened)


def _slot(number: int, segments: int) -> str:
    entries = "".join(
        f"      - {{to: segment-{(number + entry) % segments}, name: block-{number}-{entry}, text: Some}}\n"
        for entry in range(3)
    )
    return f"  slot-{number}:\n    show:\n{entries}      - {{name: block-{number}, text: Everyone}}\n"


def _classified(ruleset: Ruleset, visitor: tuple[Profile, Signals]) -> None:
    classify(ruleset, visitor[0], visitor[1], _NOW)


def _decided(ruleset: Ruleset, visitor: tuple[Profile, Signals]) -> None:
    page = decide(ruleset, visitor[0], visitor[1], _NOW, render=lambda _: "Some")
    for slot in ruleset.slots:
        page[slot]


def _unread(profile: Profile) -> Profile:
    """The same as it comes from the store: of its recent events nothing that waits to be asked for was read yet."""
    return structs.replace(profile, recents=Recents(*structs.astuple(profile.recents)))


def _least(seen: list[tuple[Profile, Signals]], act: Callable[[tuple[Profile, Signals]], object]) -> float:
    """Microseconds of CPU of one call, the least of the rounds; visitors take turns."""
    rounds = []
    for _ in range(_ROUNDS):
        times = [(_unread(profile), signals) for profile, signals in islice(cycle(seen), _TIMES)]
        gc.collect()
        gc.disable()
        began = time.process_time()
        for one in times:
            act(one)
        rounds.append((time.process_time() - began) / _TIMES * 1e6)
        gc.enable()
    return min(rounds)


if __name__ == "__main__":
    main()
