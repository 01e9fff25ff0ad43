"""The roll of a Ruleset: in which segments somebody is, found without asking those in which they are not.

Every segment has its usual answer (`usual`), and is asked only where one of its cues is seen. What that takes depends
on what a visitor did, not on how many segments there are: a thousand mixed segments, 1,707 µs
one by one for a newcomer, take 37; of somebody with a hundred recent events 2,173 and 189, in the same busy run.
"""

from bisect import insort
from collections.abc import Mapping
from functools import partial
from typing import assert_never

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Behaviour, Field, Test
from floorwalker.core.evaluation.compiling import Compiler
from floorwalker.core.evaluation.counting import ONCE, asks_only_count, tally_of
from floorwalker.core.evaluation.known_words import word
from floorwalker.core.evaluation.moment import Asked, Moment
from floorwalker.core.evaluation.readings import reading
from floorwalker.core.evaluation.tables import Found, Look, Ranges, Steps, Told, look_asked, look_counted, look_lots
from floorwalker.core.evaluation.traces import Traces
from floorwalker.core.evaluation.usual import (
    Counted,
    Cue,
    Happened,
    Lot,
    Member,
    Otherwise,
    Said,
    Usual,
    usual_segment,
)
from floorwalker.core.ruleset import Segment


class Roll:
    """segments: in their order, each after those that it asks for; asked: the same, compiled."""

    def __init__(self, segments: Mapping[str, Segment], asked: Mapping[str, Asked], compiler: Compiler) -> None:
        self._names = tuple(segments)
        self._asked = tuple([asked[name] for name in segments])
        self._usual: dict[str, bool | None] = {}
        usuals: list[Usual] = []
        for name, segment in segments.items():
            usuals.append(usual_segment(segment, self._usual))
            self._usual[name] = usuals[-1].answer
        awaited = {cue.name for usual in usuals for cue in usual.cues if isinstance(cue, Member)}
        cues = _Cues(compiler)
        for number, (name, usual) in enumerate(zip(segments, usuals, strict=True)):
            least = None if name in awaited else _least(segments[name])
            for cue in usual.cues:
                cues.add(cue, number, None if least is None else (least, name))
        self._waiting, self._looks = cues.waiting, cues.looks()
        self._usually_in = frozenset([name for name, answer in self._usual.items() if answer])

    def call(self, moment: Moment) -> frozenset[str]:
        """The segments that hold at a Moment. From here on it knows its members."""
        given, found = moment.members, Found()
        for look in self._looks:
            look(moment, found)
        moment.members = members = self._usual.copy()
        if found.unknown:
            members.update(dict.fromkeys(found.unknown))
            members.update(dict.fromkeys(found.denied, False))
        if found.held:
            members.update(dict.fromkeys(found.held, True))
        entered, left = [*found.held], list[str]()
        if given:
            members.update(given)
            entered = [name for name in found.held if given.get(name, True)]
            entered += [name for name, answer in given.items() if answer]
            left = self._left_by(given, found)
        if found:
            self._ask(moment, given, found, entered, left)
        return self._usually_in.union(entered).difference(left) if self._usually_in else frozenset(entered)

    def _left_by(self, given: Mapping[str, bool | None], found: Found) -> list[str]:
        """Those in which they are not because it is given; and whoever waits for what is given is found."""
        for name, answer in given.items():
            if answer is not self._usual.get(name):
                found.update(self._waiting.get(name, ()))
        return [name for name, answer in given.items() if not answer]

    def _ask(
        self, moment: Moment, given: Mapping[str, bool | None], found: Found, entered: list[str], left: list[str]
    ) -> None:
        """Asks those that were found, and those that wait for them; entered, left: the names are added."""
        members, usual, waiting = moment.members, self._usual, self._waiting
        asking = sorted(found)
        for number in asking:  # those that it leads to come later, and are put in their place
            name = self._names[number]
            if name in given:
                continue
            answer = members[name] = self._asked[number](moment)
            if answer is usual[name]:
                continue
            (entered if answer else left).append(name)
            for other in waiting.get(name, ()):
                if other not in found:
                    found.add(other)
                    insort(asking, other)


def _least(segment: Segment) -> float | None:
    """How often something must have happened, more than never, where a segment asks for nothing else."""
    behaviour = segment.when
    if segment.score is not None or not isinstance(behaviour, Behaviour) or not asks_only_count(behaviour):
        return None
    asked = behaviour.count or ONCE
    is_step = asked.low is not None and asked.low > 0 and not asked.low_open and asked.high is None
    return asked.low if is_step and len(behaviour.what) <= 1 else None


class _Cues:
    """All cues of a ruleset, by where they are looked up. waiting: segments by the names of those that they ask for."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self.waiting: dict[str, list[int]] = {}
        self._told: dict[int, Told] = {}
        self._traces = Traces(compiler.tally_number)
        self._counted: dict[int, _Counts] = {}
        self._lots: dict[str, list[tuple[float, int]]] = {}
        self._asked: dict[Asked, list[int]] = {}

    def add(self, cue: Cue, number: int, step: tuple[float, str] | None) -> None:
        """step: how often at least, and the segment's name, where a count alone tells its answer."""
        match cue:
            case Said(test, field):
                self._tell(test, field, number)
            case Happened() if step is not None:
                self._traces.add_step(cue, *step)
            case Happened():
                self._traces.add(cue, number)
            case Counted(behaviour):
                counts = self._counted.setdefault(self._compiler.tally_number(behaviour), _Counts(behaviour))
                counts.add(behaviour.count or ONCE, number, step)
            case Lot(chance):
                self._lots.setdefault(chance.of, []).append((chance.share, number))
            case Member(name):
                self.waiting.setdefault(name, []).append(number)
            case Otherwise(condition):
                self._asked.setdefault(self._compiler.compile(condition), []).append(number)
            case _:
                assert_never(cue)

    def looks(self) -> tuple[Look, ...]:
        """Where to look, each place once."""
        looks = [told.ready() for told in self._told.values()]
        looks += [
            look_counted(number, partial(tally_of, one.behaviour), one.ranges, one.steps, one.every)
            for number, one in self._counted.items()
        ]
        looks += [look_lots(of, lots) for of, lots in self._lots.items()]
        if self._traces:
            looks.append(self._traces.ready())
        if self._asked:
            looks.append(look_asked([(asked, False, numbers) for asked, numbers in self._asked.items()]))
        return tuple(looks)

    def _tell(self, test: Test, field: Field, number: int) -> None:
        compiler = self._compiler
        read = compiler.reading_number(test, field)
        told = self._told.get(read)
        if told is None:
            told = self._told[read] = Told(read, reading(test, field), word(test, field))
        told.add(field, compiler.field(test, field), number)


class _Counts:
    """All that ask for the count of one behaviour."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.ranges, self.steps = Ranges(), Steps()
        self.every: list[int] = []

    def add(self, asked: Range, number: int, step: tuple[float, str] | None) -> None:
        """step: as of `_Cues.add`."""
        if step is not None:
            self.steps.add(*step)
            return
        self.ranges.add(asked, number, nothing=0)
        self.every.append(number)
