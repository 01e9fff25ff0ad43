"""What one visitor's exposures, clicks and goals leave in the counters and in the stream."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import msgpack, structs

from floorwalker.core.advance import Corridor
from floorwalker.core.decision import Keeper
from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import (
    CONVERTED,
    EXPOSED,
    ORDER_CANCELLED,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    PAGE_VIEWED,
    PROMOTION_CLICKED,
    SLOT_CLICKED,
    SLOT_SHOWN,
    Event,
    Page,
)
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.kept.responses import Exposure, Responses, Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.facts import MOST_REVENUE, Fact, minor_units
from floorwalker.core.memory.proving.proof import MOST_SEGMENT_BYTES, MOST_SEGMENTS, merged, read_fact
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import read

START = 1_772_000_000
DAY = 86400
GOALS = """
goals:
  order: {did: Order Completed, value: revenue, within: 7 days}
  signup: {viewed: /welcome, within: 1 day}
slots: {hero: {show: [{name: a, text: A}]}}
"""


def corridor_of(text: str = GOALS) -> Corridor:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return Corridor(ruleset)


class Visitor:
    """Somebody to whom things happen; counts adds up all that is counted."""

    def __init__(self, text: str = GOALS) -> None:
        self.corridor, self.profile, self.effects = corridor_of(text), Profile(seed=1), Effects()

    def show(self, *shown: Showing, at: float = START, segments: Sequence[str] = ()) -> Effects:
        return self._took(self.corridor.show(self.profile, shown, at=at, segments=lambda: segments))

    def do(self, name: str, at: float = START + 60, **told: Any) -> Effects:
        return self._took(self.corridor.fold(self.profile, Event(name, at, told)))

    def view(self, path: str, at: float = START + 60) -> Effects:
        return self._took(self.corridor.fold(self.profile, Event(PAGE_VIEWED, at, page=Page(path=path))))

    def _took(self, taken: tuple[Profile, Effects]) -> Effects:
        self.profile, effects = taken
        self.effects = self.effects.then(effects)
        return effects

    def counts(self, unit: str, block: str = "") -> dict[str, int]:
        """fact, goal and currency → how many, of one unit and block; 0 left out."""
        found: dict[str, int] = {}
        for count in self.effects.counts:
            fact = read_fact(count.field)
            assert fact is not None
            if (fact.unit, fact.block) == (unit, block):
                name = " ".join(filter(None, (fact.name, fact.goal, fact.currency)))
                found[name] = found.get(name, 0) + count.by * fact.times
        return {name: count for name, count in found.items() if count}


A, B = Showing("hero", "a", "treatment"), Showing("hero", "b", "treatment")
A_HELD_BACK = Showing("hero", "a", "control", kept_by=(Keeper.SLOT,))


class TestFields:
    @pytest.mark.parametrize(
        ("field", "fact"),
        [
            ("\x1f\x1fcontrol\x1fshown", Fact("", "", "control", "shown")),
            ("hero\x1fa\x1ftreatment\x1fclicked", Fact("hero", "a", "treatment", "clicked")),
            ("hero\x1f\x1f\x1fmixed", Fact("hero", "", "", "mixed")),
            (
                "promotion:s\x1f\x1fcontrol\x1fconverted\x1forder",
                Fact("promotion:s", "", "control", "converted", "order"),
            ),
            ("h\x1f\x1fcontrol\x1frevenue\x1fo\x1fEUR", Fact("h", "", "control", "revenue", "o", "EUR")),
            ("h\x1f\x1fcontrol\x1fsquare\x1fo\x1fEUR", Fact("h", "", "control", "square", "o", "EUR")),
            ("h\x1f\x1fcontrol\x1fsquare-high\x1fo\x1fEUR", Fact("h", "", "control", "square", "o", "EUR", 1 << 32)),
        ],
    )
    def test_are_read_as_what_they_mean(self, field: str, fact: Fact) -> None:
        assert read_fact(field) == fact

    @pytest.mark.parametrize(
        "field", ["", "a\x1fb", "h\x1f\x1fcontrol\x1fconverted", "h\x1f\x1fc\x1frevenue\x1fg", "x"]
    )
    def test_that_are_none_of_ours_mean_nothing(self, field: str) -> None:
        assert read_fact(field) is None

    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [(12.99, "EUR", 1299), (129, "JPY", 129), (1.2345, "KWD", 1234), (-5, "EUR", 0), (float("inf"), "EUR", 0)],
    )
    def test_have_amounts_in_the_currencys_own_minor_units(self, amount: float, currency: str, minor: int) -> None:
        assert minor_units(amount, currency) == minor


class TestExposures:
    def test_count_once_and_are_told_once_with_the_segments_of_that_moment(self) -> None:
        visitor = Visitor()
        effects = visitor.show(A, segments=["new", "keen"])
        told = [event for event in effects.events if event.name == EXPOSED]
        assert [(one.properties["unit"], one.properties["block"], one.properties["arm"]) for one in told] == [
            ("", "", "treatment"),
            ("hero", "", "treatment"),
            ("hero", "a", "treatment"),
        ]
        assert {one.properties["segments"] for one in told} == {"keen,new"}
        assert {one.properties["day"] for one in told} == {"2026-02-25"}
        assert [event.name for event in visitor.show(A, at=START + DAY).events] == [SLOT_SHOWN]
        assert visitor.counts("hero") == visitor.counts("hero", "a") == visitor.counts("") == {"shown": 1}

    def test_work_segments_out_only_when_something_is_new(self) -> None:
        visitor = Visitor()
        visitor.show(A)

        def never() -> Sequence[str]:
            raise AssertionError("asked")

        visitor.corridor.show(visitor.profile, [A, A], at=START + 9, segments=never)
        with pytest.raises(AssertionError):
            visitor.corridor.show(visitor.profile, [B], at=START + 9, segments=never)

    def test_name_as_many_segments_as_there_is_room_for(self) -> None:
        few = Visitor().show(A, segments=[f"s{number:03}" for number in range(90)]).events[-1].properties["segments"]
        long = Visitor().show(A, segments=["x" * 50 + str(number) for number in range(30)]).events[-1]
        assert str(few).count(",") == MOST_SEGMENTS - 1
        assert MOST_SEGMENT_BYTES - 60 < len(str(long.properties["segments"])) <= MOST_SEGMENT_BYTES

    def test_in_both_arms_are_taken_back_and_never_come_again(self) -> None:
        visitor = Visitor()
        visitor.show(A)
        visitor.do(SLOT_CLICKED, slot="hero", block="a")
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=10)
        assert visitor.counts("hero")["converted order"] == 1
        visitor.show(A_HELD_BACK, at=START + DAY)
        visitor.show(A, B, at=START + 2 * DAY)
        visitor.do(ORDER_COMPLETED, START + 2 * DAY, order_id="2", revenue=10)
        assert (visitor.counts("hero"), visitor.counts("hero", "a"), visitor.counts("hero", "b")) == (
            {"mixed": 1},
            {},
            {},
        )
        assert visitor.profile.mixed == ("hero",)
        assert visitor.counts("")["converted order"] == 1
        mixed = [count for count in visitor.effects.counts if count.field.endswith("mixed")]
        assert mixed == [Count("2026-02-25", "hero\x1f\x1f\x1fmixed")]

    def test_without_room_are_in_no_figure(self) -> None:
        visitor = Visitor()
        shown = [Showing("hero", f"block-{number}", "treatment") for number in range(60)]
        visitor.show(*shown)
        visitor.do(SLOT_CLICKED, slot="hero", block="block-59")
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=10)
        assert visitor.profile.responses is not None
        kept = [one.block for one in visitor.profile.responses.exposures if one.block]
        assert 25 < len(kept) < 40
        for number in range(60):
            counts = visitor.counts("hero", f"block-{number}")
            assert bool(counts) is (f"block-{number}" in kept) is ("converted order" in counts)
        assert "clicked" not in visitor.counts("hero")
        assert len(msgpack.encode(visitor.profile.responses.exposures)) <= 1200

    def test_of_an_older_release_keep_their_arm(self) -> None:
        older = Exposure("hero", "a", "treatment", START)
        visitor = Visitor()
        visitor.profile = structs.replace(visitor.profile, responses=Responses(exposures=(older,)))
        visitor.show(A, at=START + DAY)
        assert not visitor.profile.mixed
        visitor.show(A_HELD_BACK, at=START + DAY)
        assert visitor.profile.mixed == ("hero",)

    def test_that_a_client_tells_are_in_the_arm_that_it_tells(self) -> None:
        visitor = Visitor()
        visitor.do(SLOT_SHOWN, slot="hero", block="a", arm="control", kept_by="site")
        assert (visitor.counts(""), visitor.counts("hero")) == ({"shown": 1}, {})
        assert visitor.effects.counts == (Count("2026-02-25", "\x1f\x1fcontrol\x1fshown"),)


class TestClicks:
    def test_count_in_block_slot_promotion_and_site(self) -> None:
        visitor = Visitor()
        visitor.show(Showing("hero", "a", "treatment", promotion="sale"))
        visitor.do(PROMOTION_CLICKED, promotion_id="a", position="hero")
        for unit, block in (
            ("", ""),
            ("hero", ""),
            ("hero", "a"),
            ("promotion:sale", ""),
            ("hero promotion:sale", "a"),
        ):
            assert visitor.counts(unit, block)["clicked"] == 1

    def test_without_a_slot_count_where_the_block_was(self) -> None:
        visitor = Visitor()
        visitor.show(A, Showing("side", "b", "treatment"))
        visitor.do(SLOT_CLICKED, block="b")
        assert "clicked" not in visitor.counts("hero")
        assert visitor.counts("side", "b") == {"shown": 1, "clicked": 1}

    @pytest.mark.parametrize("name", ["Email Link Clicked", "Slot Dismissed"])
    def test_are_none_in_an_email_or_where_it_was_closed(self, name: str) -> None:
        visitor = Visitor()
        visitor.show(A)
        effects = visitor.do(name, slot="hero", block="a")
        assert [count for count in effects.counts if not count.field.startswith("channel:")] == []


class TestGoals:
    def test_count_once_and_their_revenue_adds_up_with_its_square(self) -> None:
        visitor = Visitor()
        visitor.show(A)
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=12.5)
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=12.5)
        visitor.do(ORDER_COMPLETED, order_id="2", revenue="100")
        visitor.do(ORDER_COMPLETED, order_id="3", revenue=9, currency="usd")
        assert visitor.counts("hero", "a") == {
            "shown": 1,
            "converted order": 1,
            "revenue order EUR": 11250,
            "square order EUR": 11250**2,
            "revenue order USD": 900,
            "square order USD": 900**2,
        }

    def test_are_told_to_the_stream_with_what_changed(self) -> None:
        visitor = Visitor()
        visitor.show(A)
        first = [one for one in visitor.do(ORDER_COMPLETED, order_id="1", revenue=12.5).events if one.name == CONVERTED]
        assert first[-1].properties == {
            "unit": "hero",
            "block": "a",
            "arm": "treatment",
            "goal": "order",
            "day": "2026-02-25",
            "first": True,
            "currency": "EUR",
            "value": 1250,
        }
        off = [one for one in visitor.do(ORDER_CANCELLED, order_id="1").events if one.name == CONVERTED]
        assert len(first) == len(off) == 3
        assert (off[0].properties["first"], off[0].properties["undone"], off[0].properties["value"]) == (
            False,
            True,
            -1250,
        )

    def test_count_within_their_window_from_the_first_exposure_on(self) -> None:
        visitor = Visitor()
        visitor.show(A)
        visitor.show(A, B, at=START + 6 * DAY)
        visitor.do(ORDER_COMPLETED, START + 8 * DAY, order_id="1", revenue=1)
        assert "converted order" not in visitor.counts("hero", "a")
        assert "converted order" in visitor.counts("hero", "b")

    def test_count_nothing_that_was_done_before_and_told_later(self) -> None:
        visitor = Visitor()
        visitor.view("/")
        visitor.show(A, at=START + 100)
        assert visitor.do(ORDER_COMPLETED, START + 50, order_id="1", revenue=1).counts == ()

    def test_never_overflow_a_counter(self) -> None:
        visitor = Visitor()
        visitor.show(A)
        effects = visitor.do(ORDER_COMPLETED, order_id="1", revenue=1e300)
        assert visitor.counts("")["revenue order EUR"] == MOST_REVENUE
        assert visitor.counts("")["square order EUR"] == MOST_REVENUE**2
        assert max(count.by for count in effects.counts) * 10**6 < 2**63

    def test_are_taken_back_with_an_order_in_part_or_as_a_whole(self) -> None:
        visitor = Visitor()
        visitor.show(A)
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=100)
        visitor.do(ORDER_COMPLETED, order_id="2", revenue=50)
        visitor.do(ORDER_REFUNDED, order_id="1", revenue=30)
        assert visitor.counts("hero")["revenue order EUR"] == 12000
        visitor.do(ORDER_CANCELLED, order_id="1")
        visitor.do(ORDER_CANCELLED, order_id="1")
        assert visitor.counts("hero") == {
            "shown": 1, "converted order": 1, "revenue order EUR": 5000, "square order EUR": 5000**2,
        }  # fmt: skip
        visitor.do(ORDER_REFUNDED, order_id="2")
        assert visitor.counts("hero") == {"shown": 1}

    def test_may_be_that_something_came_back_each_refund_once(self) -> None:
        goals = "goals: {back: {did: Order Refunded, value: total}, order: {did: Order Completed, value: revenue}}"
        visitor = Visitor(goals + "\nslots: {hero: {show: [{name: a, text: A}]}}")
        visitor.show(A)
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=100)
        visitor.do(ORDER_REFUNDED, order_id="1", total=30)
        assert visitor.counts("hero")["revenue order EUR"] == 7000
        assert visitor.counts("hero")["converted back"] == 1
        assert visitor.counts("hero")["revenue back EUR"] == 3000

    def test_stay_when_an_order_is_taken_back_after_the_window(self) -> None:
        visitor = Visitor()
        visitor.show(A)
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=100)
        assert visitor.do(ORDER_CANCELLED, START + 8 * DAY, order_id="1").counts == ()

    @pytest.mark.parametrize(
        ("goal", "reached"),
        [
            ("{did: {event: Order Completed, where: {coupon: Spring}}}", True),
            ("{did: {event: Order Completed, where: {coupon: summer}}}", False),
            ("{did: [Signed Up, order completed]}", True),
            ("{did: Order*}", True),
            ("{did: {event: Order Completed, within: 7 days}}", True),
            ("{did: {event: Order Completed, at_least: 2}}", False),
            ("{viewed: /thanks}", False),
            ("{spent: {at_least: 50}}", True),
            ("{spent: {at_least: 500}}", False),
            ("{all: [{orders: {at_least: 1}}, {viewed: /}]}", True),
            ("{all: [{did: Order Completed}, {device: mobile}]}", False),
        ],
    )
    def test_are_reached_as_their_condition_says(self, goal: str, reached: bool) -> None:
        visitor = Visitor(f"goals: {{g: {goal}}}\nslots: {{hero: {{show: [{{name: a, text: A}}]}}}}")
        visitor.view("/", START - 9)
        visitor.show(A)
        visitor.do(ORDER_COMPLETED, order_id="1", revenue=60, coupon="spring")
        assert ("converted g" in visitor.counts("hero")) is reached

    def test_that_hold_already_are_not_reached(self) -> None:
        visitor = Visitor("goals: {g: {all: [{viewed: /}]}}\nslots: {hero: {show: [{name: a, text: A}]}}")
        visitor.view("/")
        visitor.show(A, at=START + 61)
        visitor.view("/", START + 90)
        assert visitor.counts("hero") == {"shown": 1}

    def test_of_the_request_are_known_where_a_page_came_with_it(self) -> None:
        corridor = corridor_of(
            "goals: {g: {all: [{visits: {at_least: 2}}, {query: {from: letter}}]}}\n"
            "slots: {hero: {show: [{name: a, text: A}]}}"
        )
        profile, _ = corridor.advance(None, Hit(at=START, url="http://shop.example/", kind=HitKind.VIEW), seed=1)
        profile, _ = corridor.show(profile, [A], at=START)
        later = Hit(at=START + 4000, url="http://shop.example/?from=letter", kind=HitKind.VIEW)
        _, effects = corridor.advance(profile, later)
        assert "hero\x1f\x1ftreatment\x1fconverted\x1fg" in [count.field for count in effects.counts]

    def test_of_a_slot_are_its_own_and_its_guardrails_and_elsewhere_all(self) -> None:
        visitor = Visitor("""
