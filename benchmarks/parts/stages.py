"""The stages of one page, each by itself: what goes into a stage is made before it is timed."""

import gc
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

from benchmarks.site.pages import SLOTS, Pages
from benchmarks.site.requests import AGENT
from benchmarks.site.visitors import histories
from floorwalker.asgi.rules.rulebook import load_rulebook
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import EVERYTHING_PERMITTED
from floorwalker.core.effects import Effects
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.html.markers import PageMemory
from floorwalker.html.rewriter import SlotRewriter
from floorwalker.html.weave import Outcome
from floorwalker.store.records.codec import decode_profile, encode_event, encode_profile

Thing = TypeVar("Thing")

ONCE = "shown at first"  # the stage that takes the place of "fold what was shown", the first time
_ROUNDS, _TIMES = 9, 200
_CONTENT = "<p>Something for you alone.</p>"
_OUTCOMES = dict.fromkeys(SLOTS, Outcome.CHANGED)


class Stages:
    """One page of the benchmark's app, seen by visitors with a history, in a visit that goes on.

    They were shown its blocks before, but for `shown at first`: then it is noted to what they were exposed.
    """

    def __init__(self, rules: Path, templates: Path, *, page: str) -> None:
        now = time.time()
        self._rulebook = load_rulebook(rules, templates, now=now)
        arrived = Hit(at=now - 60, url=f"http://shop.example{page}")
        advance = self._rulebook.corridor.advance
        self._strangers = [advance(profile, arrived)[0] for profile in histories(self._rulebook.ruleset, now)]
        pages = Pages()
        self._body = pages.static.get(page) or pages.rendered(marked=True)
        self._memory = PageMemory()
        headers = ((b"host", b"shop.example"), (b"accept", b"text/html"), (b"user-agent", AGENT))
        self._hit = Hit(at=now, url=f"http://shop.example{page}", headers=headers, address="127.0.0.1")
        self._histories = [self._taken(profile)[0] for profile in self._strangers]
        self._stored = [encode_profile(profile) for profile in self._histories]

    def measure(self) -> Mapping[str, float]:
        """Microseconds of each stage, by its name; the best of several rounds."""
        rounds = [self._round() for _ in range(_ROUNDS)]
        return {name: min(one[name] for one in rounds) for name in rounds[0]}

    def _round(self) -> dict[str, float]:
        walks, first = self._walks(self._histories), self._walks(self._strangers)
        found = {
            "decode": _each(decode_profile, islice(cycle(self._stored), _TIMES)),
            "read": _each(lambda walk: walk.signals, walks),
            "advance": _each(lambda walk: walk.profile, walks),
            "decide three slots, and render": _each(_render, walks),
        }
        found["rewrite"] = _each(lambda _: self._rewrite(), walks)
        found["fold what was shown"] = _each(lambda walk: walk.take(_OUTCOMES), walks)
        found["encode"] = _each(_encode, [self._taken(profile) for profile in self._histories])
        for walk in first:
            _render(walk)
        found[ONCE] = _each(lambda walk: walk.take(_OUTCOMES), first)
        return found

    def _walks(self, profiles: list[Profile]) -> list[Walk]:
        return [self._walk(profile) for profile in islice(cycle(profiles), _TIMES)]

    def _walk(self, profile: Profile) -> Walk:
        return Walk(
            self._rulebook, self._hit, profile, visitor="a visitor", degraded=False, permission=EVERYTHING_PERMITTED
        )

    def _taken(self, profile: Profile) -> tuple[Profile, Effects]:
        """What is stored of a page all of whose slots were changed."""
        walk = self._walk(profile)
        _render(walk)
        step = walk.take(_OUTCOMES)
        assert step is not None
        return step(profile)

    def _rewrite(self) -> None:
        rewriter = SlotRewriter(lambda _: _CONTENT, memory=self._memory)
        rewriter.feed(self._body)
        rewriter.close()


def _render(walk: Walk) -> None:
    for slot in SLOTS:
        walk.markup(slot)


def _encode(taken: tuple[Profile, Effects]) -> None:
    profile, effects = taken
    encode_profile(profile)
    for event in effects.events:
        encode_event(event)


def _each(stage: Callable[[Thing], object], things: Iterable[Thing]) -> float:
    """Microseconds of CPU that the stage takes, of one thing after the other."""
    listed = list(things)
    gc.collect()
    gc.disable()
    began = time.process_time()
    for thing in listed:
        stage(thing)
    took_s = time.process_time() - began
    gc.enable()
    return took_s / len(listed) * 1e6
