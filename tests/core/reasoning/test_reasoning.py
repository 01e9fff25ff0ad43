"""What follows from what, what never holds and what always does: each claim and each silence by name."""

import pytest

from floorwalker.core.conditions.model import All, AnyCondition, Condition, InSegment, Not, Window
from floorwalker.core.reasoning import Clash, Reasoning, contradicts, implies
from floorwalker.core.reasoning.intervals import Span, met, without
from floorwalker.core.reasoning.tallies import window_within
from floorwalker.core.reasoning.texts import globs_apart, path_within, paths_apart
from floorwalker.core.ruleset import Segment
from tests.core.reasoning.pool import conditions_in


def asked(*lines: str) -> list[Condition]:
    """The conditions that these lines ask."""
    ruleset = conditions_in("\n".join(lines))
    return [ruleset.segments[f"c{number}"].when or All(()) for number in range(len(lines))]


FOLLOWS = [
    ("country: DE", "country: [DE, AT]"),
    ("city: Vienna", 'city: "v*"'),
    ('city: "vie*a"', "city: {contains: ie}"),
    ("city: {exists: no}", "not: {city: Vienna}"),
    ("not: {country: [DE, AT]}", "not: {country: DE}"),
    ("device: {type: mobile, brand: Apple}", "device: [mobile, tablet]"),
    ("browser: {version: {less_than: 16}}", "browser: {version: {at_most: 16}}"),
    ("browser: {version: 16.2}", "browser: {version: 16}"),
    ("language: de-AT", "language: de"),
    ("ip: 192.0.2.7", "ip: 192.0.2.0/24"),
    ("near: {lat: 52.52, lon: 13.40, km: 5}", "near: {lat: 52.50, lon: 13.40, km: 25}"),
    ("time: {from: 00:30, until: 01:00, days: [saturday]}", "time: {from: 22:00, until: 02:00, days: [friday]}"),
    ("date: {from: 2026-05-01, until: 2026-05-31}", "date: {until: 2026-06-01}"),
    ("page: {path: /a/b/c}", "page: {path: /a/**}"),
    ("page: {path: /a/*/c}", "page: {path: '/**/c'}"),
    ("page: {price: {between: [100, 200]}}", "page: {price: {at_least: 100}}"),
    ("searched: cheap camera", "searched: [cheap, lens]"),
    ("pages_this_visit: {more_than: 2}", "pages_this_visit: {at_least: 3}"),
    ("visits: {at_most: 2}", "not: {visits: {at_least: 3}}"),
    ("not: {visits: {at_least: 3}}", "visits: {at_most: 2}"),
    ("viewed: {type: a, at_least: 3, within: 7 days}", "viewed: {type: a, at_least: 2, within: 30 days}"),
    ("viewed: {type: a, category: b}", "viewed: {type: a}"),
    ("viewed: {type: a, within: today}", "viewed: {type: a, within: this week}"),
    ("viewed: {type: a, within: this week}", "viewed: {type: a, within: 30 days}"),
    ("viewed: {type: a, ago: {at_most: 3 days}}", "viewed: {type: a}"),
    ("viewed: {type: a, share: 60 %}", "viewed: {type: a, share: 40 %}"),
    ("did: {event: Order, sum: {value: {at_least: 50}}}", "did: {event: Order, sum: {value: {at_least: 20}}}"),
    ("chance: {percent: 20 %, of: x}", "chance: {percent: 50 %, of: x}"),
    ("interest: {topic: wildlife, at_least: 40 %}", "interest: {topic: wildlife, at_least: 20 %}"),
    ("all: [{country: DE}, {any: [{device: tv}, {device: tablet}]}]", "device: [tv, tablet]"),
]
DOES_NOT_FOLLOW = [
    ("country: [DE, AT]", "country: DE"),
    ("viewed: {type: a}", "viewed: {type: a, within: 30 days}"),
    ("viewed: {type: a, at_least: 2}", "viewed: {type: b, at_least: 2}"),
    ("viewed: {category: lenses, at_least: 2}", "viewed: {category: {exists: yes}, at_least: 2}"),
    ("viewed: {type: a, within: this visit}", "viewed: {type: a, within: today}"),
    ("viewed: {type: a, within: this week}", "viewed: {type: a, within: this month}"),
    ("chance: {percent: 20 %, of: x}", "chance: {percent: 50 %, of: y}"),
    ("browser: {version: {at_most: 16}}", "browser: {version: {less_than: 16.4}}"),
    ("city: {matches: '^a'}", "city: {starts_with: a}"),
    ("page: {path: '/**/c'}", "page: {path: /a/*/c}"),
    ("device: mobile", "any: [{viewed: /a}, {not: {viewed: /a}}]"),
    ("first_touch: {referrer: {medium: search}}", "referrer: {medium: search}"),
    ("spent: {at_least: 100, within: 30 days}", "spent: {at_least: 100}"),
]