site: {guardrails: left}
goals: {order: {did: Order Completed}, left: {did: Left}, signup: {viewed: /welcome}, other: {did: Other}}
slots:
  hero: {goal: order, guardrails: [signup], show: [{name: a, text: A}]}
  side: {show: [{name: a, text: A}]}
""")
        visitor.show(A, Showing("side", "a", "treatment"))
        for name in ("Order Completed", "Left", "Other"):
            visitor.do(name)
        visitor.view("/welcome")
        assert set(visitor.counts("hero")) == {"shown", "converted order", "converted left", "converted signup"}
        assert (
            set(visitor.counts("side")) == set(visitor.counts("")) == set(visitor.counts("hero")) | {"converted other"}
        )


class TestMerging:
    def test_takes_back_once_what_both_had_counted(self) -> None:
        person, anonymous = Visitor(), Visitor()
        person.show(A, at=START)
        anonymous.show(A, B, at=START + DAY)
        anonymous.do(ORDER_COMPLETED, START + DAY + 9, order_id="1", revenue=10)
        exposures, mixed, counts = merged(person.profile, anonymous.profile)
        assert mixed == ()
        assert [(one.unit, one.block, one.at - START) for one in exposures] == [
            ("", "", 0), ("hero", "", 0), ("hero", "a", 0), ("hero", "b", DAY),
        ]  # fmt: skip
        moved = {(count.day, count.field): count.by for count in counts}
        assert moved["2026-02-26", "hero\x1f\x1ftreatment\x1fshown"] == -1
        assert ("2026-02-25", "hero\x1f\x1ftreatment\x1fshown") not in moved
        assert moved["2026-02-25", "hero\x1f\x1ftreatment\x1fconverted\x1forder"] == 1
        assert not [field for _, field in moved if field.startswith("hero\x1fb")]

    def test_of_two_arms_is_mixed_on_the_earlier_day(self) -> None:
        person, anonymous = Visitor(), Visitor()
        person.show(A_HELD_BACK, at=START + DAY)
        anonymous.show(A, at=START)
        _, mixed, counts = merged(person.profile, anonymous.profile)
        assert mixed == ("hero",)
        assert {(count.day, count.field, count.by) for count in counts if "hero" in count.field} == {
            ("2026-02-26", "hero\x1f\x1fcontrol\x1fshown", -1),
            ("2026-02-26", "hero\x1fa\x1fcontrol\x1fshown", -1),
            ("2026-02-25", "hero\x1f\x1ftreatment\x1fshown", -1),
            ("2026-02-25", "hero\x1fa\x1ftreatment\x1fshown", -1),
            ("2026-02-25", "hero\x1f\x1f\x1fmixed", 1),
        }

    def test_of_two_that_are_mixed_counts_one(self) -> None:
        person, anonymous = Visitor(), Visitor()
        for one in (person, anonymous):
            one.show(A)
            one.show(A_HELD_BACK)
        _, mixed, counts = merged(person.profile, anonymous.profile)
        assert mixed == ("hero",)
        assert Count("2026-02-25", "hero\x1f\x1f\x1fmixed", -1) in counts

    def test_with_nobody_changes_nothing(self) -> None:
        person = Visitor()
        person.show(A)
        assert person.profile.responses is not None
        assert merged(person.profile, Profile(seed=2)) == (person.profile.responses.exposures, (), ())


def test_rules_without_goals_ask_nothing_of_events() -> None:
    assert Corridor(Ruleset())._terms.goals.reached_by(Event(ORDER_COMPLETED, START)) == []
