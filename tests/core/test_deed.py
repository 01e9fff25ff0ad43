"""Deeds: a step that was kept does what the step itself did."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwalker.core.advance import Corridor
from floorwalker.core.conditions.matchers import AnyOf
from floorwalker.core.conditions.model import Field
from floorwalker.core.conditions.model import Test as Asks
from floorwalker.core.deed import Deed, Unless, decode_deed, encode_deed
from floorwalker.core.effects import NOTHING
from floorwalker.core.events import Event
from floorwalker.core.happening import identified_of
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Goal, PageRule, Ruleset, Segment
from floorwalker.core.steps import DeedStep, concluded, deed_of
from floorwalker.errors import RecordTooNew

AT = 1_790_000_000.0
HEADERS = (
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"referer", b"https://www.google.com/search?q=cheap+tripod"),
    (b"cookie", b"ab=1; session=s3cret"),
    (b"x-secret", b"s3cret"),
    (b"x-theme", b"dark"),
)


def asks(kind: str, key: str) -> Asks:
    return Asks(kind, (Field("is", AnyOf(frozenset({"1", "dark"})), key),))


PLAIN = Ruleset(pages=(PageRule("/{category}", type="category"),))
WITH_GOALS = replace(
    PLAIN,
    segments={"dark": Segment("dark", asks("header", "x-theme"))},
    goals={"g": Goal("g", asks("cookie", "ab"))},
)


def corridor(ruleset: Ruleset = PLAIN) -> Corridor:
    return Corridor(ruleset)


def hit(kind: HitKind = HitKind.VIEW, *events: Event, at: float = AT) -> Hit:
    url = "https://shop.example/tripods?token=s3cret&utm_campaign=spring"
    return Hit(at=at, url=url, kind=kind, headers=HEADERS, address="203.0.113.9", events=events)


SHOWN = (Showing("hero", "tripods", "treatment"),)
KINDS = st.sampled_from([HitKind.VIEW, HitKind.ERROR, HitKind.REDIRECT, HitKind.EVENTS])
EVENTS = st.lists(st.builds(Event, st.sampled_from(["Product Added", "Signed Up"]), st.just(AT)), max_size=3)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(KINDS, EVENTS, st.booleans(), st.integers(0, 4000)), min_size=1, max_size=6))
def test_what_was_kept_does_what_the_step_did(days: list[tuple[HitKind, list[Event], bool, int]]) -> None:
    """The live step, the same made anew in this process, and the one that comes out of bytes."""
    one = corridor()
    live: Profile | None = None
    again: Profile | None = None
    at = AT
    for kind, events, shows, pause in days:
        at += pause
        seen = hit(kind, *[replace(event, at=at) for event in events], at=at)
        signals, shown = one.read(seen), SHOWN if shows else ()
        advanced = one.advance(live or Profile(seed=deed_of(seen, signals, "v").seed), seen, signals)
        live_after = concluded(one, live, advanced, shown, at, lambda: ("a", "b"))
        step = DeedStep(one, lambda: deed_of(seen, signals, "v", shown, lambda: ("a", "b")), live, live_after)  # noqa: B023
        assert step(live) == live_after
        assert one.redo(decode_deed(step.raw()), again) == live_after
        live, again = step(live)[0], one.redo(decode_deed(step.raw()), again)[0]


def test_nothing_of_the_request_is_kept_that_no_rule_can_ask() -> None:
    signals = corridor().read(hit())
    raw = encode_deed(deed_of(hit(), signals, "v"), PLAIN)
    for secret in (b"s3cret", b"203.0.113.9", b"token", b"Mozilla"):
        assert secret not in raw
    assert b"cheap tripod" in raw


def test_what_a_goal_may_ask_is_kept() -> None:
    signals = corridor(WITH_GOALS).read(hit())
    kept = decode_deed(encode_deed(deed_of(hit(), signals, "v"), WITH_GOALS)).signals
    assert kept is not None
    assert (kept.headers, kept.cookies) == ({"x-theme": "dark"}, {"ab": "1"})


@pytest.mark.parametrize(
    ("unless", "profile", "changes"),
    [
        (Unless.NOBODYS, Profile(seed=1, user="ada"), True),
        (Unless.KNOWN, Profile(seed=1, user="ada"), False),
        (Unless.KNOWN, Profile(seed=1), True),
        (Unless.KNOWN, None, True),
        (Unless.JUST_SEEN, None, True),
        (Unless.JUST_SEEN, Profile(seed=1), True),
    ],
)
def test_a_deed_changes_nothing_in_whose_profile_it_must_not(
    unless: Unless, profile: Profile | None, changes: bool
) -> None:
    signals = corridor().read(hit())
    after, effects = corridor().redo(deed_of(hit(), signals, "v", unless=unless), profile)
    assert (after != profile, effects != NOTHING) == (changes, changes)


@pytest.mark.parametrize(("later", "counts"), [(0, False), (29, False), (31, True)])
def test_a_page_that_a_cache_may_have_sent_counts_unless_it_was_just_seen(later: int, counts: bool) -> None:
    one = corridor()
    before, _ = one.advance(None, hit())
    told = hit(at=AT + later)
    after, _ = one.redo(deed_of(told, one.read(told), "v", unless=Unless.JUST_SEEN), before)
    assert (after != before) is counts


def test_a_stranger_tells_no_traits_of_somebody_known() -> None:
    event = identified_of("", {"city": "Köln"}, at=AT)
    deed = Deed(at=AT, judged_at=AT, events=(event,), by_stranger=True)
    assert corridor().redo(deed, None)[0].traits == {"city": "Köln"}
    assert corridor().redo(deed, Profile(seed=1, user="ada"))[0].traits == {}


def test_a_newer_releases_deed_is_told_apart() -> None:
    raw = encode_deed(Deed(at=AT, judged_at=AT), PLAIN)
    with pytest.raises(RecordTooNew):
        decode_deed(bytes((raw[0] + 1,)) + raw[1:])
