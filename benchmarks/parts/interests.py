"""How well interests foretell: run as `python -m benchmarks.parts.interests [FILE] [--sessions N] [--json]`.

FILE: the e-shop's clicks (UCI dataset 553), a line each, with session, order and main category. Every session is one
visitor's only visit. Each click is one event of one topic, its main category, told to the functions that fold live page
views (`core/memory/affinity.py`), with the half-life of a visit (1.25 events). The population's shares are those of all
clicks in the file, smoothed as live ones are. After every click:

- next 5: of the clicks with five more after them and a label, how many have the label that is the most frequent
  category of those five; where several are, each of them counts as right. The same clicks are asked of every rule.
- changes: of the same clicks, how many would have another label after one more event at random, of a category by the
  population's shares; on average over all draws.
- after one: sessions whose first click alone makes a label.
- coverage: clicks with five more after them that have a label.

`h = 1.25` is the weights of a visit alone, with the lead of 0.8 that replaces a label. `h = 2, lead 0.5` is what was
planned. `as live` is the label that live visitors get: of the visit, from the fifth click on of the history.
`raw counts` says the most frequent category so far (of equals, one by lot), `last category` the click's own.
"""

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from floorwalker.core.memory.affinity import LEAD_TO_REPLACE, VIEW, VISIT_EVENTS, faded, standing_out, with_topics
from floorwalker.core.memory.kept.holdings import Interests
from floorwalker.core.priors import Priors, smoothed

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "eshop_clicks_apr-jun_2008.csv"
AHEAD = 5
INTERESTS, PLANNED, LIVE = "interests, h = 1.25", "h = 2, lead 0.5", "as live, h up to 16"
_SEED = 3


@dataclass(frozen=True)
class State:
    """What is known of a session so far, and its label, empty where there is none."""

    label: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    interests: Interests = field(default_factory=Interests)


Step = Callable[[State, str], State]


@dataclass(frozen=True)
class Figures:
    """Shares, 0 to 1."""

    next_five: float
    changes: float
    after_one: float
    coverage: float
    clicks: int


def main() -> int:
    """Prints the table."""
    options = _parser().parse_args()
    if not options.file.is_file():
        print(f"there is no {options.file}; name the file with the e-shop's clicks")
        return 2
    figures = measure(read_sessions(options.file, most=options.sessions))
    if options.json:
        print(json.dumps({name: vars(one) for name, one in figures.items()}, indent=2))
        return 0
    print(f"{'':22}{'next 5':>10}{'changes':>10}{'after one':>11}{'coverage':>10}{'clicks':>10}")
    for name, one in figures.items():
        shares = f"{one.next_five:10.3f}{one.changes:10.3f}{one.after_one:11.1%}{one.coverage:10.3f}"
        print(f"{name:22}{shares}{one.clicks:10,}")
    return 0


def read_sessions(file: Path, *, most: int | None = None) -> list[list[str]]:
    """The categories of each session's clicks in their order; of the first sessions of the file."""
    sessions: dict[str, list[tuple[int, str]]] = defaultdict(list)
    with file.open(newline="", encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            sessions[row["session ID"]].append((int(row["order"]), row["page 1 (main category)"]))
    return [[category for _, category in sorted(clicks)] for clicks in islice(sessions.values(), most)]


def measure(sessions: Iterable[Sequence[str]], *, only: Collection[str] = ()) -> dict[str, Figures]:
    """The figures of our label, and of the two rules to beat; only: of these alone."""
    listed = list(sessions)
    priors = Priors("clicks", smoothed(Counter(category for clicks in listed for category in clicks)))
    rules = {
        INTERESTS: _interests(priors, half_life=VISIT_EVENTS, lead=LEAD_TO_REPLACE),
        PLANNED: _interests(priors, half_life=2, lead=0.5),
        LIVE: _live(priors),
        "raw counts": _raw_counts(Random(_SEED)),
        "last category": _last,
    }
    return {name: figures(listed, step, priors) for name, step in rules.items() if not only or name in only}


def figures(sessions: Iterable[Sequence[str]], step: Step, priors: Priors) -> Figures:
    """The figures of one rule."""
    whole = sum(priors.topics.values())
    asked = labelled = right = begun = at_once = 0
    changed = 0.0
    for clicks in sessions:
        state = State()
        for number, category in enumerate(clicks):
            state = step(state, category)
            if number == 0:
                begun, at_once = begun + 1, at_once + bool(state.label)
            ahead = clicks[number + 1 : number + 1 + AHEAD]
            if len(ahead) < AHEAD:
                continue
            asked += 1
            if state.label:
                labelled += 1
                right += state.label in _most_frequent(Counter(ahead))
                others = [share for topic, share in priors.topics.items() if step(state, topic).label != state.label]
                changed += sum(others) / whole
    return Figures(right / labelled, changed / labelled, at_once / begun, labelled / asked, asked)


def _interests(priors: Priors, *, half_life: float, lead: float) -> Step:
    kept = 2 ** (-1 / half_life)

    def step(state: State, category: str) -> State:
        weights = faded(state.weights, (category,), VIEW, kept=kept)
        counts = Counter(state.counts) + Counter([category])
        label = standing_out(weights, state.label, lambda topic: counts[topic] > 1, priors, lead=lead)
        return State(label, weights, counts)

    return step


def _live(priors: Priors) -> Step:
    def step(state: State, category: str) -> State:
        interests = with_topics(state.interests, (category,), VIEW, visit=1, priors=priors)
        return State(interests.dominant, interests=interests)

    return step


def _raw_counts(dice: Random) -> Step:
    def step(state: State, category: str) -> State:
        counts = Counter(state.counts) + Counter([category])
        return State(dice.choice(_most_frequent(counts)), counts=counts)

    return step


def _last(_: State, category: str) -> State:
    return State(category)


def _most_frequent(counts: Mapping[str, int]) -> list[str]:
    most = max(counts.values())
    return [category for category, count in counts.items() if count == most]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.interests", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", nargs="?", type=Path, default=DATA, help="the clicks (default: %(default)s)")
    parser.add_argument("--sessions", type=int, help="only so many, from the beginning of the file")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
