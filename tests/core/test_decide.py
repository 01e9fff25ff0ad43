"""What slots show: entries in order, limits, control groups, and the reasons given."""

from math import sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.calendar import Calendar
from floorwalker.core.deciding.decide import decide, explain_all, showing_of
from floorwalker.core.decision import Arm, Reason
from floorwalker.core.hashing import seed_of
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.proof import fold_shown
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Content, Ruleset, Site
from floorwalker.core.signals import Robot, Signals
from floorwalker.rulefile import read
from tests.core.visitors import AT, profile_of, signals_of, when

PHONE = signals_of(device={"type": "mobile"})
DESK = signals_of(device={"type": "desktop"})


def rules(text: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return ruleset


def shown(text: str, profile: Profile | None = None, signals: Signals = PHONE, slot: str = "hero", **more: Any) -> str:
    """The block that a slot shows, or `default`, or `control:` and the block that is kept back."""
    decision = decide(rules(text), profile, signals, int(signals.at), **more)[slot]
    if decision.arm is Arm.CONTROL:
        assert decision.content.kind == "default"
        assert decision.rendered is None
        return f"control: {decision.block}"
    return decision.block or decision.content.kind


TWO = """
segments:
  phones: {when: {device: mobile}}
  germans: {when: {country: DE}}
slots:
  hero:
    show:
      - {to: germans, name: german, text: Guten Tag}
      - {to: [phones, germans], name: phone, text: Hello}
      - {when: {device: desktop}, to: germans, name: both, text: Both}
    otherwise: {name: rest, text: Welcome}
"""


def test_the_first_entry_that_fits_is_shown() -> None:
    assert shown(TWO) == "phone"
    assert shown(TWO, signals=signals_of(device={"type": "mobile"}, place={"country": "DE"})) == "german"
    assert shown(TWO, signals=DESK) == "rest"
    reasons = [decide(rules(TWO), None, signals, AT)["hero"].reason for signals in (PHONE, DESK)]
    assert reasons == [Reason.ENTRY, Reason.OTHERWISE]


def test_a_decision_says_where_it_comes_from() -> None:
    decision = decide(rules(TWO), None, PHONE, AT)["hero"]
    assert (decision.entry, decision.arm, decision.changes_page) == ("hero[2]", Arm.TREATMENT, True)


def test_audience_and_conditions_must_both_hold() -> None:
    text = """
segments: {phones: {when: {device: mobile}}}
slots: {hero: {show: [{to: phones, when: {country: DE}, name: a, text: A}]}}
"""
    assert shown(text) == "default"
    assert shown(text, signals=signals_of(device={"type": "mobile"}, place={"country": "DE"})) == "a"


def test_a_slot_without_anything_to_show_keeps_the_page() -> None:
    decision = decide(rules("slots: {hero: {show: [{when: {device: tv}, name: a, text: A}]}}"), None, PHONE, AT)["hero"]
    assert (decision.reason, decision.block, decision.changes_page) == (Reason.OTHERWISE, "", False)


def test_priority_is_read_before_order() -> None:
    text = (
        "slots: {hero: {show: [{name: a, text: A}, {name: b, text: B, priority: 2}, {name: c, text: C, priority: 2}]}}"
    )
    decision = decide(rules(text), None, PHONE, AT)["hero"]
    assert (decision.block, decision.entry) == ("b", "hero[2]")


NESTED = """
slots:
  hero:
    show:
      - when: {device: [mobile, tablet]}
        until: 2026-11-30
        show:
          - {when: {device: tablet}, name: tablet, text: T}
          - {when: {country: DE}, name: german, text: G}
      - {name: last, text: L}
"""


def test_a_nested_show_that_has_nothing_is_passed_over() -> None:
    assert shown(NESTED) == "last"
    assert shown(NESTED, signals=signals_of(device={"type": "tablet"})) == "tablet"
    over = when("2026-12-01T00:00:00+00:00")
    assert shown(NESTED, signals=signals_of(over, device={"type": "tablet"})) == "last"
    decision = decide(rules(NESTED), None, signals_of(device={"type": "tablet"}), AT)["hero"]
    assert decision.entry == "hero[1][1]"


def test_drafts_are_passed_over() -> None:
    assert shown("slots: {hero: {show: [{name: a, text: A, draft: yes}, {name: b, text: B}]}}") == "b"


@pytest.mark.parametrize(
    ("at", "block"),
    [
        ("2026-11-26T23:59:59+01:00", "default"),
        ("2026-11-27T00:00:00+01:00", "sale"),
        ("2026-11-30T23:59:59+01:00", "sale"),
        ("2026-12-01T00:00:00+01:00", "default"),
    ],
)
def test_a_schedule_includes_its_last_day_in_the_sites_zone(at: str, block: str) -> None:
    text = """
site: {timezone: Europe/Berlin}
blocks: {sale: {text: Sale, from: 2026-11-27, until: 2026-11-30}}
slots: {hero: {show: [{block: sale}]}}
"""
    assert shown(text, signals=signals_of(when(at))) == block


CAPPED = """
blocks: {{offer: {{text: Offer{limits}}}}}
slots: {{hero: {{show: [{{block: offer}}, {{name: other, text: Other}}]}}}}
"""


@pytest.mark.parametrize(
    ("limits", "seen", "block"),
    [
        (", at_most: 3 per visit", {"times": 9, "in_visit": 2, "ago": 60}, "offer"),
        (", at_most: 3 per visit", {"times": 9, "in_visit": 3, "ago": 60}, "other"),
        (", at_most: 3 per visit", {"times": 9, "in_visit": 3, "visit": 0, "ago": 60}, "offer"),
        (", at_most: 2 per day", {"times": 2, "ago": 60}, "other"),
        (", at_most: 2 per day", {"times": 2, "ago": 90_000}, "offer"),
        (", at_most: 2 per week", {"times": 2, "ago": 90_000}, "other"),
        (", at_most: 2 per week", {"times": 2, "ago": 700_000}, "offer"),
        (", at_most: [1 per visit, 5 ever]", {"times": 5, "in_visit": 0, "ago": 9_000_000}, "other"),
        (", at_most: [1 per visit, 5 ever]", {"times": 4, "in_visit": 0, "ago": 9_000_000}, "offer"),
        (", rest: 1 day", {"times": 1, "ago": 80_000}, "other"),
        (", rest: 1 day", {"times": 1, "ago": 180_000}, "offer"),
        (", at_most: 2 per day", {"times": 2, "ago": 60, "control": True}, "other"),
        ("", {"times": 99, "ago": 1}, "offer"),
    ],
)
def test_caps_and_rests_belong_to_the_block(limits: str, seen: dict[str, Any], block: str) -> None:
    profile = profile_of(shown=[{"block": "offer", **seen}])
    assert shown(CAPPED.format(limits=limits), profile) == block


@pytest.mark.parametrize(
    "limits", [", at_most: 3 per visit", ", at_most: 5 ever", ", rest: 1 day", ", stop_after: click"]
)
def test_what_needs_memory_is_passed_over_without_it(limits: str) -> None:
    text = CAPPED.format(limits=limits)
    assert shown(text) == "other"
    assert shown(text, profile_of(), remembered=False) == "other"
    assert shown(text, profile_of()) == "offer"


def test_a_block_stops_after_its_click_or_its_goal_or_when_it_was_dismissed() -> None:
    text = """
blocks: {offer: {text: Offer, stop_after: [click, goal, dismiss]}}
goals: {order: {did: Order Completed}}
slots: {hero: {goal: order, show: [{block: offer}]}}
"""
    clicked = {"ago": 60, "name": "Slot Clicked", "properties": {"slot": "hero", "block": "offer"}}
    dismissed = {"ago": 60, "name": "Slot Dismissed", "properties": {"slot": "hero", "block": "offer"}}
    ordered = {"ago": 60, "name": "Order Completed"}
    other = {"ago": 60, "name": "Slot Dismissed", "properties": {"slot": "hero", "block": "another"}}
    found = [shown(text, profile_of(events=[event])) for event in (clicked, dismissed, ordered, other)]
    assert found == ["default", "default", "default", "offer"]


ONCE = """
blocks:
  a: {text: A, once_per_page: offers}
  b: {text: B, once_per_page: offers}
slots:
  first: {show: [{block: a}]}
  second: {show: [{block: b}, {name: c, text: C}]}
"""


def test_of_a_once_per_page_name_the_slot_that_is_read_first_takes_it() -> None:
    decisions = decide(rules(ONCE), None, PHONE, AT)
    assert [decisions[slot].block for slot in ("second", "first")] == ["b", ""]
    decisions = decide(rules(ONCE), None, PHONE, AT)
    assert [decisions[slot].block for slot in ("first", "second")] == ["a", "c"]


def test_a_control_group_takes_the_once_per_page_name_as_the_others_do() -> None:
    profile = profile_of()
    kept_back = rules("site: {control: 100 %}" + ONCE)
    assert [one.block for one in decide(kept_back, profile, PHONE, AT).values()] == ["a", "c"]


def test_a_slot_is_decided_when_it_is_read_and_stays_so() -> None:
    rendered: list[str] = []

    def render(content: Content) -> str:
        rendered.append(content.name)
        return content.source

    decisions = decide(rules(ONCE), None, PHONE, AT, render=render)
    assert (len(decisions), list(decisions), rendered, dict(decisions.decided)) == (2, ["first", "second"], [], {})
    assert decisions["first"] is decisions["first"]
    assert (decisions["first"].rendered, rendered, list(decisions.decided)) == ("A", ["a"], ["first"])
    with pytest.raises(KeyError):
        decisions["missing"]


def test_an_entry_that_cannot_be_rendered_is_passed_over() -> None:
    text = "slots: {hero: {show: [{name: a, text: A}, {name: b, hide: yes}, {name: c, text: C}]}}"
    decision = decide(rules(text), None, PHONE, AT, render=lambda content: None)["hero"]
    assert (decision.block, decision.content.kind, decision.rendered) == ("b", "hide", None)
    tree = explain_all(rules(text), None, PHONE, AT, render=lambda content: None)["slots"]["hero"]["why"]
    assert tree["of"][0]["of"][0]["observed"] == "something unknown about this visitor"


def test_otherwise_that_cannot_be_rendered_leaves_the_page() -> None:
    text = "slots: {hero: {show: [{when: {device: tv}, name: tv, text: T}], otherwise: {name: a, text: A}}}"
    assert shown(text, render=lambda content: None) == "default"
    assert shown(text) == "a"


def test_the_site_can_be_switched_off() -> None:
    decision = decide(rules("site: {personalize: no}" + TWO), None, PHONE, AT)["hero"]
    assert (decision.reason, decision.changes_page) == (Reason.OFF, False)


def test_robots_see_the_page_as_the_app_made_it() -> None:
    robot = signals_of(device={"type": "mobile"}, robot={"name": "Googlebot"})
    assert robot.robot == Robot("Googlebot")
    assert decide(rules(TWO), None, robot, AT)["hero"].reason is Reason.ROBOT


def test_excluded_segments_see_the_page_as_the_app_made_it() -> None:
    ruleset = rules("site: {exclude: phones}" + TWO)
    assert decide(ruleset, profile_of(), PHONE, AT)["hero"].reason is Reason.EXCLUDED
    assert decide(ruleset, profile_of(), DESK, AT)["hero"].reason is Reason.OTHERWISE


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ({"type": "home", "path": "/"}, Reason.ENTRY),
        ({"type": "article", "path": "/learn/birds"}, Reason.ENTRY),
        ({"type": "product", "path": "/lenses/20mm"}, Reason.OTHER_PAGE),
        ({}, Reason.OTHER_PAGE),
    ],
)
def test_a_slot_is_for_its_pages(page: dict[str, str], reason: Reason) -> None:
    text = """
pages: [{path: /, type: home}, {path: "/lenses/{product}", type: product}]
slots: {hero: {pages: [home, /learn/**], show: [{name: a, text: A}]}}
"""
    assert decide(rules(text), None, signals_of(page=page, path=page.get("path", "/x")), AT)["hero"].reason is reason


