"""Laws of the evaluator: closures and explanation agree, unknown is handed on as Kleene says, nothing is raised."""

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from floorwalker.core.conditions.matchers import AnyOf, Dates, Exists, Flag, Near, PathIs, Range, Text, TimeOfDay, Words
from floorwalker.core.conditions.model import (
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    Course,
    Field,
    InSegment,
    Not,
    Window,
)
from floorwalker.core.conditions.model import Test as Asked
from floorwalker.core.deciding.classify import classify, explain_segment, segments_at
from floorwalker.core.evaluation.counting import all_hold, any_holds, both, count_holds, denied, holds_between
from floorwalker.core.evaluation.evaluate import Moment, explain, holds
from floorwalker.core.memory.asked.history import Tally
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Points, Ruleset, Segment
from floorwalker.core.signals import Signals
from tests.core.evaluation.courses import COURSES
from tests.core.visitors import AT, moment_of, profile_of, signals_of

TRUTH = (True, False, None)


def is_empty(asked: Range) -> bool:
    if asked.low is None or asked.high is None:
        return False
    return asked.low > asked.high or (asked.low == asked.high and (asked.low_open or asked.high_open))


def one_of(*values: str) -> AnyOf:
    return AnyOf(frozenset(values))


def known(answer: bool | None) -> Condition:
    """A condition that holds, does not, or is unknown, whoever is asked without memory."""
    match answer:
        case True:
            return All(())
        case False:
            return AnyCondition(())
        case _:
            return Asked("new_visitor", (Field("is", Flag(True)),))


@pytest.mark.parametrize(("one", "other"), list(product(TRUTH, TRUTH)))
def test_all_any_and_not_follow_kleene(one: bool | None, other: bool | None) -> None:
    moment = moment_of()
    parts = (known(one), known(other))
    conjunction = False if False in (one, other) else None if None in (one, other) else True
    disjunction = True if True in (one, other) else None if None in (one, other) else False
    assert holds(All(parts), moment) is both(one, other) is all_hold([one, other]) is conjunction
    assert holds(AnyCondition(parts), moment) is any_holds([one, other]) is disjunction
    assert holds(Not(parts), moment) is denied(disjunction)
    assert holds(Not((known(one),)), moment) is (None if one is None else not one)


@given(
    st.builds(Range, *[st.one_of(st.none(), st.integers(0, 9))] * 2, st.booleans(), st.booleans()),
    st.integers(0, 9),
    st.booleans(),
)
def test_a_lower_bound_answers_only_what_every_larger_count_would_answer(asked: Range, count: int, whole: bool) -> None:
    assume(any(map(asked.holds, range(30))))  # what no count can meet, the loader refuses
    answers = {asked.holds(more) for more in (range(count, 30) if not whole else [count])}
    expected = answers.pop() if len(answers) == 1 else None
    assert count_holds(asked, Tally(count, whole, None, 0.0)) is expected


@given(st.builds(Range, *[st.one_of(st.none(), st.integers(0, 9))] * 2, st.booleans(), st.booleans()), st.data())
def test_an_interval_answers_only_what_all_in_it_answer(asked: Range, data: Any) -> None:
    least = data.draw(st.integers(0, 9))
    most = data.draw(st.integers(least, 12))
    answers = {asked.holds(least + step / 4) for step in range((most - least) * 4 + 1)}
    found = holds_between(asked, least, most)
    assert found in answers if found is not None else True
    assert found is None or len(answers) == 1


