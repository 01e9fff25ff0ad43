"""Conditions on order and rhythm as a strategy, already in the tree that the loader makes."""

from hypothesis import strategies as st

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Behaviour, Field, InOrder, Regular, Restarted, Stage, Stopped, Window
from tests.core.journeys import DAY, any_of


def viewed(field: str, *values: str) -> Behaviour:
    return Behaviour("viewed", (Field(field, any_of(*values)),))


STEPS = (
    viewed("category", "lenses"),
    viewed("category", "bags", "tripods"),
    viewed("type", "article"),
    viewed("tag", "new", "sale"),
    viewed("category", "never-seen"),
    Behaviour("viewed", ()),
    Behaviour("viewed", (Field("category", any_of("lenses")), Field("type", any_of("product")))),
    Behaviour("viewed", (Field("price", Range(low=100)),)),
    Behaviour("did", (Field("event", any_of("product added")),)),
    Behaviour("did", (Field("event", any_of(patterns=("product*",))),)),
    Behaviour("did", (Field("event", any_of("never happened")),)),
    Behaviour("did", (Field("event", any_of("coupon applied")), Field("where", any_of("s"), key="size"))),
)
STEP = st.sampled_from(STEPS)
SEVERAL = st.lists(STEP, min_size=2, max_size=3).map(tuple)
PERIODS = st.sampled_from([Window("seconds", DAY), Window("seconds", 30 * DAY), Window("visit"), Window("month")])
COUNTS = st.sampled_from([None, Range(low=2), Range(high=1), Range(high=0), Range(1, 1)])
AGO = st.sampled_from([None, None, Range(high=DAY), Range(low=3600.0)])
OFTEN = st.sampled_from([(1, 1), (1, 4), (2, 3), (3, 4), (4, 8)])
SILENCES = st.sampled_from([3600.0, DAY * 1.0, 21.0 * DAY])
COURSES = st.one_of(
    st.builds(
        InOrder,
        SEVERAL,
        st.one_of(st.just(Window()), PERIODS),
        st.sampled_from([None, 60.0, 1.0 * DAY]),
        COUNTS,
        AGO,
    ),
    st.builds(lambda what, often: Regular(what, *often), STEP, OFTEN),
    st.builds(lambda what, often, silence: Stopped(what, often[0], often[1], silence), STEP, OFTEN, SILENCES),
    st.builds(Restarted, STEP, SILENCES, st.one_of(st.just(Window()), PERIODS)),
    st.builds(
        lambda steps, step, stuck, ago: Stage("it", steps, min(step, len(steps) - 1), stuck, ago),
        SEVERAL,
        st.integers(0, 2),
        st.booleans(),
        AGO,
    ),
)