@pytest.mark.parametrize(("one", "other"), FOLLOWS)
def test_it_follows(one: str, other: str) -> None:
    a, b = asked(one, other)
    assert implies(a, b)
    assert implies(Not((b,)), Not((a,))) or "ago" in one or "viewed" in one


@pytest.mark.parametrize(("one", "other"), DOES_NOT_FOLLOW)
def test_it_does_not_follow(one: str, other: str) -> None:
    a, b = asked(one, other)
    assert not implies(a, b)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("country: DE", "country: FR"),
        ("trait: {plan: gold}", "trait: {plan: [silver, bronze]}"),
        ('city: "a*"', 'city: "b*"'),
        ("page: {path: /a/**}", "page: {path: /b}"),
        ("time: {from: 08:00, until: 12:00}", "time: {from: 18:00, until: 20:00}"),
        ("date: {until: 2026-05-31}", "date: {from: 2026-06-01}"),
        ("ip: 192.0.2.0/24", "ip: 198.51.100.0/24"),
        ("near: {lat: 52.5, lon: 13.4, km: 20}", "near: {lat: 48.1, lon: 11.6, km: 20}"),
        ("browser: {version: {less_than: 16}}", "browser: {version: {at_least: 16.4}}"),
        ("visits: {at_least: 5}", "visits: {at_most: 3}"),
        ("new_visitor: yes", "visits: {at_least: 2}"),
        ("new_visitor: no", "visits: {at_most: 1}"),
        ("new_visitor: yes", "away: {at_least: 1 day}"),
        ("viewed: {type: a, at_least: 3, within: 7 days}", "not: {viewed: {type: a, within: 30 days}}"),
        ("cart: {items: {exactly: 0}}", "cart: {items: {at_least: 1}}"),
    ],
)
def test_they_never_hold_together(one: str, other: str) -> None:
    a, b = asked(one, other)
    assert contradicts(All((a, b)))
    assert Reasoning().never(b, a) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("page: {tag: a}", "page: {tag: b}"),
        ("searched: a", "searched: b"),
        ("os: ios", "os: macos"),
        ("trait: {plan: yes}", "trait: {plan: true}"),
        ("language: {accepts: de}", "language: {accepts: fr}"),
        ("not: {viewed: /a}", "viewed: {path: /b}"),
        ("header: {x: a}", "cookie: {x: b}"),
    ],
)
def test_they_may_hold_together(one: str, other: str) -> None:
    a, b = asked(one, other)
    assert not contradicts(All((a, b)))


def test_it_is_said_what_does_not_fit_together() -> None:
    one, other = asked("country: DE", "country: FR")
    assert Reasoning().never(one, other) == Clash("country: DE", "country: FR")


def test_always_is_for_everybody_of_whom_it_is_known() -> None:
    mobile, none, seen = asked("device: mobile", "visits: {at_least: 0}", "viewed: /a")
    reasoning = Reasoning()
    assert reasoning.always(AnyCondition((mobile, Not((mobile,)))))
    assert reasoning.always(none)
    assert reasoning.always(AnyCondition((seen, Not((seen,)))))
    assert not reasoning.implies(mobile, [AnyCondition((seen, Not((seen,))))])
    assert not reasoning.always(mobile)


def test_segments_stand_for_what_they_ask_and_drafts_for_nobody() -> None:
    german, mobile = asked("country: DE", "device: mobile")
    segments = {
        "german": Segment("german", when=german),
        "both": Segment("both", when=All((InSegment(("german",)), mobile))),
        "draft": Segment("draft", when=german, draft=True),
        "round": Segment("round", when=Not((InSegment(("round",)),))),
    }
    assert implies(InSegment(("both",)), german, segments)
    assert contradicts(All((InSegment(("both",)), Not((mobile,)))), segments)
    assert contradicts(InSegment(("draft",)), segments)
    assert contradicts(InSegment(("nobody",)), segments)
    Reasoning(segments).never(InSegment(("round",)))


