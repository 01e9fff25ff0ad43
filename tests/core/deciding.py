"""Run as a program: decides many pages and prints what came of it, in its order."""

import json
import sys
from random import Random

from floorwalker.core.advance import Corridor
from floorwalker.core.deciding.decide import decide, explain_all
from tests.core.evaluation.stories import profile_of_story, rules_of, ruleset_of, signals_at, story

WORDS = {"category": ["lenses", "bags", "c*"], "tag": ["new", "sale"], "path": ["/lenses/**", "/bags/*"]}
SEGMENTS = {
    **{f"s{number}": {"when": {"viewed": {name: values}}} for number, (name, values) in enumerate(WORDS.items())},
    "any": {"when": {"in": ["s2", "s0", "s1"]}},
    "keen": {"score": {"at_least": "2"}, "points": [{"points": "2", "when": {"visits": {"at_least": "2"}}}]},
    "likes": {"when": {"interest": {"topic": ["travel", "wildlife"], "at_least": "20 %"}}},
}
ENTRIES = [
    {"to": ["s1", "keen"], "block": "workshop", "score": "keen"},
    {"choose": "weighted", "show": [{"block": "spring"}, {"name": "x", "text": "X"}], "name": "lots"},
    {"when": {"chance": {"percent": "50 %", "of": "c"}}, "name": "y", "text": "Y", "score": "1"},
]
SLOTS = {"hero": {"choose": "best", "show": ENTRIES}, "ribbon": {"control": "30 %", "show": ENTRIES[1:]}}


def write(what: object) -> None:
    sys.stdout.write(f"{what}\n")


def main() -> None:
    ruleset = ruleset_of({**rules_of("Europe/Berlin", "monday", SEGMENTS), "slots": SLOTS})
    corridor = Corridor(ruleset)
    write(ruleset.version)
    for seed in range(40):
        told = story(Random(seed), 25)
        profile, signals = profile_of_story(corridor, told), signals_at(told["past"][-1], "Europe/Berlin")
        page = decide(ruleset, profile, signals, signals.at)
        write([*((one.slot, one.block, one.arm, one.entry) for one in page.values()), *sorted(page.segments)])
        write(json.dumps(explain_all(ruleset, profile, signals, signals.at)))


if __name__ == "__main__":
    main()