CONTROLLED = "slots: {hero: {control: 30 %, show: [{when: {device: mobile}, name: a, text: A}]}}"


def test_control_keeps_its_share_back_and_names_the_block() -> None:
    ruleset, visitors = rules(CONTROLLED), 4000
    arms = [decide(ruleset, profile_of(seed=seed_of(f"v{n}")), PHONE, AT)["hero"].arm for n in range(visitors)]
    kept_back = arms.count(Arm.CONTROL)
    assert abs(kept_back - 0.3 * visitors) < 4 * sqrt(visitors * 0.3 * 0.7)


def test_only_visitors_for_whom_an_entry_fitted_are_in_an_arm() -> None:
    text = CONTROLLED.replace("30 %", "100 %")
    assert shown(text, profile_of()) == "control: a"
    assert shown(text, profile_of(), DESK) == "default"
    decision = decide(rules(text), profile_of(), PHONE, AT)["hero"]
    assert (decision.reason, decision.entry, decision.changes_page) == (Reason.CONTROL, "hero[1]", False)


def test_the_sites_control_group_never_sees_anything_of_ours() -> None:
    assert shown("site: {control: 100 %}" + TWO, profile_of()) == "control: phone"
    assert shown("site: {control: 100 %}" + TWO, profile_of(), DESK) == "control: rest"


