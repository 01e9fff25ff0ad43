"""Laws of the short ways of deciding: what most slots are comes to the same by the way that all can go."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwalker.core.deciding.decide import PageDecisions, decide
from floorwalker.core.deciding.menu import Candidate, menus_of
from floorwalker.core.evaluation.evaluate import moment_at
from floorwalker.core.memory.kept.responses import Response, Responses
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Content, Ruleset
from floorwalker.core.signals import Signals
from tests.core.evaluation.test_laws import PROFILES, SIGNALS
from tests.core.long_run import law
from tests.core.memory.asked.test_block_counts import RESPONSES
from tests.core.test_decide_laws import CONTROL, ENTRY, LIMITS, RULES, SINGLE, SLOTS, joined, ruleset_of
from tests.core.visitors import AT, profile_of, signals_of

Plain = dict[str, Any]
NONE: st.SearchStrategy[Plain] = st.just({})
MOSTLY = st.sampled_from([True, True, True, False])
PAGES = st.sampled_from([{}, {}, {"pages": ["/a/*"]}, {"pages": ["product", "/a/b"]}, {"pages": ["/c"]}])
OTHERWISE = st.sampled_from([{}, {"otherwise": {"block": "a"}}, {"otherwise": {"name": "o", "text": "O"}}])
SHOW = st.lists(SINGLE | SINGLE | ENTRY, min_size=1, max_size=4).map(lambda entries: {"show": entries})
USUAL = st.builds(
    lambda rules, control, slots, blocks: {
        **rules,
        "site": control,
        "slots": slots,
        "blocks": blocks,
        "promotions": {},
    },
    RULES,
    st.sampled_from([{}, {"control": "100 %"}]),
    st.fixed_dictionaries({name: st.builds(joined, PAGES, OTHERWISE, SHOW, NONE | CONTROL) for name in SLOTS}),
    st.fixed_dictionaries({name: (NONE | LIMITS).map(lambda one: {"text": "B", **one}) for name in "abc"}),
)
"""Rules of which most slots go the short way; those of `RULES` choose, compare and are promoted."""


def long_way(candidate: Candidate) -> Candidate:
    show = tuple(map(long_way, candidate.show))
    return replace(candidate, show=show, free=None, segment="")


def with_long_ways(rules: Plain) -> Ruleset:
    """The same rules, of which no slot and no entry is known to ask little."""
    ruleset = ruleset_of(rules)
    menus = {
        name: replace(menu, is_plain=False, entries=tuple(map(long_way, menu.entries)))
        for name, menu in ruleset.once(menus_of).items()
    }
    ruleset.__dict__["made"][menus_of] = menus
    return ruleset


@law(60)
@given(
    USUAL | USUAL | RULES,
    PROFILES,
    SIGNALS,
    MOSTLY,
    MOSTLY,
    st.permutations(SLOTS),
    st.none() | st.frozensets(st.sampled_from(["B", "I", "O"])),
    st.dictionaries(st.sampled_from(["phones", "back"]), st.booleans()),
)
def test_the_short_way_comes_to_what_the_long_one_does(
    rules: Plain,
    profile: Profile | None,
    signals: Signals,
    remembered: bool,
    compared: bool,
    order: list[str],
    unknown: frozenset[str] | None,
    members: dict[str, bool],
) -> None:
    """unknown: the texts that cannot be shown to this visitor; None is that none is asked for."""

    def render(content: Content) -> str | None:
        assert unknown is not None
        return None if content.source in unknown else f"<p>{content.source}</p>"

    def page(ruleset: Ruleset) -> PageDecisions:
        rendering = None if unknown is None else render
        return decide(
            ruleset,
            profile,
            signals,
            signals.at,
            remembered=remembered,
            compared=compared,
            members=members,
            render=rendering,
        )

    short, long = page(ruleset_of(rules)), page(with_long_ways(rules))
    for slot in order:
        assert short[slot] == long[slot]
        assert short.taken == long.taken
        assert short[slot].why == long[slot].why


def test_most_slots_are_known_to_ask_little() -> None:
    rules: Plain = {"slots": {"hero": {"show": [{"to": "a", "name": "x", "text": "X"}, {"name": "y", "text": "Y"}]}}}
    rules["segments"] = {"a": {"when": {"device": "mobile"}}}
    menu = ruleset_of(rules).once(menus_of)["hero"]
    assert menu.is_plain
    assert [candidate.free for candidate in menu.entries] == [candidate.content for candidate in menu.entries]
    assert [candidate.segment for candidate in menu.entries] == ["a", ""]


LIMITED = {
    "slots": {
        "hero": {
            "show": [{"name": "a", "text": "A", "at_most": ["2 per day", "1 per visit", "4 ever"], "rest": "1 day"}]
        }
    }
}


@law(100)
@given(st.none() | RESPONSES, st.sampled_from(["a", "b"]), st.sampled_from([0, AT - 3 * 86400]), st.integers(0, 3))
def test_a_limit_holds_as_it_is_explained_where_nothing_was_shown_too(
    responses: list[Response] | None, block: str, lost: int, here: int
) -> None:
    ruleset = ruleset_of(LIMITED)
    kept = None if responses is None else Responses(tuple([replace(one, block=block) for one in responses]), (), lost)
    moment = moment_at(ruleset, replace(profile_of(), responses=kept), signals_of(), AT)
    limits = ruleset.once(menus_of)["hero"].entries[0].limits
    assert len(limits) == 4
    for limit in limits:
        assert limit.holds(moment, here) is limit.why(moment, here).holds
