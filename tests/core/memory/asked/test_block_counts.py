"""How often a block was shown: what one walk over its days tells is what each sum over them tells."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.model import Window
from floorwalker.core.memory.asked.history import History, Tally
from floorwalker.core.memory.kept.responses import Daily, Response, Responses
from floorwalker.core.ruleset import Site
from tests.core.long_run import law
from tests.core.visitors import AT, profile_of

SITE = Site(timezone="Europe/Berlin")
CALENDAR = Calendar(SITE)
TODAY = CALENDAR.day(AT)
DAY = 86400
WINDOWS = [
    Window("today"),
    Window("week"),
    Window("month"),
    Window(),
    *(Window("seconds", n * 50_000) for n in range(9)),
]


@st.composite
def dailies(draw: st.DrawFn) -> Daily:
    """Counts of some of the latest days, and of days before them that are not told apart any more."""
    days = sorted(draw(st.sets(st.integers(TODAY - 12, TODAY), max_size=5)))
    counts = [draw(st.integers(1, 3)) for _ in days]
    flat = tuple(part for day in zip(days, counts, strict=True) for part in day)
    last = CALENDAR.day_begins(days[-1]) + draw(st.integers(0, 60_000)) if days else draw(st.integers(0, AT))
    return Daily(sum(counts) + draw(st.integers(0, 2)), min(last, AT), flat)


RESPONSES = st.lists(
    st.builds(
        lambda control, since, shown: Response("a", control, since, shown=shown),
        st.booleans(),
        st.sampled_from([0, 0, AT - 5 * DAY, AT - DAY]),
        dailies(),
    ),
    max_size=2,
    unique_by=lambda one: one.control,
)


def bounds(response: Response, start: float) -> tuple[float, float, int]:
    """At least, at most, and when it last was; 0 is not known."""
    daily, since = response.shown, response.since
    forgotten = 0 < since >= start
    if daily.last < start:
        return 0, inf if forgotten else 0, 0
    last = daily.last if daily.last >= since else 0
    if start <= 0:
        return daily.total, inf if forgotten else daily.total, last
    days = dict(zip(daily.days[::2], daily.days[1::2], strict=True))
    day = CALENDAR.day(start)
    surely = [count for one, count in days.items() if CALENDAR.day_begins(one) >= start]
    maybe = [count for one, count in days.items() if one >= day]
    earlier = daily.total - sum(days.values()) if days and day <= daily.days[0] else 0
    return max(sum(surely), 1), inf if forgotten else max(sum(maybe) + earlier, 1), last


def expected(responses: list[Response], start: float, lost: int) -> Tally:
    if not responses:
        return Tally(0, not 0 < lost >= start, None, 0.0)
    lows, highs, lasts = zip(*(bounds(one, start) for one in responses), strict=True)
    known = all(last or not high for last, high in zip(lasts, highs, strict=True))
    return Tally(int(sum(lows)), sum(lows) == sum(highs), (max(lasts) if known else 0) or None, 0.0)


@law(200)
@given(RESPONSES, st.sampled_from([0, AT - 3 * DAY]), st.sampled_from(WINDOWS), st.booleans())
def test_a_blocks_counts_are_told_as_each_of_its_days_tells(
    responses: list[Response], lost: int, window: Window, held_back: bool
) -> None:
    profile = replace(profile_of(), responses=Responses(tuple(responses), (), lost))
    start = {
        "today": CALENDAR.day_begins(TODAY),
        "week": CALENDAR.day_begins(CALENDAR.week_begins(TODAY)),
        "month": CALENDAR.day_begins(CALENDAR.month_begins(CALENDAR.month(TODAY))),
        "seconds": AT - window.seconds,
    }.get(window.kind, 0)
    counted = [one for one in responses if held_back or not one.control]
    tally = History(profile, at=AT, site=SITE).shown("a", window, held_back=held_back)
    assert tally == expected(counted, start, lost)