FIELDS = st.sampled_from(
    [
        Asked("device", (Field("type", one_of("mobile", "tablet")),)),
        Asked("device", (Field("type", one_of("desktop")), Field("brand", Exists(True)))),
        Asked("referrer", (Field("medium", one_of("search")),)),
        Asked("referrer", (Field("medium", one_of("search")),), touch="first"),
        Asked("campaign", (Field("name", AnyOf(frozenset(), ("spring-*",))),), touch="last"),
        Asked("searched", (Field("words", Words(("cheap", "second hand"))),)),
        Asked("searched", (Field("words", Exists(False)),)),
        Asked("landing_page", (Field("is", PathIs(("/a/**",))),)),
        Asked("page", (Field("path", PathIs(("/a/**", "/b"))), Field("tag", one_of("x")))),
        Asked("query", (Field("is", Range(low=2), "q"),)),
        Asked("language", (Field("is", one_of("de")),)),
        Asked("country", (Field("is", one_of("de")),)),
        Asked("near", (Field("is", Near(((52.5, 13.4),), 50)),)),
        Asked("time", (Field("is", TimeOfDay(1080, 60)),)),
        Asked("time", (Field("is", TimeOfDay(0, 720, frozenset({5}), "site")),)),
        Asked("date", (Field("is", Dates("2026-11-28T00:00", "2026-11-29T00:00")),)),
        Asked("new_visitor", (Field("is", Flag(True)),)),
        Asked("away", (Field("is", Range(low=86400)),)),
        Asked("trait", (Field("is", one_of("yes"), "newsletter"),)),
        Asked("identified", (Field("is", Flag(False)),)),
        Asked("cart", (Field("value", Range(low=50)), Field("idle", Range(low=3600)))),
        Asked("cart", (Field("contains", Exists(False)),)),
        Asked("interest", (Field("share", Range(low=0.4), "wild*"),)),
        Asked("dominant_interest", (Field("topic", one_of("wildlife")),)),
        Asked("preferred_price_tier", (Field("is", one_of("low")),)),
        Asked("average_order", (Field("is", Range(high=100)),)),
        Asked("consent", (Field("is", one_of("marketing")),)),
        Asked("agent_note", (Field("is", Text("contains", ("trade-in",))),)),
        Asked("responds_to", (Field("rate", Range(high=0.5), "email"),)),
        Asked("nothing_known", (Field("is", Exists(True)),)),
    ]
)
WINDOWS = st.sampled_from([Window(), Window("seconds", 600), Window("visit"), Window("today"), Window("week")])
RANGES = st.sampled_from([None, Range(low=2), Range(high=0), Range(1, 1), Range(low=0.4, high=0.9)])
BEHAVIOURS = st.one_of(
    st.builds(
        Behaviour,
        st.just("viewed"),
        st.sampled_from([(), (Field("category", one_of("clearance")),), (Field("price", Range(low=10)),)]),
        WINDOWS,
        RANGES,
        RANGES,
        st.none(),
        RANGES,
    ),
    st.builds(
        Behaviour,
        st.just("did"),
        st.sampled_from([(Field("event", one_of("order completed")),), (Field("where", Range(low=3), "revenue"),)]),
        WINDOWS,
        RANGES,
        st.none(),
        st.sampled_from([None, Field("sum", Range(low=4), "revenue")]),
    ),
    st.builds(Behaviour, st.sampled_from(["visits", "orders", "bought"]), st.just(()), WINDOWS, RANGES),
    st.builds(
        Behaviour,
        st.just("spent"),
        st.just(()),
        WINDOWS,
        total=st.builds(Field, st.just("amount"), RANGES.filter(bool), st.sampled_from(["", "USD"])),
    ),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        FIELDS,
        BEHAVIOURS,
        st.builds(Course, COURSES),
        st.builds(InSegment, st.lists(st.sampled_from("abcd"), min_size=1, max_size=2).map(tuple)),
        st.builds(Chance, st.floats(0, 1), st.sampled_from("xy")),
    ),
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyCondition, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, st.lists(inner, min_size=1, max_size=2).map(tuple)),
    ),
    max_leaves=6,
)
SEGMENTS = st.one_of(
    st.builds(lambda when: Segment("", when=when), CONDITIONS),
    st.builds(
        lambda points, when: Segment("", when=when, score=Range(low=5), points=tuple(points)),
        st.lists(st.builds(Points, st.sampled_from([3.0, 5.0, -4.0]), CONDITIONS), max_size=3),
        st.one_of(st.none(), CONDITIONS),
    ),
)
SIGNALS = st.builds(
    signals_of,
    device=st.sampled_from([{}, {"type": "mobile"}, {"type": "desktop", "brand": "X"}]),
    referrer=st.sampled_from([{}, {"medium": "search", "source": "google"}, {"medium": "internal"}]),
    search=st.sampled_from([None, {"engine": "google", "keywords": "second hand"}]).map(
        lambda told: told or {"engine": "x"}
    ),
    page=st.sampled_from([{}, {"path": "/a/b", "tags": ["x"], "category": "clearance", "price": 12.0}]),
    query=st.sampled_from([{}, {"q": "3"}, {"q": "x"}]),
    languages=st.sampled_from([[], ["de-at", "en"]]),
    place=st.sampled_from([None, {"country": "DE", "latitude": 52.4, "longitude": 13.5}]),
    timezone=st.sampled_from([None, "Europe/Berlin", "Pacific/Auckland", "No/Such"]),
)
VIEW = st.fixed_dictionaries(
    {"ago": st.sampled_from([0, 60, 5000, 200_000]), "category": st.sampled_from(["clearance", "lenses", ""])}
)
HOLDINGS = st.fixed_dictionaries(
    {},
    optional={
        "cart": st.sampled_from([{}, {"items": [{"product": "p", "price": 60.0}], "more_pieces": 2, "idle": 9000}]),
        "interests": st.sampled_from([{}, {"session": {"wildlife": 2.0, "lenses": 1.0}, "dominant": "wildlife"}]),
        "orders": st.lists(
            st.sampled_from([{"ago": 60, "amount": 3.0}, {"ago": 5000, "amount": 0.5, "currency": "USD"}]), max_size=3
        ),
        "forgotten_orders": st.just([{"ago": 90_000, "amount": 2.0}]),
        "consent": st.just(["marketing"]),
        "notes": st.just(["asked about trade-in"]),
        "notes_left": st.booleans(),
        "contacts": st.just({"email": [4, 1]}),
        "traits_left": st.booleans(),
    },
)
ORDER = st.builds(
    lambda ago, revenue: {"ago": ago, "name": "Order Completed", "properties": {"revenue": revenue}},
    st.sampled_from([10, 3000, 300_000]),
    st.sampled_from([1, 4.5, "x"]),
)
PROFILES = st.one_of(
    st.none(),
    st.builds(
        lambda views, events, counted, kept, has: profile_of(
            views=views, events=events, counted=counted, **kept, **has
        ),
        st.lists(VIEW, max_size=5),
        st.lists(ORDER, max_size=3),
        st.lists(st.just({"ago": 400_000, "name": "Order Completed"}), max_size=1),
        st.fixed_dictionaries(
            {
                "seed": st.integers(0, 2**64 - 1),
                "visits": st.integers(1, 3),
                "away": st.sampled_from([None, 90_000]),
                "traits": st.sampled_from([{}, {"newsletter": True}]),
                "first": st.sampled_from([None, {"referrer": {"medium": "search"}}]),
                "touch": st.sampled_from([{}, {"campaign": {"name": "spring-ad"}}]),
            }
        ),
        HOLDINGS,
    ),
)
LAW = settings(max_examples=150, deadline=None)


