"""Expectations tried out: a persona gets what a visitor with the same past gets on the site."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.verdicts import Verdict, judge, walk_of
from floorwalker.asgi.walk import Walk
from floorwalker.core.consent import EVERYTHING_PERMITTED
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.personas import Happening, Persona
from floorwalker.core.trying.rehearsal import rehearse
from floorwalker.html.weave import Outcome
from floorwalker.rulefile import load, read

AT = 1_795_000_000.0
RULES = """
site: {control: 100 %}
pages:
  - {path: /, type: home}
  - {path: "/{category}", type: category}
segments:
  tripod-seeker: {when: {searched: tripod}}
  returning: {when: {visits: {at_least: 2}}}
  both: {when: [{in: tripod-seeker}, {in: returning}]}
  staff: {when: {trait: {staff: yes}}}
  planned: {draft: yes, when: {device: desktop}}
blocks:
  welcome: {text: "Welcome", at_most: 2 ever}
slots:
  hero:
    pages: [home]
    control: 50 %
    show:
      - {to: both, name: tripods, html: "<b>Tripods for {{ visitor.searched }}</b>"}
      - {to: returning, block: welcome}
      - {to: tripod-seeker, hide: yes}
  note:
    show: [{name: where, text: "In {{ visitor.city }}"}, {name: split, text: B}]
    otherwise: {text: nothing, name: nothing}
personas:
  ada: {referrer: "https://www.google.com/search?q=tripod", history: [{ago: 2 days, viewed: /bags}]}
  new: {url: /, referrer: "https://www.google.com/search?q=tripod"}
  shelf: {url: /bags}
  robot: {user_agent: "Googlebot/2.1 (+http://www.google.com/bot.html)"}
  greeted: {history: [{ago: 2 days, viewed: /, saw: welcome, in: hero, times: 2}]}
  silent: {consent: no}
