"""In what order a batch is committed."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from floorwalker.collect.delivering import Fold, Join, Work, courses_of
from floorwalker.core.effects import NOTHING
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile

VISITOR = st.sampled_from("abcdefgh")
PAIR = st.tuples(VISITOR, VISITOR)


def work(number: int, named: str | tuple[str, str]) -> Work:
    if isinstance(named, tuple):
        return Join(*named, Event("Identified", number))
    return Fold(named, lambda base: (base or Profile(seed=0), NOTHING), str(number))


def number_of(one: Work) -> int:
    return int(one.message) if isinstance(one, Fold) else int(one.identified.at)


@given(st.lists(VISITOR | PAIR, max_size=40))
def test_every_work_lies_in_one_course_and_visitors_who_meet_share_it(named: list[str | tuple[str, str]]) -> None:
    works = [work(number, one) for number, one in enumerate(named)]
    courses = courses_of(works)
    assert sorted(number_of(one) for course in courses for one in course) == list(range(len(works)))
    assert all(number_of(one) < number_of(next_one) for course in courses for one, next_one in pairwise(course))
    visitors = [{visitor for one in course for visitor in one.visitors} for course in courses]
    assert all(not (a & b) for n, a in enumerate(visitors) for b in visitors[n + 1 :])


def test_strangers_do_not_wait_for_one_another() -> None:
    assert len(courses_of([work(n, name) for n, name in enumerate("abcabc")])) == 3