@LAW
@given(CONDITIONS, st.lists(SEGMENTS, min_size=3, max_size=3), PROFILES, SIGNALS, st.booleans())
def test_what_is_explained_is_what_holds(
    condition: Condition, segments: list[Segment], profile: Profile | None, signals: Signals, remembered: bool
) -> None:
    ruleset = Ruleset(segments=dict(zip("abc", segments, strict=True)))

    def moment() -> Moment:
        return moment_of(ruleset, profile, signals, remembered=remembered)

    assert explain(condition, moment()).holds is holds(condition, moment())
    for name, segment in ruleset.segments.items():
        inside = moment()
        inside.members[name] = False  # as it is while the segment itself is asked
        assert explain_segment(segment, inside).holds is moment().member(name)


@LAW
@given(
    st.lists(SEGMENTS, min_size=1, max_size=12),
    PROFILES,
    SIGNALS,
    st.booleans(),
    st.dictionaries(st.sampled_from("abcdefxy"), st.booleans(), max_size=3),
    st.lists(st.sampled_from("abcdef"), max_size=2),
)
def test_who_is_in_what_is_what_each_segment_answers(
    asked: list[Segment],
    profile: Profile | None,
    signals: Signals,
    remembered: bool,
    members: dict[str, bool],
    earlier: list[str],
) -> None:
    ruleset = Ruleset(segments=dict(zip("abcdefghijkl", asked, strict=False)))

    def moment() -> Moment:
        made = moment_of(ruleset, profile, signals, remembered=remembered)
        made.members.update(members)
        return made

    expected, answers = one_by_one(moment())
    called = moment()
    if called.compiled.roll is not None:  # in a circle it matters where one begins
        for name in earlier:
            called.member(name)
    assert segments_at(called) == expected
    assert {name: called.member(name) for name in answers} == answers


def one_by_one(moment: Moment) -> tuple[set[str], dict[str, bool | None]]:
    """What all segments answer, each asked in its order."""
    members = moment.members
    for name, asks in moment.compiled.segments.items():
        if name not in members:
            members[name] = False
            members[name] = asks(moment)
    return {name for name, inside in members.items() if inside}, dict(members)