def test_control_groups_of_two_slots_are_independent() -> None:
    text = """
slots:
  a: {control: 50 %, show: [{name: x, text: X}]}
  b: {control: 50 %, show: [{name: y, text: Y}]}
"""
    ruleset, visitors = rules(text), 2000
    pages = [decide(ruleset, profile_of(seed=seed_of(f"v{n}")), PHONE, AT) for n in range(visitors)]
    both = sum(page["a"].arm is Arm.CONTROL and page["b"].arm is Arm.CONTROL for page in pages)
    assert abs(both - visitors / 4) < 4 * sqrt(visitors * 0.25 * 0.75)


def test_without_memory_a_slot_that_compares_has_nothing_to_show_and_others_do() -> None:
    assert shown(CONTROLLED) == "default"
    assert shown(CONTROLLED, profile_of(), remembered=False) == "default"
    assert shown("site: {control: 100 %}" + TWO) == "phone"
    tree = explain_all(rules(CONTROLLED), None, PHONE, AT)["slots"]["hero"]["why"]
    assert tree["of"][0] == {"condition": "control: 30 %", "observed": "needs consent", "holds": None, "of": []}


def test_explain_tells_every_segment_and_slot_and_why_earlier_entries_did_not_fit() -> None:
    told = explain_all(rules(TWO), None, PHONE, AT)
    assert told["segments"]["phones"] == {
        "about": "",
        "in": True,
        "why": {"condition": "device: mobile", "observed": "mobile", "holds": True, "of": []},
    }
    hero = told["slots"]["hero"]
    assert (hero["block"], hero["arm"], hero["reason"]) == ("phone", "treatment", "entry")
    assert hero["why"]["condition"] == "hero: entry"
    assert [(entry["condition"], entry["holds"]) for entry in hero["why"]["of"]] == [
        ("hero[1] german", False),
        ("hero[2] phone", True),
    ]
    assert hero["why"]["of"][0]["of"] == [{"condition": "to: germans", "observed": [], "holds": False, "of": []}]