tests:
"""


def verdict(tmp_path: Path, test: str) -> Verdict:
    (tmp_path / "rules.yaml").write_text(f"{RULES}  - {test}\n")
    rulebook = Rulebook(load(tmp_path), {})
    return judge(rulebook, rulebook.ruleset.tests[0], now=AT)


@pytest.mark.parametrize(
    "test",
    [
        "{persona: ada, in: [both, returning], not_in: staff, slots: {hero: tripods, note: split}}",
        "{persona: ada, segments: [tripod-seeker, returning, both]}",
        "{persona: new, segments: tripod-seeker, slots: {hero: hide}}",
        "{persona: greeted, in: returning, slots: {hero: default, note: [nothing, split]}}",
        "{persona: shelf, url: /, slots: {hero: default}}",
        "{persona: robot, slots: {hero: default}}",
        "{persona: new, not_in: planned}",
    ],
)
def test_what_is_so_holds_and_control_groups_are_left_aside(tmp_path: Path, test: str) -> None:
    assert verdict(tmp_path, test).misses == ()


@pytest.mark.parametrize(
    ("test", "missed"),
    [
        ("{persona: new, in: returning}", ("segment", "returning", "in it", "not in it")),
        ("{persona: ada, not_in: returning}", ("segment", "returning", "not in it", "in it")),
        ("{persona: ada, segments: [tripod-seeker, both]}", ("segment", "returning", "not in it", "in it")),
        ("{persona: new, in: planned}", ("segment", "planned", "in it", "not in it")),
        ("{persona: new, slots: {hero: welcome}}", ("slot", "hero", "welcome", "hide")),
        (
            "{persona: ada, slots: {hero: [welcome, hide]}}",
            ("slot", "hero", "welcome or hide", "tripods, whose entry comes before that of welcome or hide"),
        ),
        (
            "{persona: shelf, slots: {hero: default}}",
            ("slot", "hero", "default", "nothing: it is not for /bags, a page of type category, but for home"),
        ),
        ("{persona: robot, slots: {note: split}}", ("slot", "note", "split", "default: robots see the page as it is")),
        ("{persona: silent, slots: {hero: welcome}}", ("slot", "hero", "welcome", "default")),
    ],
)
def test_what_is_not_so_says_what_it_is(tmp_path: Path, test: str, missed: tuple[str, ...]) -> None:
    (miss,) = verdict(tmp_path, test).misses
    assert (miss.kind, miss.name, miss.expected, miss.found) == missed


def test_a_missed_segment_tells_of_those_that_it_asks_for(tmp_path: Path) -> None:
    (miss,) = verdict(tmp_path, "{persona: new, in: both}").misses
    assert [(why.condition, why.holds) for why in miss.why] == [
        ("all", False),
        ("segment returning", False),
        ("segment tripod-seeker", True),
    ]


def test_a_missed_block_tells_of_its_own_entry_and_of_what_is_shown(tmp_path: Path) -> None:
    (miss,) = verdict(tmp_path, "{persona: new, slots: {hero: welcome}}").misses
    assert [why.condition for why in miss.why] == ["hero[2] welcome", "hero[3] hide", "segment returning"]


def test_a_block_that_uses_something_unknown_is_passed_over_as_on_the_site(tmp_path: Path) -> None:
    (miss,) = verdict(tmp_path, "{persona: new, slots: {note: where}}").misses
    assert miss.found == "split"
    assert any(part.condition == "rendered" for part in miss.why[0].of)


def test_another_time_takes_the_history_along(tmp_path: Path) -> None:
    assert verdict(tmp_path, "{persona: ada, at: 2020-01-01, in: returning}").holds


def _book() -> Rulebook:
    ruleset, problems = read({"rules.yaml": RULES.removesuffix("tests:\n").encode()})
    assert ruleset is not None, problems
    return Rulebook(ruleset, {})


BOOK = _book()
PAST = st.lists(
    st.tuples(st.integers(0, 30 * 86400), st.sampled_from(["/", "/bags", "/?utm_source=x&utm_campaign=y"])), max_size=8
)


@given(PAST)
def test_a_persona_is_decided_for_as_a_visitor_with_the_same_past_is(past: list[tuple[int, str]]) -> None:
    history = tuple(Happening(ago, url=url) for ago, url in past)
    rehearsed = walk_of(BOOK, rehearse(BOOK.corridor, Persona("ada", history=history), at=AT))
    base: Profile | None = None
    for ago, url in sorted(past, key=lambda one: -one[0]):
        base = lived(Hit(at=AT - ago, url=url), base, {})
    live = Walk(
        BOOK,
        Hit(at=AT, url="/"),
        base,
        visitor="persona:ada",
        degraded=False,
        permission=EVERYTHING_PERMITTED,
        compared=False,
    )
    assert live.profile == rehearsed.profile
    assert live.explain() == rehearsed.explain()


def test_a_block_seen_in_a_past_counts_as_one_seen_on_the_site() -> None:
    seen = Happening(86400, event="Slot Shown", properties={"slot": "hero", "block": "welcome"})
    persona = Persona("ada", history=(Happening(2 * 86400, url="/"), Happening(86400, url="/"), seen))
    base = lived(Hit(at=AT - 2 * 86400, url="/"), None, {})
    base = lived(Hit(at=AT - 86400, url="/"), base, {"hero": Outcome.CHANGED})
    assert rehearse(BOOK.corridor, persona, at=AT).base == base


def lived(hit: Hit, base: Profile | None, outcomes: dict[str, Outcome]) -> Profile:
    """The profile after a page of the site, by the very step that is stored."""
    walk = Walk(BOOK, hit, base, visitor="persona:ada", degraded=False, permission=EVERYTHING_PERMITTED, compared=False)
    for slot in outcomes:
        walk.decision(slot)
    step = walk.take(outcomes)
    assert step is not None
    return step(base)[0]
