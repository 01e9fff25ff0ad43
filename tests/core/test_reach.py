"""How many people a segment is: windows counted back from the end."""

from floorwalker.core.deciding.decide import decide
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.trying.reach import DAY_S, Attendance, Census
from floorwalker.rulefile import read
from tests.core.visitors import AT, profile_of, signals_of


def rules(text: str) -> Ruleset:
    ruleset, _ = read({"rules.yaml": text.encode()})
    assert ruleset is not None
    return ruleset


def test_a_window_includes_its_edge() -> None:
    census = Census()
    for days in (0, 7, 7.01, 30, 31):
        census.count_person(days * DAY_S)
        census.count_member("a", days * DAY_S, channel="Direct")
    assert census.seen == {0: 5, 7: 2, 30: 4}
    assert census.reaches["a"].people == census.seen
    assert census.reaches["a"].channels == {"Direct": 5}


def test_somebody_counts_by_their_latest_page_in_the_segment() -> None:
    ruleset = rules("segments: {phone: {when: {device: mobile}}, tv: {when: {device: tv}}}")
    attendance = Attendance()
    for visitor, days, device in (("v", 40, "mobile"), ("v", 10, "mobile"), ("v", 0, "tv"), ("w", 20, "tv")):
        at = AT - int(days * DAY_S)
        signals = signals_of(at, device={"type": device})
        attendance.page(visitor, decide(ruleset, profile_of(at), signals, at))
    census = attendance.census()
    assert census.seen == {0: 2, 7: 1, 30: 2}
    assert census.reaches["phone"].people == {0: 1, 30: 1}
    assert census.reaches["tv"].people == {0: 2, 7: 1, 30: 2}
    assert census.reaches["tv"].devices == {"tv": 2}


def test_shares_of_the_visitors_add_up_whichever_was_there_last() -> None:
    ruleset = rules("segments: {phone: {when: {device: mobile}}}")
    parts = [Attendance(), Attendance()]
    for part, days in zip(parts, (9, 0), strict=True):
        at = AT - int(days * DAY_S)
        part.page(f"v{days}", decide(ruleset, profile_of(at), signals_of(at, device={"type": "mobile"}), at))
    whole = Attendance()
    for part in parts:
        whole.add(part)
    assert whole.census().reaches["phone"].people == {0: 2, 7: 1, 30: 2}


def test_nobody_is_no_error() -> None:
    assert Attendance().census() == Census()