def test_a_condition_of_another_kind_follows_from_itself_alone() -> None:
    one, same, other = asked(
        "did_in_order: {steps: [{viewed: /a}, {viewed: /b}]}",
        'did_in_order: {steps: [{viewed: "/a"}, {viewed: /b}]}',
        "did_in_order: {steps: [{viewed: /b}, {viewed: /a}]}",
    )
    assert implies(one, same)
    assert not implies(one, other)
    assert contradicts(All((one, Not((same,)))))
    assert not contradicts(All((one, Not((other,)))))


def pigeons(count: int) -> list[Condition]:
    """Each of so many pigeons sits in one of fewer holes, no two in one: true of nobody, and long to find out."""
    sits = asked(*(f"attribute: {{p{p}h{h}: x}}" for p in range(count) for h in range(count - 1)))
    rows = [sits[p * (count - 1) : (p + 1) * (count - 1)] for p in range(count)]
    placed: list[Condition] = [AnyCondition(tuple(row)) for row in rows]
    return placed + [
        Not((All((rows[p][h], rows[q][h])),)) for h in range(count - 1) for p in range(count) for q in range(p)
    ]


def test_thinking_ends_without_a_claim() -> None:
    assert Reasoning().never(*pigeons(3)) is not None
    assert Reasoning().never(*pigeons(9)) is None
    mobile = asked("device: mobile")[0]
    assert Reasoning(most_in_all=0).never(mobile, Not((mobile,))) is None
    tired = Reasoning(most_in_all=3000)
    tired.never(*pigeons(9))
    tired.never(*pigeons(9))
    assert tired.never(mobile, Not((mobile,))) is None


def test_choices_within_choices_are_no_deep_recursion() -> None:
    lines = [f"attribute: {{a{number}: x}}" for number in range(400)]
    found = asked(*lines)
    deep = found[0]
    for one in found[1:]:
        deep = AnyCondition((All((one, deep)), Not((one,))))
    assert Reasoning().never(deep) is None


def test_numbers_are_left_where_some_are_taken_out() -> None:
    assert without([Span(0, 10)], Span(3, 5)) == [Span(0, 3, high_open=True), Span(5, 10, low_open=True)]
    assert without([Span(0, 10)], Span(3, 5), whole=True) == [Span(0, 2), Span(6, 10)]
    assert without([Span(0, 10)], Span(-5, 20)) == []
    assert met(Span(0, 5), Span(5, 9)) == Span(5, 5)
    assert met(Span(0, 5, high_open=True), Span(5, 9)).is_empty


@pytest.mark.parametrize(
    ("one", "other", "within", "apart"),
    [
        ("/a/b", "/a/**", True, False),
        ("/a", "/a/**", True, False),
        ("/a/**", "/a/*", False, False),
        ("/a/*/c", "/a/b/c", False, False),
        ("/a/b", "/a/c", False, True),
        ("/a/b/c", "/a/b", False, True),
        ("/**/x", "/**/y", False, True),
        ("/a/**", "/b/**", False, True),
        ("/lens-*", "/lens-*-kit", False, False),
        ("/lens-*-kit", "/lens-*", True, False),
        ("/a/**/b/**/c", "/**/c", True, False),
    ],
)
def test_paths_are_compared_segment_by_segment(one: str, other: str, within: bool, apart: bool) -> None:
    assert path_within(one, other) is within
    assert paths_apart(one, other) is apart is paths_apart(other, one)


def test_texts_that_say_the_same_of_a_flag_are_not_apart() -> None:
    assert not globs_apart("yes", "true")
    assert not globs_apart("t*", "y*")
    assert globs_apart("yes", "no")
    assert globs_apart("a*b", "c*")
    assert not globs_apart("a*", "*b")


@pytest.mark.parametrize(
    ("one", "other", "within"),
    [
        (Window("seconds", 60), Window("seconds", 90), True),
        (Window("seconds", 90), Window("seconds", 60), False),
        (Window("visit"), Window(), True),
        (Window(), Window("visit"), False),
        (Window("today"), Window("week"), True),
        (Window("today"), Window("seconds", 86400), False),
        (Window("today"), Window("seconds", 90000), True),
        (Window("week"), Window("month"), False),
        (Window("month"), Window("seconds", 32 * 86400), True),
        (Window("visit"), Window("today"), False),
    ],
)
def test_windows_lie_within_longer_ones(one: Window, other: Window, within: bool) -> None:
    assert window_within(one, other) is within
