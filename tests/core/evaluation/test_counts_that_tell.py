"""A count tells who is in a segment that asks for so much of it: as if each had been asked, whatever is forgotten."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.matchers import AnyOf, PathIs, Range
from floorwalker.core.conditions.model import AnyCondition, Behaviour, Condition, Field, InSegment, Window
from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.events import PAGE_VIEWED, Page
from floorwalker.core.memory.kept.counts import CATEGORY, EMPTY, EVENT, PATH, TAG
from floorwalker.core.memory.kept.ledger import with_past
from floorwalker.core.memory.kept.recents import Past
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset, Segment, Site
from tests.core.visitors import AT, moment_of, profile_of, signals_of

DAY = 86_400
NAMES = st.sampled_from(["lenses", "Lenses", "bags", "hats"])
WINDOWS = st.sampled_from([Window(), Window("seconds", 2.0 * DAY), Window("seconds", 20.0 * DAY), Window("visit")])
COUNTS = st.none() | st.builds(
    Range, low=st.sampled_from([None, 0, 1, 2, 3]), high=st.sampled_from([None, None, 0, 4]), low_open=st.booleans()
)


def one_of(*names: str) -> AnyOf:
    return AnyOf(frozenset(name.lower() for name in names))


WHAT = st.one_of(
    st.builds(lambda name: ("viewed", (Field("category", one_of(name)),)), NAMES),
    st.builds(lambda name, other: ("viewed", (Field("tag", one_of(name, other)),)), NAMES, NAMES),
    st.builds(lambda a, b: ("viewed", (Field("category", one_of(a)), Field("tag", one_of(b)))), NAMES, NAMES),
    st.builds(
        lambda name, rest: ("viewed", (Field("path", PathIs((f"/{name}{rest}",))),)),
        NAMES,
        st.sampled_from(["", "/*", "/**"]),
    ),
    st.builds(lambda name: ("did", (Field("event", one_of(name)),)), NAMES),
    st.just(("viewed", ())),
    st.just(("visits", ())),
)
ASKED: st.SearchStrategy[Condition] = st.builds(
    lambda what, window, count: Behaviour(*what, window=window, count=count), WHAT, WINDOWS, COUNTS
)
WAITING = st.just(AnyCondition((InSegment(("s0",)), InSegment(("s1",)))))
PAGES = st.builds(
    lambda name, tag, rest: Page(path=f"/{name}{rest}", category=name, tags=(tag,)),
    NAMES,
    NAMES,
    st.sampled_from(["", "/red", "/red/2"]),
)
EARLIER = st.lists(
    st.builds(lambda days, page: Past(AT - days * DAY, PAGE_VIEWED, page, {}), st.integers(3, 30), PAGES)
    | st.builds(lambda days, name: Past(AT - days * DAY, name, None, {}), st.integers(3, 30), NAMES),
    max_size=4,
)
LOST = st.dictionaries(
    st.sampled_from([CATEGORY, PATH, EVENT, TAG]), st.sampled_from([AT - DAY, AT - 10 * DAY, AT - 25 * DAY])
)


def who(pages: list[Page], events: list[str], earlier: list[Past], lost: Mapping[str, int]) -> Profile:
    """Who did that lately, and that earlier, which is only counted."""
    profile = profile_of(
        views=[{"ago": 60 + n, "path": one.path, **_about(one)} for n, one in enumerate(pages)],
        events=[{"ago": 40, "name": name} for name in events],
    )
    past = sorted(earlier, key=lambda one: one.at)
    if not past:
        return profile
    counts = with_past(EMPTY, past, calendar=Calendar(Site()), known=frozenset())
    recents = structs.replace(profile.recents, left=past[-1].at)
    return structs.replace(profile, recents=recents, counts=structs.replace(counts, lost=lost))


def _about(page: Page) -> dict[str, Any]:
    return {"category": page.category, "tags": page.tags}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(ASKED, min_size=2, max_size=8),
    st.none() | st.builds(who, st.lists(PAGES, max_size=3), st.lists(NAMES, max_size=2), EARLIER, LOST),
    PAGES,
    st.lists(WAITING, max_size=1),
    st.dictionaries(st.sampled_from(["s0", "s1"]), st.booleans(), max_size=1),
)
def test_a_count_tells_what_each_segment_would_answer(
    asked: list[Condition], profile: Profile | None, page: Page, waiting: list[Condition], members: dict[str, bool]
) -> None:
    conditions = [*asked, *waiting]
    ruleset = Ruleset(segments={f"s{n}": Segment(f"s{n}", when=when) for n, when in enumerate(conditions)})

    def moment() -> Any:
        made = moment_of(ruleset, profile, signals_of(page=page))
        made.members.update(members)
        return made

    alone, called = moment(), moment()
    expected = {name: alone.member(name) for name in ruleset.segments}
    assert segments_at(called) == {name for name, holds in expected.items() if holds}
    assert {name: called.members[name] for name in expected} == expected


def test_what_is_still_counted_is_known_though_others_of_its_kind_are_forgotten() -> None:
    did = [Behaviour("did", (Field("event", one_of(name)),), window=Window("seconds", 20.0 * DAY)) for name in "ab"]
    ruleset = Ruleset(segments={name: Segment(name, when=when) for name, when in zip("ab", did, strict=True)})
    earlier = [Past(AT - 21 * DAY, "a", None, {}), Past(AT - 3 * DAY, PAGE_VIEWED, Page(path="/x"), {})]
    called = moment_of(ruleset, who([], [], earlier, {EVENT: AT - DAY}))
    assert segments_at(called) == frozenset()
    assert {name: called.member(name) for name in "ab"} == {"a": False, "b": None}
