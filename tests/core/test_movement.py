"""Counting who moves: the same as counting by hand."""

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.trying.movement import Ledger, Movement, Seen

names = st.frozensets(st.sampled_from("abc"), max_size=3)
shown = st.dictionaries(
    st.sampled_from(["s", "t"]), st.tuples(st.sampled_from(["x", "y", "default"]), st.integers(0, 1))
)
views = st.builds(Seen, names, shown)
pages = st.lists(st.tuples(st.sampled_from("123"), views, views), max_size=12)


def walked(seen: list[tuple[str, Seen, Seen]]) -> Movement:
    ledger = Ledger()
    for visitor, before, after in seen:
        ledger.page(visitor, before, after)
    return ledger.movement()


@given(pages)
def test_movement_is_what_two_lists_beside_each_other_say(seen: list[tuple[str, Seen, Seen]]) -> None:
    old: dict[str, set[str]] = defaultdict(set)
    new: dict[str, set[str]] = defaultdict(set)
    views: Counter[tuple[str, str, str]] = Counter()
    people: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for visitor, before, after in seen:
        old[visitor] |= before.segments
        new[visitor] |= after.segments
        for slot in before.shown.keys() | after.shown.keys():
            was, is_now = before.shown.get(slot, ("default", 0)), after.shown.get(slot, ("default", 0))
            if was != is_now:
                views[slot, was[0], is_now[0]] += 1
                people[slot, was[0], is_now[0]].add(visitor)
    found = walked(seen)
    assert (found.visitors, found.pages) == (len(old), len(seen))
    for name in "abc":
        move = found.segments.get(name)
        told = (move.before, move.after, move.into, move.out) if move else (0, 0, 0, 0)
        inside = [(name in old[one], name in new[one]) for one in list(old)]
        counts = Counter(inside)
        assert told == (
            sum(was for was, _ in inside),
            sum(now for _, now in inside),
            counts[False, True],
            counts[True, False],
        )
    flat = {
        (slot, *pair): (shift.pages, shift.visitors) for slot, one in found.slots.items() for pair, shift in one.items()
    }
    assert flat == {shift: (number, len(people[shift])) for shift, number in views.items()}


@given(pages)
def test_shares_of_the_visitors_add_up(seen: list[tuple[str, Seen, Seen]]) -> None:
    whole = Movement()
    for visitor in "123":
        whole.add(walked([one for one in seen if one[0] == visitor]))
    assert whole == walked(seen)


@given(st.lists(st.tuples(st.sampled_from("123"), views), max_size=8))
def test_the_same_rules_move_nobody(seen: list[tuple[str, Seen]]) -> None:
    found = walked([(visitor, view, view) for visitor, view in seen])
    assert found.slots == {}
    assert all(move.into == move.out == 0 for move in found.segments.values())