def test_a_decision_explains_itself_and_is_equal_to_the_same_decision() -> None:
    one, other = (decide(rules(TWO), None, PHONE, AT)["hero"] for _ in range(2))
    assert one == other
    assert hash(one.because) == hash(other.because)
    assert [entry.holds for entry in one.why.of] == [False, True]
    assert decide(rules("site: {personalize: no}" + TWO), None, PHONE, AT)["hero"].why.of == ()


def test_explain_of_a_slot_is_that_of_the_page_it_was_decided_on() -> None:
    slots = explain_all(rules(ONCE), None, PHONE, AT)["slots"]
    assert [one["block"] for one in slots.values()] == ["a", "c"]
    assert slots["second"]["why"]["of"][0]["of"] == [
        {"condition": "once_per_page: offers", "observed": "taken", "holds": False, "of": []}
    ]


def test_explain_says_what_needs_consent() -> None:
    text = "slots: {hero: {show: [{when: {visits: {at_least: 3}}, name: a, text: A}]}}"
    entry = explain_all(rules(text), None, PHONE, AT)["slots"]["hero"]["why"]["of"][0]
    assert entry["holds"] is None
    assert entry["of"][0] == {
        "condition": "visits: {at_least: 3}",
        "observed": "needs consent",
        "holds": None,
        "of": [],
    }


