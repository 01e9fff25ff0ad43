"""What matchers say of one present value: whether all that one lets through another does, and whether none passes both.

Every answer is certain where it is True; False means that it could not be told.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from floorwalker.core.conditions.matchers import (
    AnyOf,
    Both,
    Dates,
    Exists,
    Flag,
    Matcher,
    Near,
    Networks,
    PathIs,
    Range,
    Text,
    TimeOfDay,
    Version,
    Words,
    kilometres_between,
)
from floorwalker.core.conditions.patterns import network
from floorwalker.core.reasoning.intervals import met, span_of
from floorwalker.core.reasoning.texts import (
    glob_within,
    globs_apart,
    path_within,
    paths_apart,
    phrase_within,
)

_WEEK_MINUTES = 7 * 1440
EVERY_MINUTE = (1 << _WEEK_MINUTES) - 1
_PRESENT, _ABSENT = Exists(True), Exists(False)
_MARGIN_KM = 0.001  # rounding of distances
_AFFIXES = {"contains": "*{}*", "starts_with": "{}*", "ends_with": "*{}"}


class Glob(Struct, frozen=True, gc=False):
    """One folded text, `*` for anything."""

    pattern: str


class Piece(Struct, frozen=True):
    """One of the ways in which a matcher holds that is no glob: a path, a phrase, a network, a point, a range."""

    matcher: Matcher


def parts_of(matcher: Matcher | Both) -> Sequence[Matcher]:
    """The matchers of which every one must hold."""
    return matcher.of if isinstance(matcher, Both) else (matcher,)


def pieces_of(matcher: Matcher) -> list[Glob | Piece]:
    """The ways in which a matcher holds: any of them."""
    match matcher:
        case AnyOf():
            return [Glob(text) for text in (*matcher.exact, *matcher.patterns)]
        case Text() if matcher.operator in _AFFIXES and not any("*" in value for value in matcher.values):
            return [Glob(_AFFIXES[matcher.operator].format(value)) for value in matcher.values]
        case Text():
            return [Piece(Text(matcher.operator, (value,))) for value in matcher.values]
        case PathIs():
            return [Piece(PathIs((pattern,))) for pattern in matcher.patterns]
        case Words():
            return [Piece(Words((phrase,))) for phrase in matcher.phrases]
        case Networks():
            return [Piece(Networks((text,))) for text in matcher.networks]
        case Near():
            return [Piece(Near((point,), matcher.km)) for point in matcher.points]
        case _:
            return [Piece(matcher)]


def is_within(piece: Glob | Piece, matcher: Matcher | Both) -> bool:
    """Whether every present value that the piece lets through passes the matcher."""
    return all(any(_piece_within(piece, other) for other in pieces_of(part)) for part in parts_of(matcher))


def is_apart(piece: Glob | Piece, matcher: Matcher | Both) -> bool:
    """Whether no present value passes both."""
    return any(all(_pieces_apart(piece, other) for other in pieces_of(part)) for part in parts_of(matcher))


def allows_absent(matcher: Matcher | Both) -> bool:
    """Whether the matcher holds where there is no value."""
    return all(isinstance(part, Exists) and not part.yes for part in parts_of(matcher))


def ranges_of(matchers: Iterable[Matcher | Both]) -> list[Range]:
    """The ranges that must hold among other things."""
    return [part for matcher in matchers for part in parts_of(matcher) if isinstance(part, Range)]


def _piece_within(one: Glob | Piece, other: Glob | Piece) -> bool:
    if isinstance(one, Glob):
        if isinstance(other, Glob):
            return glob_within(one.pattern, other.pattern)
        return other.matcher == _PRESENT
    return not isinstance(other, Glob) and (one == other or _matcher_within(one.matcher, other.matcher))


def _pieces_apart(one: Glob | Piece, other: Glob | Piece) -> bool:
    if isinstance(one, Glob) and isinstance(other, Glob):
        return globs_apart(one.pattern, other.pattern)
    if isinstance(one, Glob):
        return isinstance(other, Piece) and other.matcher == _ABSENT
    if isinstance(other, Glob):
        return one.matcher == _ABSENT
    return _matchers_apart(one.matcher, other.matcher)


def _matcher_within(one: Matcher, other: Matcher) -> bool:
    if other == _PRESENT or one == _ABSENT:
        return True
    match one, other:
        case Range(), Range():
            return span_of(one).is_within(span_of(other))
        case PathIs(), PathIs():
            return path_within(one.patterns[0], other.patterns[0])
        case Words(), Words():
            return phrase_within(one.phrases[0], other.phrases[0])
        case Version(), Version():
            return _version_within(one, other)
        case Networks(), Networks():
            return _network_within(one.networks[0], other.networks[0])
        case Near(), Near():
            return kilometres_between(one.points[0], other.points[0]) + one.km + _MARGIN_KM <= other.km
        case TimeOfDay(), TimeOfDay():
            return not minutes_of(one) & ~minutes_of(other)
        case Dates(), Dates():
            return one.start >= other.start and (not other.end or ("" < one.end <= other.end))
        case _:
            return one == other


def _matchers_apart(one: Matcher, other: Matcher) -> bool:
    if _ABSENT in (one, other):
        return True
    match one, other:
        case Range(), Range():
            return met(span_of(one), span_of(other)).is_empty
        case Flag(), Flag():
            return one.yes is not other.yes
        case PathIs(), PathIs():
            return paths_apart(one.patterns[0], other.patterns[0])
        case Version(), Version():
            return _versions_apart(one, other) or _versions_apart(other, one)
        case Networks(), Networks():
            ours, theirs = network(one.networks[0]), network(other.networks[0])
            return ours.version == theirs.version and not ours.overlaps(theirs)
        case Near(), Near():
            return kilometres_between(one.points[0], other.points[0]) > one.km + other.km + _MARGIN_KM
        case TimeOfDay(), TimeOfDay():
            return not minutes_of(one) & minutes_of(other)
        case Dates(), Dates():
            return ("" < one.end <= other.start) or ("" < other.end <= one.start)
        case _:
            return False


def _version_within(one: Version, other: Version) -> bool:
    return _low_within(one, other) and _high_within(one, other)


def _low_within(one: Version, other: Version) -> bool:
    """Versions are compared by as many parts as a bound has, so 17.4 is at least 17, and at most 17."""
    if other.low is None:
        return True
    if one.low is None:
        return False
    ours, theirs = one.low, other.low
    parts = min(len(ours), len(theirs))
    if ours[:parts] != theirs[:parts]:
        return ours[:parts] > theirs[:parts]
    if one.low_open and len(ours) <= len(theirs):
        return True
    return len(theirs) <= len(ours) and not (other.low_open and (len(theirs) < len(ours) or not one.low_open))


def _high_within(one: Version, other: Version) -> bool:
    if other.high is None:
        return True
    if one.high is None:
        return False
    ours, theirs = one.high, other.high
    parts = min(len(ours), len(theirs))
    if ours[:parts] != theirs[:parts]:
        return ours[:parts] < theirs[:parts]
    if one.high_open and len(ours) <= len(theirs):
        return True
    return len(theirs) <= len(ours) and not (other.high_open and (len(theirs) < len(ours) or not one.high_open))


def _versions_apart(upper: Version, lower: Version) -> bool:
    """Whether one ends before the other begins."""
    if upper.high is None or lower.low is None:
        return False
    ends, begins = upper.high, lower.low
    parts = min(len(ends), len(begins))
    if ends[:parts] != begins[:parts]:
        return ends[:parts] < begins[:parts]
    return (upper.high_open and len(ends) <= len(begins)) or (lower.low_open and len(begins) <= len(ends))


def _network_within(one: str, other: str) -> bool:
    ours, theirs = network(one), network(other)
    if ours.version != theirs.version or ours.prefixlen < theirs.prefixlen:
        return False
    return ours.network_address in theirs


@lru_cache(1024)
def minutes_of(time: TimeOfDay) -> int:
    """The minutes of a week at which it holds, one bit each, from monday's midnight."""
    length = time.end - time.start if time.start < time.end else time.end + 1440 - time.start
    bits = 0
    for day in time.days:
        bits |= ((1 << length) - 1) << (day * 1440 + time.start)
    return (bits | bits >> _WEEK_MINUTES) & EVERY_MINUTE