@LAW
@given(CONDITIONS, PROFILES, SIGNALS)
def test_a_second_question_gets_the_first_answer(
    condition: Condition, profile: Profile | None, signals: Signals
) -> None:
    moment = moment_of(Ruleset(), profile, signals)
    assert holds(condition, moment) is holds(condition, moment)


@LAW
@given(CONDITIONS, SIGNALS)
def test_whoever_may_not_be_remembered_is_as_one_of_whom_nothing_is(condition: Condition, signals: Signals) -> None:
    profile = profile_of(visits=5, views=[{"ago": 0, "category": "clearance"}])
    forbidden = moment_of(Ruleset(), profile, signals, remembered=False)
    assert holds(condition, forbidden) is holds(condition, moment_of(Ruleset(), None, signals))


@LAW
@given(CONDITIONS, PROFILES, SIGNALS)
def test_unknown_fits_nothing_under_not_either(condition: Condition, profile: Profile | None, signals: Signals) -> None:
    ruleset = Ruleset(segments={"it": Segment("it", when=condition), "not": Segment("not", when=Not((condition,)))})
    answer = holds(condition, moment_of(ruleset, profile, signals))
    assert classify(ruleset, profile, signals, AT) == {True: {"it"}, False: {"not"}, None: set()}[answer]


HOSTILE = st.text(st.characters(), max_size=30)


@LAW
@given(
    CONDITIONS,
    st.builds(
        lambda texts, numbers: Signals(
            at=AT,
            path=texts[0],
            address=texts[1],
            query={"q": texts[2]},
            languages=(texts[3], texts[4]),
            timezone=texts[5],
            attributes={"x": numbers},
        ),
        st.lists(HOSTILE, min_size=6, max_size=6),
        st.floats(),
    ),
)
def test_no_signals_make_it_fail(condition: Condition, signals: Signals) -> None:
    explain(condition, moment_of(Ruleset(), None, signals))
    holds(condition, moment_of(Ruleset(), None, signals))


def test_segments_that_ask_for_each_other_in_a_circle_come_to_an_end() -> None:
    ruleset = Ruleset(
        segments={
            "a": Segment("a", when=InSegment(("b",))),
            "b": Segment("b", when=AnyCondition((InSegment(("a",)), InSegment(("b",))))),
        }
    )
    assert classify(ruleset, None, signals_of(), AT) == frozenset()


def test_a_long_chain_of_segments_is_no_deep_recursion() -> None:
    names = [f"s{number}" for number in range(3000)]
    chain = {name: Segment(name, when=InSegment((before,))) for name, before in zip(names[1:], names, strict=False)}
    ruleset = Ruleset(segments=dict(reversed(({"s0": Segment("s0", when=All(()))} | chain).items())))
    assert len(classify(ruleset, None, signals_of(), AT)) == 3000


def test_drafts_and_segments_that_ask_nothing_hold_nobody() -> None:
    ruleset = Ruleset(
        segments={
            "draft": Segment("draft", when=All(()), draft=True),
            "empty": Segment("empty"),
            "asks": Segment("asks", when=InSegment(("draft", "missing"))),
        }
    )
    assert classify(ruleset, None, signals_of(), AT) == frozenset()


def test_points_add_up_to_a_score() -> None:
    mobile, german = FIELDS_BY_NAME["device"], FIELDS_BY_NAME["country"]
    points = (Points(30, mobile), Points(25, german), Points(40, known(None)))
    ruleset = Ruleset(segments={"keen": Segment("keen", score=Range(low=50), points=points)})
    told = signals_of(device={"type": "mobile"}, place={"country": "DE"})
    assert classify(ruleset, None, told, AT) == {"keen"}
    moment = moment_of(ruleset, None, signals_of(device={"type": "mobile"}))
    assert moment.member("keen") is None
    why = explain_segment(ruleset.segments["keen"], moment)
    assert (why.condition, why.observed, why.holds) == ("score: at_least 50", "30 to 70", None)
    assert segments_at(moment_of(ruleset, profile_of(visits=2), told)) == {"keen"}


FIELDS_BY_NAME = {
    "device": Asked("device", (Field("type", one_of("mobile")),)),
    "country": Asked("country", (Field("is", one_of("de")),)),
}


@given(st.integers(0, 2**64 - 1), st.floats(0, 1), st.floats(0, 1))
def test_raising_a_chance_keeps_those_who_are_in(seed: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    moment = moment_of(None, profile_of(seed=seed))
    if holds(Chance(low, "x"), moment):
        assert holds(Chance(high, "x"), moment)