def test_explain_never_shows_the_clients_address() -> None:
    text = "segments: {office: {when: {ip: 192.0.2.0/24}}}"
    assert "192.0.2.7" not in repr(explain_all(rules(text), None, signals_of(address="192.0.2.7"), AT)).replace(
        "192.0.2.0/24", ""
    )


def test_being_shown_is_an_event_with_slot_block_and_arm() -> None:
    decision = decide(rules(TWO), None, PHONE, AT)["hero"]
    _, effects = fold_shown(Profile(seed=1), [showing_of(decision, rules="abc")], at=AT, terms=Terms(Calendar(Site())))
    event = effects.events[0]
    assert (event.name, event.at) == ("Slot Shown", AT)
    assert event.properties == {"slot": "hero", "block": "phone", "arm": "treatment", "rules": "abc"}


def test_a_cap_holds_for_a_name_that_is_too_long_to_be_kept_whole() -> None:
    name = "spring/" * 20 + "offer.html"
    ruleset = rules(f"slots: {{hero: {{show: [{{block: {name}, at_most: 1 ever}}]}}}}")
    profile, decision = Profile(seed=1), decide(ruleset, Profile(seed=1), PHONE, AT)["hero"]
    assert decision.block == name
    profile, _ = fold_shown(profile, [showing_of(decision)], at=AT, terms=Terms(Calendar(Site())))
    assert decide(ruleset, profile, PHONE, AT)["hero"].block == ""


SOME = rules(
    """
segments:
  keen: {score: {at_least: 5}, points: [{points: 5, when: {viewed: {category: x}}}]}
blocks:
  a: {text: A, at_most: 1 per visit, once_per_page: n}
slots:
  one: {control: 20 %, show: [{to: keen, block: a}, {when: {chance: {percent: 40 %, of: c}}, name: b, text: B}]}
  two: {show: [{block: a}, {when: {not: {visits: {at_least: 2}}}, name: d, text: D}], otherwise: {name: e, text: E}}
"""
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.none(), st.integers(0, 2**64 - 1).map(lambda seed: profile_of(seed=seed, visits=1 + seed % 3))),
    st.booleans(),
    st.lists(st.sampled_from(["one", "two"]), min_size=1, max_size=4),
    st.sampled_from([signals_of(), signals_of(page={"category": "x"})]),
)
def test_every_decision_is_explained_by_the_entry_that_it_names(
    profile: Profile | None, remembered: bool, order: list[str], signals: Signals
) -> None:
    decisions = decide(SOME, profile, signals, AT, remembered=remembered)
    for slot in order:
        decision = decisions[slot]
        why = decision.why
        fitting = [one.condition for one in why.of if one.holds is True]
        if decision.block:
            assert fitting == [f"{decision.entry} {decision.block}"]
        else:
            assert fitting in ([], [f"{slot} otherwise default"])


def test_names_that_were_taken_before_stay_taken_when_a_page_is_decided_again() -> None:
    first = decide(rules(ONCE), None, PHONE, AT)
    assert first["first"].block == "a"
    again = decide(rules(ONCE), None, PHONE, AT, taken=first.taken)
    assert again["second"].block == "c"
